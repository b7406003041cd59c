"""Every way to pause works while another process holds the database locked."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from agent.adapters.store import connect
from agent.errors import Held
from agent.settings import load_settings
from agent.wiring import App
from tests.cli.typed import Typed

HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("begin exclusive")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def locked(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database that another process holds."""
    assert typed("topics").code == 0  # makes it
    monkeypatch.setattr(connect, "LOCK_WAIT_SECONDS", 0.2)
    path = load_settings().database_url.removeprefix("sqlite:///")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    yield
    holder.communicate()


def write_is_held() -> str:
    """What the guard says right before a write."""
    with closing(App(load_settings())) as app, pytest.raises(Held) as held:
        app.gates.guard()
    return str(held.value)


def test_the_database_is_really_locked(locked: None) -> None:
    path = load_settings().database_url.removeprefix("sqlite:///")

    with (
        closing(sqlite3.connect(path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("begin immediate")


def test_the_command_pauses_through_the_file(locked: None, typed: Typed) -> None:
    said = typed("pause", "--by", "Eve")

    assert said.code == 0
    assert "sidenote.pause" in said.err
    assert "file sidenote.pause" in write_is_held()


def test_the_environment_pauses(locked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDENOTE_PAUSED", "1")

    assert "SIDENOTE_PAUSED" in write_is_held()


def test_a_file_that_a_person_makes_pauses(locked: None) -> None:
    load_settings().pause_file.touch()

    assert "file sidenote.pause" in write_is_held()
