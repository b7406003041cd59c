"""Our share of the organization's request limit, over all threads, processes and machines.

A window of 60 seconds, kept as one count per second in a database that all workers share: bursts
are fine as long as the window holds. On SQLite it is a file of its own beside the main one, so
that counting never waits for a run's transaction; on PostgreSQL it is the same database.

One UPDATE opens each transaction. It takes the write lock on both databases and gives back what
is known of the limit, so no two workers see the same free place. Workers on several machines
need clocks that agree within a second or two.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

import structlog
from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from agent.adapters.kustomer.budget_tables import WINDOW, Counts, Known, Tables, open_engine
from agent.errors import HelpdeskBusy, StoreUnavailable
from agent.ports import Clock

SHARE = 0.30  # of the organization's limit, which every other integration shares
AT_FIRST = 90  # a minute, until an answer told the limit: 30 % of the smallest plan's 300
SEARCHES = 100  # a minute for a machine user. Source: Kustomer's page on rate limits
WRITES = 120  # a minute, customer and kind, for one client. Source: the same page
NEAR = WRITES // 2  # so many more may be under way before the first of them is counted
LONGEST_PAUSE = timedelta(minutes=5)  # anything beyond is a broken clock, not a limit
_LATE = 0.5  # seconds; one that was counted first may arrive at Kustomer after later ones
_CLEAN_UP_EVERY = 100  # requests; without it there would be a row for each second of the past
_STARTS, _START_PAUSE = 20, 0.1  # tries and seconds; a first start takes milliseconds

_log = structlog.get_logger()
T = TypeVar("T")


class Kind(StrEnum):
    """What a request counts against, and who goes first when places are few."""

    SEARCH = "search"  # has a limit of its own besides
    OTHER = "other"
    URGENT = "urgent"  # releasing a reply and finding out what became of it
    BACKGROUND = "background"  # reading the past, while live work goes on


# The part of our share that each leaves free. Once it is used to that mark every place that comes
# free is for those after it: first the past waits, then searches, then all that is not urgent.
_ROOM = {Kind.BACKGROUND: 0.5, Kind.SEARCH: 0.1, Kind.OTHER: 0.02, Kind.URGENT: 0.0}


class Written(StrEnum):
    """What has a limit a minute for each customer."""

    NOTES = "notes"
    MESSAGES = "messages"
    DRAFTS = "drafts"
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class Write:
    """One more for this customer."""

    kind: Written
    customer_id: str


class BudgetSpent(HelpdeskBusy):
    """Our own share is used up, or all workers pause; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Requests of all workers: ever, in the last 60 seconds, and how many a minute are ours."""

    ever: int = 0
    last_minute: int = 0
    per_minute: int = 0


class Budget(Protocol):
    """Stands before every request."""

    def take(self, kind: Kind, write: Write | None = None) -> None:
        """Wait for a place. Raises BudgetSpent when none comes free within a bound."""

    def is_near(self, kind: Written) -> bool:
        """Whether a customer had so many writes that the next one's customer must be known."""

    def count(self, write: Write) -> None:
        """Count a write whose customer was not known before. Never raises."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Read the limit from an answer. Never raises: it follows writes too."""

    def pause(self, until: datetime) -> None:
        """Let no worker send before `until`. Never raises."""

    def used(self) -> Used:
        """For figures. Raises StoreUnavailable."""


class Unlimited:
    """For tests and short trials: never waits."""

    def take(self, kind: Kind, write: Write | None = None) -> None:
        """Go ahead."""

    def is_near(self, kind: Written) -> bool:
        """Never."""
        return False

    def count(self, write: Write) -> None:
        """Forget it."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Forget it."""

    def pause(self, until: datetime) -> None:
        """Go on."""

    def used(self) -> Used:
        """Nothing is counted."""
        return Used()


