"""What counts as handled without a person, beside what vendors count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.handled import OutcomeReport, Question, Share, outcome_report

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = MONDAY + timedelta(days=30)
DAY = timedelta(days=1)


def asked(run_id: str = "r1", *, after: timedelta = timedelta(0), **fields: object) -> Question:
    """A question that was answered by itself a minute later, and all was well."""
    at = MONDAY + after
    question = Question(
        run_id=run_id,
        conversation_id="v1",
        customer_id="c1",
        asked_at=at,
        sent_at=at + timedelta(minutes=1),
        went_wrong=False,
        cost=1_000,
    )
    return replace(question, **fields)  # type: ignore[arg-type] # tests name the fields


def report(*questions: Question, now: datetime = LATER) -> OutcomeReport:
    return outcome_report(questions, since=MONDAY, now=now)


def test_a_question_that_was_answered_and_followed_by_silence_is_handled() -> None:
    found = report(asked())

    assert (found.handled, found.silent) == (Share(hits=1, cases=1), Share(hits=1, cases=1))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(asked(sent_at=None), id="no reply of its own"),
        pytest.param(asked(needed_person=True), id="a teammate had to do something"),
        pytest.param(asked(went_wrong=True), id="it was wrong"),
    ],
)
def test_what_needed_a_person_is_not_handled(question: Question) -> None:
    assert report(question).handled == Share(hits=0, cases=1)


@pytest.mark.parametrize(
    ("elsewhere", "handled"),
    [
        pytest.param(timedelta(seconds=30), 0, id="at once"),
        pytest.param(7 * DAY + timedelta(minutes=1), 0, id="on the seventh day"),
        pytest.param(7 * DAY + timedelta(minutes=2), 1, id="after that"),
    ],
)
def test_a_word_on_another_channel_counts_for_seven_days(
    elsewhere: timedelta, handled: int
) -> None:
    word = asked("r2", after=elsewhere, conversation_id="v2", sent_at=None, counts=False)

    assert report(asked(), word).handled == Share(hits=handled, cases=1)


def test_vendors_do_not_see_the_other_channel() -> None:
    word = asked("r2", after=DAY, conversation_id="v2", sent_at=None, counts=False)

    assert report(asked(), word).silent == Share(hits=1, cases=1)


def test_another_customers_word_is_none() -> None:
    word = asked("r2", after=DAY, conversation_id="v2", customer_id="c2", counts=False)

    assert report(asked(), word).handled == Share(hits=1, cases=1)


def test_customers_that_nobody_knows_are_not_taken_for_one() -> None:
    first, second = (asked(f"r{n}", conversation_id=f"v{n}", customer_id="") for n in (1, 2))

    assert report(first, second).handled == Share(hits=2, cases=2)


def test_whom_the_first_answer_did_not_help_is_silent_but_not_handled() -> None:
    found = report(asked(), asked("r2", after=DAY))

    assert (found.handled.hits, found.silent.hits, found.silent.cases) == (0, 1, 1)


def test_who_wrote_last_was_not_answered_for_vendors_either() -> None:
    assert report(asked(), asked("r2", after=DAY, sent_at=None)).silent.hits == 0


def test_what_is_younger_than_seven_days_is_left_out_and_counted() -> None:
    now = MONDAY + 7 * DAY + timedelta(seconds=59)
    found = report(asked(), now=now)

    assert (found.handled.cases, found.too_young) == (0, 1)
    assert report(asked(), now=now + timedelta(seconds=1)).handled.cases == 1


def test_a_conversation_in_which_nothing_was_to_be_said_is_no_question() -> None:
    assert report(asked(counts=False, sent_at=None)).handled == Share(hits=0, cases=0)


def test_a_conversation_that_began_before_is_left_out() -> None:
    assert report(asked(after=-DAY)).handled.cases == 0


def test_the_interval_is_the_exact_one() -> None:
    assert Share(hits=7, cases=40).interval == pytest.approx((0.0734, 0.3278), abs=1e-4)


def test_without_any_there_is_no_rate() -> None:
    found = report()

    assert (found.handled.rate, found.bound, found.cost_per_handled) == (None, None, None)


def test_the_bound_counts_replies_whose_outcome_is_known() -> None:
    sent = [asked(f"r{n}", conversation_id=f"v{n}", customer_id=f"c{n}") for n in range(200)]
    open_still = asked("r900", conversation_id="v900", went_wrong=None)
    found = report(*sent, open_still)

    assert (found.sent, found.wrong) == (201, Share(hits=0, cases=200))
    assert found.bound is not None
    assert 0.015 < found.bound < 0.03  # 3 of 200 at the very least, by any valid bound


def test_a_young_reply_is_left_out_also_when_it_is_known_to_be_wrong() -> None:
    young = asked("r2", after=29 * DAY, conversation_id="v2", customer_id="c2", went_wrong=True)

    assert report(asked(), young).wrong == Share(hits=0, cases=1)


def test_what_was_sent_without_a_certificate_is_counted() -> None:
    found = report(asked(), asked("r2", conversation_id="v2", is_uncertified=True))

    assert (found.sent, found.uncertified) == (2, 1)


def test_the_cost_is_of_all_conversations_over_those_that_were_handled() -> None:
    other = asked("r2", conversation_id="v2", customer_id="c2", sent_at=None)

    assert report(asked(), other).cost_per_handled == 2_000


def test_what_is_too_young_costs_nothing_yet() -> None:
    young = asked("r2", after=29 * DAY, conversation_id="v2", customer_id="c2", cost=None)

    assert report(asked(), young).cost_per_handled == 1_000


def test_one_without_a_price_makes_the_cost_unknown() -> None:
    assert report(asked(), asked("r2", conversation_id="v2", cost=None)).cost_per_handled is None


def test_half_and_nineteen_of_twenty_notes_were_there_within() -> None:
    found = outcome_report((), since=MONDAY, now=LATER, note_seconds=[float(n) for n in range(101)])

    assert found.note_seconds == pytest.approx((50.0, 95.0))
