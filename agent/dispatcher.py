"""Starts runs that are due, continues those that were held, and finds those that were lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.engine import Engine
from agent.ports import Clock, Run, RunState, Store

AT_ONCE = 50  # runs handed to the engine per look; the rest waits in our own table
LOST_AFTER = timedelta(seconds=30)  # a running run without news for this long is looked after


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """`may_start` is false while paused or while Kustomer refuses us."""

    store: Store
    engine: Engine
    clock: Clock
    may_start: Callable[[], bool]

    def dispatch(self) -> int:
        """Hand due runs to the engine; gives how many. Safe to call again."""
        if not self.may_start():
            return 0
        free = AT_ONCE - self.engine.active()
        if free <= 0:
            return 0
        started = 0
        for run in self.store.due_runs(self.clock.now(), limit=free):
            now = self.clock.now()
            running = replace(run, state=RunState.RUNNING, tries=run.tries + 1, updated_at=now)
            # Moved first: cut off before the engine has it, `find_lost` hands it over.
            if self.store.move_run(running, was=(run.state,)):
                self.engine.ensure(run.turn)
                started += 1
        return started

    def find_lost(self, *, older_than: timedelta = LOST_AFTER) -> None:
        """Hand running runs that the engine does not have, or has given up, to it again."""
        now = self.clock.now()
        for run in self.store.runs(states=(RunState.RUNNING,)):
            # Last changed in the future: by a clock that ran ahead, and was put right since.
            if abs(now - run.updated_at) >= older_than:
                if older_than:  # at a start they are just being taken up
                    self.engine.free(run.turn)
                self.engine.ensure(run.turn)


def retry(store: Store, run: Run, clock: Clock) -> bool:
    """Let a failed run go on from the step that failed.

    False when it is not failed (any more): somebody else was first. Pressed twice it goes on once.
    """
    now = clock.now()
    held = replace(run, state=RunState.HELD, disposition=None, due_at=now, updated_at=now, tries=0)
    return store.move_run(held, was=(RunState.FAILED,))
