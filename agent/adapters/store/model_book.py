"""What all workers know of the model, on SQLite or PostgreSQL: `agent.model_port.ModelBook`.

Three small tables beside the request budget's, so that counting never waits for a run's
transaction. They hold ids, names, times and figures, no text.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from agent.adapters.store.columns import Moment
from agent.adapters.store.connect import connect
from agent.adapters.store.database import Database
from agent.core.spending import DAY, HOUR, Call, Caps, OverCap, Spent, over_cap
from agent.model_port import Answering, ModelBook

_tables = MetaData()
_calls = Table(
    "sidenote_model_calls",
    _tables,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),  # millionths of the unit of money
)
_by_time = Index("sidenote_model_calls_by_time", _calls.c.at)
# The calls above are swept after a day; figures for monitoring count all that ever were.
_total = Table(
    "sidenote_model_total",
    _tables,
    Column("id", BigInteger, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
)
_answering = Table(
    "sidenote_models",
    _tables,
    Column("asked", Text, primary_key=True),
    Column("answered", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("accepted", BigInteger, nullable=False),  # 0 or 1
)
_dialects = Table(
    "sidenote_model_dialects",
    _tables,
    Column("asked", Text, primary_key=True),
    Column("dialect", Text, nullable=False),
    Column("learned_at", Moment, nullable=False),
)


def open_model_book(url: str) -> ModelBook:
    """The book in the database of that URL; its tables are made when missing.

    Raises:
        ConfigError: the URL cannot work.
        StoreUnavailable: it does not answer, is full, read-only or damaged.
    """
    database = connect(url)
    try:
        database.write(lambda connection: _make(database, connection))
    except BaseException:
        database.close()
        raise
    return SqlModelBook(database)


class SqlModelBook:
    """A `ModelBook` with the same statements for both databases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, call: Call, caps: Caps) -> OverCap | None:
        """See `ModelBook`."""

        def work(connection: Connection) -> OverCap | None:
            # Two that sum up at the same moment would both find the last room free.
            self._database.one_at_a_time(connection)
            connection.execute(delete(_calls).where(_calls.c.at <= call.at - DAY))
            spent = _spent(connection, call.conversation_id, call.at)
            over = over_cap(spent, call, caps)
            if over is None:
                connection.execute(_calls.insert(), _values(call))
            return over

        return self._database.write(work)

    def settle(self, call_id: str, *, tokens: int, cost: int) -> None:
        """See `ModelBook`."""
        found = update(_calls).where(_calls.c.id == call_id).values(tokens=tokens, cost=cost)
        insert = self._database.insert(_total)
        more = {"tokens": _total.c.tokens + tokens, "cost": _total.c.cost + cost}
        add = insert.on_conflict_do_update(index_elements=["id"], set_=more)

        def work(connection: Connection) -> None:
            connection.execute(found)
            connection.execute(add, {"id": 1, "tokens": tokens, "cost": cost})

        self._database.write(work)

    def spent(self, conversation_id: str, now: datetime) -> Spent:
        """See `ModelBook`."""
        return self._database.read(lambda connection: _spent(connection, conversation_id, now))

    def total(self) -> tuple[int, int]:
        """See `ModelBook`."""
        query = select(_total.c.tokens, _total.c.cost)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return (row.tokens, row.cost) if row else (0, 0)

    def answered(self, asked: str, answered: str, now: datetime) -> bool:
        """See `ModelBook`."""

        def work(connection: Connection) -> bool:
            self._database.one_at_a_time(connection)
            known = _known(connection, asked)
            found = next((one for one in known if one.answered == answered), None)
            if found is None:
                found = Answering(asked=asked, answered=answered, since=now, accepted=not known)
                values = {"asked": asked, "answered": answered, "since": now}
                row = values | {"accepted": int(found.accepted)}
                connection.execute(_answering.insert(), row)
            return found.accepted

        return self._database.write(work)

    def answering(self, asked: str) -> tuple[Answering, ...]:
        """See `ModelBook`."""
        return self._database.read(lambda connection: _known(connection, asked))

    def accept(self, asked: str) -> tuple[str, ...]:
        """See `ModelBook`."""
        new = (_answering.c.asked == asked) & (_answering.c.accepted == 0)

        def work(connection: Connection) -> tuple[str, ...]:
            self._database.one_at_a_time(connection)
            names = [one.answered for one in _known(connection, asked) if not one.accepted]
            connection.execute(update(_answering).where(new).values(accepted=1))
            return tuple(names)

        return self._database.write(work)

    def dialect(self, asked: str, since: datetime) -> str:
        """See `ModelBook`."""
        query = select(_dialects.c.dialect).where(
            _dialects.c.asked == asked, _dialects.c.learned_at >= since
        )
        return self._database.read(lambda connection: connection.execute(query).scalar()) or ""

    def save_dialect(self, asked: str, dialect: str, now: datetime) -> None:
        """See `ModelBook`."""
        values = {"asked": asked, "dialect": dialect, "learned_at": now}
        statement = self._database.upsert(_dialects)
        self._database.write(lambda connection: connection.execute(statement, values))

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()


def _make(database: Database, connection: Connection) -> None:
    # CREATE TABLE IF NOT EXISTS fails on PostgreSQL when two do it at the same moment.
    database.one_at_a_time(connection)
    for table in _tables.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
    connection.execute(CreateIndex(_by_time, if_not_exists=True))


def _spent(connection: Connection, conversation_id: str, now: datetime) -> Spent:
    def total(column: Column[int], *where: Any) -> int:  # noqa: ANN401 - SQL conditions
        query = select(func.coalesce(func.sum(column), 0)).where(*where)
        return int(connection.execute(query).scalar_one())

    day, hour = _calls.c.at > now - DAY, _calls.c.at > now - HOUR
    return Spent(
        conversation=total(_calls.c.tokens, day, _calls.c.conversation_id == conversation_id),
        hour=total(_calls.c.tokens, hour),
        day=total(_calls.c.cost, day),
    )


def _known(connection: Connection, asked: str) -> tuple[Answering, ...]:
    query = (
        select(_answering)
        .where(_answering.c.asked == asked)
        .order_by(_answering.c.since, _answering.c.answered)
    )
    return tuple(_of_row(row) for row in connection.execute(query).all())


def _of_row(row: Row[Any]) -> Answering:
    return Answering(
        asked=row.asked, answered=row.answered, since=row.since, accepted=bool(row.accepted)
    )


def _values(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "conversation_id": call.conversation_id,
        "at": call.at,
        "tokens": call.tokens,
        "cost": call.cost,
    }
