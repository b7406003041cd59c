"""Runs, their receipts, and the poller's cursor."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import Connection, Select, func, select, tuple_, update

from agent.adapters.store.database import Database
from agent.adapters.store.rows import Values, run_of_row, run_values
from agent.adapters.store.tables import marks, receipts, runs
from agent.core.turn import Turn
from agent.ports import Disposition, Run, RunState, SeenTurn

_NOT_STARTED = (RunState.WAITING, RunState.HELD)
_CHUNK = 1000  # values in one IN list; both databases have an upper limit
_HIGHEST = "\U0010ffff"  # sorts after every other character
_NEWEST_FIRST = (runs.c.created_at.desc(), runs.c.message_at.desc(), runs.c.id.desc())
_TURN = ("conversation_id", "message_id")
_Mark = Literal["watermark", "cursor"]


class PollerTables:
    """The poller's part of the store."""

    _database: Database

    def watermark(self, now: datetime) -> datetime:
        """See `Store`."""

        def work(connection: Connection) -> datetime:
            connection.execute(
                self._database.insert(marks)
                .values(name="watermark", at=now)
                .on_conflict_do_nothing(index_elements=["name"])
            )
            return _mark(connection, "watermark") or now

        return self._database.read(lambda c: _mark(c, "watermark")) or self._database.write(work)

    def cursor(self) -> datetime | None:
        """See `Store`."""
        return self._database.read(lambda connection: _mark(connection, "cursor"))

    def save_poll(
        self, turns: Sequence[SeenTurn], *, cursor: datetime | None, now: datetime
    ) -> tuple[Run, ...]:
        """See `Store`. The runs are as stored, in the order of the turns."""
        found = {seen.turn: run_values(_waiting(seen, now)) for seen in turns}

        def work(connection: Connection) -> tuple[Run, ...]:
            # Two pollers with two messages of one conversation would not see each other's run.
            self._database.one_at_a_time(connection)
            added = set(self._add(connection, list(found.values())))
            self._renew_snapshots(
                connection, [values for values in found.values() if values["id"] not in added]
            )
            for some in _chunks(sorted({turn.conversation_id for turn in found})):
                _overtake(connection, some, now)
            if cursor is not None:
                self._move_cursor(connection, cursor)
            stored = _runs_by_id(connection, added)
            return tuple(stored[v["id"]] for v in found.values() if v["id"] in stored)

        return self._database.write(work)

    def _add(self, connection: Connection, found: list[Values]) -> list[str]:
        if not found:
            return []
        statement = (
            self._database.insert(runs)
            .on_conflict_do_nothing(index_elements=_TURN)
            .returning(runs.c.id)
        )
        return list(connection.execute(statement, found).scalars())

    def _renew_snapshots(self, connection: Connection, known: list[Values]) -> None:
        if not known:
            return
        insert = self._database.insert(runs)
        renew = insert.on_conflict_do_update(
            index_elements=_TURN,
            set_={"snapshot": insert.excluded.snapshot},
            where=runs.c.state == RunState.WAITING,
        )
        # Asking for the ids makes it one statement for all rows instead of one for each.
        connection.execute(renew.returning(runs.c.id), known)

    def _move_cursor(self, connection: Connection, cursor: datetime) -> None:
        insert = self._database.insert(marks).values(name="cursor", at=cursor)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["name"],
                set_={"at": insert.excluded["at"]},
                where=marks.c.at < insert.excluded["at"],
            )
        )


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
        query = select(runs).order_by(*_NEWEST_FIRST).limit(limit)
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
            .where(runs.c.state.in_(_NOT_STARTED), runs.c.due_at <= now)
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
        values = run_values(run)
        statement = self._database.insert(runs).values(values)
        statement = statement.on_conflict_do_update(index_elements=["id"], set_=values)
        self._database.write(lambda connection: connection.execute(statement))

    def move_run(self, run: Run, *, was: Sequence[RunState]) -> bool:
        """See `Store`."""
        statement = (
            update(runs).where(runs.c.id == run.id, runs.c.state.in_(was)).values(run_values(run))
        )
        return self._database.write(lambda c: c.execute(statement).rowcount) == 1

    def save_receipt(self, run_id: str, content: Mapping[str, Any], now: datetime) -> None:
        """See `Store`. Raises TypeError when it holds something that is no JSON value."""
        values = {"run_id": run_id, "content": dict(content), "saved_at": now}
        statement = self._database.insert(receipts).values(values)
        statement = statement.on_conflict_do_update(index_elements=["run_id"], set_=values)
        self._database.write(lambda connection: connection.execute(statement))

    def receipt(self, run_id: str) -> dict[str, Any] | None:
        """See `Store`."""
        query = select(receipts.c.content).where(receipts.c.run_id == run_id)
        found: dict[str, Any] | None = self._database.read(lambda c: c.execute(query).scalar())
        return found

    def _runs(self, query: Select[Any]) -> tuple[Run, ...]:
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(run_of_row(row) for row in rows)


def _waiting(seen: SeenTurn, now: datetime) -> Run:
    return Run(
        id=seen.turn.run_id,
        turn=seen.turn,
        message_at=seen.message_at,
        state=RunState.WAITING,
        due_at=seen.due_at,
        created_at=now,
        updated_at=now,
        snapshot=seen.snapshot,
    )


def _overtake(connection: Connection, conversation_ids: list[str], now: datetime) -> None:
    """End the runs not yet started whose conversation has a newer customer message.

    Messages of the same instant are told apart by id, which is the order Kustomer made them in.
    """
    newer = runs.alias()
    has_newer = (
        select(newer.c.id)
        .where(
            newer.c.conversation_id == runs.c.conversation_id,
            tuple_(newer.c.message_at, newer.c.message_id)
            > tuple_(runs.c.message_at, runs.c.message_id),
        )
        .exists()
    )
    connection.execute(
        update(runs)
        .where(
            runs.c.conversation_id.in_(conversation_ids),
            runs.c.state.in_(_NOT_STARTED),
            has_newer,
        )
        .values(state=RunState.DONE, disposition=Disposition.OVERTAKEN, updated_at=now)
    )


def _runs_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Run]:
    rows = [
        row
        for some in _chunks(ids)
        for row in connection.execute(select(runs).where(runs.c.id.in_(some)))
    ]
    return {row.id: run_of_row(row) for row in rows}


def _mark(connection: Connection, name: _Mark) -> datetime | None:
    return connection.execute(select(marks.c.at).where(marks.c.name == name)).scalar()


def _chunks(values: Iterable[str]) -> list[list[str]]:
    rest = iter(values)
    return list(iter(lambda: list(islice(rest, _CHUNK)), []))
