"""A worker slot's lease in the database, renewed by a thread, checked on a monotonic clock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from agent.errors import StoreUnavailable
from agent.ports import Clock, Store


@dataclass(slots=True, kw_only=True)
class Lease:
    """One worker's. A process that is killed leaves it behind; it runs out after `ttl`."""

    store: Store
    clock: Clock
    worker: str
    owner: str
    ttl: timedelta = timedelta(seconds=20)
    _renewed: float = field(default=float("-inf"))
    _stop: threading.Event = field(default_factory=threading.Event)

    def take(self) -> None:
        """Wait out a dead lease, then keep renewing.

        Raises:
            StoreUnavailable: another live daemon has this slot.
        """
        waited = 0.0
        while not self._renew():
            # A live one renews within this time; a dead one's runs out.
            if waited > self.ttl.total_seconds() * 1.5:
                raise StoreUnavailable(
                    f"another daemon runs as {self.worker}; stop it or set SIDENOTE_WORKER"
                )
            self.clock.sleep(1)
            waited += 1
        threading.Thread(target=self._keep, name="lease", daemon=True).start()

    def holds(self) -> bool:
        """Whether the lease is surely ours right now."""
        return self.clock.monotonic() - self._renewed < self.ttl.total_seconds() * 0.75

    def dead(self) -> Sequence[str]:
        """Slots whose worker is gone."""
        return [w for w in self.store.dead_slots(self.clock.now()) if w != self.worker]

    def leave(self) -> None:
        """Let go."""
        self._stop.set()
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
