"""What one round of real processes shares: a server, a database, and a list of what was done."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from agent.sandbox.plans import parse_plan
from agent.sandbox.server import Sandbox
from tests.processes import GOODS, Sidenote, Starter, environment_of, made_up


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a customer or a teammate did to a conversation, by the server's clock."""

    conversation_id: str
    at: datetime
    what: str


@dataclass(slots=True, kw_only=True)
class Sending:
    """One reply with a key of its own. `calls` are when each try of it began."""

    key: str
    conversation_id: str
    body: str
    calls: list[datetime] = field(default_factory=list)
    state: str = ""  # what the last call said became of it
    api_key: str = ""
    killed_at: float = float("-inf")  # monotonic; its claim stands for a while after that


class Tally:
    """How many requests each API key has made so far."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._seen = 0
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, key: str) -> int:
        """Requests until now."""
        world = self._sandbox.world
        with self._lock, world.lock:
            newer = itertools.takewhile(lambda r: r.number > self._seen, reversed(world.requests))
            fresh = list(newer)
            self._counts.update(request.key for request in fresh)
            self._seen = max([self._seen, *(request.number for request in fresh)])
            return self._counts[key]


@dataclass
class Ground:
    """`calm` ends what disturbs; `changes`, `sendings` and `pauses` are for the verdict.

    `start` is how processes start, `on_kill` is told of each that was killed at its work.
    """

    sandbox: Sandbox
    folder: Path
    database_url: str
    random: Random
    start: Starter | None = None
    on_kill: Callable[[], None] = lambda: None
    calm: threading.Event = field(default_factory=threading.Event)
    changes: list[Change] = field(default_factory=list)
    sendings: list[Sending] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    tracebacks: list[str] = field(default_factory=list)  # how each ended that a process printed
    said: Counter[str] = field(default_factory=Counter)  # times a customer wrote again
    _made: int = 0

    def __post_init__(self) -> None:
        self.tally = Tally(self.sandbox)
        self._counting = threading.Lock()

    def now(self) -> datetime:
        """By the server's clock."""
        return self.sandbox.world.now()

    def counted(self, what: str, number: int = 1) -> None:
        """Add to a figure; several threads do."""
        with self._counting:
            self.counts[what] += number

    def killed(self) -> None:
        """One more, of a process that had begun its work."""
        self.counted("kills")
        self.on_kill()

    def heard(self, process: Sidenote) -> None:
        """Look at what a process that has ended wrote to stderr."""
        if "Traceback" in process.err:
            self.counted("tracebacks")
            self.tracebacks.append(process.err.strip()[-300:])

    def add_conversations(self, count: int) -> None:
        """New ones, each due a note."""
        made = made_up(count, first=self._made)
        self._made += count
        self.sandbox.add([parse_plan(fields, "made up") for fields in made])

    def any_conversation(self, random: Random) -> str:
        """The id of one."""
        return random.choice(tuple(self.sandbox.world.conversations))

    def customer_asks(self, conversation_id: str) -> None:
        """A new question, which is worth a new note."""
        self.said[conversation_id] += 1
        number = len(self.changes)
        goods = GOODS[number % len(GOODS)]
        text = f"The {goods} of order 51-{2000 + number} is missing, too. Could you send it today?"
        message = self.sandbox.customer_says(conversation_id, text)
        self.changes.append(Change(conversation_id, message.sent_at, "customer wrote"))

    def sidenote(self, *args: str, key: str = "", **settings: str) -> Sidenote:
        """A process in a folder of its own, with `key` if it is to be told from others."""
        if key:
            settings["KUSTOMER_API_KEY"] = key
        environment = environment_of(self.sandbox, self.database_url, **settings)
        with self._counting:
            self._processes = getattr(self, "_processes", 0) + 1
            folder = self.folder / f"process-{self._processes}"
        return Sidenote(*args, folder=folder, environment=environment, start=self.start)


@contextmanager
def running(*threads: threading.Thread) -> Iterator[None]:
    """Start them, and wait for their end afterwards."""
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()
