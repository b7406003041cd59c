"""What teammates said, as dictionaries: the part of `MemoryStore` for levels and approvals."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from threading import RLock

from agent.core.levels import LevelChange
from agent.ports import Run
from agent.team_port import Approval, TopicCount


class TeamMemory:
    """Levels and approvals. `MemoryStore` calls `_forget_words` when it is made."""

    _runs: dict[str, Run]

    def _open(self) -> RLock:
        raise NotImplementedError

    def _forget_words(self) -> None:
        self._levels: list[LevelChange] = []
        self._approvals: dict[str, Approval] = {}

    def level_changes(self) -> tuple[LevelChange, ...]:
        """See `Store`."""
        with self._open():
            return tuple(self._levels)

    def add_level_change(self, change: LevelChange) -> bool:
        """See `Store`."""
        with self._open():
            if change.number != len(self._levels) + 1:
                return False
            self._levels.append(change)
            return True

    def approval(self, run_id: str) -> Approval | None:
        """See `Store`."""
        with self._open():
            return self._approvals.get(run_id)

    def approvals(self, *, since: datetime | None = None) -> tuple[Approval, ...]:
        """See `Store`."""
        with self._open():
            found = [a for a in self._approvals.values() if since is None or a.at >= since]
        return tuple(sorted(sorted(found, key=lambda a: a.run_id), key=_age, reverse=True))

    def set_approval(self, approval: Approval, *, was: Approval | None) -> bool:
        """See `Store`."""
        with self._open():
            if self._approvals.get(approval.run_id) != was:
                return False
            self._approvals[approval.run_id] = approval
            return True

    def topic_counts(self, since: datetime) -> tuple[TopicCount, ...]:
        """See `Store`."""
        with self._open():
            counted: Mapping[TopicCount, int] = Counter(
                TopicCount(topic=r.topic, disposition=r.disposition or "", because=r.because)
                for r in self._runs.values()
                if r.topic and r.created_at >= since
            )
        return tuple(
            TopicCount(
                topic=each.topic, disposition=each.disposition, because=each.because, runs=number
            )
            for each, number in counted.items()
        )


def _age(approval: Approval) -> datetime:
    return approval.at
