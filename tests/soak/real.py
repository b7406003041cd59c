"""Rounds of real processes on both databases beside each other, until time or kills are reached."""

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
from tests.soak.forked import Forks
from tests.soak.rounds import Plan, Played, play
from tests.soak.verdict import Stale

TROUBLE = (10.0, 300.0)  # seconds of a round, at least and at most
QUIET = 200.0  # seconds that follow: the claim of a send that was killed has to run out
RESTARTS = (12.0, 30.0)  # seconds between two restarts of the database server
CLAIMED = 190.0  # seconds that a killed send keeps its claim where machines share a database
LANES = 10_000_000  # between the seeds of SQLite's rounds and PostgreSQL's
TELL_EVERY = 30.0  # seconds


class Real:
    """What all rounds came to. Ends after `seconds`, or soon after `at_most` kills."""

    def __init__(
        self, seed: int, seconds: float, tell: Callable[[str], None], *, at_most: int | None = None
    ) -> None:
        self._seed, self._ends_at = seed, time.monotonic() + seconds
        self._tell, self._at_most = tell, at_most
        self.counts: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.stale: list[Stale] = []
        self.looks: list[float] = []
        self._kills = 0
        self._told_at = time.monotonic()
        self._enough = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Each database gets one round at least."""
        with own_postgres() as postgres, Forks() as self._forks, ThreadPoolExecutor(2) as pool:
            lanes = [pool.submit(self._sqlite), pool.submit(self._postgresql, postgres)]
            for lane in lanes:
                lane.result()

    def _killed(self) -> None:
        with self._lock:
            self._kills += 1
            if self._at_most is not None and self._kills >= self._at_most:
                self._enough.set()
            if time.monotonic() - self._told_at > TELL_EVERY:
                self._told_at = time.monotonic()
                self._tell(f"{self._kills} kills so far")

    def _sqlite(self) -> None:
        self._rounds(self._seed, self._plan, lambda folder: f"sqlite:///{folder}/sidenote.sqlite")

    def _postgresql(self, postgres: Postgres) -> None:
        def disturb(calm: threading.Event, random: Random) -> int:
            restarts = 0
            while not calm.wait(random.uniform(*RESTARTS)):
                postgres.restart()
                restarts += 1
            return restarts

        def plan_of(seed: int, trouble: float) -> Plan:
            return Plan(
                name="PostgreSQL",
                seed=seed,
                trouble=trouble,
                slots=12,
                claimed=CLAIMED,
                disturb=disturb,
                start=self._forks.start,
                enough=self._enough,
                on_kill=self._killed,
            )

        self._rounds(self._seed + LANES, plan_of, lambda _: postgres.new_database())

    def _plan(self, seed: int, trouble: float) -> Plan:
        return Plan(
            name="SQLite",
            seed=seed,
            trouble=trouble,
            start=self._forks.start,
            enough=self._enough,
            on_kill=self._killed,
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
            if number > 1 and (left < shortest or self._enough.is_set()):
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
            self.stale += played.verdict.stale
            self.looks += played.verdict.looks
            for kind, about in played.verdict.broken:
                self.kinds[kind] += 1
                self._tell(f"{played.plan.name} round {played.plan.seed} is wrong: {kind}: {about}")
            for end in played.tracebacks:
                self._tell(f"{played.plan.name} round {played.plan.seed}: a traceback: …{end}")
        counts = Counter(played.counts)
        self._tell(
            f"{played.plan.name} round {played.plan.seed}: {counts['kills']} kills, "
            f"{counts['faults']} faults, {counts['turns']} turns, {counts['sends']} sends, "
            f"{counts['restarts']} restarts of the database, "
            f"{len(played.verdict.stale)} stale, {len(played.verdict.broken)} wrong"
        )
