"""One run per customer message, one note per run, whatever happens on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.conversation import AuthorKind, Status
from agent.core.turn import Action, Turn, marker_of
from agent.engine import STEPS
from agent.errors import (
    Held,
    HelpdeskBusy,
    HelpdeskLocked,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
    ReplyUnreadable,
)
from agent.pipeline import EMPTY
from agent.plain import to_plain
from agent.ports import Disposition, Pause, RunState
from tests.small_world import NOON, SmallWorld


@pytest.fixture
def world() -> SmallWorld:
    return SmallWorld()


def test_a_conversation_gets_one_note(world: SmallWorld) -> None:
    conversation = world.conversation()

    world.live()

    assert len(world.notes(conversation)) == 1
    assert world.run(conversation).disposition is Disposition.NOTED


def test_the_note_names_engine_run_and_the_message_of_each_line(world: SmallWorld) -> None:
    conversation = world.conversation()

    world.live()

    body = world.notes(conversation)[0].body
    assert body.startswith("Sidenote · 3 messages, 5 Nov 11:50")
    assert f"offline engine · run {world.run(conversation).id}" in body
    assert "(customer, 5 Nov 11:5" in body


def test_polled_for_an_hour_it_is_still_one_note(world: SmallWorld) -> None:
    conversation = world.conversation()

    world.live(timedelta(hours=1))

    assert len(world.notes(conversation)) == 1
    assert len(world.store.runs()) == 1


def test_a_note_costs_one_read_and_one_write(world: SmallWorld) -> None:
    world.conversation()

    world.live()

    assert (world.requests("messages"), world.requests("notes")) == (1, 0)
    assert world.requests("write_note") == 1


def test_nothing_is_written_while_the_customer_is_still_typing(world: SmallWorld) -> None:
    conversation = world.conversation(minutes_ago=0)

    world.live(timedelta(seconds=50))
    assert world.notes(conversation) == ()
    assert world.run(conversation).state is RunState.WAITING

    world.live()
    assert len(world.notes(conversation)) == 1


def test_a_burst_of_messages_is_one_run(world: SmallWorld) -> None:
    conversation = world.conversation(minutes_ago=0)
    world.live(timedelta(seconds=40))
    world.helpdesk.receive(conversation, "And please hurry, it is for my daughter.")
    world.live()

    runs = world.store.runs(conversation_id=conversation)

    assert len(world.notes(conversation)) == 1
    assert sorted(str(run.disposition) for run in runs) == ["noted", "overtaken"]


def test_a_new_question_gets_a_new_note_that_says_what_is_new(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    world.helpdesk.receive(
        conversation, "One more thing: can the lid be sent to my office in Leeds instead?"
    )
    world.live()

    notes = world.notes(conversation)

    assert len(notes) == 2
    assert "New since the last note:" in notes[1].body


def test_a_mere_thank_you_gets_no_second_note(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    world.helpdesk.receive(conversation, "Great, thank you very much!")
    world.live()

    assert len(world.notes(conversation)) == 1
    run = world.run(conversation)
    assert (run.disposition, run.because) == (Disposition.LEFT, ("nothing-new",))


def test_a_short_conversation_is_left_alone(world: SmallWorld) -> None:
    conversation = world.conversation("Hello there.")

    world.live()

    assert world.notes(conversation) == ()
    assert "too-short-to-note" in world.run(conversation).because


def test_a_closed_conversation_is_noted_all_the_same(world: SmallWorld) -> None:
    conversation = world.conversation(status=Status.DONE)

    world.live()

    assert len(world.notes(conversation)) == 1
    assert "closed" in world.run(conversation).because


def test_a_message_that_came_while_reading_ends_the_run_and_gets_its_own(
    world: SmallWorld,
) -> None:
    conversation = world.conversation()
    world.daemon.tick()
    world.helpdesk.receive(conversation, "Please use the address of my neighbour, number 14.")
    world.live()

    assert len(world.notes(conversation)) == 1
    assert "New since" not in world.notes(conversation)[0].body
    assert len(world.store.runs(conversation_id=conversation)) == 2


def test_a_conversation_deleted_meanwhile_is_overtaken(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.daemon.tick()
    world.helpdesk.remove(conversation)
    world.engine.work()

    assert world.run(conversation).disposition is Disposition.OVERTAKEN


# --- what the helpdesk does to a write ------------------------------------------------------


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_a_write_without_an_answer_ends_in_one_note(world: SmallWorld, applied: bool) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="write_note", applied=applied)

    world.live()

    assert len(world.notes(conversation)) == 1
    assert world.run(conversation).note_id == world.notes(conversation)[0].id
    # It looked before it wrote again, and once more afterwards: the first may be applied late.
    assert world.requests("notes") == (1 if applied else 2)


@pytest.mark.parametrize(
    "error",
    [HelpdeskUnavailable("refused"), HelpdeskBusy("429", retry_at=NOON + timedelta(minutes=3))],
    ids=lambda error: type(error).__name__,
)
def test_a_write_that_was_not_taken_is_written_again(world: SmallWorld, error: Exception) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(error, on="write_note")

    world.live(timedelta(minutes=10))

    assert len(world.notes(conversation)) == 1
    assert world.requests("write_note") == 2


def test_a_refused_id_is_left_out_from_then_on(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(HelpdeskRefused("badparam: id"), on="write_note")

    world.live()

    assert len(world.notes(conversation)) == 1


def test_a_write_that_is_refused_for_good_fails_with_its_words(world: SmallWorld) -> None:
    conversation = world.conversation()
    for nth in (1, 2):
        world.helpdesk.fail(HelpdeskRefused("badparam: body"), on="write_note", nth=nth)

    world.live()

    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.FAILED, Disposition.FAILED)
    assert run.error is not None
    assert (run.error.step, run.error.message) == ("act", "badparam: body")


def test_a_refused_key_holds_every_run_until_it_is_accepted(world: SmallWorld) -> None:
    first, second = world.conversation(), world.conversation()
    world.helpdesk.fail(HelpdeskLocked("401"), on="messages")

    world.live(timedelta(seconds=20))
    assert not world.notes(first)
    assert not world.notes(second)

    world.live()
    assert (len(world.notes(first)), len(world.notes(second))) == (1, 1)


def test_a_probe_that_cannot_be_read_keeps_the_gate_closed_and_the_daemon_alive(
    world: SmallWorld,
) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(HelpdeskLocked("401"), on="messages")
    world.helpdesk.fail(ReplyUnreadable("current user: a field is missing"), on="current_user")

    world.live()

    assert len(world.notes(conversation)) == 1
    assert world.requests("current_user") == 2


def test_an_outage_of_hours_uses_up_no_tries(world: SmallWorld) -> None:
    conversations = [world.conversation() for _ in range(4)]
    world.daemon.tick()
    for method in ("messages", "current_user", "changed_conversations"):
        for nth in range(1, 400):
            world.helpdesk.fail(HelpdeskUnavailable("no answer"), on=method, nth=nth)

    world.live(timedelta(hours=1))
    assert {run.state for run in world.store.runs()} == {RunState.HELD}

    world.helpdesk._faults.clear()
    world.live(timedelta(minutes=30))
    assert [len(world.notes(conversation)) for conversation in conversations] == [1, 1, 1, 1]


def test_one_conversation_that_never_answers_fails_after_its_tries(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live(timedelta(seconds=1))
    world.helpdesk.receive(conversation, "Is the lid in stock in blue as well, please?")
    for nth in range(1, 40):
        world.helpdesk.fail(HelpdeskUnavailable("500"), on="messages", nth=nth)

    world.live(timedelta(hours=2))

    run = world.run(conversation)
    assert run.state is RunState.FAILED
    assert run.error is not None
    assert run.error.step == "read"


# --- pause ------------------------------------------------------------------------------------


def test_paused_nothing_is_written_and_afterwards_nothing_is_lost(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.store.pause(Pause(by="Ada", at=NOON))
    world.live(timedelta(hours=3))
    assert world.notes(conversation) == ()

    world.store.resume()
    world.live()
    assert len(world.notes(conversation)) == 1


def test_a_pause_between_deciding_and_writing_stops_the_write(world: SmallWorld) -> None:
    def pause_after_decide(name: str, turn: Turn) -> None:
        if name == "decide" and not seen:
            seen.append(name)
            world.store.pause(Pause(by="Ada", at=NOON))

    seen: list[str] = []
    world.after_step = pause_after_decide
    world.restart()
    conversation = world.conversation()
    world.live()

    assert world.notes(conversation) == ()
    assert world.run(conversation).state is RunState.HELD


@pytest.mark.parametrize("step", ["propose", "decide"])
def test_a_pause_seen_only_by_the_rules_holds_the_run_too(world: SmallWorld, step: str) -> None:
    # The turn ended as "left, because paused", and its customer was never heard of again; or its
    # note was written without a summary.
    conversation = world.conversation()
    world.daemon.tick()
    turn = world.run(conversation).turn
    pipeline = replace(world.pipeline, paused=lambda: Pause(by="Ada", at=NOON))
    read = pipeline.read(turn)
    given = {"propose": (), "decide": (to_plain(EMPTY),)}[step]

    with pytest.raises(Held, match="Ada"):
        getattr(pipeline, step)(turn, read, *given)


def test_held_over_a_newer_message_the_old_note_is_not_written(world: SmallWorld) -> None:
    def pause_after_decide(name: str, turn: Turn) -> None:
        if name == "decide" and not seen:
            seen.append(name)
            world.store.pause(Pause(by="Ada", at=NOON))

    seen: list[str] = []
    world.after_step = pause_after_decide
    world.restart()
    conversation = world.conversation()
    world.live()
    world.helpdesk.receive(conversation, "Never mind the lid, please cancel order 40-2291.")
    world.store.resume()
    world.live(timedelta(minutes=10))

    notes = world.notes(conversation)
    assert len(notes) == 1
    assert "cancel order 40-2291" in notes[0].body


# --- killed -----------------------------------------------------------------------------------


class Killed(BaseException):
    """What kill -9 looks like from inside: nothing after it runs."""


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_any_step_it_ends_in_one_note(world: SmallWorld, step: str) -> None:
    def kill(name: str, turn: Turn) -> None:
        if name == step and not killed:
            killed.append(name)
            raise Killed

    killed: list[str] = []
    world.after_step = kill
    world.restart()
    conversation = world.conversation()
    with pytest.raises(Killed):
        world.live()
    world.clock.advance(timedelta(minutes=4))
    world.restart()
    world.live()

    assert len(world.notes(conversation)) == 1
    assert world.run(conversation).disposition is Disposition.NOTED


STORE_CALLS = (
    "save_poll",
    "move_run",
    "intend",
    "claim_delivery",
    "start_attempt",
    "settle_delivery",
    "save_receipt",
    "save_told",
    "save_run",
)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("method", STORE_CALLS)
def test_killed_around_any_commit_it_ends_in_one_note(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch, method: str, before: bool
) -> None:
    conversation = world.conversation()
    real: Callable[..., object] = getattr(world.store, method)

    def killing(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(world.store, method, real, raising=False)
        if not before:
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(world.store, method, killing, raising=False)
    with pytest.raises(Killed):
        world.live()
    world.clock.advance(timedelta(minutes=4))  # a claim of the dead worker runs out
    world.restart()
    world.live(timedelta(minutes=10))

    assert len(world.notes(conversation)) == 1
    assert world.run(conversation).disposition is Disposition.NOTED


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_killed_during_the_write_it_ends_in_one_note(world: SmallWorld, applied: bool) -> None:
    conversation = world.conversation()
    world.helpdesk.fail(Killed(), on="write_note", applied=applied)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        world.live()
    world.clock.advance(timedelta(minutes=4))
    world.restart()
    world.live()

    assert len(world.notes(conversation)) == 1
    assert world.requests("write_note") == (1 if applied else 2)  # it looked before it wrote


# --- a lost database ----------------------------------------------------------------------------


def test_a_lost_database_adopts_the_note_that_is_there(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    lost = SmallWorld(clock=world.clock)
    lost.helpdesk = world.helpdesk
    lost.restart()
    lost.live()

    assert len(lost.notes(conversation)) == 1
    assert lost.run(conversation).note_id == lost.notes(conversation)[0].id
    assert lost.requests("write_note") == 1


def test_a_double_applied_late_is_deleted_and_the_older_kept(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    turn = world.run(conversation).turn
    kept = world.notes(conversation)[0].id
    marker = marker_of(turn, Action.NOTE)
    world.put_note(conversation, "the same again", marker=marker, by=AuthorKind.SIDENOTE)
    world.live()

    assert [note.id for note in world.notes(conversation)] == [kept]


def test_a_teammates_note_is_never_deleted(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    world.put_note(conversation, "Called her.", marker="", by=AuthorKind.TEAMMATE)
    world.put_note(conversation, "Called her.", marker="", by=AuthorKind.TEAMMATE)
    world.live()

    assert len(world.helpdesk._notes[conversation]) == 3


def test_the_receipt_says_what_was_read_decided_and_done(world: SmallWorld) -> None:
    conversation = world.conversation()
    world.live()
    run = world.run(conversation)

    receipt = world.store.receipt(run.id)

    assert receipt is not None
    assert receipt["read"]["message_count"] == 3
    assert receipt["decided"]["autonomy"] == "note"
    assert receipt["did"]["note_id"] == run.note_id
    assert receipt["versions"]["policy"] == world.policy.version
