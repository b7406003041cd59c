"""What is special about PostgreSQL: the server goes away and comes back."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Connection, text

from agent.adapters.store import SqlStore, open_store
from agent.adapters.store.database import _OUR_LOCK, Database
from agent.core.turn import Turn
from agent.errors import InputError, StoreUnavailable
from agent.ports import RunState, SeenTurn, Store
from tests.adapters.store.builders import NOON, a_delivery, a_run, a_turn
from tests.postgres import Postgres, own_postgres

SECOND = timedelta(seconds=1)


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.new_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def database_of(store: Store) -> Database:
    assert isinstance(store, SqlStore)
    return store._database


def break_connections(url: str) -> None:
    """What a restart does to whoever is connected."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class Breaking:
    """Saves a row; breaks the connection in the first `times` tries, before or after saving."""

    def __init__(self, url: str, *, times: int = 1, after: bool = False) -> None:
        self.url, self.times, self.after = url, times, after
        self.tries = 0

    def __call__(self, connection: Connection) -> int:
        self.tries += 1
        if not self.after:
            self.maybe_break()
        connection.execute(
            text("INSERT INTO sidenote_slots VALUES (:worker, 'w', 1)"),
            {"worker": f"worker-{self.tries}"},
        )
        if self.after:
            self.maybe_break()
        return self.tries

    def maybe_break(self) -> None:
        if self.tries <= self.times:
            break_connections(self.url)


def slots(url: str) -> list[str]:
    with psycopg.connect(url) as other:
        return [row[0] for row in other.execute("SELECT worker FROM sidenote_slots")]


def test_connections_that_broke_while_idle_are_not_noticed(store: Store, url: str) -> None:
    work = Breaking(url, times=0)
    break_connections(url)

    assert database_of(store).write(work) == 1


def test_a_connection_that_breaks_before_the_commit_is_tried_once_more(
    store: Store, url: str
) -> None:
    work = Breaking(url)

    assert database_of(store).write(work) == 2
    assert slots(url) == ["worker-2"]


def test_a_connection_that_breaks_twice_is_unavailable(store: Store, url: str) -> None:
    work = Breaking(url, times=2)

    with pytest.raises(StoreUnavailable, match=r"stopping or starting|does not answer"):
        database_of(store).write(work)

    assert (work.tries, slots(url)) == (2, [])


def test_a_commit_without_an_answer_is_not_tried_again(store: Store, url: str) -> None:
    # It may have been applied: a second try could claim twice or count an attempt twice.
    work = Breaking(url, after=True)

    with pytest.raises(StoreUnavailable, match="look before doing it again"):
        database_of(store).write(work)

    assert work.tries == 1


def test_a_restarted_server_is_used_again() -> None:
    with own_postgres() as server:
        store = open_store(server.new_database())
        store.save_run(a_run())

        server.restart()

        assert store.runs() == (a_run(),)
        store.close()


def test_a_stopped_server_is_unavailable() -> None:
    with own_postgres() as server:
        url = server.new_database()
        store = open_store(url)
        server.server.stop()

        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            store.runs()
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            open_store(url)
        store.close()


def test_a_row_locked_by_another_is_unavailable(store: Store, url: str) -> None:
    store.save_run(a_run())
    store.close()
    patient = open_store(url)

    def impatient(connection: Connection) -> None:
        connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        connection.execute(text("UPDATE sidenote_runs SET tries = 9"))

    with psycopg.connect(url) as other:
        other.execute("UPDATE sidenote_runs SET tries = 5")
        with pytest.raises(StoreUnavailable, match="locked by another"):
            database_of(patient).write(impatient)
    patient.close()


def test_a_lock_is_waited_for_five_seconds(store: Store) -> None:
    waits = database_of(store).write(
        lambda connection: connection.execute(text("SHOW lock_timeout")).scalar()
    )

    assert waits == "5s"


