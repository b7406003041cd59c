"""What is kept of every attempt: which step, when it began and ended, and how."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from agent.adapters.memory import MemoryStore
from agent.attempt_port import MOST, Attempt
from agent.core.team_policy import Level
from agent.core.turn import Turn
from agent.dispatcher import retry
from agent.engine import STEPS as ENGINE_STEPS
from agent.engine import StepStopped
from agent.errors import HelpdeskRefused, HelpdeskUnavailable, OutcomeUnknown, StoreUnavailable
from agent.ports import RunState
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at

STEPS = set(ENGINE_STEPS)


def tried(world: SmallWorld, conversation_id: str) -> list[tuple[str, str]]:
    """Step and end of each attempt of the newest run, in the order they began."""
    return [(each.step, each.ended) for each in world.store.attempts(world.run(conversation_id).id)]


class Counting(MemoryStore):
    """Counts how often attempts are written."""

    written = 0

    def save_attempts(self, attempts: Sequence[Attempt], *, most: int | None = None) -> None:
        """See `AttemptLog`."""
        if attempts and attempts[0].step in STEPS:
            self.written += 1
        super().save_attempts(attempts, most=most)


class Unkept(MemoryStore):
    """Attempts cannot be written, though the rest can."""

    def save_attempts(self, attempts: Sequence[Attempt], *, most: int | None = None) -> None:
        """See `AttemptLog`."""
        if any(each.ended or each.step in STEPS for each in attempts):
            raise StoreUnavailable("the disk is full")


def world_on(store: MemoryStore) -> SmallWorld:
    world = SmallWorld()
    world.store = store
    world.restart()
    return world


def test_a_run_that_went_well_shows_each_step_and_its_note() -> None:
    world = SmallWorld()
    conversation_id = world.conversation()
    world.live()

    found = tried(world, conversation_id)

    assert sorted(found) == [(step, "ok") for step in sorted({*STEPS, "note"})]


def test_every_attempt_has_its_own_time() -> None:
    world = SmallWorld()
    conversation_id = world.conversation()
    for nth in (1, 2):
        world.helpdesk.fail(HelpdeskUnavailable("POST /notes: 503"), on="write_note", nth=nth)
    world.live()

    attempts = world.store.attempts(world.run(conversation_id).id)
    notes = [each for each in attempts if each.step == "note"]

    assert [each.ended for each in notes] == ["HelpdeskUnavailable", "HelpdeskUnavailable", "ok"]
    assert len({each.began_at for each in notes}) == 3
    assert all(each.ended_at is not None and each.ended_at >= each.began_at for each in notes)


def test_a_write_that_nobody_heard_of_says_so() -> None:
    world = SmallWorld()
    conversation_id = world.conversation()
    error = OutcomeUnknown("POST /notes: no answer")
    world.helpdesk.fail(error, on="write_note", applied=True)
    world.live()

    assert ("note", "OutcomeUnknown") in tried(world, conversation_id)


def test_a_step_that_fails_says_how_and_a_retry_is_another_attempt() -> None:
    world = SmallWorld()
    conversation_id = world.conversation()
    world.helpdesk.fail(HelpdeskRefused("GET /messages: 400"), on="messages")
    world.live()
    run = world.run(conversation_id)
    assert run.state is RunState.FAILED
    assert tried(world, conversation_id) == [("read", "HelpdeskRefused")]

    retry(world.store, run, world.clock)
    world.live()

    assert [end for step, end in tried(world, conversation_id) if step == "read"] == [
        "HelpdeskRefused",
        "ok",
    ]


class Killed(BaseException):
    """The process is gone: nothing after it happens."""


def test_a_step_that_was_cut_off_has_a_beginning_and_no_end() -> None:
    world = SmallWorld()
    conversation_id = world.conversation()
    world.helpdesk.fail(Killed(), on="write_note")  # type: ignore[arg-type] # a kill
    with pytest.raises(Killed):
        world.live()

    found = dict(tried(world, conversation_id))
    assert found == {"read": "ok", "propose": "ok", "decide": "ok", "act": "", "note": ""}


def test_a_draft_is_staged_and_one_that_is_sent_is_released_besides() -> None:
    world = world_at(Level.SEND)
    conversation_id = ask(world)
    world.live()
    assert replies(world, conversation_id)

    writes = [step for step, _ in tried(world, conversation_id) if step not in STEPS]

    assert sorted(writes) == ["draft", "note", "release"]


def test_a_run_that_goes_well_costs_two_transactions_for_its_steps() -> None:
    store = Counting()
    world = world_on(store)
    world.conversation()
    world.live()

    assert store.written == 2


def test_attempts_that_cannot_be_kept_hold_up_nothing() -> None:
    world = world_on(Unkept())
    conversation_id = world.conversation()
    world.live()

    assert world.run(conversation_id).state is RunState.DONE
    assert len(world.notes(conversation_id)) == 1


def test_a_run_that_is_held_again_and_again_keeps_its_newest_attempts() -> None:
    world = SmallWorld()
    conversation_id = world.conversation()
    world.live(timedelta(seconds=1))
    turn = Turn(conversation_id, world.run(conversation_id).turn.message_id)
    for _ in range(MOST + 20):
        world.clock.advance(timedelta(minutes=1))
        world.helpdesk.fail(HelpdeskUnavailable("GET /messages: 503"), on="messages")
        with pytest.raises(StepStopped):
            world.daemon.runner.carry_out("read", turn, ())

    attempts = world.store.attempts(turn.run_id)
    assert len(attempts) == MOST
    assert attempts[-1].began_at == world.clock.now()
