"""Real `sidenote` processes without the second that Python takes to import it each time.

One process imports the program and waits; each one that is asked for is forked off it and goes on
as the command would: with its own arguments, folder, environment and output, killed as any other.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.processes import KEPT

IMPORTED = ("agent.cli", "agent.cli.send", "agent.cli.start", "agent.daemon_wiring", "agent.wiring")
POLL_EVERY = 0.01  # seconds


class Forked:
    """One process; what of `subprocess.Popen` is needed of it."""

    def __init__(self, forks: "Forks", pid: int) -> None:
        self._forks, self.pid = forks, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, None while it runs; a signal's number counts below 0."""
        if self._code is None:
            self._code = self._forks.ask({"poll": self.pid})
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired after `timeout` seconds."""
        ends_at = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if ends_at is not None and time.monotonic() > ends_at:
                raise subprocess.TimeoutExpired("sidenote", timeout or 0.0)
            time.sleep(POLL_EVERY)
        return code

    def send_signal(self, number: int) -> None:
        """Not once it has ended: its id may be another one's by then."""
        if self.poll() is None:
            os.kill(self.pid, number)


class Forks:
    """The process they are forked off; one per thread asks at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parent = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parent.communicate()

    def start(
        self,
        args: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
    ) -> Forked:
        """`sidenote` with these arguments, on its way."""
        asked = {
            "args": list(args),
            "folder": str(folder),
            "environment": dict(environment),
            "out": str(out),
            "err": str(err),
        }
        return Forked(self, int(self.ask(asked)))

    def ask(self, question: Mapping[str, object]) -> Any:
        """One line there, one line back."""
        with self._lock:
            assert self._parent.stdin is not None
            assert self._parent.stdout is not None
            self._parent.stdin.write(f"{json.dumps(question)}\n")
            self._parent.stdin.flush()
            return json.loads(self._parent.stdout.readline())


# --- the process they are forked off ----------------------------------------------------------


def serve() -> None:
    """Fork when asked to, until nobody asks any more. Comes back in each child, to be one."""
    for line in sys.stdin:
        asked = json.loads(line)
        answer = _ended(asked["poll"]) if "poll" in asked else os.fork()
        if answer == 0 and "args" in asked:
            become(asked)
            return
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    sys.exit(0)


def _ended(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def become(asked: Mapping[str, Any]) -> None:
    """Take over folder, environment, output and arguments."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    opened = (
        os.open(os.devnull, os.O_RDONLY),
        os.open(asked["out"], flags, 0o600),
        os.open(asked["err"], flags, 0o600),
    )
    for number, each in enumerate(opened):
        os.dup2(each, number)
        os.close(each)
    sys.argv = ["sidenote", *asked["args"]]


if __name__ == "__main__":
    for module in IMPORTED:
        importlib.import_module(module)
    serve()
    importlib.import_module("agent.cli").main()
