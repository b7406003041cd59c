"""Which conversations are due: none missed, none twice, the backlog within limits."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.core.conversation import AuthorKind, Conversation
from agent.errors import HelpdeskRefused, HelpdeskUnavailable, OutcomeUnknown, ReplyUnreadable
from agent.poller import BACKLOG, OVERLAP
from agent.ports import Pause, RunState
from tests.small_world import NOON, SmallWorld


@pytest.fixture
def world() -> SmallWorld:
    return SmallWorld()


def turns(world: SmallWorld) -> set[str]:
    return {run.turn.conversation_id for run in world.store.runs()}


def test_the_first_start_looks_back_a_day(world: SmallWorld) -> None:
    within = world.conversation(minutes_ago=BACKLOG.total_seconds() / 60 - 5)
    world.conversation(minutes_ago=BACKLOG.total_seconds() / 60 + 5)

    world.daemon.poller.poll()

    assert turns(world) == {within}


def test_since_looks_back_as_far_as_it_says() -> None:
    world = SmallWorld(since=NOON - timedelta(days=30))
    old = world.conversation(minutes_ago=20 * 24 * 60)
    world.conversation(minutes_ago=40 * 24 * 60)

    world.daemon.poller.poll()

    assert turns(world) == {old}


def test_since_looks_back_again_after_a_restart_and_skips_what_was_handled() -> None:
    world = SmallWorld()
    recent = world.conversation()
    world.live()
    old = world.conversation(minutes_ago=20 * 24 * 60)
    world.since = NOON - timedelta(days=30)
    world.restart()
    world.live()

    assert turns(world) == {recent, old}
    assert (len(world.notes(recent)), len(world.notes(old))) == (1, 1)


def test_a_daemon_that_was_down_for_days_misses_nothing(world: SmallWorld) -> None:
    world.conversation()
    world.live()
    world.clock.advance(timedelta(days=3))
    missed = world.conversation(minutes_ago=2 * 24 * 60)
    world.restart()
    world.live()

    assert len(world.notes(missed)) == 1


@pytest.mark.parametrize("field", ["spam", "deleted"])
def test_spam_and_deleted_conversations_are_no_turns(world: SmallWorld, field: str) -> None:
    world.conversation(**{field: True})

    assert world.daemon.poller.poll() == ()


def test_a_merged_conversation_is_no_turn(world: SmallWorld) -> None:
    world.conversation(merged_into="f" * 24)

    assert world.daemon.poller.poll() == ()


def test_our_own_note_makes_no_turn(world: SmallWorld) -> None:
    world.conversation()
    world.live()

    assert world.daemon.poller.poll() == ()
    assert len(world.store.runs()) == 1


def test_a_conversation_that_the_index_shows_late_is_found(world: SmallWorld) -> None:
    lagging = Lagging(world, timedelta(seconds=90))
    world.daemon.poller.reader = lagging
    early = world.conversation(minutes_ago=5)
    world.live(timedelta(seconds=30))
    late = world.conversation(minutes_ago=0.1)
    newer = world.conversation(minutes_ago=0)
    world.live(timedelta(minutes=5))

    assert turns(world) == {early, late, newer}


def test_once_ends_only_when_the_index_has_had_time_to_show_the_newest_message(
    world: SmallWorld,
) -> None:
    # From outside: a message written right before `start --once` was not noted.
    conversation = world.conversation(minutes_ago=0)
    world.daemon.poller.reader = Lagging(world, timedelta(seconds=2))

    def pass_time() -> None:
        world.engine.work()
        world.clock.advance(timedelta(seconds=1))

    world.daemon.on_tick, world.daemon.tick_seconds = pass_time, 0
    world.daemon.run_once(threading.Event())

    assert len(world.notes(conversation)) == 1


def test_the_cursor_stays_where_it_was_when_storing_fails(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(HelpdeskUnavailable("500"), on="changed_conversations")
    world.daemon.tick()
    assert world.store.cursor() is None

    world.live()
    assert turns(world) == {conversation}


def test_each_poll_looks_back_over_the_overlap(world: SmallWorld) -> None:
    asked = Asking(world)
    world.daemon.poller.reader = asked
    world.conversation(minutes_ago=1)
    world.daemon.poller.poll()
    world.daemon.poller.poll()

    cursor = world.store.cursor()
    assert cursor is not None
    assert asked.since == [NOON - BACKLOG, cursor - OVERLAP]


def test_a_fresh_database_reads_what_it_found_directly_in_one_request(world: SmallWorld) -> None:
    for _ in range(5):
        world.conversation()

    world.daemon.poller.poll()

    assert (world.requests("conversations"), world.requests("conversation")) == (1, 0)


def test_a_helpdesk_without_that_request_is_asked_once(world: SmallWorld) -> None:
    world.helpdesk.fail(HelpdeskRefused("404"), on="conversations")
    conversation = world.conversation()
    world.live()

    assert len(world.notes(conversation)) == 1
    assert world.requests("conversations") == 1


def test_a_newest_message_that_the_search_does_not_name_is_asked_for(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.daemon.poller.reader = Nameless(world)
    world.live()

    assert len(world.notes(conversation)) == 1


def test_a_later_message_that_the_search_does_not_name_is_found_too(world: SmallWorld) -> None:
    # From outside: the first message was noted, and nothing that the customer wrote afterwards.
    conversation = world.conversation()
    world.daemon.poller.reader = Nameless(world)
    world.live()
    world.helpdesk.receive(conversation, "I also need the invoice of order 40-2291, for my taxes.")
    world.live()

    assert len(world.notes(conversation)) == 2


def test_an_update_dated_in_the_future_hides_no_other_conversation(world: SmallWorld) -> None:
    # From outside: after one odd date nothing was ever found again.
    odd = world.conversation()
    reader = world.daemon.poller.reader = Postdated(world)
    reader.odd = odd
    world.live()
    later = world.conversation()
    world.live()

    assert turns(world) == {odd, later}


def test_a_helpdesk_clock_that_runs_ahead_holds_nothing_up(world: SmallWorld) -> None:
    conversation = world.conversation(minutes_ago=-5)

    world.live(timedelta(minutes=2))

    assert len(world.notes(conversation)) == 1


def test_a_waiting_turn_survives_a_kill(world: SmallWorld) -> None:
    conversation = world.conversation(minutes_ago=0)
    world.daemon.tick()
    assert [run.state for run in world.store.runs()] == [RunState.WAITING]

    world.restart()
    world.live()
    assert len(world.notes(conversation)) == 1


class Wrapped:
    """The helpdesk's reader with one answer changed."""

    def __init__(self, world: SmallWorld) -> None:
        self.world = world

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world.helpdesk, name)


