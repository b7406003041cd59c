"""A call makes things happen sooner. Lost, doubled, late or forged ones change nothing else."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from agent.adapters.memory import ManualClock
from agent.doorbell import AT_ONCE, REMEMBERED, DistantBell, Doorbell, Heard, OwnBell
from agent.doorbell_port import MOST_RINGS, Call, Installed
from agent.errors import (
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    StoreUnavailable,
)
from tests.small_world import NOON, POLL, SmallWorld

TOKEN = "the token"
REPLAYS = 10_000
MINUTE = timedelta(minutes=1)


@dataclass
class Book:
    """What the database keeps of the doorbell."""

    rings: dict[str, datetime] = field(default_factory=dict)
    is_gone: bool = False

    def installed(self) -> Installed | None:
        return None

    def save_installed(self, installed: Installed | None) -> None:
        raise NotImplementedError

    def ring(self, conversation_id: str, now: datetime) -> None:
        if self.is_gone:
            raise StoreUnavailable("gone")
        self.rings.setdefault(conversation_id, now)

    def take_rings(self, limit: int) -> tuple[str, ...]:
        taken = tuple(self.rings)[:limit]
        for each in taken:
            del self.rings[each]
        return taken


@dataclass
class Rung:
    """A bell that remembers."""

    ids: list[str] = field(default_factory=list)

    def ring(self, conversation_id: str) -> None:
        self.ids.append(conversation_id)


@dataclass
class Tokens:
    """Where the token is kept; counts how often somebody looked."""

    known: tuple[str, ...] = (TOKEN,)
    looks: int = 0
    is_gone: bool = False

    def __call__(self) -> Sequence[str]:
        self.looks += 1
        if self.is_gone:
            raise StoreUnavailable("gone")
        return self.known


def a_doorbell(
    bell: Rung | OwnBell | DistantBell,
    tokens: Tokens | None = None,
    clock: ManualClock | None = None,
) -> Doorbell:
    """A doorbell whose calls are "event conversation", signed by naming the token."""

    def parse(body: bytes) -> Call | None:
        event_id, _, conversation_id = body.decode().partition(" ")
        return Call(event_id=event_id, conversation_id=conversation_id) if conversation_id else None

    return Doorbell(
        bell=bell,
        clock=clock or ManualClock(NOON),
        tokens=tokens or Tokens(),
        is_signed=lambda _, signature, token: signature == token,
        parse=parse,
    )


def test_a_genuine_call_rings_for_its_conversation() -> None:
    bell = Rung()

    assert a_doorbell(bell).answer(b"e1 c1", [TOKEN])
    assert bell.ids == ["c1"]


@pytest.mark.parametrize("signatures", [[], ["another"], [""], [TOKEN, TOKEN]])
def test_a_call_without_the_one_right_signature_rings_nothing(signatures: list[str]) -> None:
    bell = Rung()

    assert not a_doorbell(bell).answer(b"e1 c1", signatures)
    assert bell.ids == []


def test_nothing_is_genuine_while_no_token_is_known() -> None:
    doorbell = a_doorbell(Rung(), Tokens(known=("",)))

    assert not doorbell.answer(b"e1 c1", [""])


def test_a_genuine_call_that_names_no_conversation_rings_nothing() -> None:
    bell = Rung()

    assert a_doorbell(bell).answer(b"e1", [TOKEN])
    assert bell.ids == []


def test_ten_thousand_repeats_of_a_call_ring_once() -> None:
    bell = Rung()
    doorbell = a_doorbell(bell)

    assert all(doorbell.answer(b"e1 c1", [TOKEN]) for _ in range(REPLAYS))
    assert bell.ids == ["c1"]


def test_so_many_events_are_remembered_and_no_more() -> None:
    bell = Rung()
    doorbell = a_doorbell(bell)
    for number in range(REMEMBERED + 1):
        doorbell.answer(f"e{number} c1".encode(), [TOKEN])
    rung = len(bell.ids)

    doorbell.answer(f"e{REMEMBERED} c1".encode(), [TOKEN])
    doorbell.answer(b"e0 c1", [TOKEN])

    assert (rung, len(bell.ids)) == (REMEMBERED + 1, REMEMBERED + 2)


def test_a_token_that_is_made_meanwhile_is_known_soon_but_is_not_looked_for_at_each_call() -> None:
    clock, tokens = ManualClock(NOON), Tokens(known=())
    doorbell = a_doorbell(Rung(), tokens, clock)
    for _ in range(100):
        doorbell.answer(b"e1 c1", [TOKEN])
    tokens.known = (TOKEN,)
    clock.advance(MINUTE)

    assert doorbell.answer(b"e1 c1", [TOKEN])
    assert tokens.looks == 2


def test_the_known_token_still_counts_while_the_database_is_gone() -> None:
    clock, tokens = ManualClock(NOON), Tokens()
    doorbell = a_doorbell(Rung(), tokens, clock)
    doorbell.answer(b"e1 c1", [TOKEN])
    tokens.is_gone = True
    clock.advance(MINUTE)

    assert doorbell.answer(b"e2 c2", [TOKEN])


# bells


def test_a_ring_wakes_who_waits() -> None:
    bell = OwnBell()
    woken = threading.Event()

    def wait() -> None:
        bell.wait(60)
        woken.set()

    thread = threading.Thread(target=wait)
    thread.start()

    bell.ring("c1")

    assert woken.wait(30)
    thread.join()


def test_each_ring_is_taken_once_and_in_order() -> None:
    bell = OwnBell()
    for each in ("c2", "c1", "c2"):
        bell.ring(each)

    assert (bell.take(), bell.take()) == (("c2", "c1"), ())


def test_very_many_rings_are_taken_some_at_a_time_and_the_rest_is_left_to_the_poll() -> None:
    bell = OwnBell()
    for number in range(MOST_RINGS + 100):
        bell.ring(f"c{number}")

    taken: list[str] = []
    while some := bell.take():
        assert len(some) <= AT_ONCE
        taken += some

    assert len(taken) == MOST_RINGS


def test_a_ring_reaches_a_daemon_in_another_process_through_the_database() -> None:
    book = Book()
    bell = DistantBell(book=book, clock=ManualClock(NOON))
    bell.ring("c1")
    heard = Heard(OwnBell(), book)
    before = heard.take()

    assert bell.pass_on()
    assert (before, heard.take(), heard.take()) == ((), ("c1",), ())


def test_a_ring_that_the_database_does_not_take_is_passed_on_later() -> None:
    book = Book(is_gone=True)
    bell = DistantBell(book=book, clock=ManualClock(NOON))
    bell.ring("c1")
    bell.ring("c2")
    passed = bell.pass_on()
    book.is_gone = False

    assert (passed, bell.pass_on(), tuple(book.rings)) == (False, True, ("c1", "c2"))


def test_who_passes_rings_on_stops_with_the_program() -> None:
    book, stopping = Book(), threading.Event()
    bell = DistantBell(book=book, clock=ManualClock(NOON))
    thread = threading.Thread(target=bell.run, args=(stopping,))
    thread.start()
    stopping.set()
    bell.ring("c1")
    thread.join(30)

    assert not thread.is_alive()


# a daemon that can be rung


def a_world() -> tuple[SmallWorld, OwnBell]:
    """A team that has polled a moment ago, and its bell."""
    world = SmallWorld()
    bell = OwnBell()
    world.daemon.heard = Heard(bell, Book())
    world.daemon.tick()
    return world, bell


def tick(world: SmallWorld) -> None:
    world.daemon.tick()
    world.engine.work()


def test_a_ring_starts_a_run_before_the_next_poll() -> None:
    world, bell = a_world()
    conversation = world.conversation()

    tick(world)
    before = world.store.runs()
    bell.ring(conversation)
    tick(world)

    assert before == ()
    assert len(world.notes(conversation)) == 1


def test_without_a_ring_the_poll_finds_it() -> None:
    world, _ = a_world()
    conversation = world.conversation()

    world.live(POLL * 2)

    assert len(world.notes(conversation)) == 1


def test_a_ring_for_a_conversation_that_is_not_there_changes_nothing() -> None:
    world, bell = a_world()
    conversation = world.conversation()
    bell.ring("f" * 24)
    tick(world)

    bell.ring(conversation)
    tick(world)

    assert len(world.notes(conversation)) == 1


@pytest.mark.parametrize("error", [HelpdeskMissing, HelpdeskRefused])
def test_where_several_cannot_be_read_at_once_they_are_read_one_by_one(
    error: type[HelpdeskRefused],
) -> None:
    def refuses(_ids: Sequence[str]) -> tuple[()]:
        raise error("not so many")

    world, bell = a_world()
    conversation = world.conversation()
    world.helpdesk.conversations = refuses  # type: ignore[method-assign, assignment]

    bell.ring("f" * 24)
    bell.ring(conversation)
    tick(world)

    assert len(world.notes(conversation)) == 1


def test_while_paused_a_ring_writes_nothing() -> None:
    world, bell = a_world()
    world.paused_by_environment = True
    world.restart()
    world.daemon.heard = Heard(bell, Book())
    conversation = world.conversation()

    bell.ring(conversation)
    tick(world)

    assert world.notes(conversation) == ()


def test_a_look_that_fails_is_left_to_the_poll() -> None:
    world, bell = a_world()
    conversation = world.conversation()
    reader = world.daemon.poller.reader
    world.daemon.poller = replace(world.daemon.poller, reader=_Gone())  # type: ignore[arg-type]
    bell.ring(conversation)
    tick(world)
    world.daemon.poller = replace(world.daemon.poller, reader=reader)

    world.live(POLL * 3)

    assert len(world.notes(conversation)) == 1


def test_a_ring_outlasts_a_database_that_is_busy_for_a_moment() -> None:
    world, bell = a_world()
    conversation = world.conversation()
    poller = world.daemon.poller
    world.daemon.poller = replace(poller, store=_Busy())  # type: ignore[arg-type]
    bell.ring(conversation)
    tick(world)
    world.daemon.poller = poller

    tick(world)

    assert len(world.notes(conversation)) == 1


def test_a_database_that_stays_away_is_not_asked_for_a_ring_in_every_round() -> None:
    world, bell = a_world()
    busy = _Busy()
    world.daemon.poller = replace(world.daemon.poller, store=busy)  # type: ignore[arg-type]
    bell.ring(world.conversation())

    for _ in range(5):
        tick(world)

    assert busy.asked == 2


@dataclass
class _Busy:
    """A database that another process holds."""

    asked: int = 0

    def watermark(self, _now: datetime) -> datetime:
        self.asked += 1
        raise StoreUnavailable("locked")


class _Gone:
    """A helpdesk that does not answer."""

    def conversations(self, _ids: Sequence[str]) -> tuple[()]:
        raise HelpdeskUnavailable("gone")


@pytest.mark.parametrize("seed", range(5))
def test_lost_doubled_late_and_reordered_rings_make_the_same_notes(seed: int) -> None:
    dice = random.Random(seed)
    world, bell = a_world()
    conversations = [world.conversation() for _ in range(8)]
    rings = [each for each in conversations * 3 if dice.random() < 0.5]
    dice.shuffle(rings)
    while rings:
        for each in rings[:3]:
            bell.ring(each)
        del rings[:3]
        tick(world)
        world.clock.advance(timedelta(seconds=dice.randrange(20)))

    world.live(POLL * 4)

    assert [len(world.notes(each)) for each in conversations] == [1] * 8
    assert len(world.store.runs()) == 8


def test_ten_thousand_rings_for_what_was_handled_do_nothing_more() -> None:
    world, bell = a_world()
    conversation = world.conversation()
    bell.ring(conversation)
    tick(world)
    writes = world.requests("POST")

    for _ in range(REPLAYS):
        bell.ring(conversation)
    tick(world)

    assert world.requests("POST") == writes
    assert len(world.store.runs()) == 1
