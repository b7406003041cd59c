"""The request budget's tables and statements, the same on SQLite and PostgreSQL.

Counts are kept per second. Every transaction starts with `lock`.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

WINDOW = 60  # seconds; Kustomer counts per minute
_FROZEN_AFTER = text("SET LOCAL idle_in_transaction_session_timeout = '10s'")

_tables = MetaData()
_state = Table(
    "request_budget",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("touched", BigInteger, nullable=False, default=0),
    Column("reported", Integer),  # the organization's limit a minute, as last told
    Column("paused_until", Float, nullable=False, default=0.0),  # epoch seconds
)
_used = Table(
    "request_budget_used",
    _tables,
    Column("kind", String(16), primary_key=True),
    Column("second", BigInteger, primary_key=True),  # epoch seconds
    Column("requests", Integer, nullable=False),
)
_swept = Table(
    "request_budget_swept",
    _tables,
    Column("id", Integer, primary_key=True),
    Column("requests", BigInteger, nullable=False),  # those whose seconds were forgotten
)
_written = Table(
    "request_budget_written",
    _tables,
    Column("kind", String(16), primary_key=True),  # notes, messages, drafts, conversations
    Column("customer", Text, primary_key=True),
    Column("second", BigInteger, primary_key=True),
    Column("requests", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What all workers know. `touched` counts the transactions."""

    touched: int
    reported: int | None
    paused_until: float


Counts = list[tuple[int, int]]  # (second, requests)


class Tables:
    """Statements on one database; each method is one statement of the caller's transaction."""

    def __init__(self, dialect: str) -> None:
        insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[dialect]
        used: Any = insert(_used)
        self._add_used = used.values(requests=1).on_conflict_do_update(
            index_elements=["kind", "second"], set_={"requests": _used.c.requests + 1}
        )
        written: Any = insert(_written)
        self._add_written = written.values(requests=1).on_conflict_do_update(
            index_elements=["kind", "customer", "second"],
            set_={"requests": _written.c.requests + 1},
        )
        swept: Any = insert(_swept)
        self._add_swept = swept.on_conflict_do_update(
            index_elements=["id"],
            set_={"requests": _swept.c.requests + swept.excluded.requests},
        )
        first: Any = insert(_state)
        self._first = first.values(id=1, touched=0, paused_until=0.0).on_conflict_do_nothing()

    def make(self, connection: Connection) -> None:
        """Make what is not there yet."""
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # stays with the file
        for table in _tables.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
        connection.execute(self._first)

    def lock(self, connection: Connection) -> Known:
        """Take the write lock and give what is known, in one statement on both databases."""
        row = connection.execute(_LOCK).one()
        return Known(row.touched, row.reported, row.paused_until)

    def save(self, connection: Connection, *, reported: int | None, paused_until: float) -> None:
        """Replace what all workers know."""
        connection.execute(update(_state).values(reported=reported, paused_until=paused_until))

    def used(self, connection: Connection, second: int) -> dict[str, Counts]:
        """The counts in the window that ends with this second, by kind."""
        found: dict[str, Counts] = {}
        for row in connection.execute(_IN_WINDOW, {"now": second}):
            found.setdefault(row.kind, []).append((row.second, row.requests))
        return found

    def written(self, connection: Connection, kind: str, customer: str, second: int) -> Counts:
        """The same of one kind of write for one customer."""
        keys = {"kind": kind, "customer": customer, "now": second}
        rows = connection.execute(_OF_CUSTOMER, keys)
        return [(row.second, row.requests) for row in rows]

    def most_written(self, connection: Connection, kind: str, second: int) -> int:
        """How many writes of this kind the customer with the most of them had in the window."""
        busiest = connection.execute(_BUSIEST, {"kind": kind, "now": second}).scalar()
        return int(busiest or 0)

    def add_used(self, connection: Connection, kind: str, second: int) -> None:
        """Count one request."""
        connection.execute(self._add_used, {"kind": kind, "second": second})

    def add_written(self, connection: Connection, kind: str, customer: str, second: int) -> None:
        """Count one write for a customer."""
        keys = {"kind": kind, "customer": customer, "second": second}
        connection.execute(self._add_written, keys)

    def ever(self, connection: Connection) -> int:
        """All requests that were ever counted."""
        return sum(int(connection.execute(query).scalar() or 0) for query in _EVER)

    def clean_up(self, connection: Connection, before: int) -> None:
        """Forget the counts of older seconds, but not how many they were."""
        older = select(func.sum(_used.c.requests)).where(_used.c.second < before)
        if gone := connection.execute(older).scalar():
            connection.execute(self._add_swept, {"id": 1, "requests": int(gone)})
        for table in (_used, _written):
            connection.execute(table.delete().where(table.c.second < before))


def open_engine(url: str) -> Engine:
    """The database at `sqlite:///PATH` or `postgresql://…`; not connected yet."""
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    else:
        event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # Every request of every worker waits for the one row: not for a process that is frozen.
    connection.execute(_FROZEN_AFTER)


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
    # NORMAL: a power cut may forget the last requests of the window, no more.
    for pragma in ("busy_timeout=5000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


_LOCK = (
    update(_state)
    .values(touched=_state.c.touched + 1)
    .returning(_state.c.touched, _state.c.reported, _state.c.paused_until)
)


_EVER = (select(func.sum(_used.c.requests)), select(func.sum(_swept.c.requests)))


def _in_window(table: Table) -> Any:  # noqa: ANN401 - a SQL condition
    # Rows of the far future are a clock that was set back; they must not block us for hours.
    return table.c.second.between(bindparam("now") - WINDOW, bindparam("now") + WINDOW)


_IN_WINDOW = select(_used.c.kind, _used.c.second, _used.c.requests).where(_in_window(_used))
_OF_CUSTOMER = select(_written.c.second, _written.c.requests).where(
    _written.c.kind == bindparam("kind"),
    _written.c.customer == bindparam("customer"),
    _in_window(_written),
)
_PER_CUSTOMER = (
    select(func.sum(_written.c.requests).label("requests"))
    .where(_written.c.kind == bindparam("kind"), _in_window(_written))
    .group_by(_written.c.customer)
    .subquery()
)
_BUSIEST = select(func.max(_PER_CUSTOMER.c.requests))
