"""When a topic must stop sending: replies go wrong too often, or questions are unlike before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.alarms import alarm_of, drift_of
from agent.core.certificate import Terms
from agent.core.earning import earned, met_before, met_since, since_certified
from agent.core.labels import Outcome, Proposed
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


def test_few_reviews_make_a_patient_alarm() -> None:
    few = REVIEWS[::20]
    lately = asked([0.5, 0.5, 0.5, 0.0] * 20, start=500)

    assert drift_of(few, lately) is None
    assert drift_of(REVIEWS, lately) is not None


def test_without_reviews_nothing_is_unfamiliar() -> None:
    assert drift_of([], asked([0.0] * 500)) is None


def test_the_watch_begins_after_the_certificate_with_its_makers_and_its_scores() -> None:
    history = clean(181)
    later = [
        proposed(500, None),
        proposed(501, None, score=0.59),
        proposed(502, None, made_by=replace(MAKERS, prompt="p2")),
    ]
    certificate = earned(history, MAKERS, Terms(), now=NOON + timedelta(days=9)).certificate
    assert certificate is not None

    assert since_certified([*later, *history], certificate) == (later[0],)


def test_drift_is_looked_for_in_all_that_the_topic_met_whatever_its_score() -> None:
    history = clean(181)
    before = proposed(10, None, score=0.1)
    later = [proposed(500, None, score=0.1), proposed(501, None)]
    others = [proposed(at, None, made_by=replace(MAKERS, prompt="p2")) for at in (11, 502)]
    certificate = earned(history, MAKERS, Terms(), now=NOON + timedelta(days=9)).certificate
    assert certificate is not None

    assert met_before([before, *later, *others], certificate) == (before,)
    assert met_since([before, *later, *others], certificate) == tuple(later)
