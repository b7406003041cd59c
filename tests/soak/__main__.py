"""`python -m tests.soak --minutes N [--seed S]`: half simulated, half with real processes."""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from random import Random

from tests.postgres import Postgres, own_postgres
from tests.simulation.figures import MUST_BE_ZERO, Figures
from tests.soak.rounds import Plan, Played, play
from tests.soak.simulated import simulate

TROUBLE = (10.0, 240.0)  # seconds of a round, at least and at most
QUIET = 200.0  # seconds that follow: the claim of a send that was killed has to run out
RESTARTS = (12.0, 30.0)  # seconds between two restarts of the database server
FORBIDDEN = (
    "duplicates",
    "losses",
    "wrong recipients",
    "notes that reached a customer",
    "sends after pause",
    "stale sends outside the gap",
    "told wrongly",
)
BREAKDOWNS = ("tracebacks", "broken threads")
LANES = 10_000_000  # between the seeds of SQLite's rounds and PostgreSQL's


def say(words: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


class Real:
    """Rounds of real processes, on both databases beside each other."""

    def __init__(self, seed: int, seconds: float) -> None:
        self._seed, self._ends_at = seed, time.monotonic() + seconds
        self.counts: Counter[str] = Counter()
        self.broken: list[str] = []
        self.kinds: Counter[str] = Counter()
        self.gaps: list[float] = []
        self._lock = threading.Lock()

    def run(self) -> None:
        """Until the time is up; each database gets one round at least."""
        with own_postgres() as postgres, ThreadPoolExecutor(2) as pool:
            lanes = [pool.submit(self._sqlite), pool.submit(self._postgresql, postgres)]
            for lane in lanes:
                lane.result()

    def _sqlite(self) -> None:
        self._rounds(
            self._seed,
            lambda seed, trouble: Plan(name="SQLite", seed=seed, trouble=trouble),
            lambda folder: f"sqlite:///{folder / 'sidenote.sqlite'}",
        )

    def _postgresql(self, postgres: Postgres) -> None:
        def disturb(calm: threading.Event, random: Random) -> int:
            restarts = 0
            while not calm.wait(random.uniform(*RESTARTS)):
                postgres.restart()
                restarts += 1
            return restarts

        self._rounds(
            self._seed + LANES,
            lambda seed, trouble: Plan(
                name="PostgreSQL", seed=seed, trouble=trouble, slots=12, disturb=disturb
            ),
            lambda _: postgres.new_database(),
        )

    def _rounds(
        self,
        seed: int,
        plan_of: Callable[[int, float], Plan],
        database_of: Callable[[Path], str],
    ) -> None:
        for number in count(1):
            left = self._ends_at - time.monotonic() - QUIET
            shortest, longest = TROUBLE
            if number > 1 and left < shortest:
                return
            plan = plan_of(seed + number * 100, min(longest, max(left, shortest)))
            with ExitStack() as stack:
                folder = Path(
                    stack.enter_context(
                        tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True)
                    )
                )
                self._add(play(plan, folder, database_of(folder)))

    def _add(self, played: Played) -> None:
        with self._lock:
            self.counts.update(played.counts)
            self.counts["rounds"] += 1
            self.gaps += played.verdict.gaps
            for kind, about in played.verdict.broken:
                self.kinds[kind] += 1
                say(f"{played.plan.name} round {played.plan.seed} is wrong: {kind}: {about}")
        counts = Counter(played.counts)
        say(
            f"{played.plan.name} round {played.plan.seed}: {counts['kills']} kills, "
            f"{counts['faults']} faults, {counts['turns']} turns, {counts['sends']} sends, "
            f"{counts['restarts']} restarts of the database, "
            f"{len(played.verdict.broken)} wrong"
        )


def report(figures: Figures, wall: float, real: Real) -> bool:
    """Print everything; whether all is well."""
    print("Simulated")
    print("\n".join(f"  {line}" for line in figures.lines(wall)))
    print("Real processes")
    for name in sorted(real.counts):
        print(f"  {name:40}{real.counts[name]}")
    gap = f", at most {max(real.gaps):.2f} s late" if real.gaps else ""
    print(f"  {'stale sends':40}{len(real.gaps)}{gap}")
    for kind in FORBIDDEN:
        print(f"  {kind:40}{real.kinds[kind]}")
    print("Both")
    for kind in FORBIDDEN:
        simulated = sum(figures.counts[f"broken {k}"] for k in MUST_BE_ZERO.get(kind, ()))
        print(f"  {kind:40}{simulated + real.kinds[kind]}")
    breakdowns = sum(real.counts[name] for name in BREAKDOWNS)
    return not (figures.failed or real.kinds or breakdowns)


def main() -> int:
    """Run both halves; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: a new one")
    asked = parser.parse_args()
    seconds = asked.minutes * 60
    say(f"seed {asked.seed}; the same seed gives the same schedules, but not the same kills")
    figures, wall = simulate(asked.seed, seconds / 2, say)
    say(f"{figures.schedules} schedules are over; now real processes")
    real = Real(asked.seed, seconds / 2)
    real.run()
    return 0 if report(figures, wall, real) else 1


if __name__ == "__main__":
    sys.exit(main())
