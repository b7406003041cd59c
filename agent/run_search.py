"""The door to finding runs among very many: what the console's lists and counts ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
