"""Many sends from JSON Lines: in order, several at once, and the same input again goes on.

What was sent is known by each line's key, so a batch that was cut off at any point, also by
kill -9, is finished by the same command: lines that are through only print their old answer.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from itertools import islice

from agent.batch_lines import NO_JSON, parse_line
from agent.errors import (
    AgentError,
    Held,
    HelpdeskBusy,
    HelpdeskLocked,
    HelpdeskUnavailable,
    InputError,
    StoreUnavailable,
    TransientError,
)
from agent.notes import NoteDesk
from agent.sending import Sent, send
from agent.wanted import INPUTS, LONGEST_KEY, Wanted, parse_wanted

AT_ONCE = 4  # lines; of different conversations
LOOK_AHEAD = 64  # lines that may overtake one whose conversation is busy
OUTAGE_AFTER = 3  # lines in a row without an answer: the rest would only take as long to fail
STORE_WAITS = (1.0, 4.0, 16.0)  # seconds; a database that is busy comes back
SHORTEST_WAIT = timedelta(seconds=1)
KEY = "key"  # the field of a line that names its send


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the input, as far as it could be read: a send, or why it is none."""

    number: int  # from 1, as editors count
    wanted: Wanted | None = None
    error: str = ""

    @property
    def lanes(self) -> frozenset[str]:
        """No two lines that share one of these go at the same time."""
        if self.wanted is None:
            return frozenset()
        return frozenset({self.wanted.conversation_id, str(self.wanted.identity)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one line: a send with its state, or an error in words."""

    number: int
    sent: Sent | None = None
    error: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing failed and nothing is unknown."""
        return self.sent is not None and self.sent.is_good

    def as_json(self) -> dict[str, object]:
        """`{"line", "data"}` or `{"line", "error"}`."""
        if self.sent is None:
            return {"line": self.number, "error": self.error}
        return {"line": self.number, **self.sent.as_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a batch ended. `left` lines were not begun; `why` says what stopped it."""

    answered: int
    bad: int
    left: int
    why: str = ""


def read_batch(
    lines: Iterable[bytes],
    *,
    name: str,
    defaults: Mapping[str, object],
    variables: Mapping[str, object],
) -> tuple[Line, ...]:
    """The lines as sends; blank ones are left out. Touches nothing.

    `defaults` are inputs for lines that leave them out, `variables` what lines do not say
    themselves.

    Raises:
        InputError: not one line is JSON, so it is another kind of file; or the name is of no use.
    """
    if not 0 < len(name) <= LONGEST_KEY:
        raise InputError(f"a batch's name must have 1 to {LONGEST_KEY} characters")
    count: Counter[str] = Counter()
    found = []
    for number, raw in enumerate(lines, 1):
        if raw.strip():
            found.append(_line(number, raw, name, defaults, variables, count))
    if found and all(line.error == NO_JSON for line in found):
        raise InputError("the input is not JSON Lines: write one JSON object on each line")
    return tuple(found)


def _line(
    number: int,
    raw: bytes,
    name: str,
    defaults: Mapping[str, object],
    variables: Mapping[str, object],
    count: Counter[str],
) -> Line:
    try:
        fields = parse_line(raw)
        given = {n: fields[n] for n in INPUTS if fields.get(n) is not None}
        own = {n: value for n, value in fields.items() if n not in INPUTS}
        wanted = parse_wanted(
            {**defaults, **given}, {**variables, **own}, key=_key(fields.get(KEY))
        )
    except InputError as error:
        return Line(number=number, error=str(error))
    return Line(number=number, wanted=_identified(wanted, name, count))


def _key(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError("key must be a text or a whole number")
    return str(value)


def _identified(wanted: Wanted, name: str, count: Counter[str]) -> Wanted:
    """Without a key, a line is known by what it sends, and which such line of the file it is."""
    if wanted.key is not None:
        return wanted
    parts = (wanted.conversation_id, wanted.channel or "", wanted.direction.value, wanted.body)
    texts = "\0".join((name, *parts))
    which = sha256(texts.encode("utf-8", "surrogatepass")).hexdigest()
    count[which] += 1
    return replace(wanted, batch_key=f"{which}:{count[which]}")


class _Stopped(Exception):
    """Nothing more can be sent now."""


@dataclass
class Batch:
    """One go at a batch. `emit` gets each answer in the order of the lines.

    Once `stopping` is set, the lines under way end and no other begins.
    """

    desk: NoteDesk
    emit: Callable[[Answer], None]
    stopping: threading.Event = field(default_factory=threading.Event)
    at_once: int = AT_ONCE
    _answers: dict[int, Answer] = field(default_factory=dict)
    _unanswered: int = 0
    _bad: int = 0
    _emitted: int = 0
    _why: str = ""

    def run(self, lines: tuple[Line, ...]) -> Ended:
        """Send every line that is not through yet.

        One bad line does not stop the rest. A pause, a refused key, a database that is gone and
        an outage do: the lines that are left would only fail as well.
        """
        waiting, order = deque(lines), deque(line.number for line in lines)
        under_way: dict[Future[Answer | None], Line] = {}
        with ThreadPoolExecutor(self.at_once, thread_name_prefix="send") as pool:
            while True:
                while len(under_way) < self.at_once and (line := self._next(waiting, under_way)):
                    under_way[pool.submit(self._answer, line)] = line
                if not under_way:
                    break
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    self._note(under_way.pop(future), future.result())
                self._emit_in_order(order)
        for number in sorted(self._answers):
            self._emit(self._answers[number])
        left = len(lines) - self._emitted
        return Ended(answered=self._emitted, bad=self._bad, left=left, why=self._why)

    def _next(
        self, waiting: deque[Line], under_way: Mapping[Future[Answer | None], Line]
    ) -> Line | None:
        if self._why or self.stopping.is_set():
            return None
        busy = {lane for line in under_way.values() for lane in line.lanes}
        for line in islice(waiting, LOOK_AHEAD):
            if not busy & line.lanes:
                waiting.remove(line)
                return line
            busy |= line.lanes  # so that later lines of its conversation stay behind it
        return None

    def _note(self, line: Line, answer: Answer | None) -> None:
        if answer is not None:
            self._answers[line.number] = answer

    def _emit_in_order(self, order: deque[int]) -> None:
        while order and order[0] in self._answers:
            self._emit(self._answers.pop(order.popleft()))

    def _emit(self, answer: Answer) -> None:
        self._emitted += 1
        self._bad += not answer.is_good
        self.emit(answer)

    # in the threads

    def _answer(self, line: Line) -> Answer | None:
        if line.wanted is None:
            return Answer(number=line.number, error=line.error)
        try:
            sent = self._send(line.wanted)
        except _Stopped as stopped:
            self._why = self._why or str(stopped)
            return None
        except AgentError as error:
            self._count(error)
            return Answer(number=line.number, error=str(error))
        self._unanswered = 0
        return Answer(number=line.number, sent=sent)

    def _send(self, wanted: Wanted) -> Sent:
        """Send, and wait for what passes by itself: the budget, or another process at this line."""
        store_waits = iter(STORE_WAITS)
        while True:
            try:
                return send(self.desk, wanted)
            except HelpdeskBusy as error:
                self._wait(error)
            except HelpdeskLocked as error:
                raise _Stopped(str(error)) from error
            except Held as error:
                self._must_not_be_held(error)
                self._wait(error)
            except StoreUnavailable as error:
                seconds = next(store_waits, None)
                if seconds is None:
                    raise _Stopped(str(error)) from error
                self._sleep(seconds)

    def _must_not_be_held(self, error: Held) -> None:
        """Raises unless it is only somebody else's claim, which runs out."""
        try:
            self.desk.guard()
        except Held as held:
            raise _Stopped(str(held)) from held
        if error.retry_at is None:
            raise _Stopped(str(error)) from error

    def _wait(self, error: TransientError) -> None:
        left = SHORTEST_WAIT
        if error.retry_at is not None:
            left = max(left, error.retry_at - self.desk.clock.now())
        self._sleep(left.total_seconds())

    def _sleep(self, seconds: float) -> None:
        """In pieces, so that a stop is heard; a line that waits has nothing under way."""
        while seconds > 0:
            if self.stopping.is_set():
                raise _Stopped("")
            piece = min(seconds, 1.0)
            self.desk.clock.sleep(piece)
            seconds -= piece

    def _count(self, error: AgentError) -> None:
        self._unanswered = self._unanswered + 1 if isinstance(error, HelpdeskUnavailable) else 0
        if self._unanswered >= OUTAGE_AFTER:
            self._why = self._why or "Kustomer does not answer"
