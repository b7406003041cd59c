"""The fold of one topic's reviews, in the order they were given, into unlocked thresholds.

It looks after every review, and that costs nothing: each threshold's evidence is a fair bet while
its replies are wrong too often, whenever one looks (`core/risk.py`). A threshold passes when its
evidence reaches 1/(chance of error); then the next looser one is tested with the same reviews and
the same chance, once some of them lie between the two. What passes first falsely must be the
first false one in that order. A series whose first threshold is hopeless, or which hardly any
reply reaches, is given up: all reviews so far choose where the next series begins, later ones
alone count in it, and it has a fifth of the chance of error. So the chances of all series add up
to less than what the terms leave.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from agent.core.certificate import FIRST_THRESHOLD, THRESHOLDS, Terms
from agent.core.risk import evidence_below

_FIRST_SHARE, _NEXT_SHARE = math.log(0.8), math.log(0.2)  # of the chance: 0.8, 0.16, 0.032, …
_HOPELESS = math.log(0.01)  # evidence of the first threshold at which a series is given up
_SCARCE_AFTER, _SCARCE = 200, 0.05  # reviews; the share that must reach the first threshold
_OWN = 20  # reviews between a looser threshold and the one before; what nobody saw stays a draft
_BY_PERSON, _WITH_MATCHED = math.log(0.9), math.log(0.1)  # stakes on the two ways to count
_PLACES = len(THRESHOLDS) + 1  # from one threshold to the next; the last is under all of them
_RISING = tuple(reversed(THRESHOLDS))
_below = lru_cache(maxsize=100_000)(evidence_below)  # the same counts come back at every look


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What one label says. `was_called_wrong`: by the person or, before an audit, the matcher.

    `is_audit`: the person who gave it was asked at random about a reply that the matcher had
    judged; `is_missed`: the matcher had called it clean, and it is wrong.
    """

    at: datetime
    score: float
    is_wrong: bool
    was_called_wrong: bool
    is_by_person: bool = True
    is_audit: bool = False
    is_missed: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of reviews. `labels` are a person's and the matcher's, `reviewed` a person's."""

    reviewed: int = 0
    wrong: int = 0
    labels: int = 0
    called_wrong: int = 0
    audited: int = 0
    missed: int = 0

    @property
    def compared(self) -> int:
        """How many only the matcher judged."""
        return self.labels - self.reviewed

    def add(self, review: Review) -> None:
        """Count one more."""
        self.labels += 1
        self.called_wrong += review.was_called_wrong
        if review.is_by_person:
            self.reviewed += 1
            self.wrong += review.is_wrong
        if review.is_audit:
            self.audited += 1
            self.missed += review.is_missed

    def with_clean(self, more: int) -> "Tally":
        """The counts after so many more reviews by a person, all clean."""
        return replace(self, reviewed=self.reviewed + more, labels=self.labels + more)


def together(tallies: Iterable[Tally]) -> Tally:
    """The sum."""
    found = Tally()
    for each in tallies:
        found.reviewed += each.reviewed
        found.wrong += each.wrong
        found.labels += each.labels
        found.called_wrong += each.called_wrong
        found.audited += each.audited
        found.missed += each.missed
    return found


def evidence(tally: Tally, limit: float) -> float:
    """The logarithm of 0.9 E(reviews) + 0.1 min(E(all labels at limit/2), E(missed at limit/2)).

    The second bet takes the matcher's labels in. If replies are wrong in `limit` or more, then
    either the labels say so in half of it or more, or the matcher misses half of it or more: one
    of the two is a fair bet, and the smaller is no more than that one.
    """
    stakes = _stakes(tally, limit)
    more, less = max(stakes), min(stakes)
    return more + math.log1p(math.exp(less - more))


def rests_on_matched(tally: Tally, limit: float) -> bool:
    """Whether most of the evidence comes from the bet that takes the matcher's labels in."""
    by_person, with_matched = _stakes(tally, limit)
    return with_matched > by_person


