"""Certificates on topics whose true error rate is known.

Few streams, so the bounds are generous: what a correct rule misses once in ten thousand times.
"""

from datetime import timedelta

import pytest

from agent.evaluation.certificates import (
    ALIKE,
    BAD_START,
    LIMIT,
    SPREAD,
    TERMS,
    WORSE_BELOW,
    certificate_sections,
)
from agent.evaluation.figures import Section, as_json
from agent.evaluation.streams import (
    Course,
    Topic,
    alarm_after,
    calibrated,
    course,
    errors_allowed,
    retested,
    told_by_history,
)
from agent.evaluation.watch import Watch

MOST_OF_100 = 14  # more than so many come, at 5 % each, once in ten thousand times
GOOD = Topic(scores=(0.8,), rates=(LIMIT / 4,))


@pytest.mark.parametrize(
    "topic",
    [ALIKE, SPREAD, WORSE_BELOW, BAD_START],
    ids=["all alike", "at every score", "worse below", "a bad start"],
)
def test_a_topic_over_its_limit_is_hardly_ever_unlocked(topic: Topic) -> None:
    found = [course(topic, TERMS, seed=seed, labels=1_000) for seed in range(100)]

    assert sum(each.is_false(topic, LIMIT) for each in found) <= MOST_OF_100


def test_a_good_topic_is_unlocked_soon() -> None:
    found = [course(GOOD, TERMS, seed=seed, labels=2_000, whole=False) for seed in range(50)]
    firsts = sorted(each.first or 9_999 for each in found)

    assert firsts[-2] <= 2_000  # one of fifty may take longer
    assert firsts[25] <= 600


@pytest.mark.parametrize(
    "topic",
    [ALIKE, SPREAD, WORSE_BELOW, BAD_START, GOOD],
    ids=["all alike", "at every score", "worse below", "a bad start", "good"],
)
def test_a_whole_history_tells_what_the_steps_told(topic: Topic) -> None:
    for seed in range(3):
        steps = course(topic, TERMS, seed=seed, labels=900)
        whole = told_by_history(topic, TERMS, seed=seed, labels=900)

        assert (whole.loosest, whole.at) == (steps.loosest, steps.at)


def test_an_unlock_is_false_when_a_threshold_it_opens_is_over_the_limit() -> None:
    def unlocked(loosest: float | None) -> Course:
        return Course(first=1, loosest=loosest, at=None)

    assert not unlocked(None).is_false(WORSE_BELOW, LIMIT)
    assert not unlocked(0.6).is_false(WORSE_BELOW, LIMIT)
    assert unlocked(0.5).is_false(WORSE_BELOW, LIMIT)
    assert unlocked(0.3).is_false(WORSE_BELOW, LIMIT)


def test_the_alarm_rings_soon_after_a_jump_and_not_before() -> None:
    rates = ((500, LIMIT / 4), (2_000, 5 * LIMIT))
    found = sorted(alarm_after(rates, LIMIT, seed=seed) or 9_999 for seed in range(60))

    assert found[0] > 500
    assert found[30] <= 500 + 200


def test_a_good_topic_rings_no_alarm_in_ten_thousand_replies() -> None:
    found = [alarm_after(((10_000, LIMIT / 2),), LIMIT, seed=seed) for seed in range(40)]

    assert sum(each is not None for each in found) <= 8


def test_the_usual_practice_breaks_its_promise_often() -> None:
    fitted = [calibrated(WORSE_BELOW, LIMIT, seed=seed, labels=300) for seed in range(200)]
    allowed = errors_allowed(LIMIT, delta=TERMS.delta, labels=1_000)
    tested = [retested(allowed, LIMIT, seed=seed) for seed in range(200)]

    assert sum(each is not None and WORSE_BELOW.risk(each) > LIMIT for each in fitted) > 60
    assert sum(tested) > 20


def test_a_bound_of_one_look_allows_its_first_error_where_it_is_known_to() -> None:
    allowed = errors_allowed(0.02, delta=0.05, labels=240)

    assert (allowed.index(0), allowed.index(1)) == (149, 236)


def test_the_figures_have_a_place_each_and_tell_the_price_of_looking_often() -> None:
    titles: list[str] = []

    def watch(title: str) -> Watch:
        titles.append(title)
        return Watch()

    parts = tuple(certificate_sections(2, watch))
    printed = as_json(parts)["certificates"]

    assert all(isinstance(part, Section) for part in parts)
    assert isinstance(printed, dict)
    assert printed["same_from_history"] == 1
    assert set(printed["sets"]) == {"labels", "usual", "alarms"}
    labels = printed["sets"]["labels"]
    assert list(labels["baselines"]["fixed_sample"].values()) == [59, 149, 299]
    assert [labels[f"clean_for_{limit}_percent"] for limit in (5, 2, 1)] == [72, 181, 364]
    assert len(titles) == len(set(titles))


def test_terms_are_those_of_a_team_that_set_nothing() -> None:
    assert (TERMS.error_limit, TERMS.valid_for) == (0.02, timedelta(days=90))
