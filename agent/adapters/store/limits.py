"""Automatic replies: counted and reserved in one transaction; senders that answer at once."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select

from agent.adapters.store.database import Database
from agent.adapters.store.tables import breaker, quick_answers, replies
from agent.core.limits import (
    DAY,
    HOUR,
    TOLD_LATELY,
    Ask,
    AutomaticReply,
    Counts,
    Refused,
    counts_of,
    refused,
    suppressed,
    trips_breaker,
)
from agent.core.team_policy import ReplyLimits
from agent.limits_port import Breaker


class LimitTables:
    """Replies and the breaker."""

    _database: Database

    def reply_counts(self, asked: AutomaticReply) -> Counts:
        """See `Store`."""
        return self._database.read(lambda connection: _counts(connection, asked))

    def reserve_reply(
        self, asked: AutomaticReply, limits: ReplyLimits, *, daily_cap: int | None
    ) -> Refused | None:
        """See `Store`."""

        def work(connection: Connection) -> Refused | None:
            # Two that count at the same moment would both find the last place free.
            self._database.one_at_a_time(connection)
            if connection.execute(_by_marker(asked.marker)).first() is not None:
                return None
            ask = Ask(
                counts=_counts(connection, asked),
                limits=limits,
                first_contact=asked.first_contact,
                daily_cap=daily_cap,
            )
            refusal, trip = refused(ask), trips_breaker(ask)
            if trip:
                self._open(connection, trip, asked.at)
            if refusal is None:
                connection.execute(replies.insert(), _values(asked))
            return refusal

        return self._database.write(work)

    def free_reply(self, marker: str) -> None:
        """See `Store`."""
        statement = delete(replies).where(replies.c.marker == marker)
        self._database.write(lambda connection: connection.execute(statement))

    def note_quick_answer(self, sender: str, *, marker: str, at: datetime) -> None:
        """See `Store`."""
        statement = (
            self._database.insert(quick_answers)
            .values(marker=marker, sender=sender, at=at)
            .on_conflict_do_nothing(index_elements=["marker"])
        )
        self._database.write(lambda connection: connection.execute(statement))

    def breaker(self) -> Breaker | None:
        """See `Store`."""
        row = self._database.read(lambda c: c.execute(select(breaker)).one_or_none())
        return Breaker(reason=row.reason, opened_at=row.opened_at) if row else None

    def open_breaker(self, reason: str, now: datetime) -> bool:
        """See `Store`."""
        return self._database.write(lambda connection: self._open(connection, reason, now))

    def close_breaker(self) -> bool:
        """See `Store`."""
        return self._database.write(lambda c: c.execute(delete(breaker)).rowcount) > 0

    def _open(self, connection: Connection, reason: str, now: datetime) -> bool:
        statement = (
            self._database.insert(breaker)
            .values(id=1, reason=reason, opened_at=now)
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(breaker.c.id)  # an INSERT's row count is not told on PostgreSQL
        )
        return connection.execute(statement).scalar() is not None


def _counts(connection: Connection, asked: AutomaticReply) -> Counts:
    at = replies.c.reserved_at
    theirs = or_(replies.c.customer_id == asked.customer_id, replies.c.sender == asked.sender)
    near = or_(
        at > asked.at - HOUR,
        replies.c.conversation_id == asked.conversation_id,
        replies.c.marker == asked.marker,
        theirs & (at > asked.at - TOLD_LATELY),
    )
    rows = connection.execute(select(replies).where(near)).all()
    # A topic's day is counted there: at 120 an hour it is too much to bring here.
    topic_day = select(func.count()).where(replies.c.topic == asked.topic, at > asked.at - DAY)
    quick = select(quick_answers.c.at).where(
        quick_answers.c.sender == asked.sender, quick_answers.c.at > asked.at - 2 * DAY
    )
    open_breaker = connection.execute(select(breaker.c.reason)).scalar()
    return replace(
        counts_of([_reply_of_row(row) for row in rows], asked),
        topic_day=connection.execute(topic_day).scalar_one(),
        breaker_open=open_breaker or "",
        suppressed=suppressed(connection.execute(quick).scalars(), asked.at),
    )


def _by_marker(marker: str) -> Any:  # noqa: ANN401 - a SQL query
    return select(replies.c.marker).where(replies.c.marker == marker)


def _values(reply: AutomaticReply) -> dict[str, Any]:
    return {
        "marker": reply.marker,
        "conversation_id": reply.conversation_id,
        "customer_id": reply.customer_id,
        "topic": reply.topic,
        "sender": reply.sender,
        "first_contact": int(reply.first_contact),
        "message_at": reply.message_at,
        "reserved_at": reply.at,
    }


def _reply_of_row(row: Row[Any]) -> AutomaticReply:
    return AutomaticReply(
        marker=row.marker,
        conversation_id=row.conversation_id,
        customer_id=row.customer_id,
        topic=row.topic,
        sender=row.sender,
        first_contact=bool(row.first_contact),
        message_at=row.message_at,
        at=row.reserved_at,
    )
