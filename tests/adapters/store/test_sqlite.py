"""What is special about an SQLite file: its rights, its settings, and how it fails."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from agent.adapters.store import SqlStore, open_store
from agent.adapters.store.connect import _open
from agent.errors import ConfigError, InputError, StoreUnavailable
from agent.ports import Store
from tests.adapters.store.builders import NOON, a_delivery, a_run, a_turn


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def pragma(store: Store, statement: str) -> Any:
    """Run a PRAGMA on every connection of the store, open ones and later ones."""
    assert isinstance(store, SqlStore)
    engine = store._database._engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {statement}")


def setting(store: Store, name: str) -> object:
    assert isinstance(store, SqlStore)
    return store._database.read(lambda c: c.exec_driver_sql(f"PRAGMA {name}").scalar())


@contextmanager
def held_by_another(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


# --- the file ----------------------------------------------------------------------------------


def test_the_file_and_its_folder_belong_to_one_user(store: Store, path: Path) -> None:
    store.save_run(a_run())

    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}

    assert set(modes.values()) == {0o600}
    assert f"{path.name}-wal" in modes
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_others_could_read_is_closed_to_them(path: Path, sqlite_url: str) -> None:
    path.parent.mkdir()
    path.touch(mode=0o644)

    open_store(sqlite_url).close()

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_there_keeps_its_rights(path: Path, sqlite_url: str) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o755)

    open_store(sqlite_url).close()

    assert path.parent.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["with space.sqlite", "100%.sqlite", "a?b#c.sqlite", "größe"])
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    escaped = name.replace("%", "%25").replace("?", "%3F")
    open_store(f"sqlite:///{tmp_path}/{escaped}").close()

    assert (tmp_path / name).stat().st_size > 0


def test_a_power_cut_loses_no_commit(store: Store) -> None:
    assert (setting(store, "journal_mode"), setting(store, "synchronous")) == ("wal", 2)


def test_foreign_keys_are_on_and_locks_are_waited_for(store: Store) -> None:
    assert (setting(store, "foreign_keys"), setting(store, "busy_timeout")) == (1, 5000)


def test_tables_of_others_in_the_same_file_are_left_alone(path: Path, sqlite_url: str) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE runs (id TEXT)")
        other.execute("INSERT INTO runs VALUES ('theirs')")

    open_store(sqlite_url).close()

    with closing(sqlite3.connect(path)) as other:
        names = {row[0] for row in other.execute("SELECT name FROM sqlite_master WHERE sql > ''")}
        assert other.execute("SELECT * FROM runs").fetchall() == [("theirs",)]
    assert {name for name in names if not name.startswith("sidenote_")} == {"runs"}


def test_times_come_back_as_utc(store: Store) -> None:
    east = NOON.astimezone(timezone(timedelta(hours=3)))
    store.save_poll([], cursor=east, now=NOON)

    found = store.cursor()

    assert found is not None
    assert (found, found.utcoffset()) == (NOON, timedelta())


def test_ten_threads_write_at_once(store: Store) -> None:
    def write(number: int) -> None:
        for step in range(5):
            store.save_run(a_run(f"c{number}-{step}"))

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(write, range(10)))

    assert len(store.runs()) == 50


# --- URLs that cannot work ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("sqlite://", id="no path"),
        pytest.param("sqlite:///:memory:", id="memory"),
        pytest.param("sqlite:///a.sqlite?mode=ro", id="options"),
        pytest.param("mysql://root:secret@localhost/sidenote", id="another database"),
        pytest.param("secret", id="no URL"),
        pytest.param("postgresql://ana:secret@host:port/x", id="port that is no number"),
        pytest.param("", id="empty"),
    ],
)
def test_a_url_that_cannot_work_is_a_setting_to_fix(url: str) -> None:
    with pytest.raises(ConfigError, match="SIDENOTE_DATABASE_URL") as caught:
        open_store(url)

    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("made", ["file instead of folder", "folder instead of file"])
def test_a_path_that_cannot_be_made_is_a_setting_to_fix(path: Path, made: str) -> None:
    if made == "file instead of folder":
        path.parent.touch()
    else:
        path.mkdir(parents=True)

    with pytest.raises(ConfigError, match="SIDENOTE_DATABASE_URL"):
        open_store(f"sqlite:///{path}")


# --- how it fails ------------------------------------------------------------------------------


def test_a_full_disk_is_unavailable_and_writes_nothing(store: Store) -> None:
    store.save_run(a_run("before"))
    pragma(store, "max_page_count = 1")  # SQLite takes the present size instead

    with pytest.raises(StoreUnavailable, match="is full; make room"):
        store.save_poll([a_turn(f"c{n}") for n in range(500)], cursor=NOON, now=NOON)

    assert [run.turn.conversation_id for run in store.runs()] == ["before"]
    assert store.cursor() is None


def test_a_lock_of_another_process_is_unavailable(store: Store, path: Path) -> None:
    pragma(store, "busy_timeout = 50")

    with held_by_another(path), pytest.raises(StoreUnavailable, match="locked by another"):
        store.save_run(a_run())

    assert store.runs() == ()


def test_a_writer_has_the_lock_before_it_reads(store: Store, path: Path) -> None:
    # Reading first and locking later fails at once when somebody wrote in between.
    def read(connection: Connection) -> object:
        connection.exec_driver_sql("SELECT * FROM sidenote_runs").all()
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0.05)) as other:
            return other.execute("BEGIN IMMEDIATE")

    assert isinstance(store, SqlStore)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        store._database.write(read)


def test_a_lock_that_goes_away_in_time_is_waited_for(store: Store, path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        with held_by_another(path):
            saving = pool.submit(store.save_run, a_run())
            with pytest.raises(TimeoutError):
                saving.result(timeout=0.2)
        saving.result(timeout=5)

    assert store.runs() == (a_run(),)


def test_readers_do_not_wait_for_a_writer(store: Store, path: Path) -> None:
    store.save_run(a_run())

    with held_by_another(path):
        assert store.runs() == (a_run(),)


def test_a_command_opens_the_database_beside_a_writer(
    store: Store, path: Path, sqlite_url: str
) -> None:
    store.save_run(a_run())

    with held_by_another(path):
        beside = open_store(sqlite_url)
        assert beside.runs() == (a_run(),)
        beside.close()


def test_a_read_only_database_is_unavailable_and_can_still_be_read(store: Store) -> None:
    store.save_run(a_run())
    pragma(store, "query_only = ON")

    with pytest.raises(StoreUnavailable, match="is read-only; give"):
        store.save_run(a_run("c2"))

    assert store.runs() == (a_run(),)


def test_a_file_without_write_permission_is_a_setting_to_fix(path: Path, sqlite_url: str) -> None:
    open_store(sqlite_url).close()
    path.parent.chmod(0o555)
    path.chmod(0o444)

    with as_an_ordinary_user(), pytest.raises((ConfigError, StoreUnavailable), match="write"):
        open_store(sqlite_url).save_run(a_run())


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    """Root may write any file, so a test that runs as root steps down for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_deleted_folder_is_unavailable(store: Store, path: Path) -> None:
    store.save_run(a_run())
    shutil.rmtree(path.parent)

    with pytest.raises(StoreUnavailable, match="removed or replaced"):
        store.save_run(a_run("c2"))
    with pytest.raises(StoreUnavailable, match="removed or replaced"):
        store.runs()

    assert not path.exists()


