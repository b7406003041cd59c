"""The doors of the doorbell: what a call says, where its token is kept, who registers it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

MOST_RINGS = 1_000  # conversations waiting for a look; more are found by the next poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as Kustomer has it registered. `events` as they name them."""

    id: str
    name: str
    url: str
    events: tuple[str, ...] = ()
    is_enabled: bool = True  # Kustomer switches one off that failed for an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """All that is read of a call. `conversation_id` has 24 hex digits."""

    event_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The webhook that 'webhooks install' made, with the token that its calls are signed with."""

    webhook_id: str
    url: str
    token: str = field(repr=False)
    made_at: datetime


class DoorbellBook(Protocol):
    """What our database keeps of the doorbell. Raises StoreUnavailable when it cannot."""

    def installed(self) -> Installed | None:
        """The webhook that was made from here, or None."""

    def save_installed(self, installed: Installed | None) -> None:
        """Keep it instead of another one; None forgets it."""

    def ring(self, conversation_id: str, now: datetime) -> None:
        """Ask the daemon of this database to look. Ringing twice is one ring."""

    def take_rings(self, limit: int) -> tuple[str, ...]:
        """Conversations that were rung for, oldest first; each is given once."""


class Webhooks(Protocol):
    """The webhooks registered at Kustomer. Raises what the helpdesk's writer raises."""

    def webhooks(self) -> tuple[Webhook, ...]:
        """All of them, other integrations' too."""

    def create(self, name: str, url: str) -> tuple[Webhook, str]:
        """Register one for new messages; gives it with its token, which is told only now."""

    def delete(self, webhook_id: str) -> None:
        """Remove one. Raises HelpdeskMissing when it is gone."""
