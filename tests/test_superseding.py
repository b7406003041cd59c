"""A newer note beside the older one or in its place, and what it says of messages that changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.adapters.memory.helpdesk import MemoryHelpdesk
from agent.core.conversation import AuthorKind
from agent.core.team_policy import TeamPolicy
from agent.errors import HelpdeskRefused, HelpdeskUnavailable
from agent.policy_file import load_policy
from agent.ports import RunState
from tests.small_world import SmallWorld

MORE = "One more thing: can the lid be sent to my office in Leeds instead?"


def policy(repeat: str = "replace") -> TeamPolicy:
    normal = load_policy(None)
    return replace(normal, note=replace(normal.note, repeat=repeat))


def noted_twice(world: SmallWorld) -> str:
    conversation = world.conversation()
    world.live()
    world.helpdesk.receive(conversation, MORE)
    world.live()
    return conversation


def change_message(world: SmallWorld, conversation: str, number: int, **changes: object) -> None:
    messages = world.helpdesk._messages[conversation]
    messages[number] = replace(messages[number], **changes)  # type: ignore[arg-type]


# --- add or replace ----------------------------------------------------------------------------


def test_a_newer_note_stands_beside_the_older_one() -> None:
    world = SmallWorld(policy=policy("add"))

    assert len(world.notes(noted_twice(world))) == 2


def test_where_the_team_wants_one_note_the_older_goes_when_the_newer_has_arrived() -> None:
    world = SmallWorld(policy=policy())

    (note,) = world.notes(noted_twice(world))

    assert "New since the last note:" in note.body
    methods = [
        r.method for r in world.helpdesk.requests if r.method in {"write_note", "delete_note"}
    ]
    assert methods == ["write_note", "write_note", "delete_note"]


def test_a_note_that_a_teammate_edited_stays() -> None:
    world = SmallWorld(policy=policy())
    conversation = world.conversation()
    world.live()
    notes = world.helpdesk._notes[conversation]
    notes[0] = replace(notes[0], body=f"{notes[0].body}\nI rang her. Ben")
    world.helpdesk.receive(conversation, MORE)
    world.live()

    assert len(world.notes(conversation)) == 2


def test_a_note_that_has_lost_our_marker_stays() -> None:
    world = SmallWorld(policy=policy())
    conversation = world.conversation()
    world.live()
    notes = world.helpdesk._notes[conversation]
    notes[0] = replace(notes[0], marker="")
    world.helpdesk.receive(conversation, MORE)
    world.live()

    assert len(world.helpdesk._notes[conversation]) == 2


def test_a_teammates_note_stays() -> None:
    world = SmallWorld(policy=policy())
    conversation = world.conversation()
    world.live()
    world.put_note(conversation, "I rang her.", marker="", by=AuthorKind.TEAMMATE)
    world.helpdesk.receive(conversation, MORE)
    world.live()

    bodies = [note.body for note in world.helpdesk._notes[conversation]]
    assert (len(bodies), "I rang her." in bodies) == (2, True)


def test_after_replacing_a_teammates_new_note_is_still_noticed() -> None:
    world = SmallWorld(policy=policy())
    conversation = noted_twice(world)
    told = world.store.told(conversation)

    assert told is not None
    assert told.note_count == 1


@pytest.mark.parametrize("step", ["act", "finish"])
def test_killed_on_the_way_it_ends_in_one_note(step: str) -> None:
    world = SmallWorld(policy=policy())
    conversation = world.conversation()
    world.live()
    world.helpdesk.receive(conversation, MORE)
    died: list[str] = []

    def die(name: str, turn: object) -> None:
        if name == step and not died:
            died.append(name)
            raise KeyboardInterrupt

    world.after_step = die
    world.restart()
    with pytest.raises(KeyboardInterrupt):
        world.live()
    world.after_step = lambda name, turn: None
    world.restart()
    world.live()

    assert len(world.notes(conversation)) == 1


class Stubborn(MemoryHelpdesk):
    """Deletes no note, for a while or ever."""

    refusing: BaseException | None = None

    def delete_note(self, note_id: str) -> None:
        if self.refusing is not None:
            raise self.refusing
        super().delete_note(note_id)


def stubborn(error: BaseException) -> tuple[SmallWorld, Stubborn]:
    world = SmallWorld(policy=policy())
    helpdesk = Stubborn(world.clock)
    world.helpdesk = helpdesk
    world.restart()
    helpdesk.refusing = error
    return world, helpdesk


def test_an_older_note_that_cannot_be_deleted_fails_no_run() -> None:
    world, _ = stubborn(HelpdeskRefused("DELETE note: 403"))
    conversation = noted_twice(world)

    assert (len(world.notes(conversation)), world.run(conversation).state) == (2, RunState.DONE)


def test_an_older_note_goes_later_when_the_helpdesk_is_away() -> None:
    world, helpdesk = stubborn(HelpdeskUnavailable("DELETE note: 503"))
    conversation = noted_twice(world)
    held = world.run(conversation).state
    helpdesk.refusing = None
    world.live(timedelta(minutes=30))

    assert (held, len(world.notes(conversation))) == (RunState.HELD, 1)


def test_killed_between_the_newer_note_and_the_older_ones_end_both_are_not_left() -> None:
    world, helpdesk = stubborn(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        noted_twice(world)
    (conversation,) = world.helpdesk._conversations
    both = len(world.notes(conversation))
    helpdesk.refusing = None
    world.restart()
    world.live()

    assert (both, len(world.notes(conversation))) == (2, 1)


# --- messages that changed ---------------------------------------------------------------------


def test_a_message_that_was_redacted_since_is_told_of_and_not_repeated() -> None:
    world = SmallWorld()
    conversation = world.conversation()
    world.live()
    change_message(world, conversation, 0, text="", redacted=True)
    world.helpdesk.receive(conversation, MORE)
    world.live()

    newest = world.notes(conversation)[1].body
    assert "1 message behind the last note was removed since." in newest
    assert "40-2291" not in newest


def test_a_message_that_was_edited_since_is_told_of() -> None:
    world = SmallWorld()
    conversation = world.conversation()
    world.live()
    change_message(world, conversation, 0, text="The lid of order 40-9999 leaks. Send a new one?")
    world.helpdesk.receive(conversation, MORE)
    world.live()

    newest = world.notes(conversation)[1].body
    assert "1 message behind the last note was changed since." in newest
    assert "40-2291" not in newest


def test_a_mere_thank_you_gives_a_note_where_the_last_one_does_not_hold_any_more() -> None:
    world = SmallWorld()
    conversation = world.conversation()
    world.live()
    change_message(world, conversation, 0, text="", redacted=True)
    world.helpdesk.receive(conversation, "Great, thank you very much!")
    world.live()

    assert len(world.notes(conversation)) == 2


def test_a_change_is_told_of_once() -> None:
    world = SmallWorld()
    conversation = world.conversation()
    world.live()
    change_message(world, conversation, 0, text="", redacted=True)
    for text in (MORE, "And does it come with a new seal as well?"):
        world.helpdesk.receive(conversation, text)
        world.live()

    told = ["was removed since" in note.body for note in world.notes(conversation)]
    assert told == [False, True, False]
