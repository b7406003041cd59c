"""What a poll stores: new turns as waiting runs, and how far it has read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal

from sqlalchemy import Connection, select, tuple_, update

from agent.adapters.store.database import Database
from agent.adapters.store.rows import Values, run_of_row, run_values
from agent.adapters.store.tables import deliveries, marks, runs
from agent.core.turn import Action
from agent.ports import Disposition, Run, RunState, SeenTurn

NOT_STARTED = (RunState.WAITING, RunState.HELD)
_CHUNK = 1000  # values in one IN list; both databases have an upper limit
_TURN = ("conversation_id", "message_id")
_Mark = Literal["watermark", "cursor"]


class PollerTables:
    """The poller's part of the store."""

    _database: Database
    _watermark: datetime | None = None

    def watermark(self, now: datetime) -> datetime:
        """See `Store`."""

        def work(connection: Connection) -> datetime:
            connection.execute(
                self._database.insert(marks)
                .values(name="watermark", at=now)
                .on_conflict_do_nothing(index_elements=["name"])
            )
            return _mark(connection, "watermark") or now

        if self._watermark is None:  # it never changes, and every run asks for it
            known = self._database.read(lambda c: _mark(c, "watermark"))
            self._watermark = known or self._database.write(work)
        return self._watermark

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

    But not one that was held with a reply begun: it goes on, to withdraw or confirm that.
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
    has_reply = (
        select(deliveries.c.marker)
        .where(
            deliveries.c.run_id == runs.c.id,
            deliveries.c.action == Action.REPLY,
            deliveries.c.attempts > 0,
        )
        .exists()
    )
    connection.execute(
        update(runs)
        .where(
            runs.c.conversation_id.in_(conversation_ids),
            runs.c.state.in_(NOT_STARTED),
            has_newer,
            ~has_reply,
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
