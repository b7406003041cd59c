"""Rules on the conversation as a whole: where it stands in Kustomer."""

from agent.core.conversation import Status
from agent.core.policy import Facts


def spam(facts: Facts) -> str | None:
    """Kustomer says so."""
    return "marked as spam" if facts.conversation.spam else None


def deleted(facts: Facts) -> str | None:
    """Nobody will read a note on it."""
    return "conversation was deleted" if facts.conversation.deleted else None


def merged(facts: Facts) -> str | None:
    """It goes on in another conversation."""
    return "merged into another conversation" if facts.conversation.merged_into else None


def closed(facts: Facts) -> str | None:
    """A teammate called it done."""
    return "conversation is done" if facts.conversation.status is Status.DONE else None


def snoozed(facts: Facts) -> str | None:
    """A teammate put it off."""
    return "conversation is snoozed" if facts.conversation.status is Status.SNOOZED else None


def status_unknown(facts: Facts) -> str | None:
    """A status that this version does not know."""
    return "status is not known" if facts.conversation.status is Status.UNKNOWN else None


def locked(facts: Facts) -> str | None:
    """Nobody may reply."""
    return "conversation is locked" if facts.conversation.locked else None


def ended(facts: Facts) -> str | None:
    """The chat session is over; the customer may not see a reply."""
    return "conversation has ended" if facts.conversation.ended else None
