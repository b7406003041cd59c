"""Values that the tests of the store save and look for."""

from datetime import UTC, datetime

from agent.core.turn import Action, Turn, marker_of
from agent.ports import Delivery, Run, RunState, SeenTurn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_turn(conversation: str = "c1") -> SeenTurn:
    return SeenTurn(turn=Turn(conversation, "m1"), message_at=NOON, due_at=NOON)


def a_run(conversation: str = "c1", *, state: RunState = RunState.WAITING) -> Run:
    turn = Turn(conversation, "m1")
    return Run(
        id=turn.run_id,
        turn=turn,
        message_at=NOON,
        state=state,
        due_at=NOON,
        created_at=NOON,
        updated_at=NOON,
    )


def a_delivery(body: str = "Asks for a lid.") -> Delivery:
    return Delivery(
        marker=marker_of(Turn("c1", "m1"), Action.NOTE),
        conversation_id="c1",
        action="note",
        body=body,
        created_at=NOON,
        updated_at=NOON,
    )
