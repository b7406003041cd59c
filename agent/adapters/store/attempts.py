"""Attempts at steps and writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from agent.adapters.store.database import Database
from agent.adapters.store.tables import attempts as table
from agent.attempt_port import Attempt

_IN_ORDER = (table.c.began_at, table.c.step, table.c.marker)


class AttemptTables:
    """The attempts' part of the store."""

    _database: Database

    def save_attempts(self, attempts: Sequence[Attempt], *, most: int | None = None) -> None:
        """See `AttemptLog`."""
        if not attempts:
            return

        def work(connection: Connection) -> None:
            for attempt in attempts:
                keep_attempt(self._database, connection, attempt)
            for run_id in {each.run_id for each in attempts} if most is not None else ():
                _keep_newest(connection, run_id, most or 0)

        self._database.write(work)

    def attempts(self, run_id: str) -> tuple[Attempt, ...]:
        """See `AttemptLog`."""
        query = select(table).where(table.c.run_id == run_id).order_by(*_IN_ORDER)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_of_row(row) for row in rows)


def keep_attempt(database: Database, connection: Connection, attempt: Attempt | None) -> None:
    """Write one within a transaction that writes more; None writes nothing."""
    if attempt is not None:
        connection.execute(database.upsert(table), _values(attempt))


def _keep_newest(connection: Connection, run_id: str, most: int) -> None:
    newest_first = (
        select(table.c.began_at)
        .where(table.c.run_id == run_id)
        .order_by(table.c.began_at.desc())
        .offset(most)
        .limit(1)
    )
    last_to_go: datetime | None = connection.execute(newest_first).scalar()
    if last_to_go is not None:
        older = (table.c.run_id == run_id) & (table.c.began_at <= last_to_go)
        connection.execute(delete(table).where(older))


def _values(attempt: Attempt) -> dict[str, Any]:
    return {
        "run_id": attempt.run_id,
        "began_at": attempt.began_at,
        "step": attempt.step,
        "marker": attempt.marker,
        "ended_at": attempt.ended_at,
        "ended": attempt.ended,
        "status": attempt.status,
    }


def _of_row(row: Row[Any]) -> Attempt:
    return Attempt(
        run_id=row.run_id,
        step=row.step,
        began_at=row.began_at,
        marker=row.marker,
        ended_at=row.ended_at,
        ended=row.ended,
        status=row.status,
    )
