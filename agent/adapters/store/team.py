"""What teammates said: levels of topics, verdicts on drafts; and how their topics do."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, cast, func, select
from sqlalchemy.types import Text

from agent.adapters.store.database import Database
from agent.adapters.store.tables import approvals, levels, runs
from agent.core.levels import LevelChange
from agent.team_port import Approval, TopicCount


class TeamTables:
    """Levels and approvals."""

    _database: Database

    def level_changes(self) -> tuple[LevelChange, ...]:
        """See `Store`."""
        query = select(levels).order_by(levels.c.number)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_change_of_row(row) for row in rows)

    def add_level_change(self, change: LevelChange) -> bool:
        """See `Store`."""

        def work(connection: Connection) -> bool:
            self._database.one_at_a_time(connection)
            newest = connection.execute(select(func.max(levels.c.number))).scalar() or 0
            if newest != change.number - 1:
                return False
            connection.execute(levels.insert(), _change_values(change))
            return True

        return self._database.write(work)

    def approval(self, run_id: str) -> Approval | None:
        """See `Store`."""
        query = select(approvals).where(approvals.c.run_id == run_id)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return _approval_of_row(row) if row else None

    def approvals(self, *, since: datetime | None = None) -> tuple[Approval, ...]:
        """See `Store`."""
        query = select(approvals).order_by(approvals.c.given_at.desc(), approvals.c.run_id)
        if since is not None:
            query = query.where(approvals.c.given_at >= since)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_approval_of_row(row) for row in rows)

    def set_approval(self, approval: Approval, *, was: Approval | None) -> bool:
        """See `Store`."""
        query = select(approvals).where(approvals.c.run_id == approval.run_id)
        statement = self._database.upsert(approvals)

        def work(connection: Connection) -> bool:
            self._database.one_at_a_time(connection)
            row = connection.execute(query).one_or_none()
            if (_approval_of_row(row) if row else None) != was:
                return False
            connection.execute(statement, _approval_values(approval))
            return True

        return self._database.write(work)

    def topic_counts(self, since: datetime) -> tuple[TopicCount, ...]:
        """See `Store`."""
        because = cast(runs.c.because, Text)
        parts = (runs.c.topic, runs.c.disposition, runs.c.autonomy, because)
        query = (
            select(runs.c.topic, runs.c.disposition, because.label("because"), func.count())
            .where(runs.c.created_at >= since, runs.c.topic != "")
            .group_by(*parts)
            .order_by(*parts)
        )
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(
            TopicCount(
                topic=row.topic,
                disposition=row.disposition or "",
                because=tuple(json.loads(row.because)),
                runs=row[3],
            )
            for row in rows
        )


def _change_values(change: LevelChange) -> dict[str, Any]:
    return {
        "number": change.number,
        "topic": change.topic,
        "level": change.level,
        "was": change.was,
        "file_level": change.file_level,
        "changed_by": change.by,
        "changed_at": change.at,
        "why": change.why,
    }


def _change_of_row(row: Row[Any]) -> LevelChange:
    return LevelChange(
        number=row.number,
        topic=row.topic,
        level=row.level,
        was=row.was,
        file_level=row.file_level,
        by=row.changed_by,
        at=row.changed_at,
        why=row.why,
    )


def _approval_values(approval: Approval) -> dict[str, Any]:
    return {
        "run_id": approval.run_id,
        "conversation_id": approval.conversation_id,
        "topic": approval.topic,
        "verdict": approval.verdict,
        "given_by": approval.by,
        "given_at": approval.at,
        "reason": approval.reason,
        "binds": approval.binds,
        "outcome": approval.outcome,
    }


def _approval_of_row(row: Row[Any]) -> Approval:
    return Approval(
        run_id=row.run_id,
        conversation_id=row.conversation_id,
        topic=row.topic,
        verdict=row.verdict,
        by=row.given_by,
        at=row.given_at,
        reason=row.reason,
        binds=row.binds,
        outcome=row.outcome,
    )
