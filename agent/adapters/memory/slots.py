"""Worker slots as a dictionary: the part of `MemoryStore` for leases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import RLock

from agent.core.leases import latest_end

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who has something, and until when."""

    owner: str
    until: datetime

    def lives(self, now: datetime, ttl: timedelta) -> bool:
        """Neither run out, nor longer than a lease can be."""
        return now < self.until <= latest_end(now, ttl)


class SlotMemory:
    """Slots. `MemoryStore` calls `_forget_slots` when it is made."""

    def _open(self) -> RLock:
        raise NotImplementedError

    def _forget_slots(self) -> None:
        self._slots: dict[str, Lease] = {}

    def take_slot(self, worker: str, *, owner: str, now: datetime, ttl: timedelta) -> bool:
        """See `Store`."""
        with self._open():
            lease = self._slots.get(worker)
            if lease is not None and lease.owner != owner and lease.lives(now, ttl):
                return False
            self._slots[worker] = Lease(owner, now + ttl)
            return True

    def leave_slot(self, worker: str, *, owner: str) -> None:
        """See `Store`."""
        with self._open():
            lease = self._slots.get(worker)
            if lease is not None and lease.owner == owner:
                self._slots[worker] = Lease(owner, _LONG_AGO)

    def dead_slots(self, now: datetime, *, ttl: timedelta) -> tuple[str, ...]:
        """See `Store`."""
        with self._open():
            return tuple(sorted(w for w, each in self._slots.items() if not each.lives(now, ttl)))

    def live_slots(self, now: datetime, *, ttl: timedelta) -> tuple[str, ...]:
        """See `Store`."""
        with self._open():
            return tuple(sorted(w for w, each in self._slots.items() if each.lives(now, ttl)))
