"""Where figures are taken: a sandbox in a process of its own, and processes whose use is known."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.processes import Sidenote, environment_of, made_up, wait_until

CHECKOUT = Path(__file__).parent.parent.parent
BARE = (sys.executable, "-m", "tests.bench.bare")
LONGEST = 600.0  # seconds that one measured process may take


@dataclass(frozen=True, slots=True)
class Used:
    """What one process used. `cpu` in seconds, user and system; `memory` at its peak, in MB."""

    cpu: float
    memory: float
    wall: float
    out: str


@dataclass(frozen=True, slots=True)
class Place:
    """A running sandbox. `url` and `key` as clients take them."""

    url: str
    key: str
    folder: Path

    def ask(self, path: str) -> Any:
        answer = httpx.get(f"{self.url}/_sandbox/{path}", timeout=60)
        return answer.raise_for_status().json()

    def tell(self, path: str, body: Any) -> Any:
        answer = httpx.post(f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        return answer.raise_for_status().json()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """All so far: `method`, `path`, `at`, …"""
        rows: list[dict[str, Any]] = self.ask("requests?last=100000")
        return rows

    def noted_at(self) -> dict[str, float]:
        """When each conversation got its newest note, in seconds since 1970."""
        posts = [r for r in self.requests if r["method"] == "POST" and r["path"].endswith("/notes")]
        return {r["path"].split("/")[-2]: seconds(r["at"]) for r in posts}

    def database(self) -> str:
        """The URL of a new SQLite file."""
        number = len(list(self.folder.glob("*.sqlite")))
        path = self.folder / f"{number}.sqlite"
        path.touch()
        return f"sqlite:///{path}"

    def sidenote(self, *args: str, database_url: str, **settings: str) -> Sidenote:
        environment = environment_of(self, database_url, **settings)
        return Sidenote(*args, folder=self.folder / "processes", environment=environment)

    def bare(self) -> Sidenote:
        """The same reads, summaries and notes without an engine or a database."""
        environment = {**environment_of(self, ""), "PYTHONPATH": str(CHECKOUT)}
        folder = self.folder / "processes"
        return Sidenote(folder=folder, environment=environment, command=BARE)


@contextmanager
def place(folder: Path, conversations: int, *, long: bool = False) -> Iterator[Place]:
    """A sandbox in its own process, with so many conversations that are due a note."""
    folder.mkdir(parents=True)
    described = made_up(conversations, long=long)
    (folder / "made-up.jsonl").write_text("".join(json.dumps(each) + "\n" for each in described))
    options = ("--port=0", "--json", "--plan=unlimited", f"--load={folder / 'made-up.jsonl'}")
    switches = ("--switch=index-lag=0", "--switch=search-limit=100000")
    environment = {"PATH": os.environ["PATH"]}
    with Sidenote("sandbox", *options, *switches, folder=folder, environment=environment) as server:
        server.until(lambda: server.out.endswith("\n"))
        told = json.loads(server.out)
        yield Place(told["url"], told["key"], folder)


def used_by(process: Sidenote) -> Used:
    """Wait for the end of a process, and for a good one; gives what it used."""
    _, code, usage = _wait(process)
    assert code == 0, f"exit {code}:\n{process.err[-2000:]}"
    return Used(
        cpu=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss / 1024,
        wall=time.monotonic() - process.started_at,
        out=process.out,
    )


def all_used_by(processes: Sequence[Sidenote]) -> list[Used]:
    """The same for several that run at once."""
    return [used_by(process) for process in processes]


def _wait(process: Sidenote) -> Any:
    ended: list[Any] = []
    popen = process.process
    assert isinstance(popen, subprocess.Popen)  # not the soak's forked ones

    def has_ended() -> bool:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            popen.returncode = os.waitstatus_to_exitcode(status)
            ended.append((pid, popen.returncode, usage))
        return bool(pid)

    wait_until(has_ended, within=LONGEST, or_say=lambda: process.err[-2000:])
    return ended[0]


def seconds(stamp: str) -> float:
    """Seconds since 1970 of a time as the sandbox writes it."""
    return datetime.fromisoformat(stamp).timestamp()
