"""How evidence is put together from people's reviews and the matcher's labels, in order."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.certificate import THRESHOLDS, Terms
from agent.core.risk import evidence_below
from agent.core.series import Review, Series, Tally, evidence, rests_on_matched, together
from tests.core.history import NOON

ENOUGH = math.log(25)  # one over the chance of error of the first series
MANY = Tally(reviewed=620, wrong=60, labels=6_200, called_wrong=100, audited=620)


def review(number: int, *, score: float = 0.8, is_wrong: bool = False) -> Review:
    return Review(
        at=NOON + timedelta(minutes=number),
        score=score,
        is_wrong=is_wrong,
        was_called_wrong=is_wrong,
    )


def after(reviews: list[Review], terms: Terms | None = None) -> Series:
    series = Series(terms or Terms())
    for each in reviews:
        series.add(each)
    return series


def test_reviews_by_people_have_nine_tenths_of_the_stake() -> None:
    reviews = Tally(reviewed=200, labels=200)

    assert evidence(reviews, 0.02) == pytest.approx(
        math.log(0.9 * math.exp(evidence_below(0, 200, 0.02)) + 0.1)
    )
    assert not rests_on_matched(reviews, 0.02)


def test_audited_labels_of_a_matcher_that_misses_nothing_can_unlock() -> None:
    assert evidence(MANY, 0.1) >= ENOUGH
    assert rests_on_matched(MANY, 0.1)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"audited": 60}, id="too few audits"),
        pytest.param({"missed": 25}, id="it misses too much"),
        pytest.param({"called_wrong": 400}, id="too much is wrong by its own word"),
    ],
)
def test_the_matchers_labels_do_not_unlock_when(changed: dict[str, int]) -> None:
    tally = together([MANY])
    for name, value in changed.items():
        setattr(tally, name, value)

    assert evidence(tally, 0.1) < ENOUGH


def test_each_series_has_a_fifth_of_the_chance_of_the_one_before() -> None:
    bad = [review(number, is_wrong=True) for number in range(30)]
    chances: list[float] = []
    series = Series(Terms())
    for each in bad:
        series.add(each)
        if len(chances) < series.number:
            chances.append(math.exp(-series.wanted) / Terms().delta)

    assert chances[:3] == pytest.approx([0.8, 0.16, 0.032])


def test_the_loosest_threshold_that_looks_good_enough_is_chosen() -> None:
    good = [review(number, score=0.95) for number in range(60)]
    fair = [review(100 + number, score=0.85) for number in range(60)]
    bad = [review(200 + number, score=0.65, is_wrong=True) for number in range(12)]

    assert after([*good, *fair, *bad]).threshold == 0.7  # what lies above 0.7 has no fault
    assert after([*bad, *good, *fair]).number == 2


def test_where_none_looks_good_enough_the_strictest_is_chosen_that_enough_replies_reach() -> None:
    few = [review(0, score=0.95)]
    bad = [review(1 + number, score=0.85, is_wrong=True) for number in range(30)]

    assert after([*few, *bad[:7]]).threshold == 0.9  # one of eight reaches it
    assert after(bad).threshold == 0.8

    unseen = [review(100 + number, score=0.1) for number in range(100)]
    assert after([*few, *unseen, *bad[:7]]).threshold == 0.8  # one of a hundred is not enough


def test_thresholds_pass_from_strict_to_loose_never_past_one_that_fails() -> None:
    strict = [review(number) for number in range(200)]
    bad = [review(200 + number, score=0.55, is_wrong=True) for number in range(25)]
    loose = [review(300 + number, score=0.35) for number in range(3_000)]
    found = after([*strict, *bad, *loose])

    assert [each.threshold for each in found.unlocks] == [0.6]
    assert found.threshold == 0.5


def test_a_series_that_has_passed_is_not_given_up() -> None:
    clean = [review(number) for number in range(200)]
    wrong = [review(300 + number, is_wrong=True) for number in range(50)]
    found = after([*clean, *wrong])

    assert found.number == 1
    assert [each.threshold for each in found.unlocks] == [0.6]


def test_each_unlock_rests_on_all_reviews_from_its_threshold_on() -> None:
    # The looser reviews are there before the strict threshold passes, and count at once.
    looser = [review(number, score=0.55) for number in range(30)]
    loosest = [review(100 + number, score=0.45) for number in range(40)]
    found = after([*looser, *loosest, *(review(200 + number) for number in range(185))])

    assert [(each.threshold, each.tally.reviewed) for each in found.unlocks] == [
        (0.6, 181),
        (0.5, 211),
        (0.4, 251),
    ]
    assert {each.at for each in found.unlocks} == {NOON + timedelta(minutes=380)}
    assert (found.threshold, found.tally.reviewed, found.own_missing) == (0.3, 255, 20)


def test_a_review_just_at_a_threshold_counts_for_it() -> None:
    found = after([review(number, score=0.6) for number in range(5)])

    assert found.tally.reviewed == 5


def test_thousands_of_wrong_reviews_are_no_trouble() -> None:
    found = after([review(number, is_wrong=True) for number in range(6_000)])

    assert found.number > 800
    assert not found.unlocks


@pytest.mark.parametrize(("count", "series"), [(199, 1), (200, 2)])
def test_a_threshold_is_scarce_when_few_of_two_hundred_reach_it(count: int, series: int) -> None:
    reached = [review(number) for number in range(9)]
    others = [review(number, score=0.45) for number in range(9, count)]

    assert after([*reached, *others]).number == series


def test_one_in_twenty_is_not_scarce() -> None:
    reached = [review(number) for number in range(10)]
    others = [review(number, score=0.45) for number in range(10, 200)]

    assert after([*reached, *others]).number == 1


def test_without_any_score_that_can_be_tested_the_loosest_threshold_is_chosen() -> None:
    assert after([review(number, score=0.1) for number in range(200)]).threshold == 0.3


@pytest.mark.parametrize(("clean", "threshold"), [(49, 0.9), (50, 0.7)])
def test_good_enough_is_half_the_limit_with_half_an_error_added(
    clean: int, threshold: float
) -> None:
    # 0.5 of 50 labels and one is just over 1 %, of 51 just under it.
    good = [review(number, score=0.95) for number in range(clean - 1)]
    bad = [review(100 + number, score=0.65, is_wrong=True) for number in range(12)]

    assert after([*good, *bad]).number == 2
    assert after([*good, *bad]).threshold == threshold


def test_a_review_is_a_persons_and_no_audit_unless_said() -> None:
    found = after([review(0)]).tally

    assert (found.reviewed, found.labels, found.audited, found.missed) == (1, 1, 0, 0)


def test_when_the_loosest_has_passed_nothing_is_tested() -> None:
    found = after([review(number, score=0.35 + 0.1 * (number % 7)) for number in range(2_000)])

    assert [each.threshold for each in found.unlocks] == [0.6, 0.5, 0.4, 0.3]
    assert found.threshold is None
    assert found.own_missing == 0


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=200),
    st.sampled_from(THRESHOLDS),
)
def test_counts_from_a_threshold_on_are_those_of_all_reviews(
    given_reviews: list[tuple[float, bool]], threshold: float
) -> None:
    series = after([review(0, score=score, is_wrong=wrong) for score, wrong in given_reviews])
    above = [wrong for score, wrong in given_reviews if score >= threshold]

    assert series.ever(threshold).reviewed == len(above)
    assert series.ever(threshold).wrong == sum(above)
