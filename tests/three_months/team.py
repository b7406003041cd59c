"""The team of the story: a sandbox over HTTP, an SQLite file, a real daemon, and a fast clock.

All of it is put together as `sidenote start` does, but for two things: the clock is the story's
own, for us and the sandbox alike, and the steps of a run are carried out one after the other in
this process, because a durable engine would wait in real time.
"""

import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent import daemon_wiring, wiring
from agent.adapters.memory import ManualClock, MemoryEngine
from agent.cli import main
from agent.console_wiring import fresh_link, served_console
from agent.daemon import Daemon
from agent.ports import Run
from agent.sandbox.records import ConversationRecord, DraftRecord
from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from agent.wiring import App
from tests.three_months.people import BEN, names, questions

QUIET = timedelta(seconds=60)
A_ROUND = timedelta(minutes=6)  # after it the daemon looks at drafts again


class OneClock(ManualClock):
    """The clock of the story: when it moves, the sandbox's moves with it."""

    def __init__(self, sandbox: Sandbox, start: datetime) -> None:
        super().__init__(start)
        self._sandbox = sandbox

    def advance(self, span: timedelta) -> None:
        """Let time pass for everybody."""
        super().advance(span)
        self._sandbox.advance(span)


@dataclass
class Team:
    """Customers, teammates, the daemon and the commands of one team."""

    sandbox: Sandbox
    clock: OneClock
    app: App
    daemon: Daemon
    engine: MemoryEngine
    console: httpx.Client
    asked: int = 0
    _questions: Iterator[str] = field(default_factory=questions)
    _names: Iterator[tuple[str, str]] = field(default_factory=names)

    @property
    def day(self) -> str:
        """Today, such as "Mon 2 Mar"."""
        now = self.clock.now()
        return f"{now:%a} {now.day} {now:%b}"

    # --- time -----------------------------------------------------------------------------------

    def work(self, span: timedelta = A_ROUND) -> None:
        """Let that much time pass, and the daemon do what is due then."""
        self.clock.advance(span)
        self.daemon.tick()
        self.engine.work()
        self.daemon.tick()

    def until(self, hour: int) -> None:
        """On to that hour, of the next day if it is past."""
        now = self.clock.now()
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        self.work((then if then > now else then + timedelta(days=1)) - now)

    # --- customers ------------------------------------------------------------------------------

    def ask(self, text: str = "", *, address: str = "") -> ConversationRecord:
        """A customer whom the shop knows asks by e-mail: a new one, or the one of that address."""
        self.asked += 1
        name, new_address = next(self._names)
        address = address or new_address
        said = {"direction": "in", "text": text or next(self._questions), "minutes_ago": 0}
        return self.sandbox.add_conversation(
            f"story-{self.asked}",
            messages=[said],
            subject=f"Order 40-{self.asked:04}",
            customer_name=name,
            customer_email=address,
        )

    def runs(self, conversation: ConversationRecord) -> tuple[Run, ...]:
        """What Sidenote made of it, newest first."""
        return self.app.store.runs(conversation_id=conversation.id)

    # --- teammates ------------------------------------------------------------------------------

    def drafts(self) -> list[DraftRecord]:
        """What lies in the composer, oldest first."""
        known = tuple(self.sandbox.world.drafts.values())
        unsent = (draft for draft in known if not draft.released_at and not draft.gone_at)
        return sorted(unsent, key=lambda draft: draft.created_at)

    def send(self, draft: DraftRecord, text: str = "") -> None:
        """A teammate presses "send" in the composer, perhaps after changing the text."""
        self.throw_away(draft)
        self.sandbox.teammate_says(draft.conversation_id or "", text or draft.body, author=BEN)

    def throw_away(self, draft: DraftRecord) -> None:
        """A teammate deletes the draft."""
        with self.sandbox.world.lock:
            draft.gone_at = self.clock.now()

    # --- commands and pages ---------------------------------------------------------------------

    def typed(self, *arguments: str, fails: bool = False) -> str:
        """What a command prints; where it `fails`, what it says of it."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["sidenote", *arguments])
            try:
                main()
                code: object = 0
            except SystemExit as ended:
                code = ended.code
        assert bool(code) is fails, (arguments, code, err.getvalue())
        return (err if fails else out).getvalue()

    def read(self, *arguments: str) -> Any:
        """The same as values."""
        return json.loads(self.typed(*arguments, "--json"))

    def page(self, path: str) -> str:
        """A page of the console, as text without markup. Sessions end after hours: signs in."""
        address = self.console.base_url.netloc.decode()
        self.console.get(fresh_link(self.app, address)).raise_for_status()
        html = self.console.get(path).raise_for_status().text
        return " ".join(re.sub(r"<[^>]*>", " ", html).split())

    def record(self, kind: str) -> list[dict[str, Any]]:
        """What the record holds of that kind, oldest first: the contents of its rows."""
        rows, after = [], 0
        while page := self.app.store.audit_rows(after=after, limit=500):
            rows += [row for row in page if row.link.kind == kind]
            after = page[-1].link.sequence
        return [dict(row.content or {}) | dict(row.link.subjects) for row in rows]


def init_policy(folder: Path) -> None:
    """What `sidenote policy init` writes."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        patch.setattr(sys, "argv", ["sidenote", "policy", "init", str(folder)])
        with pytest.raises(SystemExit) as ended, redirect_stderr(io.StringIO()):
            main()
    assert not ended.value.code


@contextmanager
def a_team(folder: Path, start: datetime) -> Iterator[Team]:
    """A team with the starter policy, whose topics are at note, on its first morning.

    The working folder and the environment are the team's own while the block runs.
    """
    with Sandbox(frozen_at=start) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in _settings(sandbox, folder).items():
            patch.setenv(name, value)
        for name in ("OPENAI_API_KEY", "SIDENOTE_MODEL"):
            patch.delenv(name, raising=False)
        patch.chdir(folder)
        clock, engine = OneClock(sandbox, start), MemoryEngine()
        patch.setattr(wiring, "SystemClock", lambda *_: clock)
        patch.setattr(daemon_wiring, "_engine", lambda *_, **__: engine)
        with closing(App(load_settings())) as app:
            daemon = daemon_wiring.build_daemon(app)
            daemon.start()
            with (
                served_console(app, "127.0.0.1:0") as console,
                httpx.Client(base_url=console.url, follow_redirects=True, timeout=30) as client,
            ):
                team = Team(
                    sandbox=sandbox,
                    clock=clock,
                    app=app,
                    daemon=daemon,
                    engine=engine,
                    console=client,
                )
                team.work(QUIET)  # the first start: what comes after it is no backlog
                yield team


def _settings(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    return {
        "KUSTOMER_BASE_URL": sandbox.url,
        "KUSTOMER_API_KEY": sandbox.key,
        "SIDENOTE_DATABASE_URL": f"sqlite:///{folder / 'team.sqlite'}",
        "SIDENOTE_POLICY": str(folder / "policy.toml"),
        "SIDENOTE_QUIET_SECONDS": str(int(QUIET.total_seconds())),
        "SIDENOTE_REQUESTS_PER_MINUTE": "1000000",
        "SIDENOTE_CONSOLE": "off",
        "XDG_STATE_HOME": str(folder / "state"),
    }
