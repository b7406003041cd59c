"""Requests per minute: the organisation's, a machine user's searches, writes per customer."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.sandbox.answers import Refusal
from agent.sandbox.switches import Switches

PLANS = {
    "enterprise": 1_000,
    "ultimate": 2_000,
    "business": 500,
    "professional": 300,
    "unlimited": 1_000_000,  # no plan of Kustomer's: for benchmarks
}
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Window:
    since: datetime
    used: int = 0


class TooMany(Refusal):
    """429. `reset` is the end of the window, in whole seconds since 1970."""

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(429, "too_many_requests", "Too Many Requests", parameter=name)
        self.reset = math.ceil(until.timestamp())


class Limits:
    """Counts by name in windows of a minute that start with their first request."""

    def __init__(self, plan: str, switches: Switches) -> None:
        self.per_minute = PLANS[plan]
        self._switches = switches
        self._windows: dict[str, _Window] = {}

    def take_request(self, now: datetime) -> int:
        """Count one request of the organisation; gives how many are left. Raises TooMany."""
        return self._take("requests", self.per_minute, now)

    def take_search(self, user_id: str, now: datetime) -> None:
        """Count one search of a machine user. Raises TooMany."""
        self._take(f"search:{user_id}", int(self._switches.number("search-limit")), now)

    def take_write(self, kind: str, customer_id: str, key: str, now: datetime) -> None:
        """Count one note, message, draft or conversation for a customer. Raises TooMany."""
        allowed = int(self._switches.number("object-limit"))
        self._take(f"{kind}:{customer_id}:{key}", allowed, now)

    def _take(self, name: str, allowed: int, now: datetime) -> int:
        window = self._windows.get(name)
        if window is None or now >= window.since + MINUTE:
            window = self._windows[name] = _Window(now)
        if window.used >= allowed:
            raise TooMany(name.partition(":")[0], window.since + MINUTE)
        window.used += 1
        return allowed - window.used
