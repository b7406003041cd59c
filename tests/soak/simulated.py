"""Simulated schedules with seeds nobody has tried, one process a core, for as long as asked."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count, islice

from tests.simulation.__main__ import lived, quiet_log
from tests.simulation.figures import Figures
from tests.simulation.schedule import Outcome

CORES = os.cpu_count() or 1
TELL_EVERY = 30.0  # seconds


def simulate(
    seed: int, seconds: float, tell: Callable[[str], None], *, at_most: int | None = None
) -> tuple[Figures, float]:
    """Schedules from that seed on until the time is up, and how many seconds they took.

    At most `at_most` when it is given. Each one that went wrong is told with its seed.
    """
    figures, began = Figures(), time.monotonic()
    told_at = began
    for outcome in _outcomes(_seeds(seed, at_most), began + seconds):
        figures.add(outcome)
        if outcome.broken:
            kinds = ", ".join(sorted({each.kind for each in outcome.broken}))
            tell(f"seed {outcome.seed} is wrong: {kinds}")
        if time.monotonic() - told_at > TELL_EVERY:
            told_at = time.monotonic()
            tell(f"{figures.schedules} schedules, {figures.failed} of them wrong")
    return figures, time.monotonic() - began


def _seeds(first: int, at_most: int | None) -> Iterator[int]:
    return iter(count(first) if at_most is None else range(first, first + at_most))


def _outcomes(seeds: Iterator[int], until: float) -> Iterator[Outcome]:
    with ProcessPoolExecutor(CORES, initializer=quiet_log) as pool:
        going: set[Future[Outcome]] = {
            pool.submit(lived, seed) for seed in islice(seeds, CORES * 4)
        }
        while going:
            ended, going = wait(going, return_when=FIRST_COMPLETED)
            for future in ended:
                seed = next(seeds, None) if time.monotonic() < until else None
                if seed is not None:
                    going.add(pool.submit(lived, seed))
                yield future.result()
