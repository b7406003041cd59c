"""The door to the attempts: each time a step or a write of a run began, and how it ended.

Ids, times and kinds of errors; no text of anybody's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from agent.errors import AgentError

NOTE, DRAFT, RELEASE = "note", "draft", "release"
FINE = "ok"
MOST = 100  # of one run; one that is held again and again keeps its newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at a step of a run, or at one write of it.

    `step` is one of the engine's, or `note`, `draft` or `release` with the `marker` of the write.
    `ended` is "ok" or the class of the error, "" while it is under way or was cut off; `status` is
    that of Kustomer's answer where an error came of it.
    """

    run_id: str
    step: str
    began_at: datetime
    marker: str = ""
    ended_at: datetime | None = None
    ended: str = ""
    status: int | None = None

    def over(self, at: datetime, error: Exception | None = None) -> "Attempt":
        """The same as it ended."""
        ended = FINE if error is None else type(error).__name__
        status = error.status if isinstance(error, AgentError) else None
        return replace(self, ended_at=at, ended=ended, status=status)


def of_write(
    run_id: str | None, action: str, marker: str, began_at: datetime, *, is_release: bool = False
) -> Attempt | None:
    """The attempt that begins with a write; None where no run asked for it."""
    if run_id is None:
        return None
    step = RELEASE if is_release else NOTE if action == NOTE else DRAFT
    return Attempt(run_id=run_id, step=step, marker=marker, began_at=began_at)


class AttemptLog(Protocol):
    """Part of the store. An attempt is known by run, step, marker and when it began."""

    def save_attempts(self, attempts: Sequence[Attempt], *, most: int | None = None) -> None:
        """Insert, or replace. With `most` only so many of each of these runs stay, the newest."""

    def attempts(self, run_id: str) -> tuple[Attempt, ...]:
        """All of a run, in the order in which they began."""
