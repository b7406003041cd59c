"""What became of a draft that a teammate found, or of a reply that had arrived."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import takewhile

from agent.core.basis import touched
from agent.core.cleaning import newest_reply, tidy
from agent.core.conversation import AuthorKind, Direction, Draft, Message
from agent.core.masking.hidden import hide_all
from agent.core.outgoing_text import folded
from agent.core.recipient import EMAIL
from agent.core.situation import is_by_teammate


class DraftFate(StrEnum):
    """What a teammate did with a draft of ours."""

    WAITING = "waiting"
    EDITED = "edited"  # changed, not sent yet
    SENT_AS_IS = "sent-as-is"
    SENT_EDITED = "sent-edited"
    DELETED = "deleted"
    ANSWERED = "answered"  # left lying, while a teammate answered in words of their own


def fate_of(
    draft_id: str, body: str, drafts: Sequence[Draft], newer: Sequence[Message]
) -> DraftFate:
    """Read from the customer's drafts and the messages that came after the draft, oldest first.

    A draft that is gone while a teammate wrote something else counts as sent edited: nothing
    links a message to its draft. One that lies there and was sent beside it counts as sent.
    """
    ours = next((draft for draft in drafts if draft.id == draft_id), None)
    if ours is not None:
        answer = answer_beside(newer)
        if answer:
            return DraftFate.SENT_AS_IS if _as_is(body, answer) else DraftFate.ANSWERED
        return DraftFate.EDITED if touched(ours, body, None) else DraftFate.WAITING
    if _as_is(body, newer):
        return DraftFate.SENT_AS_IS
    return DraftFate.SENT_EDITED if _by_teammates(newer) else DraftFate.DELETED


def answer_beside(newer: Sequence[Message]) -> tuple[Message, ...]:
    """What teammates wrote beside a draft that lies there, before the customer wrote again."""
    until = takewhile(lambda m: m.direction is not Direction.IN, newer)
    return tuple(m for m in until if is_by_teammate(m))


def sender_of(body: str, newer: Sequence[Message]) -> str:
    """The name of who sent it in Kustomer, "" when that is not told or nobody did."""
    sent = _as_is(body, newer) or _by_teammates(newer)
    return sent[0].author.name if sent else ""


def sent_text(newer: Sequence[Message]) -> str:
    """What teammates wrote after the draft, without quoted threads and secrets; oldest first."""
    said = (newest_reply(m.text, email=m.channel == EMAIL).text for m in _by_teammates(newer))
    return "\n\n".join(hide_all([tidy(text) for text in said]))


def _as_is(body: str, newer: Sequence[Message]) -> list[Message]:
    out = (m for m in newer if m.direction is Direction.OUT)
    return [m for m in out if folded(m.text) == folded(body)]


def _by_teammates(newer: Sequence[Message]) -> list[Message]:
    out = (m for m in newer if m.direction is Direction.OUT)
    return [m for m in out if m.author.kind is not AuthorKind.SIDENOTE and not m.auto]


def bounce_of(message_id: str, messages: Sequence[Message]) -> str | None:
    """Kustomer's reason that our message could not be delivered after all; None while it stands."""
    message = next((m for m in messages if m.id == message_id), None)
    if message is None or message.status != "error":
        return None
    return message.error or "no reason given"
