"""The sandbox on a socket: in a thread of this process, or in its own (`sidenote sandbox`)."""

import socket
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from agent.sandbox.api import Api
from agent.sandbox.clock import SandboxClock
from agent.sandbox.faults import FaultRule, Faults
from agent.sandbox.front import Front
from agent.sandbox.limits import Limits
from agent.sandbox.peers import PeerAwareProtocol
from agent.sandbox.plans import Plan, load_plans, parse_plan
from agent.sandbox.planting import plant
from agent.sandbox.records import (
    ConversationRecord,
    DraftRecord,
    MessageRecord,
    NoteRecord,
    Value,
)
from agent.sandbox.ringing import Ringer
from agent.sandbox.speaking import (
    SOMEBODY,
    customer_says,
    teammate_changes,
    teammate_drafts,
    teammate_notes,
    teammate_says,
)
from agent.sandbox.stopping import PromptServer
from agent.sandbox.switches import Switches
from agent.sandbox.world import World

START_SECONDS = 10.0  # a busy machine may be slow to start the thread


class Sandbox:
    """A Kustomer-like server on 127.0.0.1 while the `with` block runs.

    `url` and `key` are what a client needs, `world` is the ground truth. `load` names JSON Lines
    files; with `play` the conversations and messages that say so appear in their own time.
    """

    def __init__(  # noqa: PLR0913 - each has a default, all but one by name
        self,
        port: int = 0,
        *,
        seed: int = 0,
        plan: str = "enterprise",
        load: Sequence[Path] = (),
        play: bool = False,
        switches: Mapping[str, str] | None = None,
        frozen_at: datetime | None = None,
    ) -> None:
        self.switches = Switches(switches)
        self._world = World(
            seed=seed, switches=self.switches, clock=SandboxClock(frozen_at=frozen_at)
        )
        self.key = self._world.make_key()
        self.faults = Faults(seed)
        self.limits = Limits(plan, self.switches)
        self.api = Api(self._world, self.limits)
        self._port = port
        self._play = play
        self.add([plan_ for path in load for plan_ in load_plans(path)])

    # --- serving ------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        # With the protocol named, asyncio switches Nagle's delay off: 40 ms per answer less.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", self._port))
        except OSError:
            self._socket.close()
            raise
        self._port = self._socket.getsockname()[1]
        self._server = PromptServer(
            uvicorn.Config(
                Front(self._world, self.api, self.faults).app,
                http=PeerAwareProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="sandbox", daemon=True
        )
        self._thread.start()
        self._wait_until_started()
        self._ringer = Ringer(self._world)
        self._ringer.start()
        return self

    def _wait_until_started(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ringer.stop()
        self._server.stop()
        self._thread.join(timeout=START_SECONDS)
        self._socket.close()

    @property
    def url(self) -> str:
        """The address, such as `http://127.0.0.1:8399`, once it serves."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def world(self) -> World:
        """The ground truth, after everything that is due by now has happened."""
        self._world.catch_up()
        return self._world

    # --- the world moves ------------------------------------------------------------------------

    def add(self, plans: Sequence[Plan]) -> list[ConversationRecord]:
        """Make conversations from descriptions. Raises InputError."""
        return plant(self._world, plans, play=self._play)

    def add_conversation(self, key: str, *texts: str, **fields: object) -> ConversationRecord:
        """Make a conversation: texts of the customer, or `out: …` for a teammate's.

        `fields` are those of a line of a file, such as `channel="sms"` or `messages=[…]`.
        """
        messages = [_spoken(text) for text in texts]
        described = {"key": key, "customer_name": "Mara Lind", "messages": messages, **fields}
        return self.add([parse_plan(described, f"conversation {key!r}")])[0]

    def customer_says(self, conversation: str, text: str) -> MessageRecord:
        """A customer's message now; reopens. `conversation` is an id or a key."""
        return customer_says(self._world, conversation, text)

    def teammate_says(
        self, conversation: str, text: str, *, author: str = SOMEBODY
    ) -> MessageRecord:
        """A teammate's message now, as the customer sees it."""
        return teammate_says(self._world, conversation, text, author=author)

    def teammate_notes(self, conversation: str, body: str, *, author: str = SOMEBODY) -> NoteRecord:
        """A teammate's internal note now."""
        return teammate_notes(self._world, conversation, body, author=author)

    def teammate_drafts(
        self, conversation: str, body: str, *, author: str = SOMEBODY
    ) -> DraftRecord:
        """A teammate begins a reply in the composer."""
        return teammate_drafts(self._world, conversation, body, author=author)

    def teammate_changes(
        self, conversation: str, *, author: str = SOMEBODY, **fields: object
    ) -> ConversationRecord:
        """A teammate sets `status`, `assigned`, `spam`, `deleted`, `merged_into`, …"""
        return teammate_changes(self._world, conversation, fields, author=author)

    def switch(self, name: str, value: str) -> None:
        """Set a switch. Raises InputError."""
        self.switches.set_all({name: value})

    def fault(self, name: str, **options: Value) -> None:
        """Add a fault; `options` are the fields of FaultRule. Raises InputError."""
        self.faults.set(*self.faults.rules, FaultRule(name=name, **options))

    def advance(self, span: timedelta) -> None:
        """Move the sandbox's clock ahead and let happen what falls due."""
        self._world.clock.advance(span)
        self._world.catch_up()


def _spoken(text: str) -> dict[str, str]:
    if text.startswith("out: "):
        return {"direction": "out", "text": text.removeprefix("out: ")}
    return {"direction": "in", "text": text}
