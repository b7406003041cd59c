"""How often and how long to wait between attempts."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """At most `attempts` attempts; `waits` are the seconds before the 2nd, 3rd, … one."""

    attempts: int
    waits: tuple[float, ...]

    def wait(self, attempt: int, jitter: Callable[[], float] = random.random) -> float:
        """Seconds to wait after attempt number `attempt` (from 1): the wait, up to half more."""
        if not self.waits:
            return 0.0
        base = self.waits[min(attempt, len(self.waits)) - 1]
        return base * (1 + jitter() / 2)


DEFAULT = Retries(attempts=5, waits=(1, 4, 16, 60))
AGGRESSIVE = Retries(attempts=8, waits=(0.5, 1, 2, 4, 8, 16, 30))
NONE = Retries(attempts=1, waits=())
