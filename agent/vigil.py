"""The daemon's watch over topics that send: certificates, outcomes, alarms.

What is quick is done in every round, the rest at intervals. A topic's level counts for every worker
as soon as it is lowered; several workers do each thing once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.alarming import Alarming
from agent.certifying import Certifying
from agent.core.leases import is_time
from agent.core.team_policy import TeamPolicy
from agent.errors import StoreUnavailable, TransientError
from agent.log import logger
from agent.notes import NoteDesk
from agent.outcomes import Outcomes

OUTCOMES_EVERY = timedelta(minutes=5)
# Reads all proposals of every topic: some tenths of a second for ten thousand.
RECOMPUTED_EVERY = timedelta(minutes=15)


@dataclass(slots=True, kw_only=True)
class Vigil:
    """One daemon's. `is_outdated`: whether the policy's files are others than those it read.

    Then it does nothing but tell of alarms: a restart makes certificates void, or not.
    """

    desk: NoteDesk
    policy: TeamPolicy
    is_outdated: Callable[[], bool] = lambda: False
    _outcomes: Outcomes = field(init=False)
    _next_outcomes: datetime | None = None
    _next_recomputed: datetime | None = None

    def __post_init__(self) -> None:
        """What is remembered between rounds."""
        self._outcomes = Outcomes(self.desk, self.policy)

    def watch(self) -> None:
        """One round. Raises TransientError; call again later."""
        if not self.is_outdated():
            self._certify()
        Alarming(desk=self.desk, policy=self.policy).tell()

    def _certify(self) -> None:
        now = self.desk.clock.now()
        certifying = Certifying(store=self.desk.store, policy=self.policy)
        certifying.look(now)
        suspects = self._outcomes.called_wrong() | self._learned(now)
        if is_time(self._next_recomputed, now, every=RECOMPUTED_EVERY):
            self._next_recomputed = now + RECOMPUTED_EVERY
            certifying.recompute(now)
            suspects = frozenset(topic.name for topic in self.policy.topics)
        alarming = Alarming(desk=self.desk, policy=self.policy)
        if sum(alarming.look(each) for each in self.policy.topics if each.name in suspects):
            certifying.look(now)

    def _learned(self, now: datetime) -> frozenset[str]:
        """The topics with a new bad outcome. A Kustomer that is silent holds up nothing else."""
        if not is_time(self._next_outcomes, now, every=OUTCOMES_EVERY):
            return frozenset()
        self._next_outcomes = now + OUTCOMES_EVERY
        try:
            return self._outcomes.learn()
        except StoreUnavailable:
            raise
        except TransientError as error:
            logger().warning("outcomes.failed", error=type(error).__name__)
            return frozenset()
