"""Our share of the organization's request limit, over all threads, processes and machines.

A window of 60 seconds, kept as one count per second in a database that all workers share: bursts
are fine as long as the window holds. On SQLite it is a file of its own beside the main one, so
that counting never waits for a run's transaction; on PostgreSQL it is the same database.

One UPDATE opens each transaction. It takes the write lock on both databases and gives back what
is known of the limit, so no two workers see the same free place. Workers on several machines
need clocks that agree within a second or two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from agent.errors import HelpdeskBusy, StoreUnavailable
from agent.ports import Clock

WINDOW = 60  # seconds; Kustomer counts per minute
SHARE = 0.30  # of the organization's limit, which every other integration shares
AT_FIRST = 90  # a minute, until an answer told the limit: 30 % of the smallest plan's 300
SEARCHES = 100  # a minute for a machine user. Source: Kustomer's page on rate limits
LONGEST_PAUSE = timedelta(minutes=5)  # anything beyond is a broken clock, not a limit
_ROOM = 0.1  # of our share that searches leave free, so that confirming a send goes first
_CLEAN_UP_EVERY = 100  # requests; without it there would be a row for each second of the past
_STARTS, _START_PAUSE = 20, 0.1  # tries and seconds; a first start takes milliseconds

_log = structlog.get_logger()
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


class Kind(StrEnum):
    """What a request counts against."""

    SEARCH = "search"  # has a limit of its own besides
    OTHER = "other"


class BudgetSpent(HelpdeskBusy):
    """Our own share is used up, or all workers pause; nothing was sent."""


class Budget(Protocol):
    """Stands before every request."""

    def take(self, kind: Kind) -> None:
        """Wait for a place. Raises BudgetSpent when none comes free within a bound."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Read the limit from an answer. Never raises: it follows writes too."""

    def pause(self, until: datetime) -> None:
        """Let no worker send before `until`. Never raises."""


class Unlimited:
    """For tests and short trials: never waits."""

    def take(self, kind: Kind) -> None:
        """Go ahead."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Forget it."""

    def pause(self, until: datetime) -> None:
        """Go on."""


@dataclass(frozen=True, slots=True)
class _Known:
    touched: int
    reported: int | None
    paused_until: float


