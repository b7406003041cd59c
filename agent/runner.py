"""Carries out one step of a run for the engine, and records why it stopped when it does.

What can be mended by waiting holds the run; what cannot fails it; both say the step. The
workflow itself has no side effects, so a replay after a crash repeats none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from agent.attempts import StepLog
from agent.core.turn import Turn
from agent.engine import StepStopped
from agent.errors import (
    AgentError,
    Held,
    HelpdeskBusy,
    HelpdeskLocked,
    StoreUnavailable,
    TransientError,
)
from agent.log import logger
from agent.pipeline import Pipeline
from agent.ports import Disposition, Run, RunError, RunState

# Minutes before a held run goes on, by how often it was tried; then a person looks.
BACKOFF = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16))
SOON = timedelta(seconds=2)
# These say nothing about the run itself, so they use up none of its tries.
NO_FAULT_OF_THE_RUN = (Held, HelpdeskLocked, HelpdeskBusy, StoreUnavailable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """`on_trouble` hears of everything transient and says whether it is everybody's trouble (an
    outage): that uses up no run's tries. `on_success` hears of every step that went well.
    """

    pipeline: Pipeline
    on_trouble: Callable[[TransientError], bool]
    on_success: Callable[[], None]
    log: StepLog = field(default_factory=StepLog)

    def carry_out(self, name: str, turn: Turn, given: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        """One step. Raises StepStopped once the reason is stored."""
        desk = self.pipeline.desk
        begun = self.log.begin(desk.store, desk.clock, turn.run_id, name)
        try:
            with self.pipeline.traces.span(f"run.{name}", _ids(turn)):
                result: dict[str, Any] = getattr(self.pipeline, name)(turn, *given)
        except Exception as error:  # noqa: BLE001 - a bug in one run must not end the others
            self.log.end(desk.store, desk.clock, begun, error)
            self._stop(name, turn, error)
            raise StepStopped(f"{name}: {type(error).__name__}") from None
        self.log.end(desk.store, desk.clock, begun)
        self.on_success()
        return result

    @contextmanager
    def around(self, turn: Turn) -> Iterator[None]:
        """What the steps of one run, as far as they go this time, are traced within."""
        stopped: StepStopped | None = None
        with self.pipeline.traces.span("run", _ids(turn)) as span:
            try:
                yield
            except StepStopped as error:  # held or failed: the step's own span tells why
                span.tell({"sidenote.run.stopped": True})
                stopped = error
        if stopped is not None:
            raise stopped

    def _stop(self, name: str, turn: Turn, error: Exception) -> None:
        if isinstance(error, TransientError):
            self._hold(name, turn, error, blameless=self._is_blameless(error))
        elif isinstance(error, AgentError):
            self._fail(name, turn, error, str(error))
        else:
            # A bug of ours. Its text may hold customers' words, so only its kind is told.
            self._fail(name, turn, error, "an error in Sidenote itself; please report it")

    def _is_blameless(self, error: TransientError) -> bool:
        everybodys = self.on_trouble(error)
        return everybodys or isinstance(error, NO_FAULT_OF_THE_RUN)

    def _hold(self, name: str, turn: Turn, error: TransientError, *, blameless: bool) -> None:
        store, now = self.pipeline.desk.store, self.pipeline.desk.clock.now()
        run = store.run_of(turn)
        if run is None:
            return
        if not blameless and run.tries > len(BACKOFF):
            self._fail(name, turn, error, str(error))
            return
        wait = SOON if blameless else BACKOFF[max(run.tries - 1, 0)]
        due_at = max(error.retry_at or now, now + wait)
        tries = max(run.tries - 1, 0) if blameless else run.tries
        held = replace(run, state=RunState.HELD, due_at=due_at, tries=tries)
        self._save(held, name, error, str(error))

    def _fail(self, name: str, turn: Turn, error: Exception, words: str) -> None:
        run = self.pipeline.desk.store.run_of(turn)
        if run is None:
            return
        failed = replace(run, state=RunState.FAILED, disposition=Disposition.FAILED)
        self._save(failed, name, error, words)

    def _save(self, run: Run, name: str, error: Exception, words: str) -> None:
        now = self.pipeline.desk.clock.now()
        kind = type(error).__name__
        stopped = RunError(step=name, kind=kind, message=words, at=now)
        self.pipeline.desk.store.save_run(replace(run, error=stopped, updated_at=now))
        log = logger().warning if run.state is RunState.FAILED else logger().info
        log(f"run.{run.state.value}", run=run.id, step=name, error=kind)


def _ids(turn: Turn) -> dict[str, str]:
    return {
        "sidenote.run.id": turn.run_id,
        "sidenote.conversation.id": turn.conversation_id,
        "sidenote.message.id": turn.message_id,
    }
