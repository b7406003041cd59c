"""Bounds on how often something goes wrong: what each promises."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.risk import (
    FRESH_START,
    Bell,
    clean_cases_needed,
    evidence_above,
    evidence_below,
    first_alarm,
    fixed_sample,
    interval,
    upper_bound,
)
from tests.core.looks import ever

limits = st.floats(0.001, 0.1)
counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
runs = st.lists(st.booleans(), max_size=120)


def binomial(hits: int, cases: int, rate: float) -> float:
    return math.comb(cases, hits) * rate**hits * (1 - rate) ** (cases - hits)


@given(limits, st.floats(0, 1), st.integers(0, 60))
def test_the_bet_is_fair_while_the_rate_is_at_the_limit_or_above(
    limit: float, above: float, cases: int
) -> None:
    rate = limit + above * (1 - limit)
    expected = sum(
        binomial(errors, cases, rate) * math.exp(evidence_below(errors, cases, limit))
        for errors in range(cases + 1)
    )

    assert expected <= 1 + 1e-9


@given(limits, st.floats(0, 1), st.integers(0, 60))
def test_the_bet_of_the_alarm_is_fair_while_the_rate_is_at_the_limit_or_below(
    limit: float, share: float, cases: int
) -> None:
    expected = sum(
        binomial(errors, cases, share * limit) * math.exp(evidence_above(errors, cases, limit))
        for errors in range(cases + 1)
    )

    assert expected <= 1 + 1e-9


def test_no_case_is_no_evidence() -> None:
    assert evidence_below(0, 0, 0.02) == pytest.approx(0)
    assert evidence_above(0, 0, 0.02) == pytest.approx(0)


@given(counts, limits)
def test_a_clean_case_speaks_for_the_topic_and_a_wrong_one_against(
    count: tuple[int, int], limit: float
) -> None:
    errors, cases = count
    before = evidence_below(errors, cases, limit)

    assert evidence_below(errors, cases + 1, limit) > before
    assert evidence_below(errors + 1, cases + 1, limit) < before


@given(counts, limits, limits)
def test_a_higher_limit_is_easier_to_rule_out(
    count: tuple[int, int], one: float, other: float
) -> None:
    assert evidence_below(*count, min(one, other)) <= evidence_below(*count, max(one, other)) + 1e-9


@pytest.mark.parametrize("limit", [0.05, 0.02, 0.01])
def test_looking_after_every_case_unlocks_at_the_limit_in_five_percent_at_most(
    limit: float,
) -> None:
    def is_enough(errors: int, cases: int) -> bool:
        return evidence_below(errors, cases, limit) >= math.log(20)

    assert 0.01 < ever(is_enough, limit, looks=1_000) <= 0.05


@given(counts, st.floats(0.001, 0.2))
def test_a_bound_is_the_smallest_limit_that_the_evidence_rules_out(
    count: tuple[int, int], delta: float
) -> None:
    bound = upper_bound(*count, delta=delta)
    wanted = -math.log(delta)

    assert count[0] / max(count[1], 1) <= bound <= 1
    if bound < 1:
        assert evidence_below(*count, bound) >= wanted
    if 0.001 < bound < 0.999:
        assert evidence_below(*count, bound * 0.999) < wanted


@given(counts, st.floats(0.001, 0.2))
def test_a_bound_for_many_looks_is_wider_than_for_one(count: tuple[int, int], delta: float) -> None:
    _, upper = interval(*count, delta=2 * delta)

    assert upper_bound(*count, delta=delta) >= upper - 1e-9


@pytest.mark.parametrize("count", [(0, 0), (1, 1), (40, 40)])
def test_nothing_is_bounded_where_nothing_went_well(count: tuple[int, int]) -> None:
    assert upper_bound(*count, delta=0.05) == 1.0


@given(counts, limits)
def test_the_clean_cases_needed_are_just_enough(count: tuple[int, int], limit: float) -> None:
    errors, cases = count
    more = clean_cases_needed(errors, cases, limit, wanted=math.log(20))

    assert evidence_below(errors, cases + more, limit) >= math.log(20)
    assert not more or evidence_below(errors, cases + more - 1, limit) < math.log(20)


@pytest.mark.parametrize(("limit", "cases"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.005, 598)])
def test_a_fixed_sample_without_error_has_the_known_size(limit: float, cases: int) -> None:
    assert fixed_sample(limit, delta=0.05) == cases


@given(counts, st.floats(0.001, 0.2))
def test_an_interval_holds_what_was_counted(count: tuple[int, int], delta: float) -> None:
    low, high = interval(*count, delta=delta)

    assert 0 <= low <= count[0] / max(count[1], 1) <= high <= 1


# --- the alarm -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "delta"), [(0.1, 0.5), (0.3, 0.3)])
def test_the_alarm_rings_falsely_with_the_chance_given_at_most(limit: float, delta: float) -> None:
    rings = sum(
        limit ** sum(case) * (1 - limit) ** (len(case) - sum(case))
        for case in product([False, True], repeat=12)
        if first_alarm(case, limit, delta=delta) is not None
    )

    assert 0 < rings <= delta


@given(runs, limits)
def test_the_alarm_is_a_sum_of_bets_that_begin_every_25_cases(
    run: list[bool], limit: float
) -> None:
    bets = range(1, 1 + -(-len(run) // FRESH_START))  # numbers of those that have begun
    since = [run[(bet - 1) * FRESH_START :] for bet in bets]
    held = sum(
        math.exp(evidence_above(sum(each), len(each), limit)) / (bet * (bet + 1))
        for bet, each in zip(bets, since, strict=True)
    )
    not_begun = 1 / (len(bets) + 1)
    bell = Bell(limit, delta=0.05)
    rings = [bell.rings(case) for case in run]

    assert run == [] or not run[-1] or rings[-1] is (held + not_begun >= 20)


@given(runs, st.integers(0, 119), limits)
def test_an_outcome_that_turns_out_wrong_never_delays_the_alarm(
    run: list[bool], place: int, limit: float
) -> None:
    worse = [case or number == place for number, case in enumerate(run)]
    before, after = (first_alarm(each, limit, delta=0.05) for each in (run, worse))

    assert before is None or (after is not None and after <= before)


def test_the_alarm_says_after_which_case_it_rang() -> None:
    rang = first_alarm([False] * 10 + [True] * 10, 0.02, delta=0.05)

    assert rang is not None
    assert first_alarm([False] * 10 + [True] * (rang - 10), 0.02, delta=0.05) == rang
    assert first_alarm([False] * 10 + [True] * (rang - 11), 0.02, delta=0.05) is None


def test_a_long_good_time_does_not_deafen_the_alarm() -> None:
    at_once = first_alarm([True] * 20, 0.02, delta=0.05)
    late = first_alarm([False] * 80 * FRESH_START + [True] * 20, 0.02, delta=0.05)

    assert at_once is not None
    assert late is not None
    assert late - 80 * FRESH_START <= at_once + 4


@pytest.mark.parametrize("run", [[], [False] * 5_000], ids=["no case", "no fault"])
def test_without_faults_it_never_rings(run: list[bool]) -> None:
    assert first_alarm(run, 0.02, delta=0.05) is None
