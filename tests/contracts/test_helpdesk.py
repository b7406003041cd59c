"""What any Helpdesk does: the client against the sandbox, and the one in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.conversation import AuthorKind, Conversation, Direction
from agent.core.turn import Action, Turn, marker_of, object_id_of
from agent.errors import HelpdeskConflict, HelpdeskMissing, HelpdeskRefused
from agent.ports import Helpdesk, NewDraft
from tests.contracts.helpdesks import STEP, MemoryWorld, World, sandbox_world

NOWHERE = "0" * 23 + "9"
MARKER = marker_of(Turn("c", "m"), Action.NOTE)
DELIVERED = timedelta(seconds=5)


@pytest.fixture(params=["memory", "kustomer"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    with sandbox_world() as world:
        yield world


@pytest.fixture
def helpdesk(world: World) -> Helpdesk:
    return world.helpdesk


def _changed(world: World, *, back: timedelta = timedelta(hours=1), size: int = 100) -> list[str]:
    world.passes(timedelta(seconds=5))  # the index lags
    since = world.now() - back
    pages = list(world.helpdesk.changed_conversations(since, page_size=size))
    return [each.id for page in pages for each in page]


def _draft(conversation: Conversation, **changes: str) -> NewDraft:
    draft = NewDraft(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id or "",
        channel="email",
        body="It is in stock.",
        marker=marker_of(Turn(conversation.id, "m"), Action.REPLY),
        to="mara@example.test",
        sender="support@example.test",
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


# --- reading -------------------------------------------------------------------------------------


def test_the_user_of_the_key_has_an_id(helpdesk: Helpdesk) -> None:
    assert helpdesk.current_user().id


def test_a_conversation_tells_its_newest_customer_message(world: World) -> None:
    opened = world.opens("lid", "Where is my lid?")
    newest = world.customer_says(opened.id, "Hello?")

    found = world.helpdesk.conversation(opened.id)

    assert found.last_message_in
    assert (found.last_message_in.id, found.message_count) == (newest, 2)
    assert found.customer_id == opened.customer_id


def test_a_conversation_that_is_not_there_is_missing(helpdesk: Helpdesk) -> None:
    with pytest.raises(HelpdeskMissing):
        helpdesk.conversation(NOWHERE)


def test_several_conversations_leave_out_those_that_are_gone(world: World) -> None:
    first, second = world.opens("one", "Hi"), world.opens("two", "Hi")

    found = world.helpdesk.conversations([first.id, NOWHERE, second.id])

    assert {each.id for each in found} == {first.id, second.id}


def test_messages_come_oldest_first_with_direction_and_author(world: World) -> None:
    opened = world.opens("lid", "Where is my lid?")
    world.teammate_says(opened.id, "On its way.")
    world.customer_says(opened.id, "Thanks!")

    found = world.helpdesk.messages(opened.id)

    assert [(each.text, each.direction, each.author.kind) for each in found] == [
        ("Where is my lid?", Direction.IN, AuthorKind.CUSTOMER),
        ("On its way.", Direction.OUT, AuthorKind.TEAMMATE),
        ("Thanks!", Direction.IN, AuthorKind.CUSTOMER),
    ]
    assert [each.sent_at for each in found] == sorted(each.sent_at for each in found)


def test_a_long_conversation_is_read_whole(world: World) -> None:
    opened = world.opens("long", *(f"Message {n}" for n in range(205)))

    assert [each.text for each in world.helpdesk.messages(opened.id)] == [
        f"Message {n}" for n in range(205)
    ]


def test_messages_of_a_conversation_that_is_not_there_are_missing(helpdesk: Helpdesk) -> None:
    with pytest.raises(HelpdeskMissing):
        helpdesk.messages(NOWHERE)


def test_a_customer_is_found_by_id(world: World) -> None:
    opened = world.opens("lid", "Hi")

    assert world.helpdesk.customer(opened.customer_id or "").name == "Mara Lind"


def test_a_customer_that_is_not_there_is_missing(helpdesk: Helpdesk) -> None:
    with pytest.raises(HelpdeskMissing):
        helpdesk.customer(NOWHERE)


def test_the_team_has_an_address_to_send_from(helpdesk: Helpdesk) -> None:
    assert "email" in {account.channel for account in helpdesk.outbound_accounts()}


# --- finding what changed ------------------------------------------------------------------------


def test_changed_conversations_come_oldest_update_first(world: World) -> None:
    first, second = world.opens("one", "Hi"), world.opens("two", "Hi")
    world.customer_says(first.id, "Hello?")

    assert _changed(world) == [second.id, first.id]


def test_what_changed_before_is_left_out(world: World) -> None:
    world.opens("old", "Hi")
    world.passes(timedelta(hours=2))
    new = world.opens("new", "Hi")

    assert _changed(world) == [new.id]


def test_one_that_changed_at_that_very_moment_is_given(world: World) -> None:
    opened = world.opens("one", "Hi")
    world.passes(timedelta(seconds=5))

    pages = list(world.helpdesk.changed_conversations(opened.updated_at))

    assert [each.id for page in pages for each in page] == [opened.id]


def test_all_pages_are_given_and_none_twice(world: World) -> None:
    opened = [world.opens(f"c{n}", "Hi").id for n in range(25)]

    assert _changed(world, size=4) == opened


def test_our_own_note_counts_as_a_change(world: World) -> None:
    opened = world.opens("one", "Hi")
    world.passes(timedelta(hours=2))
    world.helpdesk.write_note(opened.id, "Asks.", marker=MARKER, note_id=None)

    assert _changed(world) == [opened.id]


# --- notes ---------------------------------------------------------------------------------------


def test_a_note_is_written_and_found_by_its_marker(world: World) -> None:
    opened = world.opens("lid", "Hi")

    written = world.helpdesk.write_note(opened.id, "Asks.", marker=MARKER, note_id=None)

    (found,) = world.helpdesk.notes(opened.id)
    assert (found.id, found.body, found.marker) == (written.id, "Asks.", MARKER)
    assert found.author.kind is AuthorKind.SIDENOTE
    assert world.helpdesk.conversation(opened.id).note_count == 1


def test_a_note_raises_the_conversations_version(world: World) -> None:
    opened = world.opens("lid", "Hi")
    world.passes(STEP)

    world.helpdesk.write_note(opened.id, "Asks.", marker=MARKER, note_id=None)

    after = world.helpdesk.conversation(opened.id)
    assert after.updated_at > opened.updated_at
    assert (after.rev or 0) > (opened.rev or 0)
    assert after.last_message_in == opened.last_message_in


def test_a_second_note_with_the_same_marker_is_a_conflict(world: World) -> None:
    opened = world.opens("lid", "Hi")
    note_id = object_id_of(MARKER)
    world.helpdesk.write_note(opened.id, "Asks.", marker=MARKER, note_id=note_id)

    with pytest.raises(HelpdeskConflict):
        world.helpdesk.write_note(opened.id, "Asks.", marker=MARKER, note_id=note_id)

    assert len(world.helpdesk.notes(opened.id)) == 1


@pytest.mark.parametrize("length", [0, 10_241])
def test_a_note_that_does_not_fit_is_refused(world: World, length: int) -> None:
    opened = world.opens("lid", "Hi")

    with pytest.raises(HelpdeskRefused):
        world.helpdesk.write_note(opened.id, "a" * length, marker=MARKER, note_id=None)

    assert world.helpdesk.notes(opened.id) == ()


def test_a_note_on_a_conversation_that_is_not_there_is_missing(helpdesk: Helpdesk) -> None:
    with pytest.raises(HelpdeskMissing):
        helpdesk.write_note(NOWHERE, "Asks.", marker=MARKER, note_id=None)


def test_notes_come_oldest_first(world: World) -> None:
    opened = world.opens("lid", "Hi")
    for n in range(3):
        world.passes(STEP)
        world.helpdesk.write_note(opened.id, f"Note {n}", marker=f"{MARKER}-{n}", note_id=None)

    assert [note.body for note in world.helpdesk.notes(opened.id)] == [
        f"Note {n}" for n in range(3)
    ]


def test_a_deleted_note_is_gone_and_may_be_deleted_again(world: World) -> None:
    opened = world.opens("lid", "Hi")
    note = world.helpdesk.write_note(opened.id, "Asks.", marker=MARKER, note_id=None)

    for _ in range(2):
        world.helpdesk.delete_note(note.id)

    assert world.helpdesk.notes(opened.id) == ()


# --- drafts --------------------------------------------------------------------------------------


def test_a_staged_draft_is_listed_with_our_marker_and_reaches_nobody(world: World) -> None:
    opened = world.opens("lid", "Hi")

    staged = world.helpdesk.stage_draft(_draft(opened))
    world.passes(DELIVERED)

    (found,) = world.helpdesk.drafts(opened.customer_id or "")
    assert (found.id, found.conversation_id) == (staged.id, opened.id)
    assert (found.body, found.marker) == ("It is in stock.", _draft(opened).marker)
    assert found.created_by == world.helpdesk.current_user().id
    assert [each.direction for each in world.helpdesk.messages(opened.id)] == [Direction.IN]


def test_a_released_draft_becomes_one_message_and_is_gone(world: World) -> None:
    opened = world.opens("lid", "Hi")
    staged = world.helpdesk.stage_draft(_draft(opened))

    world.helpdesk.release_draft(staged.id, "email", at=world.now())
    world.passes(DELIVERED)

    assert world.helpdesk.drafts(opened.customer_id or "") == ()
    _, sent = world.helpdesk.messages(opened.id)
    assert (sent.direction, sent.text) == (Direction.OUT, "It is in stock.")
    assert (sent.author.kind, sent.auto) == (AuthorKind.SIDENOTE, True)


def test_a_withdrawn_draft_is_gone_and_cannot_be_released(world: World) -> None:
    opened = world.opens("lid", "Hi")
    staged = world.helpdesk.stage_draft(_draft(opened))

    for _ in range(2):
        world.helpdesk.delete_draft(staged.id)

    assert world.helpdesk.drafts(opened.customer_id or "") == ()
    with pytest.raises(HelpdeskMissing):
        world.helpdesk.release_draft(staged.id, "email", at=world.now())


# --- others --------------------------------------------------------------------------------------


def test_a_recorded_message_is_the_customers_newest(world: World) -> None:
    opened = world.opens("lid", "Hi")
    world.passes(STEP)

    number = world.helpdesk.record_message(opened.id, "By phone", channel="email", marker="m1")

    newest = world.helpdesk.messages(opened.id)[-1]
    assert (newest.id, newest.text, newest.direction) == (number, "By phone", Direction.IN)
    assert newest.marker == "m1"


def test_tags_are_added_to_those_there_are(world: World) -> None:
    opened = world.opens("lid", "Hi")

    world.helpdesk.add_tags(opened.id, ["lid"])
    world.helpdesk.add_tags(opened.id, ["kettle", "lid"])

    assert len(world.helpdesk.conversation(opened.id).tags) == 2
