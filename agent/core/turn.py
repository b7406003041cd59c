"""The turn: the newest customer message of one conversation, and the ids made from it.

All of it depends on conversation, message and action only, so that a lost database changes
nothing: the same turn gives the same marker again.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Action(StrEnum):
    """One kind of write."""

    NOTE = "note"
    REPLY = "reply"
    IN = "in"  # a customer's message, recorded


@dataclass(frozen=True, slots=True)
class Turn:
    """What one run handles. The same turn never runs twice."""

    conversation_id: str
    message_id: str

    @property
    def key(self) -> str:
        """The id of its workflow: `<conversation>:<message>`."""
        return f"{self.conversation_id}:{self.message_id}"

    @property
    def run_id(self) -> str:
        """What people type: 12 hex digits, unique enough for hundreds of thousands of runs."""
        return sha256(f"run:{self.key}".encode()).hexdigest()[:12]


def turn_of(key: str) -> Turn:
    """Read a workflow id back. Raises ValueError when it is not one of ours."""
    conversation_id, message_id = key.split(":")
    return Turn(conversation_id, message_id)


def marker_of(turn: Turn, action: Action) -> str:
    """What lets us recognise our own write: a note's externalId, a draft's payload."""
    return "sidenote-" + sha256(f"{action}:{turn.key}".encode()).hexdigest()[:32]


def again_marker(turn: Turn, number: int) -> str:
    """The marker of a further note on a turn that has one: the first a person asks for is 1."""
    return "sidenote-" + sha256(f"note-again-{number}:{turn.key}".encode()).hexdigest()[:32]


def edited_marker(turn: Turn, binds: str) -> str:
    """The marker of a teammate's own words in place of our reply; other words, another marker."""
    return "sidenote-" + sha256(f"reply-edited-{binds}:{turn.key}".encode()).hexdigest()[:32]


def alarm_marker(conversation_id: str, run_id: str) -> str:
    """The marker of the note that tells of an alarm, on the conversation of its newest case."""
    return "sidenote-" + sha256(f"alarm:{conversation_id}:{run_id}".encode()).hexdigest()[:32]


def send_marker(identity: str) -> str:
    """The marker of a text that a person or a script sends; the same identity is the same send."""
    return "sidenote-" + sha256(f"send:{identity}".encode()).hexdigest()[:32]


def object_id_of(marker: str) -> str:
    """The 24 hex digits we offer as the note's id.

    Kustomer's create bodies accept an `id`; whether it keeps two of them apart is unverified.
    """
    return sha256(marker.encode()).hexdigest()[:24]
