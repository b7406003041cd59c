"""Deliveries: one row per write, taken by one owner at a time.

Every change is one UPDATE that names what it expects, and the number of rows it touched is the
answer. Nothing is decided by reading first.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, Update, or_, select, update

from agent.adapters.store.attempts import keep_attempt
from agent.adapters.store.audit import append
from agent.adapters.store.database import Database
from agent.adapters.store.rows import delivery_of_row, delivery_values
from agent.adapters.store.tables import deliveries
from agent.attempt_port import of_write
from agent.audit_port import release_entry
from agent.core.leases import latest_end
from agent.core.turn import Action
from agent.errors import StoreUnavailable
from agent.ports import Delivery, DeliveryState

SETTLED = (DeliveryState.ARRIVED, DeliveryState.OVERTAKEN, DeliveryState.FAILED)


class DeliveryTables:
    """The deliveries' part of the store."""

    _database: Database

    def intend(self, delivery: Delivery) -> Delivery:
        """See `Store`."""

        def work(connection: Connection) -> Delivery:
            connection.execute(
                self._database.insert(deliveries)
                .values(delivery_values(delivery))
                .on_conflict_do_nothing(index_elements=["marker"])
            )
            return delivery_of_row(_one(connection, delivery.marker))

        return self._database.write(work)

    def delivery(self, marker: str) -> Delivery | None:
        """See `Store`."""
        row = self._database.read(lambda connection: _find(connection, marker))
        return delivery_of_row(row) if row else None

    def deliveries(
        self, *, run_id: str | None = None, conversation_id: str | None = None
    ) -> tuple[Delivery, ...]:
        """See `Store`."""
        query = select(deliveries).order_by(
            deliveries.c.created_at.desc(), deliveries.c.marker.desc()
        )
        if run_id is not None:
            query = query.where(deliveries.c.run_id == run_id)
        if conversation_id is not None:
            query = query.where(deliveries.c.conversation_id == conversation_id)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(delivery_of_row(row) for row in rows)

    def arrived_replies(self, since: datetime) -> tuple[Delivery, ...]:
        """See `Store`."""
        query = (
            select(deliveries)
            .where(
                deliveries.c.state == DeliveryState.ARRIVED,
                deliveries.c.action == Action.REPLY,
                deliveries.c.updated_at >= since,
            )
            .order_by(deliveries.c.updated_at, deliveries.c.marker)
        )
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(delivery_of_row(row) for row in rows)

    def claim_delivery(
        self, marker: str, *, owner: str, now: datetime, ttl: timedelta
    ) -> Delivery | None:
        """See `Store`. A settled one is given as it is, unclaimed; an unknown marker gives None."""
        is_free = or_(
            deliveries.c.owner.is_(None),
            deliveries.c.owner == owner,
            deliveries.c.claimed_until <= now,
            deliveries.c.claimed_until > latest_end(now, ttl),
        )
        take = (
            update(deliveries)
            .where(deliveries.c.marker == marker, _is_open(), is_free)
            .values(owner=owner, claimed_until=now + ttl, fence=deliveries.c.fence + 1)
        )

        def work(connection: Connection) -> Delivery | None:
            taken = connection.execute(take).rowcount == 1
            row = _find(connection, marker)
            if row is None or not (taken or row.state in SETTLED):
                return None
            return delivery_of_row(row)

        return self._database.write(work)

    def start_attempt(self, marker: str, *, fence: int, now: datetime) -> int:
        """See `Store`. Raises StoreUnavailable also when it is settled or was never claimed."""

        def work(connection: Connection) -> int:
            row = _count_up(connection, deliveries.c.attempts, marker, fence, now)
            begun = of_write(row.run_id, row.action, marker, now)
            keep_attempt(self._database, connection, begun)
            return int(row.attempts)

        return self._database.write(work)

    def start_release(self, marker: str, *, fence: int, now: datetime) -> int:
        """See `Store`. Raises StoreUnavailable also when it is settled or was never claimed."""

        def work(connection: Connection) -> int:
            # The record first: its lock before the row's, in the order in which all take them.
            self._database.one_at_a_time(connection)
            row = _count_up(connection, deliveries.c.releases, marker, fence, now)
            begun = of_write(row.run_id, row.action, marker, now, is_release=True)
            keep_attempt(self._database, connection, begun)
            entry = release_entry(marker, row.conversation_id, row.run_id, row.body)
            append(self._database, connection, entry, now)
            return int(row.releases)

        return self._database.write(work)

    def settle_delivery(
        self,
        marker: str,
        *,
        fence: int,
        state: DeliveryState,
        remote_id: str | None = None,
        error: str = "",
        now: datetime,
    ) -> None:
        """See `Store`. No `remote_id` keeps the one that is known."""
        let_go = (
            update(deliveries).where(_is_ours(marker, fence)).values(owner=None, claimed_until=None)
        )
        settle = (
            update(deliveries)
            .where(_is_ours(marker, fence), _is_open())
            .values(
                state=state,
                remote_id=deliveries.c.remote_id if remote_id is None else remote_id,
                error=error,
                updated_at=now,
            )
        )

        def work(connection: Connection) -> None:
            _must_touch_one(connection, let_go)
            connection.execute(settle)

        self._database.write(work)

    def bounce_delivery(self, marker: str, *, error: str, now: datetime) -> bool:
        """See `Store`."""
        bounce = (
            update(deliveries)
            .where(deliveries.c.marker == marker, deliveries.c.state == DeliveryState.ARRIVED)
            .values(state=DeliveryState.FAILED, error=error, updated_at=now)
        )
        return self._database.write(lambda connection: connection.execute(bounce).rowcount) == 1

    def claim_owners(self) -> tuple[str, ...]:
        """See `Store`."""
        query = select(deliveries.c.owner).where(deliveries.c.owner.is_not(None)).distinct()
        owners = self._database.read(lambda connection: connection.execute(query).scalars().all())
        return tuple(sorted(owners))

    def free_claims(self, owners: str, *, but: str) -> int:
        """See `Store`."""
        free = (
            update(deliveries)
            .where(
                deliveries.c.owner.startswith(owners, autoescape=True), deliveries.c.owner != but
            )
            .values(owner=None, claimed_until=None)
        )
        return self._database.write(lambda connection: connection.execute(free).rowcount)


def _count_up(
    connection: Connection, counter: Column[int], marker: str, fence: int, now: datetime
) -> Row[Any]:
    start = (
        update(deliveries)
        .where(_is_ours(marker, fence), deliveries.c.fence > 0, _is_open())
        .values({counter: counter + 1, deliveries.c.updated_at: now})
    )
    _must_touch_one(connection, start)
    return _one(connection, marker)


def _is_ours(marker: str, fence: int) -> Any:  # noqa: ANN401 - a SQL condition
    return (deliveries.c.marker == marker) & (deliveries.c.fence == fence)


def _is_open() -> Any:  # noqa: ANN401 - a SQL condition
    return deliveries.c.state.not_in(SETTLED)


def _must_touch_one(connection: Connection, statement: Update) -> None:
    if connection.execute(statement).rowcount != 1:
        raise StoreUnavailable(
            "This delivery is no longer ours: another worker took it, or it is settled."
        )


def _find(connection: Connection, marker: str) -> Row[Any] | None:
    return connection.execute(select(deliveries).where(deliveries.c.marker == marker)).one_or_none()


def _one(connection: Connection, marker: str) -> Row[Any]:
    return connection.execute(select(deliveries).where(deliveries.c.marker == marker)).one()
