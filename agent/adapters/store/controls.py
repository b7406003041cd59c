"""What we know of conversations, the team's pause, worker slots, and upkeep."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from agent.adapters.store.audit import append, prune_contents
from agent.adapters.store.database import Database
from agent.adapters.store.deliveries import SETTLED
from agent.adapters.store.migrate import newest_applied
from agent.adapters.store.rows import pause_of_row, told_of_row, told_values
from agent.adapters.store.tables import (
    attempts,
    conversations,
    deliveries,
    pause,
    pruned_runs,
    receipts,
    runs,
    slots,
)
from agent.audit_port import pruned_entry
from agent.core.leases import latest_end
from agent.ports import DeliveryState, Pause, RunState, Told

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ENDED = (RunState.DONE, RunState.FAILED)
_SENT = (*SETTLED, DeliveryState.SENT, DeliveryState.UNKNOWN)  # its body is not needed to go on


class ConversationTables:
    """What we know and have said."""

    _database: Database

    def told(self, conversation_id: str) -> Told | None:
        """See `Store`."""
        return self.told_of([conversation_id]).get(conversation_id)

    def told_of(self, conversation_ids: Sequence[str]) -> Mapping[str, Told]:
        """See `Store`. Those that are new to this database are left out."""
        if not conversation_ids:
            return {}
        query = select(conversations).where(conversations.c.conversation_id.in_(conversation_ids))
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return {row.conversation_id: told_of_row(row) for row in rows}

    def save_told(self, told: Told, now: datetime) -> None:
        """See `Store`."""
        statement, values = self._database.upsert(conversations), told_values(told, now)
        self._database.write(lambda connection: connection.execute(statement, values))


class ControlTables:
    """The pause and the worker slots."""

    _database: Database

    def pause(self, pause_: Pause) -> None:
        """See `Store`. A newer pause replaces the one that stands."""
        values = {"id": 1, "paused_by": pause_.by, "paused_at": pause_.at, "reason": pause_.reason}
        statement = self._database.upsert(pause)
        self._database.write(lambda connection: connection.execute(statement, values))

    def resume(self) -> None:
        """See `Store`."""
        self._database.write(lambda connection: connection.execute(delete(pause)))

    def paused(self) -> Pause | None:
        """See `Store`."""
        row = self._database.read(lambda c: c.execute(select(pause)).one_or_none())
        return pause_of_row(row) if row else None

    def take_slot(self, worker: str, *, owner: str, now: datetime, ttl: timedelta) -> bool:
        """See `Store`."""
        insert = self._database.insert(slots).values(
            worker=worker, owner=owner, lease_until=now + ttl
        )
        take = insert.on_conflict_do_update(
            index_elements=["worker"],
            set_={"owner": insert.excluded.owner, "lease_until": insert.excluded.lease_until},
            where=or_(
                slots.c.owner == insert.excluded.owner,
                slots.c.lease_until <= now,
                slots.c.lease_until > latest_end(now, ttl),
            ),
        ).returning(slots.c.worker)
        return self._database.write(lambda c: c.execute(take).scalar()) is not None

    def leave_slot(self, worker: str, *, owner: str) -> None:
        """See `Store`."""
        leave = (
            update(slots)
            .where(slots.c.worker == worker, slots.c.owner == owner)
            .values(lease_until=_LONG_AGO)
        )
        self._database.write(lambda connection: connection.execute(leave))

    def dead_slots(self, now: datetime, *, ttl: timedelta) -> tuple[str, ...]:
        """See `Store`."""
        ended = slots.c.lease_until <= now
        return self._slots(or_(ended, slots.c.lease_until > latest_end(now, ttl)))

    def live_slots(self, now: datetime, *, ttl: timedelta) -> tuple[str, ...]:
        """See `Store`."""
        runs_on = slots.c.lease_until > now
        return self._slots(and_(runs_on, slots.c.lease_until <= latest_end(now, ttl)))

    def _slots(self, condition: ColumnElement[bool]) -> tuple[str, ...]:
        query = select(slots.c.worker).where(condition).order_by(slots.c.worker)
        return tuple(self._database.read(lambda c: c.execute(query).scalars().all()))


class Upkeep:
    """Schema version, pruning, closing."""

    _database: Database

    def schema_version(self) -> int:
        """See `Store`."""
        return self._database.read(newest_applied)

    def prune(self, before: datetime, *, now: datetime | None = None) -> int:
        """See `Store`. The body of a write that may still have to be made is kept."""

        def work(connection: Connection) -> int:
            self._database.one_at_a_time(connection)
            _keep_counts(self._database, connection, before)
            gone = _prune(connection, before)
            if prune_contents(connection, before) or gone:
                append(self._database, connection, pruned_entry(before), now or before)
            return gone

        return self._database.write(work)

    def close(self) -> None:
        """See `Store`."""
        self._database.close()


def _keep_counts(database: Database, connection: Connection, before: datetime) -> None:
    """Figures over everything that was ever done do not fall when runs are pruned."""
    going = (
        select(runs.c.disposition, func.count())
        .where(
            runs.c.state == RunState.DONE,
            runs.c.updated_at < before,
            runs.c.disposition.is_not(None),
        )
        .group_by(runs.c.disposition)
    )
    insert = database.insert(pruned_runs)
    more = {"runs": pruned_runs.c.runs + insert.excluded.runs}
    statement = insert.on_conflict_do_update(index_elements=["disposition"], set_=more)
    for outcome, count in connection.execute(going).all():
        connection.execute(statement, {"disposition": str(outcome), "runs": count})


def _prune(connection: Connection, before: datetime) -> int:
    ended = select(runs.c.id).where(runs.c.state.in_(_ENDED), runs.c.updated_at < before)
    connection.execute(delete(receipts).where(receipts.c.run_id.in_(ended)))
    connection.execute(delete(attempts).where(attempts.c.run_id.in_(ended)))
    connection.execute(
        delete(receipts).where(
            receipts.c.saved_at < before, receipts.c.run_id.not_in(select(runs.c.id))
        )
    )
    connection.execute(
        update(deliveries)
        .where(
            or_(
                deliveries.c.run_id.in_(ended),
                deliveries.c.run_id.is_(None) & deliveries.c.state.in_(_SENT),
            ),
            deliveries.c.updated_at < before,
        )
        .values(body="")
    )
    connection.execute(
        update(conversations)
        .where(func.coalesce(conversations.c.noted_at, conversations.c.updated_at) < before)
        .values(statements=[])
    )
    gone = delete(runs).where(runs.c.state.in_(_ENDED), runs.c.updated_at < before)
    return connection.execute(gone).rowcount
