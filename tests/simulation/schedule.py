"""One schedule: a world drawn from a seed, a fault phase, a quiet phase, and what was wrong."""

import random as global_random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from random import Random

from agent.adapters.memory import MemoryStore
from agent.core.team_policy import Level
from agent.ports import Run, RunState
from tests.simulation.checker import Broken, Ending, Evidence, ages_of_looks, check, stale_sends
from tests.simulation.clockwork import START, Act, Scheduler
from tests.simulation.fate import Drawn, Rates
from tests.simulation.journal import Journal
from tests.simulation.people import People
from tests.simulation.records import TEAM, Switches
from tests.simulation.server import Truth
from tests.simulation.worker import Ground, Worker, approved_texts, policy

QUIET_PHASE = 600.0  # seconds, and what the held runs still have to wait
SUPERVISOR = 2.0
RESTARTED_WITHIN = 70.0  # seconds: a supervisor's pause and a dead lease
SEEN_WITHIN = 100.0  # seconds in which a long look of the poller comes by, and is acted upon
UNFINISHED = (RunState.WAITING, RunState.RUNNING, RunState.HELD)
BUG = "an error in Sidenote itself"

PROFILES = {
    "clean": Rates(),
    "mild": Rates(reads=0.01, writes=0.02, store=0.002, model=0.02, kills=0.0003, stops=0.0001),
    "rough": Rates(
        reads=0.05, writes=0.1, store=0.01, model=0.05, unreadable=0.05, kills=0.001, stops=0.0005
    ),
    "harsh": Rates(
        reads=0.2, writes=0.5, store=0.03, model=0.1, unreadable=0.05, kills=0.002, stops=0.001
    ),
}
WEIGHTS = {"clean": 1, "mild": 4, "rough": 8, "harsh": 7}


@dataclass
class Outcome:
    """What one schedule came to."""

    seed: int
    broken: tuple[Broken, ...]
    counts: Counter[str]
    met: Counter[str]
    seconds: float  # virtual
    fingerprint: str
    gaps: tuple[float, ...] = ()  # seconds that stale sends were late
    looks: tuple[float, ...] = ()  # ages of the looks that releases rested on
    lines: list[str] = field(default_factory=list)


