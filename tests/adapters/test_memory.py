"""What the helpdesk and clocks in memory offer to tests, besides what their ports promise."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from agent.adapters.memory import FixedClock, ManualClock, MemoryHelpdesk, Request
from agent.core.conversation import (
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    MessageRef,
    Note,
    OutboundAccount,
)
from agent.errors import (
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskMissing,
    HelpdeskRefused,
    OutcomeUnknown,
)
from agent.ports import Clock, Helpdesk, HelpdeskReader, HelpdeskWriter, NewDraft

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def helpdesk(clock: ManualClock) -> MemoryHelpdesk:
    """One conversation in which Mara has asked something."""
    desk = MemoryHelpdesk(clock, accounts=[OutboundAccount(channel="email", account="a@b.example")])
    desk.add_customer(Customer(id="k1", name="Mara"))
    desk.add(Conversation(id="c1", customer_id="k1", updated_at=NOON, channels=("email",)))
    desk.receive("c1", "Is lid KL-7 in stock?")
    return desk


def write(helpdesk: HelpdeskWriter, marker: str = "ours", note_id: str | None = None) -> Note:
    return helpdesk.write_note("c1", "Asks for a lid.", marker=marker, note_id=note_id)


def a_draft(body: str = "It is.") -> NewDraft:
    return NewDraft(
        conversation_id="c1", customer_id="k1", channel="email", body=body, marker="ours"
    )


def notes(helpdesk: HelpdeskReader) -> list[str]:
    return [note.marker for note in helpdesk.notes("c1")]


# --- what goes on in a conversation ------------------------------------------------------------


def test_it_fits_the_port(helpdesk: MemoryHelpdesk, clock: ManualClock) -> None:
    port: Helpdesk = helpdesk
    time: Clock = clock

    assert (port.current_user().name, time.now()) == ("Sidenote", NOON)


def test_a_customer_message_moves_the_conversation_on(
    helpdesk: MemoryHelpdesk, clock: ManualClock
) -> None:
    clock.advance(MINUTE)
    message = helpdesk.receive("c1", "Hello?")

    found = helpdesk.conversation("c1")

    assert (message.direction, message.author.kind) == (Direction.IN, AuthorKind.CUSTOMER)
    assert (found.updated_at, found.rev, found.message_count) == (NOON + MINUTE, 2, 2)
    assert found.last_message_in == MessageRef(id=message.id, sent_at=NOON + MINUTE)


def test_a_teammates_answer_is_the_newest_message_out(helpdesk: MemoryHelpdesk) -> None:
    message = helpdesk.answer("c1", "Yes, it is.")

    found = helpdesk.conversation("c1")

    assert message.author.kind is AuthorKind.TEAMMATE
    assert found.last_message_out == MessageRef(id=message.id, sent_at=NOON)


def test_messages_come_oldest_first(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.receive("c1", "earlier", sent_at=NOON - MINUTE)

    assert [m.text for m in helpdesk.messages("c1")] == ["earlier", "Is lid KL-7 in stock?"]


def test_our_own_note_moves_the_conversation_on(
    helpdesk: MemoryHelpdesk, clock: ManualClock
) -> None:
    clock.advance(MINUTE)
    note = write(helpdesk)

    found = helpdesk.conversation("c1")

    assert note.author.kind is AuthorKind.SIDENOTE
    assert (found.updated_at, found.rev, found.note_count) == (NOON + MINUTE, 2, 1)


def test_changed_conversations_come_page_by_page_oldest_update_first(
    helpdesk: MemoryHelpdesk, clock: ManualClock
) -> None:
    for id_ in ("c3", "c2"):
        clock.advance(MINUTE)
        helpdesk.add(Conversation(id=id_, updated_at=clock.now()))

    pages = list(helpdesk.changed_conversations(NOON + MINUTE, page_size=1))

    assert [[conversation.id for conversation in page] for page in pages] == [["c3"], ["c2"]]


def test_a_conversation_that_was_removed_is_missing(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.remove("c1")

    with pytest.raises(HelpdeskMissing):
        helpdesk.conversation("c1")
    with pytest.raises(HelpdeskMissing):
        write(helpdesk)
    assert helpdesk.conversations(["c1"]) == ()


def test_a_change_moves_the_conversation_on(helpdesk: MemoryHelpdesk) -> None:
    assert helpdesk.change("c1", spam=True) == helpdesk.conversation("c1")
    assert (helpdesk.conversation("c1").spam, helpdesk.conversation("c1").rev) == (True, 2)


# --- our writes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marker", "note_id"), [("first", None), ("second", "a" * 24)], ids=["marker", "id"]
)
def test_a_note_with_a_known_marker_or_id_is_a_conflict(
    helpdesk: MemoryHelpdesk, marker: str, note_id: str | None
) -> None:
    write(helpdesk, "first", "a" * 24)

    with pytest.raises(HelpdeskConflict):
        write(helpdesk, marker, note_id)

    assert notes(helpdesk) == ["first"]


@pytest.mark.parametrize("body", ["", "x" * 10_241], ids=["empty", "too long"])
def test_a_note_has_a_length(helpdesk: MemoryHelpdesk, body: str) -> None:
    with pytest.raises(HelpdeskRefused):
        helpdesk.write_note("c1", body, marker="ours", note_id=None)

    helpdesk.write_note("c1", "x" * 10_240, marker="ours", note_id=None)
    assert notes(helpdesk) == ["ours"]


def test_our_note_can_be_deleted_twice(helpdesk: MemoryHelpdesk) -> None:
    note = write(helpdesk)
    helpdesk.delete_note(note.id)
    helpdesk.delete_note(note.id)

    assert notes(helpdesk) == []
    assert helpdesk.conversation("c1").note_count == 0


def test_a_teammates_note_is_never_deleted(helpdesk: MemoryHelpdesk) -> None:
    author = Author(kind=AuthorKind.TEAMMATE)
    theirs = Note(id="n1", body="Call her.", created_at=NOON, author=author)
    helpdesk.add(Conversation(id="c2", updated_at=NOON), notes=[theirs])

    with pytest.raises(HelpdeskRefused):
        helpdesk.delete_note("n1")

    assert helpdesk.notes("c2") == (theirs,)


def test_a_staged_draft_reaches_nobody(helpdesk: MemoryHelpdesk) -> None:
    draft = helpdesk.stage_draft(a_draft())

    assert helpdesk.drafts("k1") == (draft,)
    assert len(helpdesk.messages("c1")) == 1


def test_a_released_draft_becomes_a_message_and_is_gone(helpdesk: MemoryHelpdesk) -> None:
    draft = helpdesk.stage_draft(a_draft())

    helpdesk.release_draft(draft.id, "email", at=NOON)

    sent = helpdesk.messages("c1")[-1]
    assert (sent.text, sent.direction, sent.author.kind, sent.auto) == (
        "It is.",
        Direction.OUT,
        AuthorKind.SIDENOTE,
        True,
    )
    assert helpdesk.drafts("k1") == ()


def test_a_delivery_can_take_its_time(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.holds_deliveries = True
    draft = helpdesk.stage_draft(a_draft())
    helpdesk.release_draft(draft.id, "email", at=NOON)
    assert (helpdesk.drafts("k1"), len(helpdesk.messages("c1"))) == ((), 1)

    helpdesk.deliver()

    assert len(helpdesk.messages("c1")) == 2


def test_a_withdrawn_draft_is_not_released(helpdesk: MemoryHelpdesk) -> None:
    draft = helpdesk.stage_draft(a_draft())
    helpdesk.delete_draft(draft.id)
    helpdesk.delete_draft(draft.id)

    with pytest.raises(HelpdeskMissing):
        helpdesk.release_draft(draft.id, "email", at=NOON)


def test_a_recorded_message_is_the_customers_and_is_recorded_once(
    helpdesk: MemoryHelpdesk,
) -> None:
    id_ = helpdesk.record_message("c1", "By phone.", channel="voice", marker="ours")

    assert helpdesk.conversation("c1").last_message_in == MessageRef(id=id_, sent_at=NOON)
    with pytest.raises(HelpdeskConflict):
        helpdesk.record_message("c1", "By phone.", channel="voice", marker="ours")


def test_tags_are_added_to_those_that_are_there(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.change("c1", tags=("vip",))
    helpdesk.add_tags("c1", ["lid", "vip"])
    rev = helpdesk.conversation("c1").rev
    helpdesk.add_tags("c1", ["lid"])

    found = helpdesk.conversation("c1")
    assert (found.tags, found.rev) == (("vip", "lid"), rev)


# --- requests and faults -----------------------------------------------------------------------


def test_every_call_of_the_port_is_a_request(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.messages("c1")
    write(helpdesk)

    assert helpdesk.requests == [Request("messages", "c1"), Request("write_note", "c1")]


def test_the_named_call_fails_once(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.fail(HelpdeskBusy("slow down"), on="write_note", nth=2)
    write(helpdesk, "first")
    helpdesk.messages("c1")

    with pytest.raises(HelpdeskBusy):
        write(helpdesk, "second")

    write(helpdesk, "third")
    assert notes(helpdesk) == ["first", "third"]


def test_a_lost_answer_leaves_the_write_applied(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.fail(OutcomeUnknown("timeout"), on="write_note", applied=True)

    with pytest.raises(OutcomeUnknown):
        write(helpdesk)

    assert notes(helpdesk) == ["ours"]


def test_any_call_fails_when_none_is_named(helpdesk: MemoryHelpdesk) -> None:
    helpdesk.fail(HelpdeskBusy("slow down"), nth=2)
    helpdesk.messages("c1")

    with pytest.raises(HelpdeskBusy):
        helpdesk.current_user()


@pytest.mark.parametrize(
    "call",
    [
        lambda desk: desk.conversation("none"),
        lambda desk: desk.messages("none"),
        lambda desk: desk.notes("none"),
        lambda desk: desk.customer("none"),
        lambda desk: desk.add_tags("none", []),
        lambda desk: desk.release_draft("none", "email", at=NOON),
    ],
    ids=["conversation", "messages", "notes", "customer", "tags", "draft"],
)
def test_what_is_not_there_is_missing(
    helpdesk: MemoryHelpdesk, call: Callable[[MemoryHelpdesk], object]
) -> None:
    with pytest.raises(HelpdeskMissing):
        call(helpdesk)


# --- clocks ------------------------------------------------------------------------------------


def test_sleeping_moves_a_manual_clock(clock: ManualClock) -> None:
    clock.sleep(1.5)
    clock.advance(MINUTE)

    assert clock.now() == NOON + timedelta(seconds=61.5)
    assert (clock.monotonic(), clock.slept) == (61.5, [1.5])


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock(NOON)
    clock.sleep(60)

    assert (clock.now(), clock.monotonic()) == (NOON, 0.0)
