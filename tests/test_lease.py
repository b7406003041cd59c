"""A worker slot's lease: who may have it, and how long one that died keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from agent.adapters.memory import ManualClock, MemoryStore
from agent.errors import StoreUnavailable
from agent.lease import Lease

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TTL = timedelta(seconds=20)


@dataclass
class Slot:
    """One slot with an earlier owner, who renews every five seconds while `lives`."""

    lives: bool = True
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        assert self.store.take_slot("worker-1", owner="first", now=self.clock.now(), ttl=TTL)

    # The clock that the second daemon sleeps by.
    def now(self) -> datetime:
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        if self.lives and self.clock.monotonic() % 5 == 0:
            self.renew()


@pytest.fixture
def leases() -> Iterator[list[Lease]]:
    taken: list[Lease] = []
    yield taken
    for lease in taken:
        lease.leave()


def second(slot: Slot) -> Lease:
    return Lease(store=slot.store, clock=slot, worker="worker-1", owner="second", ttl=TTL)


def test_a_free_slot_is_taken_at_once(leases: list[Lease]) -> None:
    slot = Slot(lives=False)
    lease = second(slot)
    slot.store.leave_slot("worker-1", owner="first")
    leases.append(lease)

    lease.take()

    assert lease.holds()
    assert slot.clock.monotonic() == 0


def test_a_dead_lease_is_waited_out(leases: list[Lease]) -> None:
    slot = Slot(lives=False)
    lease = second(slot)
    leases.append(lease)

    lease.take()

    assert lease.holds()
    assert slot.clock.monotonic() == TTL.total_seconds()


def test_a_living_one_is_refused_once_it_was_seen_renewing() -> None:
    slot = Slot()

    with pytest.raises(StoreUnavailable, match="another daemon runs as worker-1"):
        second(slot).take()

    assert slot.clock.monotonic() < TTL.total_seconds() / 2
    assert slot.store.live_slots(slot.now(), ttl=TTL) == ("worker-1",)


def test_a_dead_lease_of_a_machine_whose_clock_is_two_seconds_ahead_is_waited_out(
    leases: list[Lease],
) -> None:
    slot = Slot(lives=False)
    slot.store.take_slot("worker-1", owner="first", now=NOON + 2 * SECOND, ttl=TTL)
    lease = second(slot)
    leases.append(lease)

    lease.take()

    assert lease.holds()


def test_a_lease_that_was_not_renewed_is_given_up_before_others_may_take_it(
    leases: list[Lease],
) -> None:
    slot = Slot(lives=False)
    slot.store.leave_slot("worker-1", owner="first")
    lease = second(slot)
    leases.append(lease)
    lease.take()

    slot.clock.advance(TTL - 5 * SECOND)

    assert not lease.holds()
    assert slot.store.dead_slots(slot.now(), ttl=TTL) == ()


def test_a_lease_taken_before_a_clock_was_set_back_is_taken_at_once(leases: list[Lease]) -> None:
    slot = Slot(lives=False)
    slot.store.take_slot("worker-1", owner="first", now=NOON + timedelta(hours=1), ttl=TTL)
    lease = second(slot)
    leases.append(lease)

    lease.take()

    assert (lease.holds(), slot.clock.slept) == (True, [])


def test_a_slot_that_was_left_is_free_at_once() -> None:
    slot = Slot(lives=False)
    slot.store.leave_slot("worker-1", owner="first")
    lease = second(slot)
    lease.take()

    lease.leave()

    assert slot.store.dead_slots(slot.now(), ttl=TTL) == ("worker-1",)
