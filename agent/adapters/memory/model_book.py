"""A `ModelBook` in memory: for one process, or where there is no database to count in."""

from dataclasses import replace
from datetime import datetime
from threading import RLock

from agent.core.spending import DAY, HOUR, Call, Caps, OverCap, Spent, over_cap
from agent.model_port import Answering


class MemoryModelBook:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._calls: dict[str, Call] = {}
        self._answering: dict[tuple[str, str], Answering] = {}
        self._dialects: dict[str, tuple[str, datetime]] = {}
        self._total = (0, 0)

    def reserve(self, call: Call, caps: Caps) -> OverCap | None:
        """See `ModelBook`."""
        with self._lock:
            self._calls = {i: one for i, one in self._calls.items() if one.at > call.at - DAY}
            over = over_cap(self.spent(call.conversation_id, call.at), call, caps)
            if over is None:
                self._calls[call.id] = call
            return over

    def settle(self, call_id: str, *, tokens: int, cost: int) -> None:
        """See `ModelBook`."""
        with self._lock:
            self._total = (self._total[0] + tokens, self._total[1] + cost)
            if call_id in self._calls:
                self._calls[call_id] = replace(self._calls[call_id], tokens=tokens, cost=cost)

    def spent(self, conversation_id: str, now: datetime) -> Spent:
        """See `ModelBook`."""
        with self._lock:
            day = [call for call in self._calls.values() if call.at > now - DAY]
        own = (call.tokens for call in day if call.conversation_id == conversation_id)
        return Spent(
            conversation=sum(own),
            hour=sum(call.tokens for call in day if call.at > now - HOUR),
            day=sum(call.cost for call in day),
        )

    def total(self) -> tuple[int, int]:
        """See `ModelBook`."""
        return self._total

    def answered(self, asked: str, answered: str, now: datetime) -> bool:
        """See `ModelBook`."""
        with self._lock:
            is_first = not self.answering(asked)
            new = Answering(asked=asked, answered=answered, since=now, accepted=is_first)
            return self._answering.setdefault((asked, answered), new).accepted

    def answering(self, asked: str) -> tuple[Answering, ...]:
        """See `ModelBook`."""
        with self._lock:
            known = [one for one in self._answering.values() if one.asked == asked]
        return tuple(sorted(known, key=lambda one: (one.since, one.answered)))

    def accept(self, asked: str) -> tuple[str, ...]:
        """See `ModelBook`."""
        with self._lock:
            new = [one for one in self.answering(asked) if not one.accepted]
            for one in new:
                self._answering[asked, one.answered] = replace(one, accepted=True)
            return tuple(one.answered for one in new)

    def dialect(self, asked: str, since: datetime) -> str:
        """See `ModelBook`."""
        dialect, at = self._dialects.get(asked, ("", since))
        return dialect if at >= since else ""

    def save_dialect(self, asked: str, dialect: str, now: datetime) -> None:
        """See `ModelBook`."""
        self._dialects[asked] = (dialect, now)

    def close(self) -> None:
        """Nothing is open."""
