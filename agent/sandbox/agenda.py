"""What will happen later: deliveries, index updates, late requests, live play.

No thread and no timer: whoever looks at the world first lets everything happen that is due by
then, each at its own time. The same seed and the same requests give the same world.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from agent.sandbox.clock import SandboxClock


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    number: int
    happen: Callable[[], object] = field(compare=False)


class Agenda:
    """Future events by time. `now` is an event's own time while it happens."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._due: list[_Due] = []
        self._number = 0
        self._happening: datetime | None = None

    def now(self) -> datetime:
        """The clock's time, or that of the event that is happening."""
        return self._happening or self._clock.now()

    def at(self, when: datetime, happen: Callable[[], object]) -> None:
        """Plan something. What lies in the past happens at the next look."""
        self._number += 1
        heapq.heappush(self._due, _Due(when, self._number, happen))

    def catch_up(self) -> None:
        """Let everything happen that is due. Does nothing while an event is happening."""
        if self._happening is not None:
            return
        until = self._clock.now()
        try:
            while self._due and self._due[0].at <= until:
                due = heapq.heappop(self._due)
                self._happening = due.at
                due.happen()
        finally:
            self._happening = None
