"""Bounds on how often something goes wrong, from counted cases.

Tests by betting: a mixture of likelihood ratios is a fair game while the claim is true, so it
exceeds 1/d at any time, ever, with probability d at the most (Ville 1939; Howard, Ramdas and
others, "Time-uniform Chernoff bounds", 2020; Ramdas and others, "Game-theoretic statistics and
safe anytime-valid inference", 2023). One may look after every case and stop when one likes.
All rates are 0..1; evidence is given as its natural logarithm.
"""

import math
from collections.abc import Callable, Iterable

# Rates that are bet on, as shares of the limit, and what is staked on each.
_BELOW = ((0.0, 0.5), (0.1, 0.2), (0.25, 0.15), (0.5, 0.1), (0.75, 0.05))
_ABOVE = ((1.5, 0.1), (2.0, 0.2), (3.0, 0.2), (5.0, 0.3), (10.0, 0.2))
FRESH_START = 25  # cases; a change may come at any time, so new bets begin after each so many
_NO_DIGIT = 1e-17  # of a sum, at which it stays as it is
_HALVINGS = 50  # of an interval; more change no digit worth printing, or would reach its end


def evidence_below(errors: int, cases: int, limit: float) -> float:
    """How strongly the counts speak against an error rate of `limit` or more.

    E = sum_j w_j (q_j/l)^k ((1-q_j)/(1-l))^(n-k), with k errors in n cases and all q_j below l.
    For every rate from l on, each factor is 1 or less in expectation, given all cases before it.
    """
    return _log_sum(
        math.log(stake) + _log_ratio(errors, cases, share * limit, limit) for share, stake in _BELOW
    )


def clean_cases_needed(errors: int, cases: int, limit: float, *, wanted: float) -> int:
    """How many more cases, all without error, take `evidence_below` to `wanted`."""
    return fewest(lambda more: evidence_below(errors, cases + more, limit) >= wanted)


def fewest(is_enough: Callable[[int], bool]) -> int:
    """The smallest number from 0 on that is enough, where more than enough is enough, too."""
    if is_enough(0):
        return 0
    low, high = 0, 1
    while not is_enough(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def fixed_sample(limit: float, *, delta: float) -> int:
    """How many cases without error a test needs that looks once only: (1-l)^n <= delta."""
    return math.ceil(math.log(delta) / math.log1p(-limit))


def upper_bound(errors: int, cases: int, *, delta: float) -> float:
    """The error rate is below this with confidence 1-delta, however often one looked.

    The smallest limit against which the evidence suffices; 1.0 when none does.
    """
    wanted = -math.log(delta)
    return smallest_limit(lambda limit: evidence_below(errors, cases, limit) >= wanted)


def smallest_limit(is_excluded: Callable[[float], bool]) -> float:
    """The smallest rate that is excluded, where all above it are, too; 1.0 when none is."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_excluded(middle) else (middle, high)
    return high


def interval(hits: int, cases: int, *, delta: float) -> tuple[float, float]:
    """The exact interval of a share that is looked at once (Clopper and Pearson 1934)."""
    if cases == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else 1 - _upper(cases - hits, cases, delta / 2)
    high = 1.0 if hits == cases else _upper(hits, cases, delta / 2)
    return low, high


def _upper(hits: int, cases: int, delta: float) -> float:
    """The rate at which so few hits have a probability of `delta`."""
    low, high = hits / cases, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(hits, cases, middle) > delta else (low, middle)
    return high


def at_most(hits: int, cases: int, rate: float) -> float:
    """The probability of `hits` or fewer in so many cases, for a rate of hits/cases or more.

    From the likeliest on down, each from the one before, until no digit changes.
    """
    ways = math.lgamma(cases + 1) - math.lgamma(hits + 1) - math.lgamma(cases - hits + 1)
    term = math.exp(ways + hits * math.log(rate) + (cases - hits) * math.log1p(-rate))
    total = 0.0
    for left in range(hits, -1, -1):
        total += term
        term *= left / (cases - left + 1) * (1 - rate) / rate
        if term <= total * _NO_DIGIT:
            break
    return total


def evidence_above(errors: int, cases: int, limit: float) -> float:
    """As `evidence_below`, with all q_j above l: against an error rate of `limit` or less."""
    bets = _above(limit)
    return _log_sum(math.log(stake) + _log_ratio(errors, cases, q, limit) for q, stake in bets)


def first_alarm(cases: Iterable[bool], limit: float, *, delta: float) -> int | None:
    """After how many cases (True: it went wrong) the rate is surely above `limit`; None: never.

    The bets of `evidence_above`; and since a rate may jump at any time, bet k begins after
    (k-1) * 25 cases with the stake 1/(k(k+1)). Stakes not yet begun stay as they are. While the
    rate is at the limit or below, it ever rings with probability `delta` at the most.
    """
    bell = Bell(limit, delta=delta)
    return next((number for number, case in enumerate(cases, 1) if bell.rings(case)), None)


class Bell:
    """`first_alarm`, one case at a time."""

    def __init__(self, limit: float, *, delta: float) -> None:
        self._bets = [
            (stake, q / limit, (1 - q) / (1 - limit)) for q, stake in _above(limit)
        ]  # what is staked on each rate, and the factor of a case that went wrong or well
        self._capital = [0.0 for _ in self._bets]
        self._wanted = 1 / delta
        self._cases = self._begun = self._well = 0

    def rings(self, is_wrong: bool) -> bool:  # noqa: FBT001 - a case is nothing but that
        """Count one more case; True when the evidence suffices, which a case that went well
        never makes it do.
        """
        if self._cases % FRESH_START == 0:
            self._settle()
            self._begun += 1
            fresh = 1 / (self._begun * (self._begun + 1))
            self._capital = [held + fresh for held in self._capital]
        self._cases += 1
        if not is_wrong:
            self._well += 1
            return False
        self._settle()
        self._capital = [
            held * wrong for held, (_, wrong, _) in zip(self._capital, self._bets, strict=True)
        ]
        held = sum(won * bet[0] for won, bet in zip(self._capital, self._bets, strict=True))
        return held + 1 / (self._begun + 1) >= self._wanted

    def _settle(self) -> None:
        """Take in the cases that went well since the last one that did not."""
        self._capital = [
            held * well**self._well
            for held, (_, _, well) in zip(self._capital, self._bets, strict=True)
        ]
        self._well = 0


def _above(limit: float) -> list[tuple[float, float]]:
    return [(min(share * limit, (1 + limit) / 2), stake) for share, stake in _ABOVE]


# --- logarithms, so that no product of thousands of factors is lost ------------------------------


def _log_ratio(errors: int, cases: int, rate: float, limit: float) -> float:
    clean = (cases - errors) * (math.log1p(-rate) - math.log1p(-limit))
    if errors == 0:
        return clean
    return -math.inf if rate == 0 else clean + errors * math.log(rate / limit)


def _log_sum(logarithms: Iterable[float]) -> float:
    found = list(logarithms)
    highest = max(found)
    return highest + math.log(sum(math.exp(each - highest) for each in found))