class Lagging(Wrapped):
    """A search index that shows conversations only some time after they changed."""

    def __init__(self, world: SmallWorld, lag: timedelta) -> None:
        super().__init__(world)
        self.lag = lag

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        indexed = self.world.clock.now() - self.lag
        for page in self.world.helpdesk.changed_conversations(since, page_size=page_size):
            yield tuple(c for c in page if c.updated_at <= indexed)


class Asking(Wrapped):
    """Remembers what was asked for."""

    def __init__(self, world: SmallWorld) -> None:
        super().__init__(world)
        self.since: list[datetime] = []

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        self.since.append(since)
        return self.world.helpdesk.changed_conversations(since, page_size=page_size)


class Nameless(Wrapped):
    """A search whose answers carry an empty lastMessageIn, and no several at once."""

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        for page in self.world.helpdesk.changed_conversations(since, page_size=page_size):
            yield tuple(replace(c, last_message_in=None) for c in page)

    def conversations(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        raise HelpdeskRefused("404")


class Postdated(Wrapped):
    """A search in which one conversation was updated next month."""

    odd = ""

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        for page in self.world.helpdesk.changed_conversations(NOON - BACKLOG, page_size=page_size):
            dated = (replace(c, updated_at=self._date(c)) for c in page)
            yield tuple(c for c in dated if c.updated_at >= since)

    def _date(self, conversation: Conversation) -> datetime:
        is_odd = conversation.id == self.odd
        return NOON + timedelta(days=30) if is_odd else conversation.updated_at


# --- doubles of our own, and answers that cannot be used ----------------------------------------


def test_a_double_that_appears_in_a_long_pause_is_deleted_after_it(world: SmallWorld) -> None:
    # The cursor moved past it while nothing could be deleted, and nobody looked there again.
    conversation = world.conversation()
    world.live()
    world.store.pause(Pause(by="Ada", at=NOON))
    put_double(world, conversation)
    for _ in range(3):
        world.live(OVERLAP)
        world.conversation(minutes_ago=0)
    world.store.resume()
    world.live()

    assert len(world.notes(conversation)) == 1


def test_a_double_that_a_run_has_read_is_deleted_all_the_same(world: SmallWorld) -> None:
    # The run took it for a note that we know of, so that the count no longer gave it away.
    conversation = world.conversation()
    world.live()
    world.store.pause(Pause(by="Ada", at=NOON))
    put_double(world, conversation)
    world.helpdesk.receive(conversation, "Can the lid be sent to my office, number 14?")
    world.live()
    world.store.resume()
    world.daemon.dispatcher.dispatch()
    world.engine.work()
    world.live()

    markers = [note.marker for note in world.notes(conversation)]
    assert len(markers) == len(set(markers)) == 2


def test_a_note_that_a_teammate_deleted_hides_no_double(world: SmallWorld) -> None:
    # We went on counting it, so that one note too many looked right.
    conversation = world.conversation()
    world.put_note(conversation, "Called her.", marker="", by=AuthorKind.TEAMMATE)
    world.live()
    del world.helpdesk._notes[conversation][0]
    world.helpdesk._touch(conversation)
    world.live()
    put_double(world, conversation)
    world.live()

    assert len(world.notes(conversation)) == 1


def test_a_search_that_lags_behind_our_note_costs_no_reading_of_notes(world: SmallWorld) -> None:
    conversation = world.conversation()
    before = world.helpdesk._conversations[conversation]
    world.live()
    world.helpdesk._conversations[conversation] = before
    world.live()

    assert world.requests("notes") == 0


def test_notes_that_cannot_be_read_keep_no_other_conversation_from_being_found(
    world: SmallWorld,
) -> None:
    unreadable = world.conversation()
    world.live()
    put_double(world, unreadable)
    world.clock.advance(timedelta(seconds=30))
    other = world.conversation(minutes_ago=0)
    world.helpdesk.fail(ReplyUnreadable("notes: a field is missing"), on="notes")
    world.daemon.poller.poll()

    assert other in turns(world)


def test_a_delete_without_an_answer_is_looked_after_by_the_next_poll(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    put_double(world, conversation)
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="delete_note")
    world.live()

    assert len(world.notes(conversation)) == 1


def test_a_search_that_cannot_be_read_ends_no_daemon_that_worked_before(world: SmallWorld) -> None:
    world.live()
    world.helpdesk.fail(ReplyUnreadable("search: a field is missing"), on="changed_conversations")
    conversation = world.conversation(minutes_ago=0)
    world.live()

    assert len(world.notes(conversation)) == 1


def test_a_search_that_never_worked_ends_the_daemon_with_its_reason(world: SmallWorld) -> None:
    world.helpdesk.fail(HelpdeskRefused("search: 400"), on="changed_conversations")

    with pytest.raises(HelpdeskRefused, match="400"):
        world.live()


def put_double(world: SmallWorld, conversation: str) -> None:
    """What a write that was given up on, and applied late, leaves behind."""
    marker = world.notes(conversation)[0].marker
    world.put_note(conversation, "the same again", marker=marker, by=AuthorKind.SIDENOTE)
