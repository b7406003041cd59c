"""A claim's owner is dead only when its process surely ended on this very machine."""

import os
import subprocess
import sys

import pytest

from agent.owners import is_dead

HERE = "desk-7"


def ended_process() -> int:
    """The id of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize(
    "owner",
    [
        "command/{here}/{pid}/0a1b2c3d",
        "daemon/worker-1/{here}/{pid}/0a1b2c3d",
        "batch/00ff00ff00ff00ff/command/{here}/{pid}/0a1b2c3d",
        "command/{here}/{pid}/0a1b2c3d/140003",
    ],
)
def test_one_whose_process_ended_here_is_dead(owner: str) -> None:
    assert is_dead(owner.format(here=HERE, pid=ended_process()), here=HERE)


def test_one_whose_process_runs_is_not() -> None:
    assert not is_dead(f"command/{HERE}/{os.getpid()}/0a1b2c3d", here=HERE)


def test_of_another_machine_nothing_is_known() -> None:
    assert not is_dead(f"command/desk-8/{ended_process()}/0a1b2c3d", here=HERE)


@pytest.mark.parametrize(
    "owner", ["", "worker-1/3", f"command/{HERE}/x/0a1b2c3d", f"command/{HERE}/{10**30}/0a1b2c3d"]
)
def test_a_name_that_cannot_be_read_is_left_alone(owner: str) -> None:
    assert not is_dead(owner, here=HERE)
