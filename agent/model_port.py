"""The door to what all workers know of the model: what it cost, who answers, what it takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.core.spending import Call, Caps, OverCap, Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A name under which answers came. The first one ever is accepted; later ones by a person."""

    asked: str  # server and model, as the settings name them
    answered: str  # the model that the server says it is
    since: datetime
    accepted: bool


class ModelBook(Protocol):
    """Shared by all workers on one database. Raises StoreUnavailable when it cannot be used."""

    def reserve(self, call: Call, caps: Caps) -> OverCap | None:
        """Count a call at its worst before it is made, or say which cap leaves no room for it.

        Summed and counted in one transaction, so several workers never go over together.
        """

    def settle(self, call_id: str, *, tokens: int, cost: int) -> None:
        """Replace the worst by what it was; 0 for a call that cost nothing."""

    def spent(self, conversation_id: str, now: datetime) -> Spent:
        """What counts against the caps right now."""

    def total(self) -> tuple[int, int]:
        """Tokens and cost (millionths) of all calls that were ever settled."""

    def answered(self, asked: str, answered: str, now: datetime) -> bool:
        """Take note of who answered; False: not the one that was accepted."""

    def answering(self, asked: str) -> tuple[Answering, ...]:
        """All names that answered, the oldest first."""

    def accept(self, asked: str) -> tuple[str, ...]:
        """A person trusts all names that answer now; gives those that are new."""

    def dialect(self, asked: str, since: datetime) -> str:
        """What was learned of a server at or after that time, "" when nothing was."""

    def save_dialect(self, asked: str, dialect: str, now: datetime) -> None:
        """Insert or replace."""

    def close(self) -> None:
        """Let go of every connection."""
