"""`python -m tests.simulation --schedules N --seed S [--workers W] [--verbose]`."""

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import structlog

from tests.simulation.schedule import Outcome, Schedule


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


def main() -> int:
    """Run them, print progress and figures; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--schedules", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--verbose", action="store_true", help="print every event")
    asked = parser.parse_args()
    quiet_log()
    began = time.monotonic()
    counts: Counter[str] = Counter()
    met: Counter[str] = Counter()
    virtual, failed = 0.0, []
    if asked.verbose:
        for seed in range(asked.seed, asked.seed + asked.schedules):
            outcome = Schedule(seed).run(keep_lines=True)
            print("\n".join(outcome.lines))
            for each in outcome.broken:
                print(f"BROKEN {each.kind}: {each.about}")
        return 0
    for number, outcome in enumerate(outcomes(asked.seed, asked.schedules, asked.workers), 1):
        counts += outcome.counts
        met += outcome.met
        virtual += outcome.seconds
        if outcome.broken:
            failed.append(outcome)
            kinds = ", ".join(f"{each.kind}: {each.about}" for each in outcome.broken[:3])
            print(f"seed {outcome.seed} FAILED  {kinds}", flush=True)
        if number % 100 == 0:
            print(f"{number} schedules, {len(failed)} failed", file=sys.stderr, flush=True)
    print(counts)
    print(met)
    print(f"{virtual / 3600:.1f} virtual hours, {time.monotonic() - began:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
