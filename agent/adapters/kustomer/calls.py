"""Every request of ours passes here: share of the limit, deadline, retries of reads, counting.

Reads are tried again for what a retry can mend. Writes are sent once; whether one that failed
was applied is said by the error.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from agent.adapters.kustomer.budget import Budget, BudgetSpent, Kind, Write
from agent.adapters.kustomer.envelope import Garbled
from agent.adapters.kustomer.failures import UPSTREAM, read_failed, refusal, write_failed
from agent.adapters.kustomer.transport import Answer, Request, exchange
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskUnavailable,
    OutcomeUnknown,
    ReplyUnreadable,
)
from agent.ports import Clock
from agent.retries import DEFAULT_RETRIES, NO_RETRIES, Retries
from agent.urgency import is_background, is_urgent

T = TypeVar("T")

SEARCH = "search"  # the name of the one call with a limit of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take in all, and how reads are tried again."""

    read: timedelta = timedelta(seconds=15)
    write: timedelta = timedelta(seconds=30)  # longer: giving up on one leaves it unknown
    # Shorter: while a release is unanswered nobody looks whether it still should go.
    release: timedelta = timedelta(seconds=10)
    retries: Retries = DEFAULT_RETRIES
    jitter: Callable[[], float] = random.random  # 0..1


class Calls:
    """Sends requests of one organization. Safe to share between threads."""

    def __init__(
        self, http: httpx.Client, *, clock: Clock, budget: Budget, patience: Patience
    ) -> None:
        self._http = http
        self._clock = clock
        self._budget = budget
        self._patience = patience
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()

    def tried_once(self) -> "Calls":
        """The same calls, counted together, whose reads are not tried again."""
        once = copy(self)
        once._patience = replace(self._patience, retries=NO_RETRIES)  # noqa: SLF001 - our own
        return once

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests went out, by name; attempts count one by one."""
        with self._counting:
            return dict(self._counts)

    def read(self, request: Request, parse: Callable[[Answer], T]) -> T:
        """Ask until it is answered, as `Patience` says; safe to repeat."""
        attempts = Retrying(
            stop=stop_after_attempt(self._patience.retries.attempts),
            retry=retry_if_exception(_may_mend),
            wait=self._wait,
            sleep=self._clock.sleep,
            reraise=True,
        )
        answered: T = attempts(self._read_once, request, parse)
        return answered

    def write(
        self,
        request: Request,
        parse: Callable[[Answer], T],
        *,
        counted: Write | None = None,
        within: timedelta | None = None,
    ) -> T:
        """Send once. `counted` is what it counts against for its customer, where that is limited.

        With `within` it is sent in that span or not at all: no wait for a place of our share, nor
        for a connection, makes it later.

        Raises:
            OutcomeUnknown: it may have been applied. Look before sending it again.
            AgentError: any other of ours says that it was not applied.
        """
        asked = self._clock.monotonic()
        self._budget.take(_kind(request), counted)
        span = self._patience.write if within is None else self._patience.release
        if within is not None:
            within -= timedelta(seconds=self._clock.monotonic() - asked)
            if within <= timedelta():
                raise HelpdeskUnavailable(f"{request.doing}: not sent, it had to wait too long")
        self._count(request)
        try:
            answer = exchange(self._http, request, span=span, connected=within)
        except UPSTREAM as error:
            raise write_failed(error, request.doing) from error
        failure = self._failure(answer, request)
        if isinstance(failure, HelpdeskUnavailable):
            raise _unknown(failure)
        if failure:
            raise failure
        try:
            return parse(answer)
        except ReplyUnreadable as error:
            raise OutcomeUnknown(f"{request.doing}: taken, but {error}") from error

    def _read_once(self, request: Request, parse: Callable[[Answer], T]) -> T:
        self._budget.take(_kind(request))
        self._count(request)
        try:
            answer = exchange(self._http, request, span=self._patience.read)
        except UPSTREAM as error:
            raise read_failed(error, request.doing) from error
        failure = self._failure(answer, request)
        if failure:
            raise failure
        try:
            return parse(answer)
        except ReplyUnreadable as error:
            raise type(error)(f"{request.doing}: {error}") from error

    def _failure(self, answer: Answer, request: Request) -> AgentError | None:
        self._budget.learn(answer.headers)
        failure = refusal(answer, request.doing, now=self._clock.now())
        if isinstance(failure, HelpdeskBusy) and failure.retry_at:
            self._budget.pause(failure.retry_at)
        return failure

    def _count(self, request: Request) -> None:
        with self._counting:
            self._counts[request.name] += 1

    def _wait(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: the planned wait, and never before `retry_at`."""
        retries = self._patience.retries
        if state.attempt_number >= retries.attempts:
            return 0.0  # it was the last attempt; tenacity asks all the same
        jitter = self._patience.jitter()
        wait = retries.wait(state.attempt_number, lambda: jitter)
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, HelpdeskBusy) and error.retry_at:
            # Some spread on top, or all workers come back in the same instant.
            until = (error.retry_at - self._clock.now()).total_seconds() + jitter
            return max(wait, until)
        return wait


def _unknown(failure: HelpdeskUnavailable) -> OutcomeUnknown:
    unknown = OutcomeUnknown(str(failure))
    unknown.status = failure.status
    return unknown


def _may_mend(error: BaseException) -> bool:
    if isinstance(error, BudgetSpent):
        return False  # it has waited long enough already
    return isinstance(error, HelpdeskUnavailable | HelpdeskBusy | Garbled)


def _kind(request: Request) -> Kind:
    if request.name == SEARCH:
        return Kind.SEARCH
    if is_background():
        return Kind.BACKGROUND
    return Kind.URGENT if is_urgent() else Kind.OTHER
