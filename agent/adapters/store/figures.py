"""Counts for monitoring: `agent.figures_port.Figures`."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from agent.adapters.store.connect import connect
from agent.adapters.store.database import Database
from agent.adapters.store.tables import deliveries, proposed, pruned_runs, runs
from agent.figures_port import Figures, LabelKind
from agent.ports import RunState


class SqlFigures:
    """Reads the indexes of migrations 0010 and 0014."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def runs_by_outcome(self) -> Mapping[str, int]:
        """See `Figures`."""
        there = (
            select(runs.c.disposition, func.count())
            .where(runs.c.state == RunState.DONE, runs.c.disposition.is_not(None))
            .group_by(runs.c.disposition)
        )
        gone = select(pruned_runs.c.disposition, pruned_runs.c.runs)

        def work(connection: Connection) -> Counter[str]:
            found: Counter[str] = Counter()
            for query in (there, gone):
                for outcome, count in connection.execute(query):
                    found[str(outcome)] += count
            return found

        return self._database.read(work)

    def writes_by_state(self) -> Mapping[tuple[str, str], int]:
        """See `Figures`."""
        query = select(deliveries.c.action, deliveries.c.state, func.count()).group_by(
            deliveries.c.action, deliveries.c.state
        )
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return {(str(action), str(state)): count for action, state, count in rows}

    def proposals_by_label(self) -> Mapping[LabelKind, int]:
        """See `Figures`."""
        kind = (proposed.c.judgement, proposed.c.source, proposed.c.topic, proposed.c.channel)
        query = select(*kind, func.count()).group_by(*kind)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return {LabelKind(*found): count for *found, count in rows}

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()


def open_figures(url: str) -> Figures:
    """The figures in the database of that URL, whose tables are there already.

    Raises:
        ConfigError: the URL cannot work.
        StoreUnavailable: it does not answer.
    """
    return SqlFigures(connect(url))