def _stakes(tally: Tally, limit: float) -> tuple[float, float]:
    half = limit / 2
    with_matched = min(
        _below(tally.called_wrong, tally.labels, half), _below(tally.missed, tally.audited, half)
    )
    by_person = _below(tally.wrong, tally.reviewed, limit)
    return _BY_PERSON + by_person, _WITH_MATCHED + with_matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """A threshold that passed, when, and the counts it rests on."""

    threshold: float
    at: datetime
    tally: Tally
    wanted: float  # the logarithm of the evidence that it had to reach


class Series:
    """Give it every review in order with `add`; all it says is as of the last one."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self.number = 1
        self.unlocks: tuple[Unlock, ...] = ()
        self._before = _empty()
        self._begin(THRESHOLDS.index(FIRST_THRESHOLD))

    @property
    def threshold(self) -> float | None:
        """What is being tested; None when the loosest has passed."""
        return None if self._tested is None else THRESHOLDS[self._tested]

    @property
    def own_missing(self) -> int:
        """How many reviews a looser threshold lacks between it and the one that passed before."""
        if self._tested is None or not self.unlocks:
            return 0
        return max(0, _OWN - self._these[self._tested].reviewed)

    @property
    def labels_before(self) -> int:
        """How many labels earlier series used up."""
        return together(self._before).labels

    def ever(self, threshold: float) -> Tally:
        """The counts from a threshold on, earlier series too: to look at, not a proof."""
        return self._ever(THRESHOLDS.index(threshold))

    def add(self, review: Review) -> None:
        """Count one more, and look."""
        place = len(THRESHOLDS) - bisect_right(_RISING, review.score)
        self._these[place].add(review)
        self._given += 1
        if self._tested is None:
            return
        if place <= self._tested:
            self.tally.add(review)
        found = evidence(self.tally, self._terms.error_limit)
        if not self.unlocks and self._is_given_up(found):
            self.number += 1
            first = self._chosen()
            self._before = tuple(map(together, zip(self._before, self._these, strict=True)))
            self._begin(first)
        elif found >= self.wanted:
            self._unlock(review.at)

    def _ever(self, place: int) -> Tally:
        return together((*self._before[: place + 1], *self._these[: place + 1]))

    def _begin(self, first: int) -> None:
        # As logarithms: after thousands of wrong reviews the share itself is no number any more.
        self.wanted = self._terms.wanted - _FIRST_SHARE - (self.number - 1) * _NEXT_SHARE
        self._tested: int | None = first
        self._these = _empty()
        self._given = 0
        self.tally = Tally()

    def _unlock(self, at: datetime) -> None:
        while self._tested is not None:
            found = evidence(self.tally, self._terms.error_limit)
            if found < self.wanted or self.own_missing:
                return
            threshold = THRESHOLDS[self._tested]
            passed = Unlock(
                threshold=threshold, at=at, tally=replace(self.tally), wanted=self.wanted
            )
            self.unlocks += (passed,)
            looser = self._tested + 1
            self._tested = looser if looser < len(THRESHOLDS) else None
            self.tally = together(self._these[: looser + 1])

    def _is_given_up(self, found: float) -> bool:
        """From what is known already, so that the next series owes nothing to it."""
        is_scarce = self._given >= _SCARCE_AFTER and self.tally.labels < _SCARCE * self._given
        return found <= _HOPELESS or is_scarce

    def _chosen(self) -> int:
        """Where the next series begins: the loosest threshold that looks good enough.

        Good enough is half the limit; if none is, the strictest that enough replies reach.
        """
        counts = [self._ever(place) for place in range(len(THRESHOLDS))]
        enough = _SCARCE * self._ever(len(THRESHOLDS)).labels
        places = [place for place, each in enumerate(counts) if each.labels >= max(1, enough)]
        good = [
            place
            for place in places
            if (counts[place].called_wrong + 0.5) / (counts[place].labels + 1)
            <= self._terms.error_limit / 2
        ]
        return max(good) if good else min(places, default=len(THRESHOLDS) - 1)


def _empty() -> tuple[Tally, ...]:
    return tuple(Tally() for _ in range(_PLACES))
