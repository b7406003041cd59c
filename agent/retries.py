"""How often and how long to wait between attempts."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retries:
    """`waits` are the seconds before the 2nd, 3rd, … attempt; there are no more after them."""

    waits: tuple[float, ...]

    @classmethod
    def of(cls, *seconds: float) -> "Retries":
        """Waits in seconds, before jitter."""
        return cls(seconds)

    @property
    def attempts(self) -> int:
        """How many attempts there are at most."""
        return len(self.waits) + 1

    def wait(self, attempt: int, jitter: Callable[[], float] = random.random) -> float:
        """Seconds after attempt number `attempt` (from 1): the wait, up to a quarter off."""
        if attempt > len(self.waits):
            return 0.0
        return self.waits[attempt - 1] * (0.75 + jitter() / 2)


DEFAULT_RETRIES = Retries.of(1, 4, 16, 60)
AGGRESSIVE_RETRIES = Retries.of(0.5, 1, 2, 4, 8, 16, 32, 60)
NO_RETRIES = Retries.of()

# By the name that `[limits] retries` in the policy gives.
RETRIES = {"default": DEFAULT_RETRIES, "aggressive": AGGRESSIVE_RETRIES, "none": NO_RETRIES}
