"""What may hold everything up: a pause, a helpdesk that refuses us, a lost lease, a stop."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from agent.core.leases import is_time
from agent.errors import (
    AgentError,
    Held,
    HelpdeskLocked,
    HelpdeskUnavailable,
    StoreUnavailable,
    TransientError,
)
from agent.log import logger
from agent.ports import Clock, Pause, Store

PROBE_EVERY = timedelta(seconds=30)
OUTAGE_AFTER = 3  # steps that got no answer, all retries included, with no success between


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSwitch:
    """Four ways to pause: the database, a file, the environment; and a database that is gone."""

    store: Store
    file: Path
    from_environment: bool
    clock: Clock

    def paused(self) -> Pause | None:
        """Who paused, or None. Any doubt is a pause."""
        now = self.clock.now()
        if self.from_environment:
            return Pause(by="SIDENOTE_PAUSED", at=now)
        if self.file.exists():
            return Pause(by=f"file {self.file.name}", at=now)
        try:
            return self.store.paused()
        except StoreUnavailable:
            return Pause(by="the database cannot be read", at=now)


@dataclass(slots=True, kw_only=True)
class Gates:
    """Asked before each run starts and right before each write."""

    pause: PauseSwitch
    clock: Clock
    probe: Callable[[], object]  # a cheap read that needs the key, e.g. current_user
    has_lease: Callable[[], bool] = field(default=lambda: True)
    stopping: threading.Event = field(default_factory=threading.Event)
    _closed: TransientError | None = None
    _probe_at: datetime | None = None
    _unanswered: int = 0
    _lately: TransientError | None = None

    def guard(self) -> None:
        """Raises Held when nothing may be written now."""
        if self.stopping.is_set():
            raise Held("stopping; the run goes on after the next start")
        if not self.has_lease():
            raise Held("this worker lost its slot to another one")
        pause = self.pause.paused()
        if pause is not None:
            raise Held(f"paused by {pause.by}")
        if self._closed is not None:
            raise Held("Kustomer refuses us or does not answer", retry_at=self._probe_at)

    def may_start(self) -> bool:
        """Whether runs may be started; probes a closed gate now and then."""
        if self.stopping.is_set() or not self.has_lease() or self.pause.paused() is not None:
            return False
        return self._closed is None or self._opens()

    def trouble(self, error: TransientError) -> bool:
        """Whether it is everybody's trouble: a refused key, or no answer to anybody.

        Then no run is started until a probe succeeds, and it is told once.
        """
        if isinstance(error, HelpdeskUnavailable):
            self._unanswered += 1
            self._lately = error
        is_outage = self._unanswered >= OUTAGE_AFTER
        if isinstance(error, HelpdeskLocked) or is_outage:
            self._close(error)
        return self._closed is not None

    def success(self) -> None:
        """A step went well: Kustomer answers."""
        self._unanswered, self._lately = 0, None

    def _close(self, error: TransientError) -> None:
        if self._closed is None:
            logger().error("kustomer.closed", why=str(error))
            self._probe_at = self.clock.now() + PROBE_EVERY
        self._closed = error

    def closed(self) -> TransientError | None:
        """Why the gate is closed, or None."""
        return self._closed

    def lately(self) -> TransientError | None:
        """What went wrong since something last went well; the gate may not be closed by it yet."""
        return self._closed or self._lately

    def _opens(self) -> bool:
        now = self.clock.now()
        if not is_time(self._probe_at, now, every=PROBE_EVERY):
            return False
        self._probe_at = now + PROBE_EVERY
        try:
            self.probe()
        except AgentError:
            return False
        self._closed, self._unanswered, self._lately = None, 0, None
        logger().info("kustomer.open")
        return True
