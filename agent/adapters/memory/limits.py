"""Automatic replies as dictionaries: the part of `MemoryStore` for limits and the breaker."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from threading import RLock

from agent.core.limits import (
    Ask,
    AutomaticReply,
    Counts,
    Refused,
    counts_of,
    refused,
    suppressed,
    trips_breaker,
)
from agent.core.team_policy import ReplyLimits
from agent.limits_port import Breaker


class LimitMemory:
    """Replies and the breaker. `MemoryStore` calls `_forget_replies` when it is made."""

    def _open(self) -> RLock:
        raise NotImplementedError

    def _forget_replies(self) -> None:
        self._replies: dict[str, AutomaticReply] = {}
        self._quick: dict[str, dict[str, datetime]] = defaultdict(dict)
        self._breaker: Breaker | None = None

    def reply_counts(self, asked: AutomaticReply) -> Counts:
        """See `Store`."""
        with self._open():
            times = self._quick.get(asked.sender, {}).values()
            return replace(
                counts_of(self._replies.values(), asked),
                breaker_open=self._breaker.reason if self._breaker else "",
                suppressed=suppressed(times, asked.at),
            )

    def reserve_reply(
        self, asked: AutomaticReply, limits: ReplyLimits, *, daily_cap: int | None
    ) -> Refused | None:
        """See `Store`."""
        with self._open():
            if asked.marker in self._replies:
                return None
            ask = Ask(
                counts=self.reply_counts(asked),
                limits=limits,
                first_contact=asked.first_contact,
                daily_cap=daily_cap,
            )
            refusal, trip = refused(ask), trips_breaker(ask)
            if trip:
                self.open_breaker(trip, asked.at)
            if refusal is None:
                self._replies[asked.marker] = asked
            return refusal

    def free_reply(self, marker: str) -> None:
        """See `Store`."""
        with self._open():
            self._replies.pop(marker, None)

    def note_quick_answer(self, sender: str, *, marker: str, at: datetime) -> None:
        """See `Store`."""
        with self._open():
            self._quick[sender].setdefault(marker, at)

    def breaker(self) -> Breaker | None:
        """See `Store`."""
        with self._open():
            return self._breaker

    def open_breaker(self, reason: str, now: datetime) -> bool:
        """See `Store`."""
        with self._open():
            was_closed = self._breaker is None
            if was_closed:
                self._breaker = Breaker(reason=reason, opened_at=now)
            return was_closed

    def close_breaker(self) -> bool:
        """See `Store`."""
        with self._open():
            was_open, self._breaker = self._breaker is not None, None
            return was_open
