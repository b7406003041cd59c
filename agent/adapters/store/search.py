"""Finds runs among very many: `agent.run_search.RunSearch`."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)

from agent.adapters.store.columns import to_json
from agent.adapters.store.connect import connect
from agent.adapters.store.database import Database
from agent.adapters.store.rows import run_of_row
from agent.adapters.store.runs import NEWEST_FIRST
from agent.adapters.store.tables import runs
from agent.ports import Disposition, Run, RunState
from agent.run_search import DayCount, RunQuery, RunSearch

NEWEST = 500  # runs that a figure of times rests on
MOST_HELD = 5_000  # runs whose deciding rules are counted
_DAY = 24 * 3600 * 1_000_000  # microseconds, as times lie in the columns
_EPOCH = date(1970, 1, 1)
_HIGHEST = "\U0010ffff"  # sorts after every other character


class SqlRunSearch:
    """Reads the runs' table with the indexes of migration 0002."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find_runs(self, query: RunQuery) -> tuple[Run, ...]:
        """See `RunSearch`."""
        wanted = select(runs).where(*_conditions(query)).order_by(*NEWEST_FIRST).limit(query.limit)
        return tuple(run_of_row(row) for row in self._rows(wanted))

    def runs_by_day(self, since: datetime) -> tuple[DayCount, ...]:
        """See `RunSearch`."""
        # As a plain number: of the column's own type it would come back as a time.
        day = type_coerce(runs.c.created_at, BigInteger).op("/")(_DAY).label("day")
        query = (
            select(day, runs.c.disposition, func.count())
            .where(runs.c.created_at >= since)
            .group_by(day, runs.c.disposition)
            .order_by(day)
        )
        return tuple(
            DayCount(day=_EPOCH + timedelta(days=int(number)), disposition=outcome, runs=count)
            for number, outcome, count in self._rows(query)
        )

    def held_by_rule(self, since: datetime) -> Mapping[str, int]:
        """See `RunSearch`."""
        query = (
            select(runs.c.because)
            .where(runs.c.created_at >= since, runs.c.disposition == Disposition.NOTED)
            .order_by(runs.c.created_at.desc())
            .limit(MOST_HELD)
        )
        return Counter(rule for (because,) in self._rows(query) for rule in because)

    def seconds_to_note(self, since: datetime) -> tuple[float, ...]:
        """See `RunSearch`."""
        query = (
            select(runs.c.message_at, runs.c.updated_at)
            .where(
                runs.c.state == RunState.DONE,
                runs.c.created_at >= since,
                runs.c.note_id.is_not(None),
            )
            .order_by(runs.c.created_at.desc())
            .limit(NEWEST)
        )
        return tuple((ended - sent).total_seconds() for sent, ended in self._rows(query))

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()

    def _rows(self, query: Select[Any]) -> list[Any]:
        return list(self._database.read(lambda connection: connection.execute(query).all()))


def _conditions(query: RunQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.state is not None:
        found.append(runs.c.state == query.state)
    if query.disposition is not None:
        found.append(runs.c.disposition == query.disposition)
    if query.topic:
        found.append(runs.c.topic == query.topic)
    if query.rule:
        # Rule ids hold no character that LIKE or JSON would read otherwise, but people type.
        named = to_json(query.rule).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        found.append(type_coerce(runs.c.because, Text).like(f"%{named}%", escape="\\"))
    if query.text:
        begins = and_(runs.c.id >= query.text, runs.c.id < query.text + _HIGHEST)
        found.append(
            or_(
                begins,
                runs.c.conversation_id == query.text,
                runs.c.customer_id == query.text,
            )
        )
    if query.since is not None:
        found.append(runs.c.created_at >= query.since)
    if query.until is not None:
        found.append(runs.c.created_at < query.until)
    if query.after is not None:
        place = tuple_(runs.c.created_at, runs.c.message_at, runs.c.id)
        at, message_at, run_id = query.after
        found.append(
            place
            < tuple_(
                literal(at, runs.c.created_at.type),
                literal(message_at, runs.c.message_at.type),
                literal(run_id),
            )
        )
    return found


def open_search(url: str) -> RunSearch:
    """The search on the database of that URL, whose tables are there already.

    Raises:
        ConfigError: the URL cannot work.
        StoreUnavailable: it does not answer.
    """
    return SqlRunSearch(connect(url))
