"""A level counts for every decision, and a lowered topic stops what is not released yet."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.levels import at_most
from agent.core.team_policy import Level
from agent.levels import Word, lower_topic, raise_topic
from agent.ports import Disposition, RunState
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at


def say(world: SmallWorld, to: Level, *, up: bool = False) -> None:
    """Somebody's word on the topic, now."""
    word = Word(topic="order-status", to=to, by="Ada", at=world.clock.now())
    (raise_topic if up else lower_topic)(world.store, world.policy, word)


def after(world: SmallWorld, step: str, what: Callable[[], None]) -> None:
    """Do it once, after that step of the next run."""
    left = [what]

    def after_step(name: str, turn: object) -> None:
        if name == step and left:
            left.pop()()

    world.engine._after_step = after_step


def at_request(world: SmallWorld, method: str, what: Callable[[], None]) -> None:
    """Do it once, right before the helpdesk is asked so."""
    noticed, left = world.helpdesk.noticed, [what]

    def noticing(request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if request.method == method and left:
            left.pop()()
        return noticed(request)

    world.helpdesk.noticed = noticing  # type: ignore[method-assign]


def test_a_raised_topic_is_drafted_without_a_restart() -> None:
    world = world_at(Level.NOTE)
    world.live(timedelta(seconds=30))
    say(world, Level.DRAFT, up=True)
    conversation = ask(world)
    world.live()

    assert world.run(conversation).state is RunState.AWAITING_APPROVAL


def test_a_lowered_topic_is_only_noted_without_a_restart() -> None:
    world = world_at(Level.SEND)
    world.live(timedelta(seconds=30))
    say(world, Level.NOTE)
    conversation = ask(world)
    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert world.run(conversation).disposition is Disposition.NOTED


def test_lowered_to_draft_before_the_release_the_reply_waits_for_a_teammate() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    at_request(world, "stage_draft", lambda: say(world, Level.DRAFT))
    world.live()

    assert (replies(world, conversation), len(world.helpdesk._drafts)) == ([], 1)
    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.AWAITING_APPROVAL, Disposition.DRAFTED)
    receipt = world.store.receipt(run.id)
    assert receipt is not None
    assert receipt["did"]["reply_why"] == "order-status was lowered to draft"


@pytest.mark.parametrize("level", [Level.NOTE, Level.OFF])
def test_lowered_further_before_the_release_the_draft_is_withdrawn(level: Level) -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    at_request(world, "stage_draft", lambda: say(world, level))
    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert world.run(conversation).disposition is Disposition.NOTED
    assert f"lowered to {level}" in world.notes(conversation)[0].body


@pytest.mark.parametrize("level", [Level.NOTE, Level.OFF])
def test_lowered_before_anything_is_staged_there_is_no_draft_at_all(level: Level) -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    after(world, "decide", lambda: say(world, level))
    world.live()

    assert world.requests("stage_draft") == 0
    assert f"lowered to {level}" in world.notes(conversation)[0].body
    assert replies(world, conversation) == []


def test_lowered_at_draft_before_anything_is_staged_there_is_no_draft_either() -> None:
    world = world_at(Level.DRAFT)
    ask(world)
    after(world, "decide", lambda: say(world, Level.NOTE))
    world.live()

    assert world.requests("stage_draft") == 0


def test_a_release_that_has_begun_is_confirmed_whatever_the_level_says_then() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    at_request(world, "release_draft", lambda: say(world, Level.OFF))
    world.live()

    assert len(replies(world, conversation)) == 1
    assert world.run(conversation).disposition is Disposition.REPLIED


def test_a_topic_lowered_under_a_newer_file_is_lowered_in_the_daemon_that_read_the_older() -> None:
    world = world_at(Level.SEND)
    world.live(timedelta(seconds=30))
    word = Word(topic="order-status", to=Level.OFF, by="Ada", at=world.clock.now())
    lower_topic(world.store, at_most(world.policy, Level.NOTE), word)
    conversation = ask(world)
    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})


@pytest.mark.parametrize(("is_edited", "sent"), [(True, 0), (False, 1)])
def test_a_daemon_whose_policy_was_edited_writes_notes_only(*, is_edited: bool, sent: int) -> None:
    world = world_at(Level.SEND)
    pipeline = replace(world.pipeline, is_outdated=lambda: is_edited)
    world.daemon.runner = replace(world.daemon.runner, pipeline=pipeline)
    world.daemon.start()
    conversation = ask(world)
    world.live()

    assert len(replies(world, conversation)) == sent
