"""What a send by a person or a script becomes on its conversation: whom it reaches, and how."""

from dataclasses import dataclass, replace
from datetime import timedelta

from agent.answering import MAIL_HEADERS
from agent.core.basis import Basis
from agent.core.conversation import Conversation, Direction, Message
from agent.core.outgoing_text import folded, reply_problem
from agent.core.recipient import BY_ADDRESS, EMAIL, Route, route
from agent.errors import HelpdeskMissing, InputError, PermanentError
from agent.notes import NoteDesk
from agent.ports import Delivery, NewDraft
from agent.replies import Reply
from agent.wanted import RECORDED_CHANNELS

CLOCKS_APART = timedelta(minutes=2)  # Kustomer's clock and ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A reply as it would be sent; `there` is its message when one stands already."""

    reply: Reply
    there: Message | None


def plan(desk: NoteDesk, intent: Delivery) -> Plan:
    """The reply that `intent` asks for, upon the conversation as it is read now.

    `intent.channel` "" means that of the customer's newest message.

    Raises:
        InputError: the channel cannot carry the text.
        NoRecipient: it is not certain whom it would reach.
        PermanentError: the conversation is gone or over.
    """
    conversation, messages = _read(desk, intent.conversation_id)
    _must_be_alive(conversation, also={"marked as spam": conversation.spam})
    if conversation.customer_id is None:
        raise PermanentError("the conversation names no customer, so nothing is sent")
    way = _way(desk, conversation.customer_id, messages, intent.channel)
    problem = reply_problem(intent.body, way.channel)
    if problem is not None:
        raise InputError(f"the body {problem} (channel {way.channel})")
    there = _there_already(desk, intent, messages)
    basis = Basis.of(conversation, messages)
    # Else a call that goes on after a kill would not know its own message from older ones.
    ids = basis.message_ids - {m.id for m in there}
    reply = Reply(
        intent=replace(intent, channel=way.channel),
        draft=NewDraft(
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            channel=way.channel,
            body=intent.body,
            marker=intent.marker,
            to=way.to,
            sender=way.sender,
            headers=MAIL_HEADERS if way.channel == EMAIL else (),
        ),
        basis=replace(basis, message_ids=ids),
    )
    return Plan(reply=reply, there=there[0] if there else None)


def on_channel(desk: NoteDesk, intent: Delivery) -> Delivery:
    """The same with the channel that a message is to be recorded under.

    Raises:
        InputError: the conversation has none that a message may be recorded under.
        PermanentError: the conversation is gone or over.
    """
    conversation, messages = _read(desk, intent.conversation_id)
    _must_be_alive(conversation)
    inbound = [m.channel for m in reversed(messages) if m.direction is Direction.IN]
    asked = (intent.channel,) if intent.channel else (*inbound, *conversation.channels)
    channel = next((c for c in asked if c in RECORDED_CHANNELS), None)
    if channel is None:
        raise InputError("the conversation has no channel yet: name one with the channel input")
    return replace(intent, channel=channel)


def missing(conversation_id: str) -> PermanentError:
    """The error for a conversation that Kustomer does not have."""
    return HelpdeskMissing(
        f"Kustomer has no conversation {conversation_id}: check the id and the organization"
    )


def _read(desk: NoteDesk, conversation_id: str) -> tuple[Conversation, tuple[Message, ...]]:
    try:
        return desk.reader.conversation(conversation_id), desk.reader.messages(conversation_id)
    except HelpdeskMissing:
        raise missing(conversation_id) from None


def _must_be_alive(conversation: Conversation, *, also: dict[str, bool] | None = None) -> None:
    over = {
        "deleted": conversation.deleted,
        "merged into another one": conversation.merged_into is not None,
        "locked": conversation.locked,
        **(also or {}),
    }
    for words, applies in over.items():
        if applies:
            raise PermanentError(f"the conversation is {words}, so nothing is sent")


def _way(desk: NoteDesk, customer_id: str, messages: tuple[Message, ...], channel: str) -> Route:
    inbound = [m.channel for m in messages if m.direction is Direction.IN]
    chosen = channel or (inbound[-1] if inbound else None)
    accounts = desk.reader.outbound_accounts() if chosen in BY_ADDRESS else ()
    try:
        customer = desk.reader.customer(customer_id)
    except HelpdeskMissing:
        raise PermanentError("the customer is gone, so nothing is sent") from None
    return route(messages, customer, accounts, channel=chosen)


def _there_already(
    desk: NoteDesk, intent: Delivery, messages: tuple[Message, ...]
) -> tuple[Message, ...]:
    """Messages that an earlier call of this send may have become. None for a first call."""
    stored = desk.store.delivery(intent.marker)
    if stored is None or stored.attempts == 0:
        return ()
    others = {
        delivery.remote_id
        for delivery in desk.store.deliveries(conversation_id=intent.conversation_id)
        if delivery.marker != intent.marker
    }
    since = stored.created_at - CLOCKS_APART
    return tuple(
        m
        for m in messages
        if m.direction is Direction.OUT
        and folded(m.text) == folded(intent.body)
        and m.id not in others
        and m.created_at >= since
    )
