"""The door to finding runs among very many: what the console's lists and counts ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from agent.ports import Disposition, Run, RunState

PAGE = 50  # runs of a page


Place = tuple[datetime, datetime, str]  # created, customer's message, id


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """Which runs. Everything that is given must hold.

    `text` is a run's id or its beginning, or the id of a conversation or a customer. `after` is
    the place of the last run of the page before (`place_of`).
    """

    state: RunState | None = None
    disposition: Disposition | None = None
    topic: str = ""
    rule: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    limit: int = PAGE


def place_of(run: Run) -> Place:
    """Where a run stands in the order of the lists, newest first."""
    return run.created_at, run.message_at, run.id


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many runs of one day (UTC) ended so."""

    day: date
    disposition: Disposition | None  # None: not ended
    runs: int


class RunSearch(Protocol):
    """Reads only. Raises StoreUnavailable when it cannot."""

    def find_runs(self, query: RunQuery) -> tuple[Run, ...]:
        """A page of runs, newest first; quick also among 100,000."""

    def runs_by_day(self, since: datetime) -> tuple[DayCount, ...]:
        """Runs created since then, by day and outcome, oldest day first."""

    def held_by_rule(self, since: datetime) -> Mapping[str, int]:
        """How often each rule was among the deciding ones of runs that ended as notes."""

    def seconds_to_note(self, since: datetime) -> tuple[float, ...]:
        """Seconds from the customer's message to its note, of the newest 500 noted runs."""

    def close(self) -> None:
        """Let go of every connection."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def place_text(run: Run) -> str:
    """The place of a run as it travels in an address; `place_from` reads it."""
    created, message_at, run_id = place_of(run)
    return f"{(created - _EPOCH) // _MICROSECOND}.{(message_at - _EPOCH) // _MICROSECOND}.{run_id}"


def place_from(text: str) -> Place | None:
    """The place that such a text names, or None when it is none."""
    created, _, rest = text.partition(".")
    message_at, _, run_id = rest.partition(".")
    try:
        return (
            _EPOCH + int(created) * _MICROSECOND,
            _EPOCH + int(message_at) * _MICROSECOND,
            run_id,
        )
    except (ValueError, OverflowError):
        return None
