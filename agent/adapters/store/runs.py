"""Runs and their receipts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, update

from agent.adapters.store.audit import append
from agent.adapters.store.database import Database
from agent.adapters.store.polling import NOT_STARTED
from agent.adapters.store.rows import run_of_row, run_values
from agent.adapters.store.tables import receipts, runs
from agent.audit_port import AuditKind, receipt_entry
from agent.core.leases import CLOCKS_APART
from agent.core.turn import Turn
from agent.ports import Run, RunState

_HIGHEST = "\U0010ffff"  # sorts after every other character
NEWEST_FIRST = (runs.c.created_at.desc(), runs.c.message_at.desc(), runs.c.id.desc())


class RunTables:
    """Runs and receipts."""

    _database: Database

    def run(self, run_id: str) -> Run | None:
        """See `Store`. An exact id wins over longer ones that begin with it."""
        if not run_id:
            return None
        query = (
            select(runs)
            .where(runs.c.id >= run_id, runs.c.id < run_id + _HIGHEST)
            .order_by(runs.c.id)
            .limit(2)
        )
        found = self._runs(query)
        if found and (len(found) == 1 or found[0].id == run_id):
            return found[0]
        return None

    def run_of(self, turn: Turn) -> Run | None:
        """See `Store`."""
        found = self._runs(
            select(runs).where(
                runs.c.conversation_id == turn.conversation_id,
                runs.c.message_id == turn.message_id,
            )
        )
        return found[0] if found else None

    def runs(
        self,
        *,
        states: Sequence[RunState] = (),
        conversation_id: str | None = None,
        updated_before: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[Run, ...]:
        """See `Store`."""
        query = select(runs).order_by(*NEWEST_FIRST).limit(limit)
        if states:
            query = query.where(runs.c.state.in_(states))
        if conversation_id is not None:
            query = query.where(runs.c.conversation_id == conversation_id)
        if updated_before is not None:
            query = query.where(runs.c.updated_at < updated_before)
        return self._runs(query)

    def due_runs(self, now: datetime, *, limit: int) -> tuple[Run, ...]:
        """See `Store`."""
        return self._runs(
            select(runs)
            .where(
                runs.c.state.in_(NOT_STARTED),
                # Written in the future: by a clock that ran ahead, and was put right since.
                or_(runs.c.due_at <= now, runs.c.updated_at > now + CLOCKS_APART),
            )
            .order_by(runs.c.due_at, runs.c.id)
            .limit(limit)
        )

    def count_runs(self) -> Mapping[RunState, int]:
        """See `Store`. Every state is there, with 0 where there is none."""
        query = select(runs.c.state, func.count()).group_by(runs.c.state)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        found = {row[0]: row[1] for row in rows}
        return {state: found.get(state, 0) for state in RunState}

    def save_run(self, run: Run) -> None:
        """See `Store`. Raises PermanentError when the turn has a run with another id."""
        statement, values = self._database.upsert(runs), run_values(run)
        self._database.write(lambda connection: connection.execute(statement, values))

    def move_run(self, run: Run, *, was: Sequence[RunState]) -> bool:
        """See `Store`."""
        statement = update(runs).where(runs.c.id == run.id, runs.c.state.in_(was))
        values = run_values(run)
        return self._database.write(lambda c: c.execute(statement, values).rowcount) == 1

    def save_receipt(
        self,
        run_id: str,
        content: Mapping[str, Any],
        now: datetime,
        *,
        kind: AuditKind = AuditKind.RUN_FINISHED,
    ) -> None:
        """See `Store`. Raises TypeError when it holds something that is no JSON value."""
        values = {"run_id": run_id, "content": dict(content), "saved_at": now}
        statement = self._database.upsert(receipts)
        entry = receipt_entry(kind, run_id, content)

        def work(connection: Connection) -> None:
            append(self._database, connection, entry, now)
            connection.execute(statement, values)

        self._database.write(work)

    def receipt(self, run_id: str) -> dict[str, Any] | None:
        """See `Store`."""
        query = select(receipts.c.content).where(receipts.c.run_id == run_id)
        found: dict[str, Any] | None = self._database.read(lambda c: c.execute(query).scalar())
        return found

    def _runs(self, query: Select[Any]) -> tuple[Run, ...]:
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(run_of_row(row) for row in rows)
