"""The sandbox's own time. It is a world of its own, so it reads the machine's clock itself."""

import time
from datetime import UTC, datetime, timedelta

from agent.sandbox.ids import whole_ms


class SandboxClock:
    """The machine's time, moved ahead on request, or standing still at `frozen_at`."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Aware UTC, whole milliseconds."""
        at = self._frozen_at or datetime.fromtimestamp(time.time(), UTC)
        return whole_ms(at + self._ahead)

    def advance(self, span: timedelta) -> None:
        """Move ahead; what falls due meanwhile happens at the next look."""
        self._ahead += span
