"""Our values as rows and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from agent.core.proposal import Section, Statement
from agent.core.turn import Turn
from agent.ports import Delivery, Pause, Run, RunError, Told

Values = dict[str, Any]


def run_values(run: Run) -> Values:
    """The row of a run."""
    return {
        "id": run.id,
        "conversation_id": run.turn.conversation_id,
        "message_id": run.turn.message_id,
        "message_at": run.message_at,
        "state": run.state,
        "due_at": run.due_at,
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "disposition": run.disposition,
        "autonomy": run.autonomy,
        "because": run.because,
        "error": _error_json(run.error),
        "tries": run.tries,
        "note_id": run.note_id,
        "snapshot": dict(run.snapshot),
        "topic": run.topic,
        "customer_id": str(run.snapshot.get("customer_id") or ""),
    }


def run_of_row(row: Row[Any]) -> Run:
    """The run of a row."""
    return Run(
        id=row.id,
        turn=Turn(row.conversation_id, row.message_id),
        message_at=row.message_at,
        state=row.state,
        due_at=row.due_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        disposition=row.disposition,
        autonomy=row.autonomy,
        because=tuple(row.because),
        error=_error(row.error),
        tries=row.tries,
        note_id=row.note_id,
        snapshot=row.snapshot,
        topic=row.topic,
    )


def told_values(told: Told, now: datetime) -> Values:
    """The row of what we know of a conversation."""
    return {
        "conversation_id": told.conversation_id,
        "last_message_id": told.last_message_id,
        "last_message_at": told.last_message_at,
        "note_count": told.note_count,
        "note_id": told.note_id,
        "noted_at": told.noted_at,
        "statements": [[s.section, s.text, s.message_ids, s.digests] for s in told.statements],
        "updated_at": now,
    }


def told_of_row(row: Row[Any]) -> Told:
    """What we know of a conversation."""
    return Told(
        conversation_id=row.conversation_id,
        last_message_id=row.last_message_id,
        last_message_at=row.last_message_at,
        note_count=row.note_count,
        note_id=row.note_id,
        noted_at=row.noted_at,
        statements=tuple(
            Statement(
                section=Section(section),
                text=text,
                message_ids=tuple(ids),
                digests=tuple(digests[0]) if digests else (),  # older rows have none
            )
            for section, text, ids, *digests in row.statements
        ),
    )


def delivery_values(delivery: Delivery) -> Values:
    """The row of a delivery that nobody has claimed."""
    return {
        "marker": delivery.marker,
        "conversation_id": delivery.conversation_id,
        "action": delivery.action,
        "body": delivery.body,
        "created_at": delivery.created_at,
        "updated_at": delivery.updated_at,
        "run_id": delivery.run_id,
        "state": delivery.state,
        "remote_id": delivery.remote_id,
        "attempts": delivery.attempts,
        "channel": delivery.channel,
        "releases": delivery.releases,
        "fence": delivery.fence,
        "error": delivery.error,
    }


def delivery_of_row(row: Row[Any]) -> Delivery:
    """The delivery of a row, without its claim."""
    return Delivery(
        marker=row.marker,
        conversation_id=row.conversation_id,
        action=row.action,
        body=row.body,
        created_at=row.created_at,
        updated_at=row.updated_at,
        run_id=row.run_id,
        state=row.state,
        remote_id=row.remote_id,
        attempts=row.attempts,
        channel=row.channel,
        releases=row.releases,
        fence=row.fence,
        error=row.error,
    )


def pause_of_row(row: Row[Any]) -> Pause:
    """Who paused."""
    return Pause(by=row.paused_by, at=row.paused_at, reason=row.reason)


def _error_json(error: RunError | None) -> Mapping[str, str] | None:
    if error is None:
        return None
    return {
        "step": error.step,
        "kind": error.kind,
        "message": error.message,
        "at": error.at.isoformat(),
    }


def _error(stored: Mapping[str, str] | None) -> RunError | None:
    if stored is None:
        return None
    return RunError(
        step=stored["step"],
        kind=stored["kind"],
        message=stored["message"],
        at=datetime.fromisoformat(stored["at"]),
    )
