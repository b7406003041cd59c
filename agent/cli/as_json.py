"""The fixed shapes that scripts read. Fields are added, never renamed."""

from typing import Any

from agent.ports import Delivery, Run

Plain = dict[str, Any]


def run_json(run: Run) -> Plain:
    """One run, as `runs`, `start --once` and `explain` print it."""
    error = run.error
    return {
        "id": run.id,
        "conversation_id": run.turn.conversation_id,
        "message_id": run.turn.message_id,
        "state": run.state.value,
        "disposition": run.disposition.value if run.disposition else None,
        "autonomy": run.autonomy or None,
        "because": list(run.because),
        "error": None
        if error is None
        else {
            "step": error.step,
            "kind": error.kind,
            "message": error.message,
            "at": error.at.isoformat(),
        },
    }


def delivery_json(delivery: Delivery) -> Plain:
    """One write and what is known of it, without its text."""
    return {
        "action": delivery.action,
        "state": delivery.state.value,
        "id": delivery.remote_id,
        "marker": delivery.marker,
        "attempts": delivery.attempts,
        "at": delivery.updated_at.isoformat(),
        "error": delivery.error,
    }
