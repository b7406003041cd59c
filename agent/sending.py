"""The send action: a text that a person or a script answers for, as a note or as a draft.

It obeys pause, recipient, channel and character rules. In this version nothing is released: a
reply is staged in Kustomer's composer, where a teammate finds it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from agent.core.conversation import Conversation
from agent.core.outgoing_text import note_problem, reply_problem
from agent.core.recipient import BY_ADDRESS, Route, route
from agent.core.turn import Action, send_marker
from agent.drafts import stage
from agent.errors import HelpdeskMissing, InputError, PermanentError
from agent.notes import NoteDesk
from agent.on_demand import parse_conversation_id
from agent.ports import Delivery, DeliveryState, NewDraft, Store

SAME_AGAIN = timedelta(minutes=10)  # within it the same text is taken for a mistake
STANDS = frozenset({DeliveryState.ARRIVED, DeliveryState.SAVED, DeliveryState.SENT})
OVER = STANDS | {DeliveryState.OVERTAKEN, DeliveryState.FAILED}
LONGEST_KEY = 256  # characters


class SendDirection(StrEnum):
    """Who will see the text."""

    NOTE = "note"  # the team
    OUT = "out"  # the customer, once a teammate sends the draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One send as it was asked for. `key`, when given, is its identity."""

    conversation_id: str
    body: str
    direction: SendDirection = SendDirection.NOTE
    channel: str | None = None
    key: str | None = None
    again: bool = False

    @property
    def action(self) -> Action:
        """The kind of write."""
        return Action.NOTE if self.direction is SendDirection.NOTE else Action.REPLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of it. `id` is the note's or the draft's."""

    id: str | None
    body: str
    direction: SendDirection
    channel: str | None
    state: DeliveryState
    to: str | None = None
    was_there: bool = False  # it stood already: this call wrote nothing


def send(desk: NoteDesk, wanted: Wanted) -> Sent:
    """Write the note or stage the draft, effectively once.

    A send that did not get through is gone on with by the next call of the same text or key.

    Raises:
        InputError: the text cannot be sent so, or was sent within the last 10 minutes.
        NoRecipient: it is not certain whom a reply would reach.
        Held: paused.
        TransientError: it did not get through; call again.
        PermanentError: refused, or there is no such conversation.
    """
    parse_conversation_id(wanted.conversation_id)
    problem = note_problem(wanted.body)
    if problem is not None:
        raise InputError(f"the body {problem}")
    if wanted.key is not None and not 0 < len(wanted.key) <= LONGEST_KEY:
        raise InputError(f"--key must have 1 to {LONGEST_KEY} characters")
    desk.guard()
    intent = _intent(desk.store, wanted, desk.clock.now())
    stored = desk.store.delivery(intent.marker)
    was_there = stored is not None and stored.state in STANDS
    if wanted.direction is SendDirection.NOTE:
        return _answer(wanted, _write_note(desk, intent), was_there=was_there)
    if stored is not None and was_there:
        return _answer(wanted, stored, was_there=True)
    conversation, way = _way(desk, wanted)
    delivery = stage(desk, intent, _draft(intent, conversation, way))
    return _answer(wanted, delivery, was_there=False, way=way)


def _answer(
    wanted: Wanted, delivery: Delivery, *, was_there: bool, way: Route | None = None
) -> Sent:
    return Sent(
        id=delivery.remote_id,
        body=delivery.body or wanted.body,
        direction=wanted.direction,
        channel=way.channel if way else wanted.channel,
        state=delivery.state,
        to=way.to if way else None,
        was_there=was_there,
    )


def _write_note(desk: NoteDesk, intent: Delivery) -> Delivery:
    delivery = desk.deliver(intent)
    if delivery.state is DeliveryState.OVERTAKEN:
        raise _missing(intent.conversation_id)
    return delivery


def _missing(conversation_id: str) -> PermanentError:
    return HelpdeskMissing(
        f"Kustomer has no conversation {conversation_id}: check the id and the organization"
    )


# Which send it is: its key, or which one of this very text in this conversation.


def _intent(store: Store, wanted: Wanted, now: datetime) -> Delivery:
    marker = _keyed(store, wanted) if wanted.key else _counted(store, wanted, now)
    return Delivery(
        marker=marker,
        conversation_id=wanted.conversation_id,
        action=wanted.action,
        body=wanted.body,
        created_at=now,
        updated_at=now,
    )


def _keyed(store: Store, wanted: Wanted) -> str:
    marker = send_marker(f"key:{wanted.key}")
    stored = store.delivery(marker)
    if stored is None:
        return marker
    before = (stored.conversation_id, stored.action, stored.body or wanted.body)
    if before != (wanted.conversation_id, wanted.action, wanted.body):
        raise InputError(
            "this --key was used for another text, direction or conversation; take a new one"
        )
    return marker


def _counted(store: Store, wanted: Wanted, now: datetime) -> str:
    """Counting, not chance: a send that was cut off is found again, and two at once are one."""
    text = sha256(wanted.body.encode("utf-8", "replace")).hexdigest()
    # A lost database starts another count, whose markers must not meet those of the first.
    life = store.watermark(now).isoformat()
    parts = (life, wanted.conversation_id, wanted.direction, wanted.channel or "", text)
    number = 0
    while True:
        marker = send_marker(":".join((*parts, str(number))))
        stored = store.delivery(marker)
        if stored is None:
            break
        if stored.state not in OVER:
            return marker
        number += 1
    _refuse_twice(store, wanted, now)
    return marker


def _refuse_twice(store: Store, wanted: Wanted, now: datetime) -> None:
    if wanted.again:
        return
    for delivery in store.deliveries(conversation_id=wanted.conversation_id):
        same = (delivery.action, delivery.body) == (wanted.action, wanted.body)
        if same and delivery.state in STANDS and now - delivery.created_at < SAME_AGAIN:
            raise InputError(
                "the same text went to this conversation within the last 10 minutes. Give --again "
                "if it is meant twice, or --key to make one send safe to repeat."
            )


# Where a reply goes.


def _way(desk: NoteDesk, wanted: Wanted) -> tuple[Conversation, Route]:
    try:
        conversation = desk.reader.conversation(wanted.conversation_id)
        messages = desk.reader.messages(wanted.conversation_id)
    except HelpdeskMissing:
        raise _missing(wanted.conversation_id) from None
    state = {
        "deleted": conversation.deleted,
        "merged into another one": conversation.merged_into is not None,
        "marked as spam": conversation.spam,
        "locked": conversation.locked,
    }
    for words, applies in state.items():
        if applies:
            raise PermanentError(f"the conversation is {words}, so no reply is staged")
    if conversation.customer_id is None:
        raise PermanentError("the conversation names no customer, so no reply is staged")
    inbound = [m.channel for m in messages if m.direction == "in"]
    channel = wanted.channel or (inbound[-1] if inbound else None)
    accounts = desk.reader.outbound_accounts() if channel in BY_ADDRESS else ()
    customer = desk.reader.customer(conversation.customer_id)
    way = route(messages, customer, accounts, channel=channel)
    problem = reply_problem(wanted.body, way.channel)
    if problem is not None:
        raise InputError(f"the body {problem} (channel {way.channel})")
    return conversation, way


def _draft(intent: Delivery, conversation: Conversation, way: Route) -> NewDraft:
    assert conversation.customer_id is not None
    return NewDraft(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        channel=way.channel,
        body=intent.body,
        marker=intent.marker,
        to=way.to,
        sender=way.sender,
    )
