"""A stop that comes before the daemon works: the same words and the same code as later."""

import re
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.cli import STOPPING
from tests.processes import Sidenote, environment_of

# Ctrl-C comes when the command's own modules are about to be imported.
AT_THE_IMPORT = """
import os, signal, sys
from agent.cli import main

class Stopping:
    def find_spec(self, name, path=None, target=None):
        if name == "agent.wiring":
            os.kill(os.getpid(), signal.{name})

sys.meta_path.insert(0, Stopping())
main()
"""
BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)


@dataclass(frozen=True)
class Silent:
    """A server that takes connections and answers none."""

    socket: socket.socket

    key = "made-up"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        yield Silent(listening)


@pytest.fixture
def environment(silent: Silent, tmp_path: Path) -> dict[str, str]:
    return environment_of(silent, f"sqlite:///{tmp_path / 'sidenote.sqlite'}")


def told(ended: Sidenote) -> list[str]:
    """What it printed, without blank lines and log lines."""
    return [line for line in ended.err.splitlines() if line and not re.match(r"\d{4}-", line)]


@BOTH
def test_a_stop_while_the_program_is_read(
    tmp_path: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    command = (sys.executable, "-c", AT_THE_IMPORT.format(name=number.name))

    with Sidenote("start", folder=tmp_path, environment=environment, command=command) as daemon:
        assert daemon.ended() == 0

    assert told(daemon) == [STOPPING]


@BOTH
def test_a_stop_while_kustomer_is_asked_for_the_first_time(
    tmp_path: Path, silent: Silent, environment: dict[str, str], number: signal.Signals
) -> None:

    with ExitStack() as stack:
        daemon = stack.enter_context(Sidenote("start", folder=tmp_path, environment=environment))
        asked, _ = silent.socket.accept()
        stack.enter_context(asked)
        daemon.process.send_signal(number)

        assert daemon.ended(within=15) == 0

    assert told(daemon) == [STOPPING]


def test_another_command_that_is_interrupted_has_failed(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    command = (sys.executable, "-c", AT_THE_IMPORT.format(name="SIGINT"))

    with Sidenote("runs", folder=tmp_path, environment=environment, command=command) as runs:
        assert runs.ended() == 1

    assert STOPPING not in runs.err
