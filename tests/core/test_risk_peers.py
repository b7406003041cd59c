"""Our statistics beside scipy's and MAPIE's, on the same counts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapie.exchangeability_testing.bounds import conjugate_mixture_empirical_bernstein_bound
from mapie.risk_control.fwer_control import control_fwer
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from scipy.stats import binom, binomtest

from agent.core.risk import (
    at_most,
    evidence_below,
    first_alarm,
    fixed_sample,
    interval,
    upper_bound,
)
from tests.core.looks import ever

counts = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(deadline=None)
@given(counts, st.sampled_from([0.01, 0.05, 0.1]))
def test_the_interval_is_scipys_exact_one(count: tuple[int, int], delta: float) -> None:
    known = binomtest(*count).proportion_ci(1 - delta, method="exact")

    assert interval(*count, delta=delta) == pytest.approx((known.low, known.high), abs=1e-9)


@settings(deadline=None)
@given(counts, st.floats(0, 0.99))
def test_the_probability_of_so_few_is_scipys(count: tuple[int, int], share: float) -> None:
    hits, cases = count
    rate = (hits / cases) + share * (1 - hits / cases)
    if 0 < rate < 1:
        assert at_most(hits, cases, rate) == pytest.approx(binom.cdf(hits, cases, rate), abs=1e-9)


@pytest.mark.parametrize("limit", [0.05, 0.02, 0.01])
def test_a_fixed_sample_is_the_first_that_learn_then_test_accepts(limit: float) -> None:
    cases = fixed_sample(limit, delta=0.05)
    enough, too_few = (
        compute_hoeffding_bentkus_p_value(np.array([0.0]), each, limit, binary=True)[0, 0]
        for each in (cases, cases - 1)
    )

    assert enough <= 0.05 < too_few


@settings(deadline=None)
@given(counts, st.sampled_from([0.05, 0.02, 0.01]))
def test_evidence_for_every_look_never_exceeds_what_one_look_gives(
    count: tuple[int, int], limit: float
) -> None:
    # 1/E is a p-value for every look; the exact one, of one look, is never larger.
    exact = float(binom.cdf(*count, limit))
    many = math.exp(min(0.0, -evidence_below(*count, limit)))
    mapie = compute_hoeffding_bentkus_p_value(
        np.array([count[0] / count[1]]), count[1], limit, binary=True
    )[0, 0]

    assert exact <= many + 1e-9
    assert exact <= mapie + 1e-9 or count[0] / count[1] > limit


def test_the_fixed_order_is_that_of_learn_then_test() -> None:
    # Thresholds from strict to loose: all up to the first that fails, and none behind it.
    errors, cases = np.array([0, 1, 9, 1]), np.array([200, 400, 420, 600])
    passing = [
        upper_bound(int(k), int(n), delta=0.05) <= 0.02 for k, n in zip(errors, cases, strict=True)
    ]
    many = np.array(
        [
            math.exp(-evidence_below(int(k), int(n), 0.02))
            for k, n in zip(errors, cases, strict=True)
        ]
    )

    assert passing == [True, True, False, True]
    assert control_fwer(many, 0.05, "fixed_sequence").tolist() == [0, 1]


def test_looking_often_breaks_a_bound_that_was_made_for_one_look() -> None:
    # What our evidence is for: here the exact bound of a fixed sample, with as many looks.
    def is_enough(errors: int, cases: int) -> bool:
        return bool(binom.cdf(errors, cases, 0.05) <= 0.05)

    assert ever(is_enough, 0.05, looks=300) > 0.14


@pytest.mark.parametrize("clean", [0, 500, 2_000])
def test_the_alarm_rings_before_mapies_bound_for_every_look(clean: int) -> None:
    # Its empirical Bernstein bound (Howard and others, 2021) holds for any risk between 0 and 1;
    # that these are counts, and that a jump may come late, is what ours knows more.
    run = [False] * clean + [number % 10 == 9 for number in range(2_000)]
    bound = conjugate_mixture_empirical_bernstein_bound(
        np.array(run, dtype=float), v_opt=1, alpha=0.05, bound_side="lower"
    )
    theirs = np.flatnonzero(np.asarray(bound) > 0.02)
    ours = first_alarm(run, 0.02, delta=0.05)

    assert ours is not None
    assert not theirs.size or ours <= theirs[0] + 1


def test_the_bet_is_a_weighted_mean_of_likelihood_ratios_as_scipy_counts_them() -> None:
    errors, cases, limit = 3, 400, 0.02
    bets = {0.0: 0.5, 0.1: 0.2, 0.25: 0.15, 0.5: 0.1, 0.75: 0.05}
    known = sum(
        stake * binom.pmf(errors, cases, share * limit) / binom.pmf(errors, cases, limit)
        for share, stake in bets.items()
    )

    assert math.exp(evidence_below(errors, cases, limit)) == pytest.approx(known)
