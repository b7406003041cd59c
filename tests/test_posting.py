"""Summarising on demand, and posting what was asked for effectively once."""

from typing import Any

import pytest

from agent.core.conversation import AuthorKind, Direction
from agent.core.turn import Action, Turn, again_marker, marker_of
from agent.errors import (
    Held,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    InputError,
    OutcomeUnknown,
    PermanentError,
)
from agent.on_demand import (
    NothingToSummarize,
    in_language,
    parse_conversation_id,
    summarize,
)
from agent.ports import Disposition, Pause, Run, RunState
from agent.posting import post
from tests.small_world import NOON, SmallWorld


class Killed(Exception):
    """The process ends here: none of our own errors, so nothing tidies up after it."""


@pytest.fixture
def world() -> SmallWorld:
    return SmallWorld()


def turn_of_newest(world: SmallWorld, conversation_id: str) -> Turn:
    return Turn(conversation_id, world.helpdesk._messages[conversation_id][-1].id)


def test_a_summary_is_read_and_nothing_is_written(world: SmallWorld) -> None:
    conversation = world.conversation()

    summary = summarize(world.pipeline, conversation)

    assert "kettle" in summary.note
    assert (summary.posted, summary.note_id) == (False, None)
    assert summary.proposal.engine == "offline"
    assert all(s.message_ids for s in summary.proposal.statements)
    assert world.notes(conversation) == ()
    assert world.store.runs() == ()


def test_a_short_conversation_is_summarised_because_it_was_asked_for(world: SmallWorld) -> None:
    summary = summarize(world.pipeline, world.conversation("Do you sell woks?"))

    assert "woks" in summary.note
    assert summary.because[0] == "asked-for"


def test_a_conversation_without_a_customer_message_cannot_be_summarised(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.helpdesk._messages[conversation] = []
    world.helpdesk.answer(conversation, "Anybody there?")

    with pytest.raises(NothingToSummarize, match="no message from the customer"):
        summarize(world.pipeline, conversation)


def test_an_unknown_conversation_is_named(world: SmallWorld) -> None:
    with pytest.raises(HelpdeskMissing, match="no conversation 65f0"):
        summarize(world.pipeline, "65f0")


def test_the_note_that_stands_is_named_without_posting(world: SmallWorld) -> None:
    conversation = world.conversation()
    posted = post(world.pipeline, conversation)

    assert summarize(world.pipeline, conversation).note_id == posted.note_id


def test_a_note_is_posted_with_a_run_as_the_daemon_would_have(world: SmallWorld) -> None:
    conversation = world.conversation()

    summary = post(world.pipeline, conversation)

    (note,) = world.notes(conversation)
    turn = turn_of_newest(world, conversation)
    assert (note.id, note.body) == (summary.note_id, summary.note)
    assert note.marker == marker_of(turn, Action.NOTE)
    assert summary.posted
    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.DONE, Disposition.NOTED)
    receipt = world.store.receipt(run.id) or {}
    assert receipt["did"]["note_id"] == note.id
    told = world.store.told(conversation)
    assert told is not None
    assert (told.last_message_id, told.note_count) == (turn.message_id, 1)


def test_a_daemon_does_not_repeat_what_was_posted(world: SmallWorld) -> None:
    conversation = world.conversation()
    post(world.pipeline, conversation)

    world.live()

    assert len(world.notes(conversation)) == 1
    assert len(world.store.runs()) == 1


