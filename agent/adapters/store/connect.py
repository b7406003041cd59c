"""From a database URL to a ready engine, for the two databases we know."""

import os
import sqlite3
import time
from contextlib import closing
from errno import EACCES, EISDIR
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from agent.adapters.store.database import Database
from agent.adapters.store.trouble import trouble
from agent.errors import ConfigError, StoreUnavailable

LOCK_WAIT_SECONDS = 5  # then the transaction fails, and the run waits
# A worker frozen in the middle of a transaction would hold its locks for as long: the server ends
# the transaction, well before the worker's lease runs out.
FROZEN_AFTER_SECONDS = 10
_POOL = 10  # as many threads as use the store
_WAL_TRIES = 50  # several processes opening a new file at once
_WAL_PAUSE_SECONDS = 0.1
_PATIENCE = text(
    f"SELECT set_config('lock_timeout', '{LOCK_WAIT_SECONDS}s', true), "
    f"set_config('idle_in_transaction_session_timeout', '{FROZEN_AFTER_SECONDS}s', true)"
)
_KNOWN = "Use sqlite:///PATH or postgresql://USER@HOST/NAME."


def connect(url: str) -> Database:
    """A database ready for transactions; an SQLite file is made when missing.

    Raises:
        ConfigError: the URL is none that we know, or its folder cannot be made.
        StoreUnavailable: the file cannot be opened.
    """
    parsed = _parse(url)
    backend = parsed.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        return _postgres(parsed)
    if backend == "sqlite":
        return _sqlite(parsed)
    raise ConfigError(f"SIDENOTE_DATABASE_URL: {backend} is no database we know. {_KNOWN}")


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # The text may hold a password, so it is not repeated, nor is the cause.
        raise ConfigError(f"SIDENOTE_DATABASE_URL cannot be read. {_KNOWN}") from None


def _postgres(url: URL) -> Database:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=_POOL,
        hide_parameters=True,
        connect_args={
            "connect_timeout": LOCK_WAIT_SECONDS,
            "application_name": "sidenote",
            # A server that vanished without a word is noticed within half a minute.
            "tcp_user_timeout": 30_000,
            # Prepared statements break behind a pooler that shares connections.
            "prepare_threshold": None,
        },
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("sidenote_writing"):
            connection.execute(_PATIENCE)

    return Database(engine)


def _sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        raise ConfigError("SIDENOTE_DATABASE_URL: an SQLite database needs a path. " + _KNOWN)
    if url.query:
        raise ConfigError("SIDENOTE_DATABASE_URL: nothing may follow the path of an SQLite file.")
    path = Path(url.database).expanduser().absolute()
    _make(path)
    _use_wal(path)
    born = _identity(path)

    def still_there() -> None:
        # An open connection goes on writing into a deleted file, and all of it would be lost.
        if _identity(path) != born:
            raise StoreUnavailable(
                f"The database {path} was removed or replaced. Put it back and start again."
            )

    engine = create_engine(
        "sqlite://",
        creator=lambda: _open(path),
        poolclass=QueuePool,
        pool_size=_POOL,
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, still_there=still_there)


def _make(path: Path) -> None:
    """An empty file of mode 0600 in a folder of mode 0700; those that exist are kept."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_empty(path)
        path.chmod(0o600)
    except PermissionError as error:
        raise ConfigError(
            f"{path}: this user may not write there. Change its rights or SIDENOTE_DATABASE_URL."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be made ({error.strerror}). Change SIDENOTE_DATABASE_URL."
        ) from error


def _make_empty(path: Path) -> None:
    """Make the file if it is missing, and never open one that is there.

    Closing it would drop every lock that this process holds on it (POSIX), and the next program
    that leaves the database would take the write-ahead log away from under our connections: all
    that was written since would be lost. Source: sqlite.org/howtocorrupt.html, section 2.2.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        if path.is_dir():
            raise IsADirectoryError(EISDIR, "it is a folder") from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(EACCES, "it may not be written") from None


def _use_wal(path: Path) -> None:
    """Readers and the writer stop waiting for each other; the file remembers it."""
    for _ in range(_WAL_TRIES):
        try:
            with closing(_open(path)) as connection:
                mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.Error as error:
            # Changing the mode does not wait for others, unlike everything else here.
            if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY"):
                raise trouble(error) from None
            time.sleep(_WAL_PAUSE_SECONDS)
            continue
        if mode != "wal":
            raise ConfigError(f"{path}: its file system cannot be used; put it on a local disk.")
        return
    raise StoreUnavailable(f"The database {path} is locked by another process; try again.")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",  # never makes an empty file in place of one that was removed
        uri=True,
        timeout=LOCK_WAIT_SECONDS,
        isolation_level=None,  # we say BEGIN ourselves
        check_same_thread=False,  # the pool lends a connection to one thread at a time
    )
    # FULL: a committed intent survives a power cut. WAL is set once, when the store is opened.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
    return connection


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and writes later would fail when others write.
    writing = connection.get_execution_options().get("sidenote_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