def test_a_worker_frozen_in_the_middle_of_a_transaction_holds_its_locks_for_ten_seconds(
    store: Store,
) -> None:
    # It held them for as long as it slept, and no other worker wrote meanwhile.
    ends = database_of(store).write(
        lambda c: c.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
    )

    assert ends == "10s"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(("/test_", "/no_test_"), "cannot be reached.*does not exist", id="database"),
        pytest.param(
            ("host=%2F", "host=%2Fnowhere%2F"), "cannot be reached.*No such file", id="host"
        ),
        pytest.param(("postgres@", "nobody:secret@"), "cannot be reached.*role", id="user"),
    ],
)
def test_a_wrong_url_says_what_to_check(url: str, change: tuple[str, str], says: str) -> None:
    with pytest.raises(StoreUnavailable, match=says) as caught:
        open_store(url.replace(*change))

    assert "SIDENOTE_DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_read_only_server_is_unavailable(store: Store, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            f"ALTER DATABASE {other.info.dbname} SET default_transaction_read_only = on".encode()
        )
    break_connections(url)

    with pytest.raises(StoreUnavailable, match="is read-only"):
        store.save_run(a_run())


def test_a_user_without_rights_is_told_which(store: Store, url: str) -> None:
    role = f"reader_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(f"CREATE ROLE {role} LOGIN".encode())
        other.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}".encode())
    reader = open_store(url.replace("postgres@", f"{role}@"))

    assert reader.runs() == ()
    with pytest.raises(StoreUnavailable, match="grant it on the tables named sidenote_"):
        reader.save_run(a_run())
    reader.close()


def test_no_error_tells_what_a_customer_wrote(store: Store, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("ALTER TABLE sidenote_deliveries ADD CHECK (body = '')")

    with pytest.raises(Exception, match="breaks a rule") as caught:
        store.intend(a_delivery("My card is 4111"))

    assert "4111" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@contextmanager
def between_lock_and_commit(url: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Another process that polls or migrates and has not committed yet."""
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [_OUR_LOCK])
        yield other
        other.commit()


def test_a_poll_waits_for_another_poll_and_sees_its_runs(store: Store, url: str) -> None:
    older = SeenTurn(turn=Turn("c1", "m0"), message_at=NOON - SECOND, due_at=NOON)
    store.save_poll([older], cursor=None, now=NOON)
    with psycopg.connect(url) as other:
        copied = other.execute("SELECT * FROM sidenote_runs").fetchall()
        other.execute("DELETE FROM sidenote_runs")

    with ThreadPoolExecutor(1) as pool:
        with between_lock_and_commit(url) as other:
            marks = ", ".join(["%s"] * len(copied[0]))
            other.execute(f"INSERT INTO sidenote_runs VALUES ({marks})".encode(), copied[0])
            polling = pool.submit(store.save_poll, [a_turn()], cursor=None, now=NOON)
            with pytest.raises(TimeoutError):
                polling.result(timeout=0.3)
        polling.result(timeout=5)

    assert {run.turn.message_id: run.state for run in store.runs()} == {
        "m0": RunState.DONE,
        "m1": RunState.WAITING,
    }


def test_a_first_opening_waits_for_another(url: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with between_lock_and_commit(url) as other:
            opening = pool.submit(open_store, url)
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.5)
            made = other.execute("SELECT to_regclass('sidenote_migrations')").fetchone()
        opening.result(timeout=5).close()

    assert made == (None,)


@pytest.mark.parametrize("typed", ["7f\x00", "7f\ud83d"], ids=["NUL", "half a character"])
def test_an_id_that_cannot_be_stored_is_the_callers_mistake(store: Store, typed: str) -> None:
    with pytest.raises(InputError, match="check what was typed"):
        store.run(typed)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_the_usual_spellings_of_the_scheme_work(url: str, scheme: str) -> None:
    open_store(url.replace("postgresql", scheme, 1)).close()