class SharedBudget:
    """The real one. Safe to share between threads; make one per process.

    `requests_per_minute`, when set, replaces the 30 %: it is used whole, but never above the
    limit that Kustomer reports. `patience` bounds one `take`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        requests_per_minute: int | None = None,
        patience: timedelta = timedelta(seconds=90),
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._wish = requests_per_minute
        self._patience = patience
        self._reported: int | None = None  # as the database last had it
        self._tables = Tables(engine.dialect.name)
        self._prepare()

    def take(self, kind: Kind, write: Write | None = None) -> None:
        """Wait for a place in the window, and in the customer's for a write.

        Raises:
            BudgetSpent: none will come free within `patience`; `retry_at` says when.
            StoreUnavailable: the budget's database cannot be used.
        """
        started = self._clock.monotonic()
        while (wait := self._try(kind, write)) > 0:
            waited = self._clock.monotonic() - started
            if waited + wait > self._patience.total_seconds():
                retry_at = self._clock.now() + timedelta(seconds=wait)
                raise BudgetSpent("our share of requests is used up", retry_at=retry_at)
            self._clock.sleep(wait)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Remember `x-ratelimit-limit` for all workers. Costs nothing while it stays the same."""
        text = headers.get("x-ratelimit-limit", "")
        if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 1_000_000:
            return
        if int(text) != self._reported:
            self._write(reported=int(text))
            self._reported = int(text)

    def pause(self, until: datetime) -> None:
        """Pause all workers; a shorter pause never ends a longer one."""
        self._write(paused_until=until.timestamp())

    def used(self) -> Used:
        """How many requests there were, and how many there may be.

        Raises:
            StoreUnavailable: the budget's database cannot be used.
        """
        second = int(self._clock.now().timestamp())

        def work(connection: Connection, known: Known) -> Used:
            window = self._tables.used(connection, second).values()
            return Used(
                ever=self._tables.ever(connection),
                last_minute=sum(count for counts in window for _, count in counts),
                per_minute=self._share(known.reported),
            )

        return self._locked(work)

    @property
    def reported(self) -> int | None:
        """The organization's limit a minute, as the last answer to this process told it."""
        return self._reported

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def is_near(self, kind: Written) -> bool:
        """Whether a customer had 60 or more of the 120 in the window.

        Raises:
            StoreUnavailable: the budget's database cannot be used.
        """
        second = self._second()
        return self._locked(lambda c, _: self._tables.most_written(c, kind, second) >= NEAR)

    def count(self, write: Write) -> None:
        """Count a write after it was made."""
        second = int(self._clock.now().timestamp())
        try:
            self._locked(
                lambda c, _: self._tables.add_written(c, write.kind, write.customer_id, second)
            )
        except StoreUnavailable as error:
            _log.warning("budget.not_written", error=str(error))

    def _second(self) -> int:
        """The second at which the window ends."""
        return int(self._clock.now().timestamp() - _LATE)

    def _locked(self, work: Callable[[Connection, Known], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection, self._tables.lock(connection))
        except SQLAlchemyError as error:
            raise StoreUnavailable(f"request budget: {type(error).__name__}") from error

    def _try(self, kind: Kind, write: Write | None) -> float:
        """0 when a place was taken, else the seconds after which to look again."""
        now, tables = self._clock.now().timestamp(), self._tables

        def work(connection: Connection, known: Known) -> float:
            self._reported = known.reported
            if known.touched % _CLEAN_UP_EVERY == 0:
                tables.clean_up(connection, int(now) - 2 * WINDOW)
            wait = max(
                _pause_left(known, now),
                self._crowded(connection, kind, known, now),
                self._full(connection, write, now),
            )
            if wait <= 0:
                tables.add_used(connection, kind, int(now))
                if write:
                    tables.add_written(connection, write.kind, write.customer_id, int(now))
            return wait

        return self._locked(work)

    def _crowded(self, connection: Connection, kind: Kind, known: Known, now: float) -> float:
        """Seconds until a place of our share comes free, 0 when there is one."""
        used = self._tables.used(connection, int(now - _LATE))
        share = self._share(known.reported)
        share -= min(math.ceil(share * _ROOM[kind]), share - 1)
        every = [count for counts in used.values() for count in counts]
        own = _free_after(used.get(kind, []), SEARCHES, now) if kind is Kind.SEARCH else 0.0
        return max(own, _free_after(every, share, now))

    def _full(self, connection: Connection, write: Write | None, now: float) -> float:
        """Seconds until that customer may have one more, 0 when it may now."""
        if write is None:
            return 0.0
        second = int(now - _LATE)
        counts = self._tables.written(connection, write.kind, write.customer_id, second)
        return _free_after(counts, WRITES, now)

    def _share(self, reported: int | None) -> int:
        if self._wish is not None:
            return min(self._wish, reported or self._wish)
        return max(1, int(reported * SHARE)) if reported else AT_FIRST

    def _write(self, *, reported: int | None = None, paused_until: float | None = None) -> None:
        latest = self._clock.now().timestamp() + LONGEST_PAUSE.total_seconds()

        def work(connection: Connection, known: Known) -> None:
            later = max(known.paused_until, paused_until or 0.0)
            self._tables.save(
                connection,
                reported=reported or known.reported,
                paused_until=min(later, latest),
            )

        try:
            self._locked(work)
        except StoreUnavailable as error:
            _log.warning("budget.not_written", error=str(error))

    def _prepare(self) -> None:
        """Make the tables. Workers that start together get in each other's way; all get there."""
        for _ in range(_STARTS):
            try:
                with self._engine.begin() as connection:
                    self._tables.make(connection)
            except SQLAlchemyError as error:
                failure = error
                self._clock.sleep(_START_PAUSE)
            else:
                return
        raise StoreUnavailable(f"request budget: {type(failure).__name__}") from failure


def open_budget(
    url: str,
    *,
    clock: Clock,
    requests_per_minute: int | None = None,
    patience: timedelta = timedelta(seconds=90),
) -> SharedBudget:
    """The budget kept at `sqlite:///PATH` or `postgresql://…`.

    Raises:
        StoreUnavailable: the database cannot be opened.
    """
    return SharedBudget(
        open_engine(url), clock=clock, requests_per_minute=requests_per_minute, patience=patience
    )


def _pause_left(known: Known, now: float) -> float:
    left = known.paused_until - now
    return left if left <= LONGEST_PAUSE.total_seconds() else 0.0


def _free_after(used: Counts, share: int, now: float) -> float:
    """Seconds until fewer than `share` are in the window, 0 when that is so now."""
    over = sum(count for _, count in used) - share + 1
    for second, count in sorted(used):
        if over <= 0:
            break
        over -= count
        if over <= 0:
            # That second's requests leave the window one second after its end.
            return max(second + WINDOW + 1 + _LATE - now, 0.01)
    return 0.0
