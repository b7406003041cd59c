"""The past is read when live work leaves room: waits are waited out, nothing is read twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from agent.adapters.memory.helpdesk import Request
from agent.backtest_reading import PastReader
from agent.core.conversation import Conversation
from agent.errors import (
    HelpdeskBusy,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    ReplyUnreadable,
)
from agent.urgency import is_background
from tests.small_world import NOON, SmallWorld

LONG_AGO = NOON - timedelta(days=30)
LATER = timedelta(seconds=40)
UNREADABLE = pytest.mark.parametrize(
    "error", [HelpdeskMissing("gone"), HelpdeskRefused("400"), ReplyUnreadable("no id")]
)


@pytest.fixture
def world() -> SmallWorld:
    return SmallWorld()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def past(world: SmallWorld, waits: list[float]) -> PastReader:
    return PastReader(reader=world.helpdesk, clock=world.clock, held_up=waits.append)


def busy(world: SmallWorld) -> HelpdeskBusy:
    return HelpdeskBusy("our share is used up", retry_at=world.clock.now() + LATER)


def asked(world: SmallWorld) -> list[str]:
    return [each.method for each in world.helpdesk.requests]


def test_a_read_that_finds_no_place_waits_and_is_done_again(
    world: SmallWorld, past: PastReader, waits: list[float]
) -> None:
    conversation = world.helpdesk.conversation(world.conversation())
    world.helpdesk.fail(busy(world), on="messages")
    world.helpdesk.fail(busy(world), on="messages", nth=2)
    found = past.past(conversation)

    assert found is not None
    assert found.messages == world.helpdesk.messages(conversation.id)
    assert waits == [40.0, 1.0]  # the second was told the same moment, which has come


def test_a_search_that_finds_no_place_begins_anew(
    world: SmallWorld, past: PastReader, waits: list[float]
) -> None:
    ids = [world.conversation(), world.conversation()]
    world.helpdesk.fail(busy(world), on="changed_conversations")

    assert [each.id for each in past.changed(LONG_AGO)] == ids
    assert waits == [40.0]


class Interrupted:
    """A reader whose search is held up after its first page."""

    def __init__(self, world: SmallWorld) -> None:
        self._world = world
        self.since: list[datetime] = []

    def changed_conversations(
        self, since: datetime, *, page_size: int
    ) -> Iterator[tuple[Conversation, ...]]:
        self.since.append(since)
        pages = self._world.helpdesk.changed_conversations(since, page_size=1)
        yield next(pages)
        if len(self.since) == 1:
            raise busy(self._world)
        yield from pages


def test_a_search_goes_on_where_it_was_and_gives_none_twice(world: SmallWorld) -> None:
    ids = [world.conversation(minutes_ago=90), world.conversation(minutes_ago=60)]
    reader = Interrupted(world)
    past = PastReader(reader=reader, clock=world.clock)  # type: ignore[arg-type]
    first = world.helpdesk.conversation(ids[0])

    assert [each.id for each in past.changed(LONG_AGO)] == ids
    assert reader.since == [LONG_AGO, first.updated_at]


def test_every_read_is_one_that_leaves_room(world: SmallWorld, past: PastReader) -> None:
    seen: list[tuple[str, bool]] = []
    noticed = world.helpdesk.noticed

    def noticing(request: Request) -> object:
        seen.append((request.method, is_background()))
        return noticed(request)

    world.conversation()
    world.helpdesk.noticed = noticing  # type: ignore[method-assign, assignment]
    for each in past.changed(LONG_AGO):
        past.past(each)
        past.customer(each)

    assert seen == [("changed_conversations", True), ("messages", True), ("customer", True)]
    assert not is_background()


def test_a_customer_is_asked_for_once_for_a_conversation(
    world: SmallWorld, past: PastReader
) -> None:
    conversation = world.helpdesk.conversation(world.conversation())

    assert past.customer(conversation) == past.customer(conversation)
    assert asked(world).count("customer") == 1


@UNREADABLE
def test_a_customer_that_cannot_be_read_is_none(
    world: SmallWorld, past: PastReader, error: Exception
) -> None:
    conversation = world.helpdesk.conversation(world.conversation())
    world.helpdesk.fail(error, on="customer")

    assert past.customer(conversation) is None
    assert past.customer(conversation) is None
    assert asked(world).count("customer") == 1


@UNREADABLE
def test_a_conversation_that_cannot_be_read_is_passed_over(
    world: SmallWorld, past: PastReader, error: Exception
) -> None:
    conversation = world.helpdesk.conversation(world.conversation())
    world.helpdesk.fail(error, on="messages")

    assert past.past(conversation) is None


def test_an_outage_is_not_waited_out(world: SmallWorld, past: PastReader) -> None:
    conversation = world.helpdesk.conversation(world.conversation())
    world.helpdesk.fail(HelpdeskUnavailable("down"), on="messages")

    with pytest.raises(HelpdeskUnavailable):
        past.past(conversation)
