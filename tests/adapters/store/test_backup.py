"""A copy taken from a database in use is one to go on from."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from agent.adapters.store import open_store
from agent.adapters.store.tables import metadata
from agent.ports import RunState, Store
from tests.adapters.store.builders import NOON, a_delivery, a_run, a_turn
from tests.postgres import Postgres


def fill(store: Store) -> None:
    store.watermark(NOON)
    store.save_poll([a_turn()], cursor=NOON, now=NOON)
    store.intend(a_delivery())
    store.save_receipt(a_run().id, {"read": 14}, NOON)


def go_on(store: Store) -> None:
    """Nothing is repeated, nothing is missing, and new work can be stored."""
    assert store.save_poll([a_turn()], cursor=NOON, now=NOON) == ()
    assert store.cursor() == NOON
    assert store.intend(a_delivery("another")) == a_delivery()
    assert store.receipt(a_run().id) == {"read": 14}
    assert store.move_run(a_run(state=RunState.DONE), was=[RunState.WAITING])


def test_a_copy_of_a_live_sqlite_file_goes_on(sqlite_url: str, path: Path, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    fill(store)

    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as target:
        live.backup(target)
    store.save_run(a_run("after the copy"))
    store.close()

    restored = open_store(f"sqlite:///{copy}")
    assert [run.turn.conversation_id for run in restored.runs()] == ["c1"]
    go_on(restored)
    restored.close()


def test_rows_copied_out_of_a_live_postgresql_go_on_in_another(postgres: Postgres) -> None:
    live, other = postgres.new_database(), postgres.new_database()
    store = open_store(live)
    fill(store)
    open_store(other).close()

    copy_tables(live, other)
    store.close()

    restored = open_store(other)
    go_on(restored)
    restored.close()


def copy_tables(source: str, target: str) -> None:
    """What a dump of the data and its restore do, in one snapshot of the source."""
    with psycopg.connect(source) as read, psycopg.connect(target) as write:
        read.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in metadata.tables:
            write.execute(f"TRUNCATE {table}".encode())
            with (
                read.cursor().copy(f"COPY {table} TO STDOUT".encode()) as rows,
                write.cursor().copy(f"COPY {table} FROM STDIN".encode()) as into,
            ):
                for row in rows:
                    into.write(row)


def test_a_copied_postgresql_database_goes_on(postgres: Postgres) -> None:
    live = postgres.new_database()
    store = open_store(live)
    fill(store)
    store.close()

    restored = open_store(postgres.new_database(template=live.split("/")[3].split("?")[0]))

    go_on(restored)
    restored.close()
