"""A run's reply: planned from what was read, then staged for a teammate or sent.

The text is the team's approved answer, past the outbound gate, and nothing else; to whom it goes is
found by code.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from agent.core.basis import CUSTOMER_WROTE, Basis
from agent.core.conversation import Conversation, Customer, Direction, Message
from agent.core.note import ReplyOutcome
from agent.core.outbound import ApprovedText, Outgoing, Refused, judge
from agent.core.policy import Autonomy
from agent.core.recipient import BY_ADDRESS, EMAIL, NoRecipient, Route, route
from agent.core.reply import Composed, sources_of
from agent.core.team_policy import TeamPolicy
from agent.core.turn import Action, Turn, marker_of
from agent.drafts import stage
from agent.errors import HelpdeskMissing, PermanentError
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


class NotApproved(PermanentError):
    """The outbound gate refused the text; the message says why, without customer text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A reply that was decided upon. `internal` are texts that no customer may see."""

    composed: Composed
    policy: TeamPolicy
    internal: tuple[str, ...] = ()


def plan_reply(
    desk: NoteDesk,
    turn: Turn,
    planned: Planned,
    *,
    conversation: Conversation,
    messages: tuple[Message, ...],
) -> Reply:
    """The reply to a turn, as it would be staged. Reads the customer and the team's accounts.

    Raises:
        NoRecipient: it is not certain whom it would reach.
        NotApproved: the outbound gate refuses the text, on what the records say now.
    """
    if conversation.customer_id is None:
        raise NoRecipient("the conversation names no customer")
    customer = _customer(desk, conversation.customer_id)
    way = _way(desk, customer, messages)
    found = judge(
        Outgoing(
            reply=planned.composed,
            policy=planned.policy,
            channel=way.channel,
            sources=sources_of(conversation, messages, turn.message_id, customer),
            internal=planned.internal,
        )
    )
    if isinstance(found, Refused):
        raise NotApproved(f"the outbound gate refused it: {found.why}")
    return _reply(
        desk,
        turn,
        found,
        way=way,
        basis=Basis.of(conversation, messages),
        customer_id=conversation.customer_id,
    )


def _reply(
    desk: NoteDesk, turn: Turn, text: ApprovedText, *, way: Route, basis: Basis, customer_id: str
) -> Reply:
    """Only a text that passed the gate can be staged for a run: a note is no `ApprovedText`."""
    marker, now = marker_of(turn, Action.REPLY), desk.clock.now()
    intent = Delivery(
        marker=marker,
        conversation_id=turn.conversation_id,
        action=Action.REPLY,
        body=text.body,
        run_id=turn.run_id,
        created_at=now,
        updated_at=now,
    )
    draft = NewDraft(
        conversation_id=turn.conversation_id,
        customer_id=customer_id,
        channel=text.channel,
        body=text.body,
        marker=marker,
        to=way.to,
        sender=way.sender,
        headers=MAIL_HEADERS if text.channel == EMAIL else (),
    )
    return Reply(intent=intent, draft=draft, basis=basis)


def _customer(desk: NoteDesk, customer_id: str) -> Customer:
    try:
        return desk.reader.customer(customer_id)
    except HelpdeskMissing:
        raise NoRecipient("the customer is gone") from None


def _way(desk: NoteDesk, customer: Customer, messages: tuple[Message, ...]) -> Route:
    inbound = [m.channel for m in messages if m.direction is Direction.IN]
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
    planned: Planned,
    autonomy: Autonomy,
    *,
    refusal: Callable[[], Refusal | None] = lambda: None,
) -> Answered:
    """Draft or send the approved answer; in doubt neither, and why. Safe to call again.

    Raises as `stage` and `deliver_reply` do.
    """
    stored = desk.store.delivery(marker_of(turn, Action.REPLY))
    try:
        reply = plan_reply(
            desk, turn, planned, conversation=reading.conversation, messages=reading.messages
        )
    except (NoRecipient, NotApproved) as error:
        return _begun(stored, str(error)) or no_reply(str(error))
    if stored is not None and stored.releases == 0 and stored.body != reply.draft.body:
        return no_reply("another text was staged for this message before")
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


def _begun(stored: Delivery | None, why: str) -> Answered | None:
    """What an earlier life of this run left behind, where its reply cannot be planned again."""
    if stored is None or stored.attempts == 0:
        return None
    if stored.state is DeliveryState.OVERTAKEN:
        return no_reply(stored.error or why, overtaken=stored.error == CUSTOMER_WROTE)
    if stored.releases == 0:
        return no_reply(f"{why}; a draft of it may lie in the composer, unsent")
    # It may have been sent: that nobody can tell is for a person to see.
    outcome, disposition = _OUTCOMES.get(stored.state, _OUTCOMES[DeliveryState.UNKNOWN])
    return Answered(
        outcome=outcome,
        disposition=disposition,
        state=stored.state if stored.state in _OUTCOMES else DeliveryState.UNKNOWN,
        remote_id=stored.remote_id,
        why=stored.error or why,
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
