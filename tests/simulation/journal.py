"""The engine's database, and one worker's hold on it.

As DBOS keeps it (dbos 3.4): a step's result is recorded only by the execution that owns the
workflow; who lost it finds out when it records, after its step has run; a process takes up its own
unfinished workflows when it starts, others' are taken over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, TypeVar

from agent.core.turn import Turn
from agent.engine import STEPS, Around, CarryOut, StepStopped, nothing_around
from agent.errors import AgentError
from tests.simulation.clockwork import Process, Scheduler, owned
from tests.simulation.door import COMMIT, Passage

T = TypeVar("T")

QUEUE_POLL = (0.01, 1.0)  # seconds until a queued workflow is noticed


@dataclass(slots=True)
class Workflow:
    """One turn's steps so far. `owner` counts executions: only the newest one may record."""

    turn: Turn
    state: str = "queued"  # queued | running | ended
    slot: str = ""
    owner: int = 0
    given: list[dict[str, Any]] = field(default_factory=list)


class Journal:
    """What all engines share; it outlives them."""

    def __init__(self, scheduler: Scheduler, random: Random) -> None:
        self.scheduler = scheduler
        self.random = random
        self.workflows: dict[str, Workflow] = {}
        self.engines: list[SimulatedEngine] = []

    def notice(self) -> None:
        """Somebody will look at the queue soon."""
        self.scheduler.after(self.random.uniform(*QUEUE_POLL), self._hand_out)

    def _hand_out(self) -> None:
        for workflow in list(self.workflows.values()):
            if workflow.state != "queued":
                continue
            free = [engine for engine in self.engines if engine.is_free()]
            if not free:
                return
            self.random.choice(free).take(workflow)


class SimulatedEngine:
    """`agent.engine.Engine` of one process, with a few runs at once."""

    def __init__(self, journal: Journal, passage: Passage, *, slot: str, threads: int) -> None:
        self._journal = journal
        self._passage = passage
        self._slot = slot
        self._threads = threads
        self._busy = 0
        self._carry_out: CarryOut | None = None
        self._stopped = False

    @property
    def process(self) -> Process:
        """Whose engine this is."""
        return self._passage.process

    def start(self, carry_out: CarryOut, around: Around = nothing_around) -> None:
        """See `Engine.start`."""
        self._carry_out = carry_out
        self._call("engine.start", self._take_up)
        self._journal.engines.append(self)
        self._journal.notice()

    def _take_up(self) -> None:
        for workflow in self._journal.workflows.values():
            if workflow.state == "running" and workflow.slot == self._slot:
                workflow.state = "queued"
                workflow.owner += 1

    def ensure(self, turn: Turn) -> None:
        """See `Engine.ensure`."""

        def work() -> None:
            known = self._journal.workflows.get(turn.key)
            if known is None:
                self._journal.workflows[turn.key] = Workflow(turn)
            elif known.state == "ended":
                del known.given[len(STEPS) - 1 :]
                known.state = "queued"
                known.owner += 1
            self._journal.notice()

        self._call("engine.ensure", work)

    def active(self) -> int:
        """See `Engine.active`."""
        counted = self._journal.workflows.values
        return self._call("engine.active", lambda: sum(w.state != "ended" for w in counted()))

    def free(self, turn: Turn) -> None:
        """A thread here dies only with its worker, whose runs are taken over."""

    def take_over(self, worker: str) -> int:
        """See `Engine.take_over`."""

        def work() -> int:
            left = [
                w
                for w in self._journal.workflows.values()
                if w.state == "running" and w.slot == worker
            ]
            for workflow in left:
                workflow.state = "queued"
                workflow.owner += 1
            if left:
                self._journal.notice()
            return len(left)

        return self._call("engine.take_over", work)

    def forget(self, turns: Sequence[Turn]) -> None:
        """See `Engine.forget`."""
        for turn in turns:
            self._journal.workflows.pop(turn.key, None)

    def stop(self, seconds: float) -> None:
        """See `Engine.stop`."""
        self._stopped = True
        for _ in range(int(seconds)):
            if self._busy == 0:
                return
            self._passage.wait((1, 1))

    def is_free(self) -> bool:
        """Whether it would take a workflow now."""
        process, now = self.process, self._journal.scheduler.now
        is_up = process.alive and process.stopped_until <= now and not self._stopped
        return is_up and self._busy < self._threads

    def take(self, workflow: Workflow) -> None:
        """Run it in a thread of this process."""
        workflow.state, workflow.slot = "running", self._slot
        workflow.owner += 1
        owner = workflow.owner
        self._busy += 1
        self._journal.scheduler.spawn(lambda: self._thread(workflow, owner), self.process)

    def _thread(self, workflow: Workflow, owner: int) -> None:
        try:
            self._run(workflow, owner)
        finally:
            self._busy -= 1
            self._journal.notice()

    def _run(self, workflow: Workflow, owner: int) -> None:
        assert self._carry_out is not None
        while len(workflow.given) < len(STEPS):
            name = STEPS[len(workflow.given)]
            given = tuple(owned(each) for each in workflow.given)
            try:
                result = self._carry_out(name, workflow.turn, given)
            except (StepStopped, AgentError):
                break  # either ends the workflow, not the process
            record = partial(self._record, workflow, owner, result)
            if not self._call("engine.record", record):
                return

        def end() -> None:
            if workflow.owner == owner:
                workflow.state = "ended"

        self._call("engine.end", end)

    def _record(self, workflow: Workflow, owner: int, result: dict[str, Any]) -> bool:
        if workflow.owner != owner:
            return False
        workflow.given.append(owned(result))
        return True

    def _call(self, name: str, work: Callable[[], T]) -> T:
        self._passage.enter(name, COMMIT)
        outcome = work()
        self._passage.point(name, "after")
        return outcome
