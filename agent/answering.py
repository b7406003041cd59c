"""A run's reply: planned from what was read, then staged for a teammate or sent.

The text is the team's approved answer and nothing else; to whom it goes is found by code.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.core.basis import CUSTOMER_WROTE, Basis
from agent.core.conversation import Conversation, Direction, Message
from agent.core.note import ReplyOutcome
from agent.core.outgoing_text import reply_problem
from agent.core.policy import Autonomy
from agent.core.recipient import BY_ADDRESS, EMAIL, NoRecipient, Route, route
from agent.core.turn import Action, Turn, marker_of
from agent.drafts import stage
from agent.errors import HelpdeskMissing
from agent.handover import Reading, Staged
from agent.notes import NoteDesk
from agent.ports import Delivery, DeliveryState, Disposition, NewDraft
from agent.replies import Refusal, Reply, deliver_reply

# What mail readers and other robots look at, so that no two robots answer each other. Source:
# RFC 3834 section 5; the second is Microsoft's, honoured by Exchange.
MAIL_HEADERS = (
    ("Auto-Submitted", "auto-replied"),
    ("X-Auto-Response-Suppress", "All"),
    ("X-Sidenote-Loop", "1"),
)


def plan_reply(
    desk: NoteDesk,
    turn: Turn,
    text: str,
    *,
    conversation: Conversation,
    messages: tuple[Message, ...],
) -> Reply:
    """The reply to a turn, as it would be staged. Reads the customer and the team's accounts.

    Raises:
        NoRecipient: it is not certain whom it would reach, or the channel cannot carry the text.
    """
    if conversation.customer_id is None:
        raise NoRecipient("the conversation names no customer")
    way = _way(desk, conversation.customer_id, messages)
    problem = reply_problem(text, way.channel)
    if problem is not None:
        raise NoRecipient(f"the approved answer {problem} (channel {way.channel})")
    marker, now = marker_of(turn, Action.REPLY), desk.clock.now()
    intent = Delivery(
        marker=marker,
        conversation_id=conversation.id,
        action=Action.REPLY,
        body=text,
        run_id=turn.run_id,
        created_at=now,
        updated_at=now,
    )
    draft = NewDraft(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        channel=way.channel,
        body=text,
        marker=marker,
        to=way.to,
        sender=way.sender,
        headers=MAIL_HEADERS if way.channel == EMAIL else (),
    )
    return Reply(intent=intent, draft=draft, basis=Basis.of(conversation, messages))


def _way(desk: NoteDesk, customer_id: str, messages: tuple[Message, ...]) -> Route:
    inbound = [m.channel for m in messages if m.direction is Direction.IN]
    try:
        customer = desk.reader.customer(customer_id)
    except HelpdeskMissing:
        raise NoRecipient("the customer is gone") from None
    needs_account = bool(inbound) and inbound[-1] in BY_ADDRESS
    accounts = desk.reader.outbound_accounts() if needs_account else ()
    return route(messages, customer, accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a run's reply. `overtaken` says that the customer wrote again meanwhile."""

    outcome: ReplyOutcome
    disposition: Disposition
    state: DeliveryState | None = None
    remote_id: str | None = None
    why: str = ""
    overtaken: bool = False
    staged: Staged | None = None


_OUTCOMES = {
    DeliveryState.SAVED: (ReplyOutcome.DRAFTED, Disposition.DRAFTED),
    DeliveryState.ARRIVED: (ReplyOutcome.REPLIED, Disposition.REPLIED),
    DeliveryState.FAILED: (ReplyOutcome.FAILED, Disposition.FAILED),
    DeliveryState.UNKNOWN: (ReplyOutcome.UNKNOWN, Disposition.UNKNOWN),
}


def answer(
    desk: NoteDesk,
    turn: Turn,
    reading: Reading,
    text: str,
    autonomy: Autonomy,
    *,
    refusal: Callable[[], Refusal | None] = lambda: None,
) -> Answered:
    """Draft or send the approved answer; in doubt neither, and why. Safe to call again.

    Raises as `stage` and `deliver_reply` do.
    """
    try:
        reply = plan_reply(
            desk, turn, text, conversation=reading.conversation, messages=reading.messages
        )
    except NoRecipient as error:
        return no_reply(str(error))
    delivery = carry_out(desk, replace(reply, refusal=refusal), autonomy)
    if delivery.state not in _OUTCOMES:
        return no_reply(delivery.error, overtaken=delivery.error == CUSTOMER_WROTE)
    outcome, disposition = _OUTCOMES[delivery.state]
    return Answered(
        outcome=outcome,
        disposition=disposition,
        state=delivery.state,
        remote_id=delivery.remote_id,
        why=delivery.error,
        staged=_staged(reply) if delivery.state is DeliveryState.SAVED else None,
    )


def _staged(reply: Reply) -> Staged:
    draft = reply.draft
    return Staged(
        customer_id=draft.customer_id,
        channel=draft.channel,
        basis=reply.basis,
        to=draft.to,
        sender=draft.sender,
    )


def no_reply(why: str, *, overtaken: bool = False) -> Answered:
    """There is none, and why."""
    return Answered(
        outcome=ReplyOutcome.NO_REPLY,
        disposition=Disposition.NOTED,
        why=why,
        overtaken=overtaken,
    )


def carry_out(desk: NoteDesk, reply: Reply, autonomy: Autonomy) -> Delivery:
    """Send it at SEND; below, leave it in the composer. Safe to call again.

    Raises as `stage` and `deliver_reply` do.
    """
    if autonomy is Autonomy.SEND:
        return deliver_reply(desk, reply)
    return stage(desk, reply.intent, reply.draft)
