"""When a topic must stop sending: replies go wrong too often, or questions are unlike before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.alarms import alarm_of, drift_of
from agent.core.certificate import Terms
from agent.core.earning import earned, met_before, met_since
from agent.core.labels import Outcome, Proposed
from agent.core.risk import first_alarm, interval
from tests.core.history import MAKERS, NOON, clean, proposed, sent

QUIET = Outcome.QUIET
BAD = [each for each in Outcome if each is not Outcome.QUIET]


def asked(familiarities: list[float], *, start: int = 0) -> list[Proposed]:
    return [
        proposed(start + number, None, familiarity=each)
        for number, each in enumerate(familiarities)
    ]


REVIEWS = asked([number / 200 for number in range(200)])  # ten of them under 0.05


@pytest.mark.parametrize("outcome", BAD, ids=str)
def test_every_bad_outcome_counts(outcome: Outcome) -> None:
    found = alarm_of(sent([QUIET] * 20 + [outcome] * 6), Terms())

    assert found is not None
    assert set(found.cases) <= {f"run{number:06}" for number in range(20, 26)}


@pytest.mark.parametrize("outcome", [QUIET, None], ids=["quiet", "not known yet"])
def test_nothing_bad_is_no_alarm(outcome: Outcome | None) -> None:
    assert alarm_of(sent([outcome] * 500), Terms()) is None


def test_one_bad_reply_in_many_is_no_alarm() -> None:
    assert alarm_of(sent([QUIET] * 100 + [Outcome.WRONG] + [QUIET] * 100), Terms()) is None


def test_a_reply_that_a_teammate_released_does_not_count() -> None:
    replies = [replace(each, sent_at=None) for each in sent([Outcome.WRONG] * 30)]

    assert alarm_of(replies, Terms()) is None


def test_the_order_is_that_of_sending() -> None:
    replies = sent([QUIET] * 200 + [Outcome.CORRECTED] * 6)

    assert alarm_of(replies[::-1], Terms()) == alarm_of(replies, Terms())


def test_the_time_of_sending_counts_and_not_that_of_the_question() -> None:
    # In the order of sending the bad ones are spread out; in the order of asking they are not.
    spread = sent(([QUIET] * 60 + [Outcome.WRONG]) * 8)
    asked_at_once = [
        replace(each, at=each.at - timedelta(days=9 if each.outcome is Outcome.WRONG else 0))
        for each in spread
    ]

    assert alarm_of(asked_at_once, Terms()) == alarm_of(spread, Terms()) is None


def test_the_window_is_where_the_evidence_is_strongest_for_when_its_bet_began() -> None:
    # Wrong from reply 50 on: the bets of replies 0, 25 and 50 won; the last one most.
    found = alarm_of(sent([QUIET] * 50 + [Outcome.WRONG, QUIET, QUIET, QUIET] * 50), Terms())

    assert found is not None
    assert found.cases[0] == "run000050"
    assert found.words.startswith(f"{len(found.cases)} of the last {4 * len(found.cases) - 3} ")


def test_the_alarm_names_the_cases_of_the_bad_time_and_no_older_ones() -> None:
    found = alarm_of(sent([Outcome.WRONG] + [QUIET] * 999 + [Outcome.COMPLAINED] * 12), Terms())

    assert found is not None
    assert found.cases[0] == "run001000"
    assert found.words == (
        f"{len(found.cases)} of the last {len(found.cases)} replies that went out by themselves "
        "went wrong; at most 2 % may"
    )


@given(st.lists(st.sampled_from([None, QUIET, *BAD]), max_size=60), st.integers(0, 59))
def test_an_outcome_that_comes_later_never_silences_an_alarm(
    outcomes: list[Outcome | None], place: int
) -> None:
    early = [None if number >= place else each for number, each in enumerate(outcomes)]

    assert alarm_of(sent(early), Terms()) is None or alarm_of(sent(outcomes), Terms()) is not None


def test_questions_as_familiar_as_the_reviewed_ones_are_no_drift() -> None:
    lately = asked([37 * number % 200 / 200 for number in range(2_000)], start=500)

    assert drift_of(REVIEWS, lately) is None


def test_unfamiliar_questions_ring_and_are_named() -> None:
    lately = asked([0.5, 0.01] * 40, start=500)
    found = drift_of(REVIEWS, lately)

    assert found is not None
    assert found.cases[0] == "run000501"
    assert found.words == (
        f"{len(found.cases)} of the last {2 * len(found.cases)} questions are unlike those "
        "reviewed; at most 9.82 % were"
    )


def test_what_is_no_less_familiar_than_the_mark_is_familiar() -> None:
    assert drift_of(REVIEWS, asked([0.05] * 200, start=500)) is None
    assert drift_of(REVIEWS, asked([0.049] * 200, start=500)) is not None


def test_the_reference_takes_its_part_of_the_chance_of_a_false_alarm() -> None:
    _, limit = interval(10, 200, delta=0.02)  # one percent of it lies above
    pattern = [True, False, False] * 40
    rings = first_alarm(pattern, limit, delta=0.04)
    lately = asked([0.01 if strange else 0.9 for strange in pattern], start=500)

    assert rings is not None
    assert rings != first_alarm(pattern, limit, delta=0.06)
    assert drift_of(REVIEWS, lately[:rings]) is not None
    assert drift_of(REVIEWS, lately[: rings - 1]) is None


def test_a_question_at_the_mark_is_not_among_the_cases() -> None:
    found = drift_of(REVIEWS, asked([0.05, 0.01] * 40, start=500))

    assert found is not None
    assert {int(run_id[3:]) % 2 for run_id in found.cases} == {1}


def test_few_reviews_make_a_patient_alarm() -> None:
    few = REVIEWS[::20]
    lately = asked([0.5, 0.5, 0.5, 0.0] * 20, start=500)

    assert drift_of(few, lately) is None
    assert drift_of(REVIEWS, lately) is not None


def test_without_reviews_nothing_is_unfamiliar() -> None:
    assert drift_of([], asked([0.0] * 500)) is None


def test_drift_is_looked_for_in_all_that_the_topic_met_whatever_its_score() -> None:
    history = clean(181)
    before = proposed(10, None, score=0.1)
    later = [proposed(500, None, score=0.1), proposed(501, None)]
    others = [proposed(at, None, made_by=replace(MAKERS, prompt="p2")) for at in (11, 502)]
    certificate = earned(history, MAKERS, Terms(), now=NOON + timedelta(days=9)).certificate
    assert certificate is not None

    assert met_before([before, *later, *others], certificate) == (before,)
    assert met_since([before, *later, *others], certificate) == tuple(later)
