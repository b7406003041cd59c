"""A clock that jumps an hour while a daemon works stops nothing, and doubles nothing."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.daemon.scene import ON, Scene
from tests.processes import Sidenote, environment_of

HOUR = 3600
TAKES_ALL = {"note-id": "ignored", "duplicate-external-id": "accepted"}


class Clock:
    """The daemon's, in a file that it reads."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.is_off(0)

    def is_off(self, seconds: int) -> None:
        newer = self.file.with_suffix(".new")
        newer.write_text(str(seconds))
        newer.replace(self.file)  # never half written

    @contextmanager
    def daemon(self, scene: Scene, **settings: str) -> Iterator[Sidenote]:
        with Sidenote(
            *ON,
            folder=scene.folder / "processes",
            environment=environment_of(scene.sandbox, scene.database_url, **settings),
            command=(sys.executable, "-m", "tests.daemon.jumping", str(self.file)),
        ) as process:
            yield process


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["ahead", "back"])
def test_it_goes_on_after_a_jump_and_after_the_clock_was_put_right(
    scene: Scene, clock: Clock, jump: int
) -> None:
    scene.sandbox.switches.set_all(TAKES_ALL)
    scene.add_conversations(20)
    with clock.daemon(scene) as daemon:
        daemon.until(lambda: scene.notes >= 3)
        clock.is_off(jump)
        daemon.until(lambda: scene.notes == 20)
        scene.sandbox.customer_says("made-up-2", "The handle broke too: please send a new one.")
        daemon.until(lambda: scene.notes == 21)
        clock.is_off(0)
        scene.sandbox.customer_says("made-up-3", "The handle broke too: please send a new one.")
        daemon.until(lambda: scene.notes == 22)

    assert scene.notes_ever == 22


def test_one_killed_with_its_clock_ahead_holds_up_no_other_once_clocks_are_right(
    shared_scene: Scene, clock: Clock
) -> None:
    # Its lease and its claims ended an hour from now: nobody took its runs over for that hour.
    scene = shared_scene
    scene.sandbox.switches.set_all(TAKES_ALL)
    scene.fault("timeout-after@POST */notes=0.3,seconds=20")
    scene.add_conversations(20)
    clock.is_off(HOUR)
    with clock.daemon(scene) as first:
        first.until(lambda: scene.notes >= 5)
        first.kill()
    scene.fault()
    clock.is_off(0)

    with clock.daemon(scene) as again:
        again.until(lambda: scene.notes == 20)

    assert scene.notes_each == {1}
