"""Every failure of the drivers comes out as an error of ours that says what to do."""

import sqlite3

import pytest
import sqlalchemy.exc
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from agent.adapters.store.trouble import trouble
from agent.errors import AgentError, StoreUnavailable


def every(kind: type[SQLAlchemyError]) -> list[type[SQLAlchemyError]]:
    return [kind, *(each for below in kind.__subclasses__() for each in every(below))]


def failure(*, name: str = "", sqlstate: str | None = None) -> OperationalError:
    """What SQLAlchemy raises; the driver's own error carries a name or a code."""
    driver = sqlite3.OperationalError("Mara wrote: my card is 4111")
    if name:
        driver.sqlite_errorname = name
    if sqlstate is not None:
        driver.sqlstate = sqlstate  # type: ignore[attr-defined]
    return OperationalError("INSERT", {"body": "my card is 4111"}, driver)


@pytest.mark.parametrize("kind", dict.fromkeys(every(SQLAlchemyError)))
def test_every_error_of_sqlalchemy_has_one_of_ours(kind: type[SQLAlchemyError]) -> None:
    error = kind.__new__(kind)
    if isinstance(error, DBAPIError):
        error.orig = sqlite3.DatabaseError("4111")
        error.connection_invalidated = False

    ours = trouble(error)

    assert isinstance(ours, AgentError)
    assert "database" in str(ours)
    assert "4111" not in str(ours)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("SQLITE_BUSY_SNAPSHOT", "locked by another process"),
        ("SQLITE_LOCKED", "locked by another process"),
        ("SQLITE_FULL", "make room"),
        ("SQLITE_READONLY_DBMOVED", "read-only"),
        ("SQLITE_CANTOPEN", "check that its folder is there"),
        ("SQLITE_CORRUPT_INDEX", "put a backup in its place"),
        ("SQLITE_NOTADB", "check SIDENOTE_DATABASE_URL"),
        ("SQLITE_IOERR_WRITE", "check its disk"),
        ("SQLITE_TOOBIG", "SQLITE_TOOBIG"),
    ],
)
def test_a_failure_of_sqlite_says_what_to_do(name: str, says: str) -> None:
    ours = trouble(failure(name=name))

    assert isinstance(ours, StoreUnavailable)
    assert says in str(ours)


@pytest.mark.parametrize(
    ("sqlstate", "says"),
    [
        ("08006", "check that the server runs"),
        ("25006", "connect to the primary server"),
        ("28P01", "refused user or password"),
        ("3D000", "create it"),
        ("40P01", "two writers at once"),
        ("42501", "grant it"),
        ("53100", "make room"),
        ("53300", "too many connections"),
        ("55P03", "locked by another process"),
        ("57P01", "stopping or starting"),
        ("58030", "check the server's disk"),
        ("XX001", "is damaged"),
        ("0A000", "0A000"),
    ],
)
def test_a_failure_of_postgresql_says_what_to_do(sqlstate: str, says: str) -> None:
    ours = trouble(failure(sqlstate=sqlstate))

    assert isinstance(ours, StoreUnavailable)
    assert says in str(ours)


def test_a_full_pool_is_unavailable() -> None:
    ours = trouble(sqlalchemy.exc.TimeoutError("QueuePool limit of size 10 reached"))

    assert str(ours) == "The database has no free connection; it is tried again."