class Schedule:
    """Everything of one seed."""

    def __init__(self, seed: int) -> None:
        global_random.seed(seed)  # the jitter of retries
        draw = self.draw = Random(f"world {seed}")
        self.seed = seed
        self.scheduler = Scheduler()
        profile = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        rates = PROFILES[profile]
        self.span = draw.uniform(180, 540)
        self.fate = Drawn(self.scheduler, Random(f"fate {seed}"), rates)
        truth = Truth(
            self.scheduler,
            Random(f"truth {seed}"),
            self._switches(draw),
            lag=draw.choice((0.5, 5.0, 30.0, 120.0)),
        )
        moves = Random(f"moves {seed}")
        journal = Journal(self.scheduler, moves)
        level = draw.choice((Level.SEND, Level.SEND, Level.SEND, Level.DRAFT, Level.NOTE))
        self.ground = Ground(self.scheduler, moves, truth, self.fate, journal, policy=policy(level))
        self.people = People(self.ground, Random(f"people {seed}"))
        self.endings: list[Ending] = []
        self.quiet_began = 0.0
        self.lost = False
        self.workers = [
            Worker(
                self.ground,
                f"worker-{number}",
                skew=draw.uniform(-1, 1),
                threads=draw.randint(1, 3),
                comes_back=number == 1 or draw.random() < 0.7,
            )
            for number in range(1, draw.randint(2, 3) + 1)
        ]
        self.scheduler.trace(f"seed {seed} {profile} {truth.switches}")

    @staticmethod
    def _switches(draw: Random) -> Switches:
        return Switches(
            ids=draw.choice(("honoured", "honoured", "ignored", "refused")),
            markers=draw.choice(("accepted", "accepted", "refused")),
            skew=draw.choice((0.0, 0.0, 0.0, draw.uniform(-300, 300))),
            delivery=draw.choice(((0.2, 3.0), (0.2, 3.0), (1.0, 60.0), (1.0, 200.0))),
            bounces=draw.choice((0.0, 0.0, 0.1)),
            vanishes=draw.choice((0.0, 0.0, 0.1)),
            keeps_markers=draw.random() < 0.7,
        )

    def run(self, *, keep_lines: bool = False) -> Outcome:
        """Live through it."""
        for worker in self.workers:
            self.scheduler.after(self.draw.uniform(0, 5), worker.start)
        self.people.plan(self.draw.randint(1, 4), self.span)
        self._trouble()
        self.scheduler.after(6, self._supervise)
        self.scheduler.run(self.span)
        self._calm()
        self._converge()
        self._tell_endings()
        self.scheduler.end()
        crashes = [type(e).__name__ for worker in self.workers for e in worker.crashes]
        evidence = Evidence(
            truth=self.ground.truth,
            asked=self.people.asked,
            pauses=self.people.pauses,
            stops=self.fate.stops,
            endings=self.endings,
            approved=approved_texts(self.ground.policy),
            crashes=crashes,
            lost=self.lost,
        )
        broken, stale = check(evidence), stale_sends(evidence)
        return Outcome(
            seed=self.seed,
            broken=broken,
            counts=self._counts(broken) + Counter({"stale sends": len(stale)}),
            met=self.fate.met,
            seconds=self.scheduler.now,
            fingerprint=self.scheduler.fingerprint(),
            gaps=tuple(each.before_release for each in stale),
            looks=tuple(ages_of_looks(evidence.truth)),
            lines=self.scheduler.lines if keep_lines or broken else [],
        )

    # --- the fault phase ----------------------------------------------------------------------

    def _trouble(self) -> None:
        """Spells, stops and losses that strike everybody at once."""
        draw, span = self.draw, self.span
        if self.fate.rates == PROFILES["clean"]:
            return
        if draw.random() < 0.15:
            self.scheduler.after(draw.uniform(0, span), self._lock(draw.uniform(5, 120)))
        if draw.random() < 0.15:
            self.scheduler.after(draw.uniform(0, span), self._outage(draw.uniform(5, 120)))
        if draw.random() < 0.1:
            self.scheduler.after(draw.uniform(30, span), self._lose_database)
        if draw.random() < 0.2:
            worker = draw.choice(self.workers)
            self.scheduler.after(draw.uniform(30, span), worker.terminate)

    def _lock(self, seconds: float) -> Act:
        def act() -> None:
            self.fate.locked_until = self.scheduler.now + seconds

        return act

    def _outage(self, seconds: float) -> Act:
        def act() -> None:
            self.fate.out_until = self.scheduler.now + seconds

        return act

    def _lose_database(self) -> None:
        """Somebody deletes it; the workers start on an empty one. A pause goes with it."""
        self.lost = True
        self.scheduler.trace("the database is lost")
        for worker in self.workers:
            if worker.starts:
                worker.process.kill()
        self._tell_endings(lost=True)
        self.ground.store = MemoryStore()
        self.ground.begin()
        self.ground.journal.workflows.clear()
        now = self.scheduler.now
        self.people.pauses[:] = [(began, min(now, end)) for began, end in self.people.pauses]

    def _supervise(self) -> None:
        for worker in self.workers:
            if worker.starts:
                worker.look_after()
        self.scheduler.after(SUPERVISOR, self._supervise)

    # --- the quiet phase ----------------------------------------------------------------------

    def _calm(self) -> None:
        self.scheduler.trace("quiet")
        self.fate.calm = True
        now = self.scheduler.now
        self.people.pauses[:] = [(began, min(now, end)) for began, end in self.people.pauses]
        self.ground.store.resume()
        for worker in self.workers:
            worker.process.stopped_until = min(worker.process.stopped_until, now)

    def _converge(self) -> None:
        began = self.quiet_began = self.scheduler.now
        held = max([0.0, *(self._wait_of(run.due_at) for run in self._unfinished())])
        deadline = began + QUIET_PHASE + held
        while self.scheduler.now < deadline and not self._is_quiet():
            self.scheduler.run(self.scheduler.now + 15)

    def _is_quiet(self) -> bool:
        """Nothing is open, and the last change has been seen by a whole look at the search."""
        truth = self.ground.truth
        began = self.quiet_began + RESTARTED_WITHIN
        settled = max(truth.changed_at, truth.late_until, began) + truth.lag + SEEN_WITHIN
        return self.scheduler.now > settled and not self._unfinished()

    def _unfinished(self) -> tuple[Run, ...]:
        return self.ground.store.runs(states=UNFINISHED)

    def _wait_of(self, due_at: datetime) -> float:
        return (due_at - START).total_seconds() - self.scheduler.now

    # --- what came of it ----------------------------------------------------------------------

    def _tell_endings(self, *, lost: bool = False) -> None:
        for run in self.ground.store.runs():
            if lost and run.state in UNFINISHED:
                continue  # it is found again
            error = run.error
            why = error.kind if error is not None else ", ".join(run.because)
            self.endings.append(
                Ending(
                    conversation_id=run.turn.conversation_id,
                    message_id=run.turn.message_id,
                    state=run.state,
                    disposition=run.disposition or "",
                    why=why,
                    is_bug=error is not None and error.message.startswith(BUG),
                )
            )

    def _counts(self, broken: tuple[Broken, ...]) -> Counter[str]:
        truth = self.ground.truth
        counts = Counter(f"run {ending.disposition or ending.state}" for ending in self.endings)
        counts.update(write.kind for write in truth.writes)
        counts.update("late apply" for write in truth.writes if write.late)
        counts.update("sent by us" if sent.by != TEAM else "sent by team" for sent in truth.sent)
        counts["drafts left"] = sum(d.until == inf for d in truth.lying.values() if d.marker)
        counts.update(f"broken {each.kind}" for each in broken)
        counts["turns"] = len(self.endings)
        counts["starts"] = sum(worker.starts for worker in self.workers)
        counts["calls"] = len(self.scheduler.lines)
        return counts
