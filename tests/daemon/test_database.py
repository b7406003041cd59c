"""A database that is full, locked or read-only for a while stops the notes, and doubles none."""

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agent.sandbox.server import Sandbox
from tests.daemon.scene import ON, ONCE, Scene
from tests.postgres import Postgres
from tests.processes import Sidenote, environment_of

# Where Kustomer takes the same note twice, only what the database knows keeps us from doubles.
TAKES_ALL = {"note-id": "ignored", "duplicate-external-id": "accepted"}
LOCKED = 8.0  # seconds; a statement waits five, and then fails
SMALL = 32_768  # bytes that a file may have on the full disk; the database has more already
NO_LIMIT = resource.RLIM_INFINITY
UNDER_WAY = 1.5  # seconds in which a write that had begun gets through


def stands_still(scene: Scene, seconds: float) -> bool:
    """Whether no note is written for so long."""
    time.sleep(UNDER_WAY)
    before = scene.notes_ever
    time.sleep(seconds)
    return scene.notes_ever == before


def test_locked_by_another_program_it_waits_and_goes_on(scene: Scene) -> None:
    scene.add_conversations(100)
    scene.sandbox.switches.set_all(TAKES_ALL)

    with scene.sidenote(*ON) as daemon:
        daemon.until(lambda: scene.notes >= 5)
        file = scene.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            stood_still = stands_still(scene, LOCKED - UNDER_WAY)
            locked_at = scene.notes
            other.execute("ROLLBACK")
        daemon.until(lambda: scene.notes >= 100)

    assert stood_still
    assert locked_at < 100
    assert scene.notes_each == {1}
    assert scene.notes_ever == 100


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process from outside")
def test_on_a_full_disk_it_writes_nothing_and_goes_on_when_there_is_room(scene: Scene) -> None:
    # The engine's books kept runs whose threads had died as running, and nothing went on.
    scene.add_conversations(60)
    scene.sandbox.switches.set_all(TAKES_ALL)

    with scene.sidenote(*ON) as daemon:
        daemon.until(lambda: scene.notes >= 5)
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (SMALL, NO_LIMIT))
        stood_still = stands_still(scene, 3)
        full_at = scene.notes
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (NO_LIMIT, NO_LIMIT))
        daemon.until(lambda: scene.notes >= 60, within=100)

    assert stood_still
    assert full_at < 60
    assert scene.notes_each == {1}
    assert scene.notes_ever == 60


def test_on_a_server_that_became_read_only_it_writes_nothing_and_the_next_start_goes_on(
    shared_scene: Scene, postgres: Postgres
) -> None:
    scene = shared_scene
    scene.add_conversations(100)
    scene.sandbox.switches.set_all(TAKES_ALL)
    name = urlsplit(scene.database_url).path.strip("/")

    def becomes(setting: str) -> None:
        postgres.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {setting}')
        postgres.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )

    with scene.sidenote(*ON) as daemon:
        daemon.until(lambda: scene.notes >= 5)
        becomes("on")
        stood_still = stands_still(scene, 3)
        read_only_at = scene.notes
    becomes("off")
    scene.runs_once()

    assert stood_still
    assert read_only_at < 100
    assert scene.notes_each == {1}
    assert scene.notes_ever == 100


# As somebody who may not write what root gave them; everything is imported before that.
AS_NOBODY = """
import importlib, os, sys
for name in ("agent.cli", "agent.cli.start", "agent.cli.send", "agent.daemon_wiring"):
    importlib.import_module(name)
if os.geteuid() == 0:
    os.seteuid(65534)
importlib.import_module("agent.cli").main()
"""


@pytest.fixture
def open_scene(sandbox: Sandbox) -> Iterator[Scene]:
    """In a folder that anybody may enter; pytest's own is closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Scene(sandbox, Path(folder), f"sqlite:///{folder}/sidenote.sqlite")


def given(scene: Scene, *args: str) -> Sidenote:
    return Sidenote(
        *args,
        folder=scene.folder / "processes",
        environment=environment_of(scene.sandbox, scene.database_url),
        command=(sys.executable, "-c", AS_NOBODY),
    )


def writes(scene: Scene) -> list[str]:
    return [r.path for r in scene.sandbox.world.requests if r.applied and r.method != "GET"]


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(ONCE, id="start"),
        pytest.param(("send", "--conversation-id", "made-up-1", "--body", "Noted."), id="send"),
    ],
)
def test_on_a_file_that_became_read_only_it_writes_nothing_and_says_so(
    open_scene: Scene, args: tuple[str, ...]
) -> None:
    scene = open_scene
    scene.add_conversations(3)
    scene.runs_once()
    scene.sandbox.customer_says("made-up-1", "The handle broke too: please send me a new one.")
    before = writes(scene)
    files = [*scene.folder.glob("sidenote.sqlite*")]
    for file in files:
        file.chmod(0o444)
    scene.folder.chmod(0o555)

    with given(scene, *args) as process:
        code = process.ended()
        said = process.err

    scene.folder.chmod(0o755)
    for file in files:
        file.chmod(0o644)
    assert (code in {1, 3}, writes(scene)) == (True, before)
    assert "sidenote.sqlite" in said
    assert "Traceback" not in said
    scene.runs_once()
    assert scene.notes == 4
