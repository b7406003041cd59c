"""Counts how far a measurement is, and stops it when its time is up."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import isinf
from typing import TypeVar

T = TypeVar("T")


class TimeIsUp(Exception):
    """The measurement took all the time it was given; its purpose is not measured."""


def no_progress(_done: int, _of: int) -> None:
    """Shows nothing."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """Steps through work. `seconds_left` is asked at each step; `show` gets done and of."""

    seconds_left: Callable[[], float] = lambda: float("inf")
    show: Callable[[int, int], None] = no_progress

    def each(self, some: Iterable[T]) -> Iterator[T]:
        """The same, one by one.

        Raises:
            TimeIsUp: no time was left before a step.
        """
        every = tuple(some)
        for done, one in enumerate(every):
            if self.seconds_left() <= 0:
                raise TimeIsUp
            self.show(done, len(every))
            yield one

    def first(self, some: Iterable[T], *, seconds: float) -> Iterator[T]:
        """As many of them as there is time for; at most so long, unless there is no limit."""
        end = max(0.0, self.seconds_left() - seconds)
        within = Watch(seconds_left=lambda: self.seconds_left() - end, show=self.show)
        with suppress(TimeIsUp):
            yield from (self if isinf(end) else within).each(some)
