"""The door to what teammates said: levels of topics, verdicts on drafts; and how topics do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from agent.core.levels import LevelChange


class Verdict(StrEnum):
    """What a teammate made of a draft, or of what was sent or noted."""

    APPROVED = "approved"  # here; Sidenote sends it
    EDITED = "edited"  # here; Sidenote sends their own words in its place
    REJECTED = "rejected"  # here; Sidenote withdraws it
    SENT_AS_IS = "sent-as-is"  # in Kustomer's composer, as the next two
    SENT_EDITED = "sent-edited"
    DELETED = "deleted"
    WRONG = "wrong"  # what was sent or noted should not have been


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A teammate's verdict on the draft of one run.

    `binds` is a hash of the turn, the recipient and the very text that was approved. `outcome` is
    "" while it is not carried out, else what became of it: "sent", "withdrawn", "overtaken",
    "failed", "unknown", "in-kustomer" for what was done there, or "told" where nothing was to do.
    """

    run_id: str
    conversation_id: str
    verdict: Verdict
    by: str  # "" when Kustomer does not tell
    at: datetime
    topic: str = ""
    reason: str = ""
    binds: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCount:
    """How many runs of a topic ended so. `disposition` is "" for those that have not ended."""

    topic: str
    disposition: str
    because: tuple[str, ...]
    runs: int = 1


class TeamWords(Protocol):
    """What teammates said. Raises StoreUnavailable when it cannot be read or written."""

    def level_changes(self) -> tuple[LevelChange, ...]:
        """Every change of a topic's level, oldest first."""

    def add_level_change(self, change: LevelChange) -> bool:
        """Add it, if its `number` is the next one; False when somebody else was quicker."""

    def approval(self, run_id: str) -> Approval | None:
        """The verdict on a run's draft, or None."""

    def approvals(self, *, since: datetime | None = None) -> tuple[Approval, ...]:
        """All verdicts, or those given at or after `since`; newest first."""

    def set_approval(self, approval: Approval, *, was: Approval | None) -> bool:
        """Insert or replace it, if what stands is still `was`; else False."""

    def topic_counts(self, since: datetime) -> tuple[TopicCount, ...]:
        """Runs created at or after `since` that matched a topic, by how they ended and why."""
