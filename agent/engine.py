"""What the daemon asks of the engine that keeps runs durable. The real one: `adapters/dbos.py`."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from agent.core.turn import Turn

STEPS = ("read", "propose", "decide", "act", "finish")

# (name of the step, the turn, what the earlier steps gave) -> what this one gives (JSON values)
CarryOut = Callable[[str, Turn, tuple[dict[str, Any], ...]], dict[str, Any]]

# What all steps of one workflow, as far as they go this time, are carried out within.
Around = Callable[[Turn], AbstractContextManager[object]]


def nothing_around(_turn: Turn) -> AbstractContextManager[object]:
    """Steps that nothing is around."""
    return nullcontext()


class StepStopped(Exception):
    """The step recorded why it stopped; the workflow ends here and can be continued."""


class Engine(Protocol):
    """Durable runs: one workflow per turn, named by its key, of the steps in STEPS."""

    def start(self, carry_out: CarryOut, around: Around = nothing_around) -> None:
        """Take up what an earlier process of this worker slot left unfinished."""

    def ensure(self, turn: Turn) -> None:
        """See to it that the turn's workflow runs or is queued.

        New: from the beginning. Ended: again from the step that stopped, with what the earlier
        steps gave; from the last step if none did. Active: nothing. Safe to call again.
        """

    def free(self, turn: Turn) -> None:
        """Queue the turn's workflow again if this process took it up and its code has died.

        A database that failed under it leaves it so: active by the books, and run by nobody.
        Not to be asked about one that may be starting this very moment.
        """

    def active(self) -> int:
        """How many workflows are queued or running."""

    def take_over(self, worker: str) -> int:
        """Queue the unfinished workflows of a worker that is gone; gives how many."""

    def forget(self, turns: Sequence[Turn]) -> None:
        """Remove what is stored of ended workflows."""

    def stop(self, seconds: float) -> None:
        """Start nothing more; wait at most that long for steps under way."""
