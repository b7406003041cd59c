"""One database: connections, transactions and their failures. Knows nothing of our tables."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from agent.adapters.store.trouble import is_lost_connection, trouble
from agent.errors import StoreUnavailable

_T = TypeVar("_T")
Insert = postgresql.Insert | sqlite.Insert

_OUR_LOCK = 0x51DE_0073  # any number that no other program on the same database uses


class Database:
    """Runs transactions; every failure of the driver comes out as an error of ours.

    `still_there` is called before each transaction and raises StoreUnavailable when the
    database has gone in a way that the driver would not notice.
    """

    def __init__(self, engine: Engine, *, still_there: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._still_there = still_there
        self._is_postgres = engine.dialect.name == "postgresql"
        self._is_closed = False
        self._upserts: dict[str, Insert] = {}

    def read(self, work: Callable[[Connection], _T]) -> _T:
        """Run `work` in a transaction that takes no write lock."""
        return self._run(work, writing=False)

    def write(self, work: Callable[[Connection], _T]) -> _T:
        """Run `work` in one transaction and commit it; an exception leaves nothing written.

        `work` may run twice, when the server went away before the commit was sent.
        """
        return self._run(work, writing=True)

    def insert(self, table: Table) -> Insert:
        """An INSERT that can say what to do on conflict."""
        return postgresql.insert(table) if self._is_postgres else sqlite.insert(table)

    def upsert(self, table: Table) -> Insert:
        """An INSERT that replaces the row with the same primary key. Execute it with all values.

        Made once per table: with the values inside, SQLAlchemy takes it apart anew each time,
        which was a fifth of a run's CPU.
        """
        if table.name not in self._upserts:
            keys = [column.name for column in table.primary_key]
            insert = self.insert(table)
            others = {c.name: insert.excluded[c.name] for c in table.c if c.name not in keys}
            upsert = insert.on_conflict_do_update(index_elements=keys, set_=others)
            self._upserts[table.name] = upsert
        return self._upserts[table.name]

    def one_at_a_time(self, connection: Connection) -> None:
        """Wait until no other process is between here and its commit.

        SQLite's writers are already one at a time.
        """
        if self._is_postgres:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _OUR_LOCK})

    @property
    def is_postgres(self) -> bool:
        """The other one is SQLite."""
        return self._is_postgres

    def scrub(self) -> None:
        """Write the database anew without what was deleted. Waits for others, but not for long.

        Raises:
            StoreUnavailable: another process is at it just now.
        """
        failure = None
        try:
            self._scrub_postgres() if self._is_postgres else self._scrub_sqlite()
        except (SQLAlchemyError, sqlite3.Error) as error:
            failure = trouble(error)
        if failure is not None:
            raise failure

    def _scrub_sqlite(self) -> None:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            # What was deleted may stand in the write-ahead log as well.
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            connection.close()
        if busy:
            raise StoreUnavailable("Another process reads the database just now; try again.")

    def _scrub_postgres(self) -> None:
        tables = text(
            "SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables "
            "WHERE relname LIKE 'sidenote\\_%' OR schemaname = 'dbos'"
        )
        with self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            for name in connection.execute(tables).scalars().all():
                connection.exec_driver_sql(f"VACUUM FULL {name}")

    def close(self) -> None:
        """Let go of every connection; later calls raise StoreUnavailable."""
        self._is_closed = True
        self._engine.dispose()

    def _run(self, work: Callable[[Connection], _T], *, writing: bool) -> _T:
        try:
            return self._attempt(work, writing=writing)
        except _NothingSent:
            # The server restarted under us. Nothing was committed, so once more is harmless.
            try:
                return self._attempt(work, writing=writing)
            except _NothingSent as again:
                raise trouble(again.error) from None

    def _attempt(self, work: Callable[[Connection], _T], *, writing: bool) -> _T:
        if self._is_closed:
            raise StoreUnavailable("The database was closed.")
        self._still_there()
        committing = False
        try:
            with self._engine.connect() as connection:
                connection.execution_options(sidenote_writing=writing)  # read when it begins
                outcome = work(connection)
                committing = True
                connection.commit()
                return outcome
        except (SQLAlchemyError, UnicodeEncodeError) as error:
            if is_lost_connection(error) and not committing:
                raise _NothingSent(error) from error
            failure = trouble(error, committing=committing)
        # Raised out here, without cause and context: PostgreSQL's texts can quote the row, and
        # rows hold customer text.
        raise failure


class _NothingSent(Exception):
    """The connection broke before the commit was sent."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
