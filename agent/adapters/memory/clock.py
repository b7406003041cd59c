"""Clocks that only move when told to."""

from datetime import datetime, timedelta
from threading import Lock


class ManualClock:
    """A clock that sleeping moves. `slept` lists the seconds of each sleep."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._passed = timedelta()
        self._lock = Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The start plus what passed."""
        with self._lock:
            return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds passed since the start."""
        with self._lock:
            return self._passed.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Return at once, that much later."""
        self.slept.append(seconds)
        self.advance(timedelta(seconds=seconds))

    def advance(self, span: timedelta) -> None:
        """Let time pass."""
        with self._lock:
            self._passed += span


class FixedClock:
    """A clock that stands still, also while sleeping."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Always the same."""
        return self._at

    def monotonic(self) -> float:
        """Always 0."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Return at once."""
