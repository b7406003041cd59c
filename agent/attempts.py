"""Keeps when each step of a run began and how it ended, in few transactions.

The one that writes to Kustomer is written down as it begins, with those before it: cut off there,
it is seen. Whatever is cut off before that is begun anew, and only then seen. A database that does
not answer loses rows here, and holds up no run.
"""

from contextlib import suppress
from dataclasses import dataclass, field

from agent.attempt_port import MOST, Attempt
from agent.engine import STEPS
from agent.errors import StoreUnavailable
from agent.ports import Clock, Store

WRITING = "act"


@dataclass(frozen=True, slots=True)
class StepLog:
    """Of one process. The steps of one run are carried out one after the other."""

    _kept: dict[str, tuple[Attempt, ...]] = field(default_factory=dict)  # by run, not written yet

    def begin(self, store: Store, clock: Clock, run_id: str, step: str) -> Attempt:
        """A step begins. Never raises."""
        begun = Attempt(run_id=run_id, step=step, began_at=clock.now())
        if step == WRITING:
            _save(store, (*self._kept.pop(run_id, ()), begun))
        return begun

    def end(
        self, store: Store, clock: Clock, begun: Attempt, error: Exception | None = None
    ) -> None:
        """It ended, for whatever reason. Never raises."""
        kept = (*self._kept.pop(begun.run_id, ()), begun.over(clock.now(), error))
        if error is None and begun.step != STEPS[-1]:
            self._kept[begun.run_id] = kept
        else:
            # One that stops may be held, and stop again, many times.
            _save(store, kept, most=None if error is None else MOST)


def _save(store: Store, attempts: tuple[Attempt, ...], *, most: int | None = None) -> None:
    with suppress(StoreUnavailable):
        store.save_attempts(attempts, most=most)