class SharedBudget:
    """The real one. Safe to share between threads; make one per process.

    `requests_per_minute`, when set, replaces the 30 %: it is used whole, but never above the
    limit that Kustomer reports. `patience` bounds one `take`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        requests_per_minute: int | None = None,
        patience: timedelta = timedelta(seconds=90),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._wish = requests_per_minute
        self._patience = patience
        self._reported: int | None = None  # as the database last had it
        self._insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[
            engine.dialect.name
        ]
        statement: Any = self._insert(_used)
        self._add = statement.values(requests=1).on_conflict_do_update(
            index_elements=["kind", "second"], set_={"requests": _used.c.requests + 1}
        )
        self._prepare()

    def take(self, kind: Kind) -> None:
        """Wait for a place in the window.

        Raises:
            BudgetSpent: none will come free within `patience`; `retry_at` says when.
            StoreUnavailable: the budget's database cannot be used.
        """
        started = self._clock.monotonic()
        while (wait := self._try(kind)) > 0:
            waited = self._clock.monotonic() - started
            if waited + wait > self._patience.total_seconds():
                retry_at = self._clock.now() + timedelta(seconds=wait)
                raise BudgetSpent("our share of requests is used up", retry_at=retry_at)
            self._clock.sleep(wait)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Remember `x-ratelimit-limit` for all workers. Costs nothing while it stays the same."""
        text = headers.get("x-ratelimit-limit", "")
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 1_000_000:
            return
        if int(text) != self._reported:
            self._write(reported=int(text))
            self._reported = int(text)

    def pause(self, until: datetime) -> None:
        """Pause all workers; a shorter pause never ends a longer one."""
        self._write(paused_until=until.timestamp())

    @property
    def reported(self) -> int | None:
        """The organization's limit a minute, as the last answer to this process told it."""
        return self._reported

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def _try(self, kind: Kind) -> float:
        """0 when a place was taken, else the seconds after which to look again."""
        now = self._clock.now().timestamp()
        try:
            with self._engine.begin() as connection:
                known = _lock(connection)
                self._reported = known.reported
                if known.touched % _CLEAN_UP_EVERY == 0:
                    connection.execute(_used.delete().where(_used.c.second < now - 2 * WINDOW))
                wait = max(_pause_left(known, now), self._crowded(connection, kind, known, now))
                if wait <= 0:
                    connection.execute(self._add, {"kind": kind.value, "second": int(now)})
                return wait
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"request budget: {type(error).__name__}") from error

    def _crowded(self, connection: Connection, kind: Kind, known: _Known, now: float) -> float:
        """Seconds until a place comes free, 0 when there is one."""
        rows = connection.execute(_IN_WINDOW, {"now": int(now)}).all()
        share = self._share(known.reported)
        if kind is Kind.SEARCH:
            searches = [(row.second, row.requests) for row in rows if row.kind == Kind.SEARCH]
            share -= int(share * _ROOM)
            own = _free_after(searches, SEARCHES, now)
        else:
            own = 0.0
        return max(own, _free_after([(row.second, row.requests) for row in rows], share, now))

    def _share(self, reported: int | None) -> int:
        if self._wish is not None:
            return min(self._wish, reported or self._wish)
        return max(1, int(reported * SHARE)) if reported else AT_FIRST

    def _write(self, *, reported: int | None = None, paused_until: float | None = None) -> None:
        try:
            with self._engine.begin() as connection:
                known = _lock(connection)
                later = max(known.paused_until, paused_until or 0.0)
                now = self._clock.now().timestamp()
                connection.execute(
                    update(_state).values(
                        reported=reported or known.reported,
                        paused_until=min(later, now + LONGEST_PAUSE.total_seconds()),
                    )
                )
        except SQLAlchemyError as error:
            _log.warning("budget.not_written", error=type(error).__name__)

    def _prepare(self) -> None:
        """Make the tables. Workers that start together get in each other's way; all get there."""
        for _ in range(_STARTS):
            try:
                self._make_tables()
            except SQLAlchemyError as error:
                failure = error
                self._clock.sleep(_START_PAUSE)
            else:
                return
        raise StoreUnavailable(f"request budget: {type(failure).__name__}") from failure

    def _make_tables(self) -> None:
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # stays with the file
            for table in _tables.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
            first: Any = self._insert(_state)
            connection.execute(
                first.values(id=1, touched=0, paused_until=0.0).on_conflict_do_nothing()
            )


def open_budget(
    url: str,
    *,
    clock: Clock,
    requests_per_minute: int | None = None,
    patience: timedelta = timedelta(seconds=90),
) -> SharedBudget:
    """The budget kept at `sqlite:///PATH` or `postgresql://…`.

    Raises:
        StoreUnavailable: the database cannot be opened.
    """
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return SharedBudget(
        engine, clock=clock, requests_per_minute=requests_per_minute, patience=patience
    )


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
    # NORMAL: a power cut may forget the last requests of the window, no more.
    for pragma in ("busy_timeout=5000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


_LOCK = (
    update(_state)
    .values(touched=_state.c.touched + 1)
    .returning(_state.c.touched, _state.c.reported, _state.c.paused_until)
)
# Rows of the far future are a clock that was set back; they must not block us for hours.
_IN_WINDOW = select(_used.c.kind, _used.c.second, _used.c.requests).where(
    _used.c.second.between(bindparam("now") - WINDOW, bindparam("now") + WINDOW)
)


def _lock(connection: Connection) -> _Known:
    row = connection.execute(_LOCK).one()
    return _Known(row.touched, row.reported, row.paused_until)


def _pause_left(known: _Known, now: float) -> float:
    left = known.paused_until - now
    return left if left <= LONGEST_PAUSE.total_seconds() else 0.0


def _free_after(used: list[tuple[int, int]], share: int, now: float) -> float:
    """Seconds until fewer than `share` are in the window, 0 when that is so now."""
    over = sum(count for _, count in used) - share + 1
    for second, count in sorted(used):
        if over <= 0:
            break
        over -= count
        if over <= 0:
            # That second's requests leave the window one second after its end.
            return max(second + WINDOW + 1 - now, 0.01)
    return 0.0
