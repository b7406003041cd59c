"""`python -m tests.simulation --schedules N --seed S [--workers W] [--verbose]`."""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import structlog

from tests.simulation.figures import Figures
from tests.simulation.schedule import Outcome, Schedule

PROGRESS = 100  # schedules between two lines of progress


def quiet_log() -> None:
    """What the workers log is not shown; traces say more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def lived(seed: int) -> Outcome:
    """One schedule."""
    return Schedule(seed).run()


def outcomes(first: int, schedules: int, workers: int) -> Iterator[Outcome]:
    """All of them, in the order of their seeds."""
    seeds = range(first, first + schedules)
    if workers == 1:
        yield from map(lived, seeds)
        return
    with ProcessPoolExecutor(workers, initializer=quiet_log) as pool:
        yield from pool.map(lived, seeds, chunksize=8)


def tell_all(seeds: range) -> None:
    """Every event of each schedule, and what was wrong."""
    for seed in seeds:
        outcome = Schedule(seed).run(keep_lines=True)
        print("\n".join(outcome.lines))
        for each in outcome.broken:
            print(f"WRONG {each.kind}: {each.about}")


def main() -> int:
    """Run them, print progress and figures; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the first; the others follow")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--until-wrong", action="store_true", help="stop at the first failure")
    parser.add_argument("--verbose", action="store_true", help="print every event")
    asked = parser.parse_args()
    quiet_log()
    if asked.verbose:
        tell_all(range(asked.seed, asked.seed + asked.schedules))
        return 0
    began, figures = time.monotonic(), Figures()
    for outcome in outcomes(asked.seed, asked.schedules, asked.workers):
        figures.add(outcome)
        if outcome.broken:
            found = ", ".join(f"{each.kind}: {each.about}" for each in outcome.broken[:3])
            print(f"seed {outcome.seed} is wrong  {found}", flush=True)
            if asked.until_wrong:
                break
        if figures.schedules % PROGRESS == 0:
            progress = f"{figures.schedules} schedules, {figures.failed} wrong"
            print(progress, file=sys.stderr, flush=True)
    print("\n".join(figures.lines(time.monotonic() - began)))
    return 1 if figures.failed else 0


if __name__ == "__main__":
    sys.exit(main())
