"""Every schema since the first becomes today's, with its data, and never goes back.

`schema_1.sql` is the oldest schema with rows in it, and stays as it is: a new migration is
proved by this file without a change.
"""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, inspect

from agent.adapters.store import SqlStore, open_store
from agent.adapters.store.connect import connect
from agent.adapters.store.migrate import Migration, migrate, shipped_migrations
from agent.adapters.store.tables import metadata
from agent.core.proposal import Section, Statement
from agent.core.turn import Turn
from agent.errors import ConfigError, StoreUnavailable
from agent.ports import (
    Delivery,
    DeliveryState,
    Disposition,
    Pause,
    Run,
    RunError,
    RunState,
    Store,
    Told,
)
from tests.adapters.store.builders import NOON, a_run

OLDEST = Path(__file__).with_name("schema_1.sql").read_text("utf-8")
NEWEST = len(shipped_migrations())
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def execute(url: str, script: str) -> None:
    """Run statements as another program would."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(path)) as file, file:
            file.executescript(script)
        return
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(script.replace(" TEXT", ' TEXT COLLATE "C"').encode())


def schema(url: str) -> dict[str, object]:
    """Every table of ours with its columns, keys and indexes, in a form that can be compared."""
    database = connect(url)
    inspector = inspect(database._engine)
    found: dict[str, object] = {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            sorted(str(index["column_names"]) for index in inspector.get_indexes(table)),
            inspector.get_pk_constraint(table)["constrained_columns"],
        )
        for table in sorted(inspector.get_table_names())
        if table.startswith("sidenote_")
    }
    database.close()
    return found


@pytest.fixture
def upgraded(url: str) -> Store:
    execute(url, OLDEST)
    return open_store(url)


def test_the_oldest_schema_becomes_the_newest(upgraded: Store) -> None:
    assert upgraded.schema_version() == NEWEST
    upgraded.close()


def test_an_upgraded_schema_is_the_same_as_a_fresh_one(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fresh = f"sqlite:///{tmp_path}/fresh.sqlite"
    if url.startswith("postgresql"):
        fresh = request.getfixturevalue("postgres").new_database()
    execute(url, OLDEST)
    for each in (fresh, url):
        open_store(each).close()

    assert schema(url) == schema(fresh)


def test_runs_survive_an_upgrade(upgraded: Store) -> None:
    failed = Run(
        id="5a35c6d4f5c1",
        turn=Turn("c1", "m1"),
        message_at=NOON,
        state=RunState.FAILED,
        due_at=NOON,
        created_at=NOON,
        updated_at=NOON + SECOND,
        disposition=Disposition.FAILED,
        autonomy="note",
        because=("no-grant", "attachment-unread"),
        error=RunError(
            step="act", kind="HelpdeskRefused", message="POST note: 400", at=NOON + SECOND
        ),
        tries=2,
        snapshot={"id": "c1", "name": "Lid of the kettle"},
    )

    assert upgraded.run("5a35") == failed
    assert upgraded.receipt(failed.id) == {"read": {"messages": 14}}
    assert [run.id for run in upgraded.runs()] == ["0b1c2d3e4f50", "5a35c6d4f5c1"]
    upgraded.close()


def test_what_we_did_survives_an_upgrade(upgraded: Store) -> None:
    assert upgraded.delivery("sidenote-1") == Delivery(
        marker="sidenote-1",
        conversation_id="c1",
        action="note",
        body="Asks for a lid.",
        created_at=NOON,
        updated_at=NOON + SECOND,
        run_id="5a35c6d4f5c1",
        state=DeliveryState.UNKNOWN,
        attempts=1,
        fence=1,
        error="timeout",
    )
    assert upgraded.told("c1") == Told(
        conversation_id="c1",
        last_message_id="m0",
        last_message_at=NOON - DAY,
        note_count=1,
        note_id="n1",
        noted_at=NOON - DAY + 60 * SECOND,
        statements=(
            Statement(
                section=Section.REQUEST, text="A new lid for the kettle.", message_ids=("m0",)
            ),
        ),
    )
    upgraded.close()


def test_marks_pause_and_slots_survive_an_upgrade(upgraded: Store) -> None:
    assert (upgraded.watermark(NOON), upgraded.cursor()) == (NOON - DAY, NOON)
    assert upgraded.paused() == Pause(by="Ben", at=NOON, reason="trying it out")
    assert upgraded.live_slots(NOON, ttl=DAY) == ("worker-1",)
    upgraded.close()


def test_opening_again_changes_nothing(url: str) -> None:
    open_store(url).close()
    before = schema(url)

    again = open_store(url)

    assert (schema(url), again.schema_version()) == (before, NEWEST)
    again.close()


def test_the_tables_of_the_program_are_those_of_the_database(url: str) -> None:
    open_store(url).close()
    database = connect(url)
    inspector = inspect(database._engine)

    for table in metadata.tables.values():
        found = inspector.get_columns(table.name)
        assert [(c["name"], c["nullable"]) for c in found] == [
            (column.name, column.nullable) for column in table.columns
        ]
    database.close()


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [step.number for step in shipped_migrations()] == list(range(1, NEWEST + 1))


# --- a newer database --------------------------------------------------------------------------


@pytest.fixture
def newer(url: str) -> str:
    open_store(url).close()
    execute(url, "INSERT INTO sidenote_migrations VALUES (999, '0999_later')")
    return url


def test_a_database_of_a_newer_program_is_refused(newer: str) -> None:
    before = schema(newer)

    with pytest.raises(ConfigError, match=f"schema 999.*this one knows {NEWEST}.*[Ii]nstall"):
        open_store(newer)

    assert schema(newer) == before


# --- a migration that does not get through -----------------------------------------------------

BROKEN = Migration(
    NEWEST + 1,
    "broken",
    "CREATE TABLE sidenote_new (id INTEGER); INSERT INTO sidenote_runs (id) VALUES (NULL);"
    "SELECT nothing FROM nowhere;",
)


def test_a_migration_that_breaks_leaves_nothing_behind(url: str) -> None:
    store = open_store(url)
    before = schema(url)
    database = connect(url)

    with pytest.raises(Exception, match="database"):
        migrate(database, (*shipped_migrations(), BROKEN))

    assert (schema(url), store.schema_version()) == (before, NEWEST)
    database.close()
    store.close()


def test_a_migration_that_cannot_start_is_unavailable(sqlite_url: str, path: Path) -> None:
    execute(sqlite_url, OLDEST)
    database = connect(sqlite_url)
    event.listen(database._engine, "connect", _does_not_wait)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            migrate(database)
    database.close()


def _does_not_wait(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 50")


# --- several at once ---------------------------------------------------------------------------

OPEN_AND_SAVE = """
import sys
from agent.adapters.store import open_store
from tests.adapters.store.builders import a_run
sys.stdin.readline()
store = open_store(sys.argv[1])
store.save_run(a_run(sys.argv[2]))
store.close()
"""


def test_processes_that_open_a_new_database_at_once_all_get_it(url: str) -> None:
    command = [sys.executable, "-c", OPEN_AND_SAVE, url]
    openers = [
        subprocess.Popen([*command, f"c{n}"], stdin=subprocess.PIPE, text=True) for n in range(3)
    ]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.close()

    assert [opener.wait(timeout=60) for opener in openers] == [0, 0, 0]
    store = open_store(url)
    assert isinstance(store, SqlStore)
    assert {run.turn for run in store.runs()} == {a_run(f"c{n}").turn for n in range(3)}
    store.close()