def test_a_connection_never_makes_a_file_in_place_of_one_that_is_gone(path: Path) -> None:
    path.parent.mkdir()

    with pytest.raises(sqlite3.OperationalError):
        _open(path)

    assert not path.exists()


def test_a_file_replaced_under_a_running_store_is_unavailable(store: Store, path: Path) -> None:
    backup = path.with_suffix(".backup")
    shutil.copy(path, backup)
    backup.replace(path)

    with pytest.raises(StoreUnavailable, match="removed or replaced"):
        store.save_run(a_run())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"Dear team, " * 500, "not an SQLite file", id="another kind of file"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 5000, "SQLite file|damaged", id="damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_unavailable(
    path: Path, sqlite_url: str, content: bytes, says: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(StoreUnavailable, match=says):
        open_store(sqlite_url)

    assert path.read_bytes() == content


def test_a_file_damaged_under_a_running_store_is_unavailable(store: Store, path: Path) -> None:
    store.save_poll([a_turn(f"c{n}") for n in range(500)], cursor=NOON, now=NOON)
    setting(store, "wal_checkpoint(TRUNCATE)")
    pragma(store, "cache_size = 1")
    whole = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (len(whole) - 4096))

    with pytest.raises(StoreUnavailable, match="damaged"):
        store.runs()


def test_an_id_that_cannot_be_stored_is_the_callers_mistake(store: Store) -> None:
    with pytest.raises(InputError, match="check what was typed"):
        store.run("7f\ud83d")


def test_no_error_tells_what_a_customer_wrote(store: Store) -> None:
    pragma(store, "query_only = ON")

    with pytest.raises(StoreUnavailable) as caught:
        store.intend(a_delivery("My card is 4111"))

    assert "4111" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
