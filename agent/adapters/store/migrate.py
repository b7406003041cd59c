"""Brings a database to the newest schema: numbered files, forward only, each in one transaction."""

from dataclasses import dataclass
from functools import partial
from importlib.resources import files

from sqlalchemy import Connection, func, select

from agent.adapters.store.database import Database
from agent.adapters.store.tables import migrations as applied_table
from agent.errors import ConfigError

_APPLIED = """
CREATE TABLE IF NOT EXISTS sidenote_migrations (
  number BIGINT NOT NULL PRIMARY KEY,
  name   TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. `name` is its file's, `0001_tables`."""

    number: int
    name: str
    sql: str


def shipped_migrations() -> tuple[Migration, ...]:
    """Those of this program, oldest first."""
    found = [file for file in _FOLDER.iterdir() if file.name.endswith(".sql")]
    return tuple(
        Migration(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text("utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    )


def migrate(database: Database, known: tuple[Migration, ...] | None = None) -> None:
    """Apply what is missing. Several processes may do so at once; calling again changes nothing.

    Raises:
        ConfigError: the database was made by a newer program. Nothing was changed.
        StoreUnavailable: the database does not let us. What was applied stays applied.
    """
    steps = shipped_migrations() if known is None else known
    if database.read(lambda connection: _is_current(connection, steps)):
        return  # nothing to write: a command beside a busy daemon need not wait for its turn
    database.write(lambda connection: _prepare(database, connection))
    for step in steps:
        database.write(partial(_apply, database, step))


def newest_applied(connection: Connection) -> int:
    """Number of the newest migration applied, 0 in a fresh database."""
    return connection.execute(select(func.max(applied_table.c.number))).scalar() or 0


_FOLDER = files("agent.adapters.store") / "migrations"


def _is_current(connection: Connection, steps: tuple[Migration, ...]) -> bool:
    if not connection.dialect.has_table(connection, applied_table.name):
        return False
    newest, ours = newest_applied(connection), max(step.number for step in steps)
    if newest > ours:
        raise ConfigError(
            f"The database has schema {newest}, made by a newer Sidenote; this one knows {ours}. "
            "Install the newer version, or name another database in SIDENOTE_DATABASE_URL."
        )
    return newest == ours


def _prepare(database: Database, connection: Connection) -> None:
    # CREATE TABLE IF NOT EXISTS fails on PostgreSQL when two do it at the same moment.
    database.one_at_a_time(connection)
    connection.exec_driver_sql(_dialect_sql(database, _APPLIED))


def _apply(database: Database, step: Migration, connection: Connection) -> None:
    database.one_at_a_time(connection)
    # Another process may have applied it, or something newer, while we waited for the lock.
    if newest_applied(connection) >= step.number:
        return
    for statement in _statements(_dialect_sql(database, step.sql)):
        connection.exec_driver_sql(statement)
    connection.execute(applied_table.insert().values(number=step.number, name=step.name))


def _statements(sql: str) -> list[str]:
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    return [part for part in "\n".join(lines).split(";") if part.strip()]


def _dialect_sql(database: Database, sql: str) -> str:
    # Texts compare byte by byte on both: order and prefix look-ups must not depend on a locale.
    return sql.replace(" TEXT", ' TEXT COLLATE "C"') if database.is_postgres else sql
