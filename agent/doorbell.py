"""The doorbell: a call from Kustomer that says "look at this conversation", and nothing more.

What a call carries is never used as data; only the id of its conversation is, to read that one
at once instead of at the next poll. So a call that is lost, doubled, late or out of order changes
how soon something is seen, and nothing else.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from agent.doorbell_port import MOST_RINGS, Call, DoorbellBook
from agent.errors import AgentError, StoreUnavailable
from agent.log import logger
from agent.ports import Clock

REMEMBERED = 10_000  # event ids; Kustomer repeats a call for about an hour
LOOK_SECONDS = 1.0  # between two looks of who passes rings on
AT_ONCE = 50  # conversations read in one look
TOKEN_READ_EVERY = timedelta(seconds=10)  # a webhook made meanwhile works that soon


class Bell(Protocol):
    """Where a ring goes."""

    def ring(self, conversation_id: str) -> None:
        """Wake whoever looks. Returns at once; never raises."""


@dataclass(slots=True)
class OwnBell:
    """Rings in the daemon's own process."""

    _waiting: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _rung: threading.Event = field(default_factory=threading.Event)

    def ring(self, conversation_id: str) -> None:
        """See `Bell`. Beyond MOST_RINGS the next poll is soon enough."""
        with self._lock:
            if len(self._waiting) < MOST_RINGS:
                self._waiting[conversation_id] = None
        self._rung.set()

    def wait(self, seconds: float) -> None:
        """Until somebody rings, but no longer than that."""
        self._rung.wait(seconds)

    def take(self) -> tuple[str, ...]:
        """Up to AT_ONCE conversations, those that rang first; each is given once."""
        with self._lock:
            taken = [self._waiting.popitem(last=False)[0] for _ in range(self._count())]
            if not self._waiting:
                self._rung.clear()
        return tuple(taken)

    def _count(self) -> int:
        return min(len(self._waiting), AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistantBell:
    """Rings through the database, for a daemon in another process.

    A call is answered before its ring is passed on: a busy database must not keep Kustomer waiting.
    """

    book: DoorbellBook
    clock: Clock
    own: OwnBell = field(default_factory=OwnBell)

    def ring(self, conversation_id: str) -> None:
        """See `Bell`."""
        self.own.ring(conversation_id)

    def run(self, stopping: threading.Event) -> None:
        """Pass rings on until the program stops. For a thread of its own."""
        while not stopping.is_set():
            self.own.wait(LOOK_SECONDS)
            if not self.pass_on():
                stopping.wait(LOOK_SECONDS)

    def pass_on(self) -> bool:
        """Write down what was rung for; False when the database takes nothing just now."""
        rung = self.own.take()
        for number, conversation_id in enumerate(rung):
            try:
                self.book.ring(conversation_id, self.clock.now())
            except StoreUnavailable:
                for left in rung[number:]:
                    self.own.ring(left)
                return False
        return True


@dataclass(frozen=True, slots=True)
class Heard:
    """What the daemon hears: its own bell, and rings that another process left in the database."""

    own: OwnBell
    book: DoorbellBook

    def wait(self, seconds: float) -> None:
        """Until our own bell rings, but no longer than that."""
        self.own.wait(seconds)

    def take(self) -> tuple[str, ...]:
        """Conversations to look at now; each is given once. Raises StoreUnavailable."""
        near = self.own.take()
        room = AT_ONCE - len(near)
        return tuple(dict.fromkeys((*near, *self.book.take_rings(room)))) if room else near


@dataclass(slots=True, kw_only=True)
class Doorbell:
    """Answers calls. `is_signed` and `parse` are Kustomer's; `tokens` may read the database."""

    bell: Bell
    clock: Clock
    tokens: Callable[[], Sequence[str]]
    is_signed: Callable[[bytes, str, str], bool]
    parse: Callable[[bytes], Call | None]
    _known: tuple[str, ...] = ()
    _read_at: datetime | None = None
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes, signatures: Sequence[str]) -> bool:
        """Ring if the call is genuine; False when it is not. Safe to call from several threads.

        A call that was here before, or names no conversation, is genuine and rings nothing.
        """
        if len(signatures) != 1:
            return False
        if not any(self.is_signed(body, signatures[0], token) for token in self._tokens()):
            return False
        call = self.parse(body)
        if call is not None and self._is_new(call.event_id):
            self.bell.ring(call.conversation_id)
        return True

    def _is_new(self, event_id: str) -> bool:
        with self._lock:
            if event_id in self._seen:
                return False
            self._seen[event_id] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            return True

    def _tokens(self) -> tuple[str, ...]:
        now = self.clock.now()
        # A clock that was set back must not keep an old token for ever.
        if self._read_at is None or abs(now - self._read_at) >= TOKEN_READ_EVERY:
            try:
                self._known = tuple(token for token in self.tokens() if token)
            except AgentError:
                logger().warning("doorbell.token-unread")
            self._read_at = now
        return self._known
