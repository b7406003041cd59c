"""One daemon per SQLite file; the lock dies with its process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from agent.adapters.store import DaemonLock

HOLD = """
import sys
from pathlib import Path
from agent.adapters.store.lock import DaemonLock
print(DaemonLock(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


@contextmanager
def another_daemon(path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "sidenote.sqlite"


def test_a_second_daemon_is_refused(database: Path) -> None:
    with another_daemon(database):
        assert not DaemonLock(database).acquire()


def test_the_lock_of_a_killed_daemon_is_free_at_once(database: Path) -> None:
    with another_daemon(database) as daemon:
        daemon.kill()
        daemon.wait()

        assert DaemonLock(database).acquire()


def test_a_refused_daemon_can_say_who_holds_the_lock(database: Path) -> None:
    with another_daemon(database) as daemon:
        refused = DaemonLock(database)
        refused.acquire()

        assert refused.holder() == daemon.pid


def test_nobody_holds_a_lock_that_was_never_taken(database: Path) -> None:
    assert DaemonLock(database).holder() is None


def test_a_lock_that_is_held_can_be_taken_again_by_its_holder(database: Path) -> None:
    lock = DaemonLock(database)

    assert lock.acquire()
    assert lock.acquire()
    assert not DaemonLock(database).acquire()


def test_a_released_lock_is_free(database: Path) -> None:
    lock = DaemonLock(database)
    lock.acquire()
    lock.release()
    lock.release()

    assert DaemonLock(database).acquire()


def test_a_lock_that_somebody_had_for_an_instant_is_taken(database: Path) -> None:
    asking = DaemonLock(database)
    asking.acquire()
    letting_go = Timer(0.02, asking.release)
    letting_go.start()

    assert DaemonLock(database).acquire()
    letting_go.join()


def test_two_databases_in_one_folder_have_two_locks(database: Path) -> None:
    first, second = DaemonLock(database), DaemonLock(database.with_name("other.sqlite"))

    assert (first.acquire(), second.acquire()) == (True, True)


def test_the_lock_is_a_file_of_its_own_that_only_its_user_may_read(database: Path) -> None:
    DaemonLock(database).acquire()

    (file,) = database.parent.iterdir()

    assert (file.name, file.stat().st_mode & 0o777) == ("sidenote.sqlite.lock", 0o600)
