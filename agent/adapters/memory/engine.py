"""The engine in memory. Its `journal` outlives it, as the real one's database does."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from agent.core.turn import Turn
from agent.engine import STEPS, Around, CarryOut, StepStopped, nothing_around


@dataclass(slots=True)
class Workflow:
    """One turn's steps so far. `ended` also where a step stopped it."""

    turn: Turn
    given: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False


class MemoryEngine:
    """Runs queued workflows when told to (`work`), one after the other.

    `after_step` is called after a step's result is stored; a test raises there to kill it.
    """

    def __init__(
        self,
        journal: dict[str, Workflow] | None = None,
        *,
        after_step: Callable[[str, Turn], None] | None = None,
    ) -> None:
        self.journal: dict[str, Workflow] = {} if journal is None else journal
        self._after_step = after_step
        self._carry_out: CarryOut | None = None
        self._around: Around = nothing_around

    def start(self, carry_out: CarryOut, around: Around = nothing_around) -> None:
        """See `Engine.start`."""
        self._carry_out, self._around = carry_out, around

    def ensure(self, turn: Turn) -> None:
        """See `Engine.ensure`."""
        workflow = self.journal.setdefault(turn.key, Workflow(turn))
        if workflow.ended:
            del workflow.given[len(STEPS) - 1 :]
            workflow.ended = False

    def work(self) -> None:
        """Run what is queued, until nothing is."""
        for workflow in [w for w in self.journal.values() if not w.ended]:
            self._run(workflow)

    def _run(self, workflow: Workflow) -> None:
        if self._carry_out is None:
            raise RuntimeError("not started")
        with suppress(StepStopped), self._around(workflow.turn):
            while len(workflow.given) < len(STEPS):
                name = STEPS[len(workflow.given)]
                result = self._carry_out(name, workflow.turn, tuple(workflow.given))
                workflow.given.append(result)
                if self._after_step is not None:
                    self._after_step(name, workflow.turn)
        workflow.ended = True

    def free(self, turn: Turn) -> None:
        """Its code never dies alone: `work` runs what is not ended."""

    def active(self) -> int:
        """See `Engine.active`."""
        return sum(not workflow.ended for workflow in self.journal.values())

    def take_over(self, worker: str) -> int:
        """Nobody else works on this journal."""
        return 0

    def forget(self, turns: Sequence[Turn]) -> None:
        """See `Engine.forget`."""
        for turn in turns:
            self.journal.pop(turn.key, None)

    def stop(self, seconds: float) -> None:
        """Nothing runs between calls of `work`."""
