"""The door to how many automatic replies there were, and to the breaker; a part of `ports.Store`.

What the limits are and what they say: `core/limits.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.core.limits import AutomaticReply, Counts, Refused
from agent.core.team_policy import ReplyLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Why nothing is sent by itself until a person closes it."""

    reason: str
    opened_at: datetime


class ReplyLog(Protocol):
    """Automatic replies, counted. Rows hold ids, hashes and times, no text."""

    def reply_counts(self, asked: AutomaticReply) -> Counts:
        """Replies in each window before `asked.at`."""

    def reserve_reply(
        self, asked: AutomaticReply, limits: ReplyLimits, *, daily_cap: int | None
    ) -> Refused | None:
        """Take a place in every window for one reply, or say which limit refuses it.

        Counted and inserted in one transaction, so several workers never exceed a window. The same
        marker again is the same place. What trips the breaker opens it here.
        """

    def free_reply(self, marker: str) -> None:
        """Give the place back: the reply was never released. Not there is fine."""

    def note_quick_answer(self, sender: str, *, marker: str, at: datetime) -> None:
        """A sender (`sender_digest`) wrote at once after our reply. The same marker counts once."""

    def breaker(self) -> Breaker | None:
        """The breaker if it is open."""

    def open_breaker(self, reason: str, now: datetime) -> bool:
        """Open it. False: it was open already, and keeps its reason."""

    def close_breaker(self) -> bool:
        """A person has looked. False: it was closed."""
