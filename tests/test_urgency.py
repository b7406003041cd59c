"""Releasing a reply and confirming it go before everything else; staging it can wait."""

from agent.adapters.memory.helpdesk import Request
from agent.core.turn import Action
from agent.errors import OutcomeUnknown
from agent.ports import Delivery
from agent.replies import Reply, deliver_reply
from agent.urgency import is_urgent
from tests.small_world import NOON, SmallWorld
from tests.test_replies import reply, world

__all__ = ["reply", "world"]  # fixtures


def test_looking_again_releasing_and_confirming_are_urgent(world: SmallWorld, reply: Reply) -> None:
    asked: list[tuple[str, bool]] = []
    noticed = world.helpdesk.noticed

    def noticing(request: Request) -> object:
        asked.append((request.method, is_urgent()))
        return noticed(request)

    world.helpdesk.noticed = noticing  # type: ignore[method-assign, assignment]
    deliver_reply(world.desk, reply)

    after_staging = asked[[method for method, _ in asked].index("stage_draft") + 1 :]
    assert ("stage_draft", False) in asked
    assert {"drafts", "conversation", "release_draft", "messages"} == {m for m, _ in after_staging}
    assert all(is_it for _, is_it in after_staging)


def test_looking_for_a_note_that_nobody_answered_for_is_urgent(world: SmallWorld) -> None:
    conversation_id = world.conversation()
    asked: list[tuple[str, bool]] = []
    noticed = world.helpdesk.noticed

    def noticing(request: Request) -> object:
        asked.append((request.method, is_urgent()))
        return noticed(request)

    world.helpdesk.noticed = noticing  # type: ignore[method-assign, assignment]
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="write_note")
    intent = Delivery(
        marker="sidenote-1",
        conversation_id=conversation_id,
        action=Action.NOTE,
        body="noted",
        created_at=NOON,
        updated_at=NOON,
    )
    world.desk.deliver(intent)

    assert asked == [("write_note", False), ("notes", True), ("write_note", False)]


def test_nothing_is_urgent_afterwards(world: SmallWorld, reply: Reply) -> None:
    deliver_reply(world.desk, reply)

    assert not is_urgent()