def test_what_a_daemon_noted_is_not_posted_again(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    (note,) = world.notes(conversation)

    summary = post(world.pipeline, conversation)

    assert (summary.note, summary.note_id, summary.posted) == (note.body, note.id, False)
    assert summary.proposal.statements
    assert len(world.notes(conversation)) == 1


def test_posting_twice_writes_once(world: SmallWorld) -> None:
    conversation = world.conversation()

    first, second = post(world.pipeline, conversation), post(world.pipeline, conversation)

    assert (first.posted, second.posted) == (True, False)
    assert (second.note, second.note_id) == (first.note, first.note_id)
    assert len(world.notes(conversation)) == 1


def test_a_newer_message_gets_a_note_of_its_own(world: SmallWorld) -> None:
    conversation = world.conversation()
    post(world.pipeline, conversation)
    world.helpdesk.receive(conversation, "And is the lid in stock in red?", channel="email")

    assert post(world.pipeline, conversation).posted
    assert len(world.notes(conversation)) == 2


def test_again_writes_a_further_note_each_time(world: SmallWorld) -> None:
    conversation = world.conversation()
    turn = turn_of_newest(world, conversation)
    post(world.pipeline, conversation)

    again = [post(world.pipeline, conversation, again=True) for _ in range(2)]

    assert [each.posted for each in again] == [True, True]
    assert {note.marker for note in world.notes(conversation)} == {
        marker_of(turn, Action.NOTE),
        again_marker(turn, 1),
        again_marker(turn, 2),
    }


def test_again_without_a_note_writes_the_turns_own(world: SmallWorld) -> None:
    conversation = world.conversation()

    post(world.pipeline, conversation, again=True)

    (note,) = world.notes(conversation)
    assert note.marker == marker_of(turn_of_newest(world, conversation), Action.NOTE)


def test_a_further_note_that_was_cut_off_is_finished_not_repeated(world: SmallWorld) -> None:
    conversation = world.conversation()
    post(world.pipeline, conversation)
    # Killed after Kustomer took the note, before we knew.
    world.helpdesk.fail(Killed(), on="write_note", applied=True)
    with pytest.raises(Killed):
        post(world.pipeline, conversation, again=True)
    world.clock.sleep(600)

    post(world.pipeline, conversation, again=True)

    assert len(world.notes(conversation)) == 2


def test_a_lost_database_does_not_take_an_old_further_note_for_a_new_one(
    world: SmallWorld,
) -> None:
    conversation = world.conversation()
    post(world.pipeline, conversation)
    post(world.pipeline, conversation, again=True)
    fresh = SmallWorld()
    fresh.helpdesk = world.helpdesk
    fresh.restart()
    post(fresh.pipeline, conversation)

    post(fresh.pipeline, conversation, again=True)

    assert len(world.notes(conversation)) == 3


def test_a_lost_answer_is_looked_for_and_not_written_again(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(OutcomeUnknown("no answer"), on="write_note", applied=True)

    summary = post(world.pipeline, conversation)

    (note,) = world.notes(conversation)
    assert summary.note_id == note.id


def test_a_lost_database_adopts_the_note_that_stands(world: SmallWorld) -> None:
    conversation = world.conversation()
    before = post(world.pipeline, conversation)
    fresh = SmallWorld()
    fresh.helpdesk = world.helpdesk
    fresh.restart()

    summary = post(fresh.pipeline, conversation)

    assert (summary.note_id, summary.note, summary.posted) == (before.note_id, before.note, False)
    assert len(world.notes(conversation)) == 1


def test_a_note_of_a_daemon_that_was_killed_is_not_said_to_be_posted_now() -> None:
    def killed_after_writing(step: str, turn: Turn) -> None:
        if step == "act":
            raise Killed

    world = SmallWorld(after_step=killed_after_writing)
    conversation = world.conversation()
    with pytest.raises(Killed):
        world.live()
    world.clock.sleep(600)

    summary = post(world.pipeline, conversation)

    (note,) = world.notes(conversation)
    assert (summary.note_id, summary.posted) == (note.id, False)


def test_a_daemon_leaves_a_conversation_to_the_command_that_is_posting_on_it(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = world.conversation()
    save_poll = world.store.save_poll

    def looked_at_meanwhile(*args: Any, **kwargs: Any) -> tuple[Run, ...]:
        runs = save_poll(*args, **kwargs)
        world.daemon.dispatcher.dispatch()
        return runs

    monkeypatch.setattr(world.store, "save_poll", looked_at_meanwhile)

    assert post(world.pipeline, conversation).posted


def test_a_pause_stops_posting_before_anything_is_stored(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.store.pause(Pause(by="Ben", at=NOON))

    with pytest.raises(Held, match="paused by Ben"):
        post(world.pipeline, conversation)

    assert world.store.runs() == ()
    assert world.requests() == 0


def test_a_run_that_a_daemon_carries_out_is_left_to_it(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.daemon.tick()
    world.clock.sleep(61)
    world.daemon.tick()
    assert world.run(conversation).state is RunState.RUNNING

    with pytest.raises(Held, match="worked on right now"):
        post(world.pipeline, conversation)

    assert world.notes(conversation) == ()


def test_an_outage_holds_the_run_and_the_daemon_goes_on_with_it(world: SmallWorld) -> None:
    conversation = world.conversation()
    for nth in range(1, 6):
        world.helpdesk.fail(HelpdeskUnavailable("no answer"), on="write_note", nth=nth)

    with pytest.raises(Held, match="The run is held"):
        post(world.pipeline, conversation)

    assert world.run(conversation).state is RunState.HELD
    world.live()
    assert len(world.notes(conversation)) == 1


def test_a_refusal_fails_the_run_and_says_how_to_go_on(world: SmallWorld) -> None:
    conversation = world.conversation()
    for nth in (1, 2):  # with our id for the note, and without
        world.helpdesk.fail(HelpdeskRefused("POST notes: 400"), on="write_note", nth=nth)

    with pytest.raises(PermanentError, match=r"sidenote retry [0-9a-f]{12}"):
        post(world.pipeline, conversation)

    assert world.run(conversation).state is RunState.FAILED


def test_a_note_that_is_noise_is_posted_because_it_was_asked_for(world: SmallWorld) -> None:
    conversation = world.conversation("Do you sell woks?")

    summary = post(world.pipeline, conversation)

    assert summary.posted
    assert summary.because == ("asked-for", "too-short-to-note")
    assert world.run(conversation).because == ("asked-for", "too-short-to-note")


def test_a_run_that_was_left_can_still_be_noted_on_demand(world: SmallWorld) -> None:
    conversation = world.conversation("Do you sell woks?")
    world.live()
    assert world.run(conversation).disposition is Disposition.LEFT

    assert post(world.pipeline, conversation).posted
    assert world.run(conversation).disposition is Disposition.NOTED


def test_a_teammates_note_is_no_note_of_ours(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.put_note(conversation, "Ask the warehouse.", marker="", by=AuthorKind.TEAMMATE)

    assert post(world.pipeline, conversation).posted


def test_the_note_speaks_the_language_that_was_asked_for(world: SmallWorld) -> None:
    german = in_language(world.pipeline, "de")

    assert "Anliegen" in summarize(german, world.conversation()).note


@pytest.mark.parametrize("language", ["", "DE", "german", "d", "xx"])
def test_a_language_without_labels_is_refused(world: SmallWorld, language: str) -> None:
    with pytest.raises(InputError, match="choose one of en, de, fr"):
        in_language(world.pipeline, language)


def test_an_address_is_no_conversation_id_but_may_hold_one() -> None:
    wanted = "https://shop.kustomerapp.com/app/customers/5e/event/65f0c0ffee00000000000001"

    with pytest.raises(InputError, match=r"Is it 65f0c0ffee00000000000001\?"):
        parse_conversation_id(wanted)


def test_spaces_around_an_id_do_not_matter() -> None:
    assert parse_conversation_id(" 65f0c0ffee00000000000001\n") == "65f0c0ffee00000000000001"


def test_the_newest_customer_message_is_the_turn_whoever_spoke_last(world: SmallWorld) -> None:
    conversation = world.conversation()
    newest = world.helpdesk._messages[conversation][-1]
    assert newest.direction is Direction.IN
    world.helpdesk.answer(conversation, "I am on it.")

    post(world.pipeline, conversation)

    assert world.run(conversation).turn.message_id == newest.id
