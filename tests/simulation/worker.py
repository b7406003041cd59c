"""One worker slot: a real daemon with its own gates, desk and engine, killed and started again."""

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import cast

from agent.adapters.memory import MemoryStore
from agent.core.disclosure import LINES
from agent.core.rules import RULES
from agent.core.team_policy import Level, TeamPolicy
from agent.daemon import Daemon
from agent.dispatcher import Dispatcher
from agent.errors import Held, PermanentError, StoreUnavailable
from agent.gates import Gates, PauseSwitch
from agent.lease import Lease
from agent.notes import NoteDesk
from agent.pipeline import Pipeline
from agent.policy_file import load_policy
from agent.poller import Poller
from agent.ports import Store
from agent.runner import Runner
from agent.tidying import Tidying
from agent.watching import Watching
from tests.simulation.clockwork import Process, Scheduler, SkewedClock, moment
from tests.simulation.door import Door, Passage, StoreDoor
from tests.simulation.fate import Fate
from tests.simulation.journal import Journal, SimulatedEngine
from tests.simulation.model import SimulatedModel
from tests.simulation.server import Truth
from tests.waived import waive_all

QUIET = timedelta(seconds=60)
POLL = timedelta(seconds=30)
TICK = (2.0, 8.0)  # seconds; the real daemon's half second finds nothing more, and costs time
STARTS = (2.0, 40.0)  # seconds from a death to the next start
ROUTINE = "order-status"
NO_FILE = Path("/nonexistent/sidenote.pause")


@lru_cache(maxsize=4)
def policy(level: Level) -> TeamPolicy:
    """The starter policy with routine questions at this level."""
    starter = load_policy(None)
    topics = (
        replace(topic, level=level) if topic.name == ROUTINE else topic for topic in starter.topics
    )
    return replace(starter, topics=tuple(topics))


def approved_texts(given: TeamPolicy) -> frozenset[str]:
    """All that a customer may be sent alone: an answer and the line that says who wrote it."""
    return frozenset(
        f"{text}\n\n{LINES[name]}" for topic in given.topics for name, text in topic.answers.items()
    )


class SimulatedLease(Lease):
    """The lease, with a task in place of the thread that renews it."""

    passage: Passage

    def take(self) -> None:
        """See `Lease.take`: waits out a dead lease."""
        while not self._renew():
            self.clock.sleep(1)
        self.passage.scheduler.spawn(self._keep, self.passage.process)

    def _keep(self) -> None:
        while not self._stop.is_set():
            self.clock.sleep(self.ttl.total_seconds() / 4)
            try:
                self._renew()
            except StoreUnavailable:
                continue


@dataclass
class Ground:
    """What all workers stand on, and what outlives them. `store` is replaced when it is lost."""

    scheduler: Scheduler
    random: Random
    truth: Truth
    fate: Fate
    journal: Journal
    store: MemoryStore = field(default_factory=MemoryStore)
    policy: TeamPolicy = field(default_factory=lambda: policy(Level.NOTE))

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """What a lead says once of a new database: topics need no certificate here."""
        waive_all(self.store, self.policy, moment(0))


@dataclass
class Worker:
    """One slot. `crashes` are exceptions that no daemon should die of."""

    ground: Ground
    slot: str
    skew: float = 0.0
    threads: int = 2
    comes_back: bool = True
    process: Process = field(init=False)
    starts: int = 0
    crashes: list[Exception] = field(default_factory=list)
    _due: float | None = None
    _daemon: Daemon | None = None

    def start(self) -> None:
        """A new process on the slot."""
        self.starts += 1
        self._due = None
        process = self.process = Process(f"{self.slot}.{self.starts}")
        self.ground.scheduler.trace(f"{process.name} starts")
        self.ground.scheduler.spawn(lambda: self._main(process), process)

    def look_after(self) -> None:
        """What a supervisor does: start it again some time after it died."""
        if self.process.alive:
            return
        now = self.ground.scheduler.now
        if self._due is None:
            crash = self.process.crash
            if crash is not None and not self._is_honest(crash):
                self.crashes.append(crash)
            self._due = now + self.ground.random.uniform(*STARTS)
        elif self.comes_back and now >= self._due:
            self.start()

    def _is_honest(self, crash: Exception) -> bool:
        """An exit that says why: no database at the start, or a first poll that cannot work."""
        if isinstance(crash, StoreUnavailable | Held):
            return True
        has_worked = self._daemon is not None and self._daemon._polled_at is not None
        return isinstance(crash, PermanentError) and not has_worked

    def terminate(self) -> None:
        """SIGTERM."""
        if self._daemon is not None:
            self._daemon.gates.stopping.set()

    def _main(self, process: Process) -> None:
        ground = self.ground
        passage = Passage(ground.scheduler, process, ground.fate, ground.random)
        daemon = self._daemon = self._build(passage)
        daemon.start()
        while not daemon.gates.stopping.is_set():
            daemon.tick()
            passage.wait(TICK)
        daemon.stop()
        process.kill()

    def _build(self, passage: Passage) -> Daemon:
        desk, gates, lease = self._desk(passage)
        ground, store, clock = self.ground, desk.store, desk.clock
        engine = SimulatedEngine(ground.journal, passage, slot=self.slot, threads=self.threads)
        pipeline = Pipeline(
            desk=desk,
            model=SimulatedModel(passage),
            policy=ground.policy,
            quiet=QUIET,
            paused=gates.pause.paused,
            rules=RULES,
            version="simulated",
        )
        return Daemon(
            poller=Poller(
                reader=desk.reader, store=store, clock=clock, quiet=QUIET, tidy=Tidying(desk).tidy
            ),
            dispatcher=Dispatcher(
                store=store, engine=engine, clock=clock, may_start=gates.may_start
            ),
            runner=Runner(pipeline=pipeline, on_trouble=gates.trouble, on_success=gates.success),
            engine=engine,
            gates=gates,
            store=store,
            clock=clock,
            poll=POLL,
            keep=timedelta(days=90),
            lease=lease,
            slot=self.slot,
            free_claims=lambda slot: store.free_claims(f"daemon/{slot}/", but=desk.owner),
            watch=Watching(desk).watch,
        )

    def _desk(self, passage: Passage) -> tuple[NoteDesk, Gates, Lease]:
        """What stands between this process and everything outside it."""
        clock = SkewedClock(self.ground.scheduler, passage.process, self.skew)
        owner = f"daemon/{self.slot}/{self.starts}"
        opened = self.ground.store  # a process goes on with the database it opened
        store = cast("Store", StoreDoor(passage, lambda: opened))
        door = Door(passage, self.ground.truth)
        pause = PauseSwitch(store=store, file=NO_FILE, from_environment=False, clock=clock)
        gates = Gates(pause=pause, clock=clock, probe=door.current_user, stopping=threading.Event())
        clock.interrupted = lambda: Held("stopping") if gates.stopping.is_set() else None
        lease = SimulatedLease(store=store, clock=clock, worker=self.slot, owner=owner)
        lease.passage = passage
        gates.has_lease = lease.holds
        desk = NoteDesk(
            reader=door, writer=door, store=store, clock=clock, owner=owner, guard=gates.guard
        )
        return desk, gates, lease
