"""Puts a run's reply together: the approved answer, its slots, the disclosure, the gate's word.

The gate is asked here so that the run's note and receipt say what it said, and once more right
before the reply is staged (`agent/answering.py`), on what the records say then.
"""

from dataclasses import dataclass, replace

from agent.core.conversation import Customer, Direction, Message
from agent.core.note import ReplyOutcome, with_outcome
from agent.core.outbound import Objection, Outgoing, Refused, judge
from agent.core.proposal import Proposal
from agent.core.reply import (
    Composed,
    SuggestedReply,
    compose,
    sources_of,
    suggested_reply,
    wants_customer,
)
from agent.core.slots import NotFilled, Sources
from agent.core.team_policy import NoteSettings, TeamPolicy
from agent.core.turn import Turn
from agent.errors import HelpdeskMissing
from agent.handover import Decided, Reading
from agent.ports import HelpdeskReader


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyText:
    """What a run would write to the customer; `why` says why it does not, "" when it may.

    `composed` is None where a slot could not be filled.
    """

    topic: str
    composed: Composed | None = None
    objections: tuple[Objection, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a reply is made from: the policy in force, and what the run read and proposed.

    `customer` is the record, if it was read already; else it is read only for a slot.
    """

    reader: HelpdeskReader
    policy: TeamPolicy
    turn: Turn
    reading: Reading
    proposal: Proposal
    customer: Customer | None = None


def suggestion(occasion: Occasion) -> SuggestedReply | None:
    """The filled answer for a teammate to check and send; None when no approved one fits.

    Without the disclosure: a person sends it. Where a slot cannot be filled it has no text but the
    reason.
    """
    made = _made(occasion)
    if made is None:
        return None
    text, _ = made
    if text.composed is None:
        return SuggestedReply(text.topic, "", "", text.why)
    return SuggestedReply(text.topic, text.composed.language, text.composed.filled)


def reply_text(occasion: Occasion, *, note: str) -> ReplyText | None:
    """The reply for the customer, as the outbound gate sees it now. `note` is the run's own note.

    None when no approved answer fits.
    """
    made = _made(occasion)
    if made is None or made[0].composed is None:
        return made[0] if made else None
    text, sources = made
    found = judge(
        Outgoing(
            reply=made[0].composed,
            policy=occasion.policy,
            channel=reply_channel(occasion.reading.messages),
            sources=sources,
            internal=internal_texts(occasion.reading, note),
        )
    )
    if not isinstance(found, Refused):
        return text
    return ReplyText(
        topic=text.topic,
        composed=text.composed,
        objections=found.objections,
        why=f"the outbound gate refused it: {found.why}",
    )


def with_reply_text(decided: Decided, text: ReplyText | None, settings: NoteSettings) -> Decided:
    """The decision with its reply, or with a note that says why there is none."""
    if text is None:
        return decided
    decided = replace(
        decided,
        topic=text.topic,
        composed=text.composed,
        objections=text.objections,
        reply_why=text.why,
    )
    if text.composed is not None and not text.why:
        return replace(decided, reply=text.composed.body)
    note = with_outcome(
        decided.note, ReplyOutcome.NO_REPLY, topic=text.topic, why=text.why, settings=settings
    )
    return replace(decided, note=note)


def internal_texts(reading: Reading, note: str) -> tuple[str, ...]:
    """What no customer may see: the notes that were read, and the run's own."""
    return (*(one.body for one in reading.notes), note)


def _made(occasion: Occasion) -> tuple[ReplyText, Sources] | None:
    reading = occasion.reading
    chosen = suggested_reply(occasion.proposal, occasion.policy, reply_channel(reading.messages))
    if chosen is None:
        return None
    sources = sources_of(
        reading.conversation,
        reading.messages,
        occasion.turn.message_id,
        _customer(occasion, chosen),
    )
    made = compose(chosen, occasion.proposal, occasion.policy, sources)
    if isinstance(made, NotFilled):
        return ReplyText(topic=chosen.topic, why=made.why), sources
    return ReplyText(topic=chosen.topic, composed=made), sources


def _customer(occasion: Occasion, chosen: SuggestedReply) -> Customer | None:
    customer_id = occasion.reading.conversation.customer_id
    if occasion.customer is not None or customer_id is None:
        return occasion.customer
    if not wants_customer(chosen, occasion.policy):
        return None
    try:
        return occasion.reader.customer(customer_id)
    except HelpdeskMissing:
        return None


def reply_channel(messages: tuple[Message, ...]) -> str:
    """That of the newest message from the customer, which a reply goes out on."""
    channels = (m.channel for m in reversed(messages) if m.direction is Direction.IN)
    return next(channels, "")
