"""Real `sidenote` processes for tests and benchmarks: started, watched, stopped and killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

COMMAND = (sys.executable, "-c", "from agent.cli import main; main()")
PATIENCE = 60.0  # seconds; a busy machine is slow, a broken daemon waits for ever
KEPT = (
    "PATH",
    "PYTHONPATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LD_LIBRARY_PATH",
)  # no settings of this machine
LOOK_EVERY = 0.02


class Served(Protocol):
    """A Kustomer-like server: a `Sandbox`, or one in a process of its own."""

    @property
    def url(self) -> str: ...

    @property
    def key(self) -> str: ...


def environment_of(served: Served, database_url: str, **more: str) -> dict[str, str]:
    """What a process needs to work on that server and that database, in a hurry.

    No quiet time, a poll a second, no console; `more` are further settings, which win.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **kept,
        "KUSTOMER_BASE_URL": served.url,
        "KUSTOMER_API_KEY": served.key,
        "SIDENOTE_DATABASE_URL": database_url,
        "SIDENOTE_QUIET_SECONDS": "0",
        "SIDENOTE_POLL_SECONDS": "1",
        "SIDENOTE_REQUESTS_PER_MINUTE": "1000000",
        "SIDENOTE_CONSOLE": "off",
        **more,
    }


class Process(Protocol):
    """What of `subprocess.Popen` is needed here."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


class Starter(Protocol):
    """Starts `sidenote` with these arguments; what it prints goes to the files `out` and `err`."""

    def __call__(
        self,
        args: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
    ) -> Process: ...


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new Python each time."""

    command: Sequence[str] = COMMAND

    def __call__(
        self,
        args: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
    ) -> Process:
        with out.open("w") as to, err.open("w") as story:
            return subprocess.Popen(
                [*self.command, *args],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=to,
                stderr=story,
            )


class Sidenote:
    """One `sidenote` process, killed when the `with` block ends.

    Its working folder is `folder`, where what it prints is kept in files. `start` is for those
    that need no Python of their own.
    """

    def __init__(
        self,
        *args: str,
        folder: Path,
        environment: Mapping[str, str],
        command: Sequence[str] = COMMAND,
        start: Starter | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob("*.out")))
        self._out, self._err = folder / f"{number}.out", folder / f"{number}.err"
        self.started_at = time.monotonic()
        start = start or Fresh(command)
        self.process = start(args, folder, environment, self._out, self._err)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    def is_running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """As a power cut would: nothing of the process gets to run again."""
        if self.is_running():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self, *, within: float = PATIENCE) -> int:
        """Wait for the end; gives the exit code."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {within} s:\n{self.err[-2000:]}") from None

    def printed(self) -> Any:
        """Wait for a good end; gives the JSON that it printed."""
        code = self.ended()
        assert code == 0, f"exit {code}:\n{self.err[-2000:]}"
        return json.loads(self.out)

    def says(self, words: str, *, within: float = PATIENCE) -> None:
        """Wait until it logged `words`."""
        self.until(lambda: words in self.err, within=within)

    def until(
        self, is_so: Callable[[], bool], *, within: float = PATIENCE, every: float = LOOK_EVERY
    ) -> None:
        """Wait until `is_so`, while the process runs."""

        def reached() -> bool:
            if is_so():
                return True
            assert self.is_running(), f"it ended early:\n{self.err[-2000:]}"
            return False

        wait_until(reached, within=within, every=every, or_say=lambda: self.err[-2000:])


def wait_until(
    is_so: Callable[[], bool],
    *,
    within: float = PATIENCE,
    every: float = LOOK_EVERY,
    or_say: Callable[[], str] = str,
) -> None:
    """Look again and again until `is_so`; times in seconds."""
    ends_at = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < ends_at, f"not within {within} s:\n{or_say()}"
        time.sleep(every)


GOODS = "kettle lamp teapot saucepan mirror stool carpet blanket vase clock".split()
NAMES = "Mara Ilse Jonas Petra Samir Lena Tomas Ruth Aino Pavel".split()


def made_up(count: int, *, first: int = 0, long: bool = False) -> list[dict[str, Any]]:
    """Descriptions of conversations that are due a note; `long` ones hold 200 KB of text."""
    return [_made_up(number, long=long) for number in range(first, first + count)]


def _made_up(number: int, *, long: bool) -> dict[str, Any]:
    goods = GOODS[number % len(GOODS)]
    order = f"40-{1000 + number}"
    story = f" The {goods} of order {order} stood in the hall all week, and we looked at it." * 60
    said = (
        ("in", f"Hello, the {goods} of order {order} came without its lid. Where is the lid?"),
        ("out", f"Sorry about that. I asked the warehouse to look for the lid of the {goods}."),
        ("in", f"Thank you. I travel on Friday, so I need the lid of the {goods} before that."),
    )
    return {
        "key": f"made-up-{number}",
        "subject": f"Lid of order {order}",
        "channel": "email",
        "customer_name": f"{NAMES[number % len(NAMES)]} Number{number}",
        "messages": [
            {"direction": direction, "text": text + (story if long else "")}
            for direction, text in said * (14 if long else 1)
        ],
    }
