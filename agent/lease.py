"""A worker slot's lease in the database, renewed by a thread, checked on a monotonic clock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from agent.core.leases import latest_end
from agent.errors import StoreUnavailable
from agent.ports import Clock, Store

LEASE = timedelta(seconds=20)
LAST_RENEWAL = 2.0  # seconds that a renewal under way may take at a stop


@dataclass(slots=True, kw_only=True)
class Lease:
    """One worker's. A process that is killed leaves it behind; it runs out after `ttl`."""

    store: Store
    clock: Clock
    worker: str
    owner: str
    ttl: timedelta = LEASE
    _renewed: float = field(default=float("-inf"))
    _keeper: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def take(self) -> None:
        """Wait out a dead lease, then keep renewing.

        Raises:
            StoreUnavailable: another live daemon has this slot.
        """
        # No lease that stands now runs longer than this; one that does was renewed meanwhile.
        longest = latest_end(self.clock.now(), self.ttl)
        while not self._renew():
            if self.worker in self.store.live_slots(longest, ttl=self.ttl):
                raise StoreUnavailable(
                    f"another daemon runs as {self.worker}; stop it or set SIDENOTE_WORKER to "
                    "another name, such as worker-2"
                )
            self.clock.sleep(1)
        self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._keeper.start()

    def holds(self) -> bool:
        """Whether the lease is surely ours right now."""
        return self.clock.monotonic() - self._renewed < self.ttl.total_seconds() * 0.75

    def dead(self) -> Sequence[str]:
        """Slots whose worker is gone."""
        dead = self.store.dead_slots(self.clock.now(), ttl=self.ttl)
        return [worker for worker in dead if worker != self.worker]

    def leave(self) -> None:
        """Let go."""
        self._stop.set()
        if self._keeper is not None:
            self._keeper.join(LAST_RENEWAL)  # a renewal after this would keep the slot
        self.store.leave_slot(self.worker, owner=self.owner)

    def _keep(self) -> None:
        while not self._stop.wait(self.ttl.total_seconds() / 4):
            try:
                self._renew()
            except StoreUnavailable:
                continue  # `holds` turns false by itself

    def _renew(self) -> bool:
        asked = self.clock.monotonic()
        taken = self.store.take_slot(
            self.worker, owner=self.owner, now=self.clock.now(), ttl=self.ttl
        )
        if taken:
            self._renewed = asked
        return taken
