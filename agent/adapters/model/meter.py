"""Stands before every call of the model: is there still room under the team's caps?"""

import math
from itertools import count
from threading import Lock

import structlog

from agent.adapters.model.completion import Completion
from agent.core.proposal import Usage
from agent.core.spending import BYTES_A_TOKEN, Call, Caps, Price, worst_case
from agent.errors import ModelUnavailable, StoreUnavailable
from agent.model_port import ModelBook
from agent.ports import Clock

SILENCE = 600.0  # seconds after which a cap that is full again is worth another alert
REST = 10.0  # seconds for which a full cap is believed: a storm must not ask the database each time

_log = structlog.get_logger()


class Meter:
    """Counts what one process spends, together with all others on the same book.

    `owner` tells this process from all others; `book` is where they count. Safe to share between
    threads.
    """

    def __init__(
        self, book: ModelBook, *, clock: Clock, owner: str, caps: Caps, price: Price | None = None
    ) -> None:
        self.book = book
        self._clock = clock
        self._owner = owner
        self._caps = caps
        self._price = price or Price()
        self._numbers = count(1)
        self._lock = Lock()
        self._full_until = -math.inf  # monotonic seconds
        self._because = ""

    def enter(self) -> None:
        """Costs nothing. Raises ModelUnavailable when a cap was full a moment ago."""
        with self._lock:
            if self._clock.monotonic() < self._full_until:
                raise ModelUnavailable(self._because)

    def reserve(self, conversation_id: str, prompt: str, *, answer_tokens: int) -> Call:
        """Count a call at its worst.

        Raises:
            ModelUnavailable: a cap leaves no room for it.
            StoreUnavailable: it cannot be counted, so it must not be made.
        """
        worst = worst_case(prompt, answer_tokens)
        call = Call(
            id=f"{self._owner}/{next(self._numbers)}",
            conversation_id=conversation_id,
            at=self._clock.now(),
            tokens=_tokens(worst),
            cost=self._price.of(worst),
        )
        over = self.book.reserve(call, self._caps)
        if over is None:
            return call
        if over.everywhere:
            self._close(over.why)
        raise ModelUnavailable(over.why)

    def settle(self, call: Call, usage: Usage) -> None:
        """Replace the worst by what was. Never raises: the worst stays counted then."""
        try:
            self.book.settle(call.id, tokens=_tokens(usage), cost=self._price.of(usage))
        except StoreUnavailable as error:
            _log.warning("model.not_counted", why=str(error))

    def _close(self, why: str) -> None:
        now = self._clock.monotonic()
        with self._lock:
            is_news = now > self._full_until + SILENCE
            self._full_until = now + REST
            self._because = why
        if is_news:
            _log.error("model.cap_reached", why=why)


def usage_of(completion: Completion, prompt: str) -> Usage:
    """What a call cost: as the server told it, else as its texts suggest."""
    if completion.usage.input_tokens:
        return completion.usage
    written = len(completion.text.encode("utf-8", "replace")) // BYTES_A_TOKEN + completion.thought
    return worst_case(prompt, written)


def unanswered(prompt: str) -> Usage:
    """What a call cost that was sent, and never answered: its prompt may have been read."""
    return worst_case(prompt, 0)


def _tokens(usage: Usage) -> int:
    return usage.input_tokens + usage.output_tokens
