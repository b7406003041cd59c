"""Proposed replies, and what became of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select, update

from agent.adapters.store.columns import to_json
from agent.adapters.store.database import Database
from agent.adapters.store.tables import proposed as table
from agent.core.labels import Label, MadeBy, Outcome, Proposed
from agent.label_port import erased_id


class LabelTables:
    """The history of proposals."""

    _database: Database

    def add_proposed(self, proposed: Proposed) -> bool:
        """See `LabelBook`."""
        return self.add_all_proposed((proposed,)) == 1

    def add_all_proposed(self, rows: Sequence[Proposed]) -> int:
        """See `LabelBook`."""
        insert = self._database.insert(table).on_conflict_do_nothing(index_elements=["run_id"])
        statement = insert.returning(table.c.run_id)  # of those that are new; no count on both

        values = [_values(row) for row in rows]

        def work(connection: Connection) -> int:
            return len(connection.execute(statement, values).all())

        return self._database.write(work) if rows else 0

    def proposed(self, run_id: str) -> Proposed | None:
        """See `LabelBook`."""
        return self._database.read(lambda connection: _one(connection, run_id))

    def proposals(
        self, *, topic: str = "", channel: str = "", since: datetime | None = None
    ) -> tuple[Proposed, ...]:
        """See `LabelBook`."""
        query = select(table).order_by(table.c.proposed_at, table.c.run_id)
        if topic:
            query = query.where(table.c.topic == topic)
        if channel:
            query = query.where(table.c.channel == channel)
        if since is not None:
            query = query.where(table.c.proposed_at >= since)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_of_row(row) for row in rows)

    def label(self, run_id: str, label: Label, *, was: Label | None) -> bool:
        """See `LabelBook`."""

        def work(connection: Connection) -> bool:
            self._database.one_at_a_time(connection)
            known = _one(connection, run_id)
            if known is None or known.label != was:
                return False
            connection.execute(
                update(table).where(table.c.run_id == run_id).values(_label_values(label))
            )
            return True

        return self._database.write(work)

    def mark_sent(self, run_id: str, at: datetime) -> None:
        """See `LabelBook`."""
        statement = (
            update(table)
            .where(table.c.run_id == run_id, table.c.sent_at.is_(None))
            .values(sent_at=at)
        )
        self._database.write(lambda connection: connection.execute(statement))

    def set_outcome(self, run_id: str, outcome: Outcome, at: datetime) -> None:
        """See `LabelBook`."""
        statement = update(table).where(table.c.run_id == run_id)
        if outcome is Outcome.QUIET:
            statement = statement.where(table.c.outcome.is_(None))
        values = {"outcome": outcome, "outcome_at": at}
        self._database.write(lambda connection: connection.execute(statement.values(values)))


def forget_conversations(connection: Connection, conversation_ids: Sequence[str]) -> None:
    """Take the ids and the reasons off their rows, within a transaction; the figures stay."""
    ours = table.c.conversation_id.in_(conversation_ids)
    for run_id in connection.execute(select(table.c.run_id).where(ours)).scalars().all():
        connection.execute(
            update(table)
            .where(table.c.run_id == run_id)
            .values(
                run_id=erased_id(run_id),
                conversation_id="",
                message_id="",
                reason="",
            )
        )


def _one(connection: Connection, run_id: str) -> Proposed | None:
    row = connection.execute(select(table).where(table.c.run_id == run_id)).one_or_none()
    return _of_row(row) if row else None


def _values(proposed: Proposed) -> dict[str, Any]:
    return {
        "run_id": proposed.run_id,
        "conversation_id": proposed.conversation_id,
        "message_id": proposed.message_id,
        "topic": proposed.topic,
        "channel": proposed.channel,
        "language": proposed.language,
        "score": proposed.score,
        "familiarity": proposed.familiarity,
        "proposed_at": proposed.at,
        "made_by": to_json(asdict(proposed.made_by)),
        "sent_at": proposed.sent_at,
        **_label_values(proposed.label),
        "outcome": proposed.outcome,
        "outcome_at": proposed.outcome_at,
    }


def _label_values(label: Label | None) -> dict[str, Any]:
    return {
        "judgement": label.judgement if label else None,
        "source": label.source if label else None,
        "labelled_by": label.by if label else "",
        "labelled_at": label.at if label else None,
        "reason": label.reason if label else "",
        "matched": label.matched if label else None,
    }


def _of_row(row: Row[Any]) -> Proposed:
    return Proposed(
        run_id=row.run_id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        topic=row.topic,
        channel=row.channel,
        language=row.language,
        score=row.score,
        familiarity=row.familiarity,
        at=row.proposed_at,
        made_by=_made_by(row.made_by),
        sent_at=row.sent_at,
        label=_label_of_row(row),
        outcome=row.outcome,
        outcome_at=row.outcome_at,
    )


def _label_of_row(row: Row[Any]) -> Label | None:
    if row.judgement is None:
        return None
    return Label(
        judgement=row.judgement,
        source=row.source,
        by=row.labelled_by,
        at=row.labelled_at,
        reason=row.reason,
        matched=row.matched,
    )


# Thousands of rows share a few makers: read once, they are also one object in memory.
@lru_cache(maxsize=1024)
def _made_by(text: str) -> MadeBy:
    return MadeBy(**json.loads(text))
