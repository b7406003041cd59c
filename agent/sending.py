"""The send action: a text that a person or a script answers for, effectively once.

It obeys pause, recipient, channel and character rules, and goes only while nothing has changed on
the conversation since it was read. Topics, approved texts and the limits of automatic replies do
not bind it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from agent.core.conversation import Message
from agent.core.turn import send_marker
from agent.errors import InputError
from agent.notes import NoteDesk
from agent.outgoing import missing, on_channel, plan
from agent.ports import Delivery, DeliveryState, Store
from agent.recording import record
from agent.replies import deliver_reply
from agent.wanted import SendDirection, Wanted, check

SAME_AGAIN = timedelta(minutes=10)  # within it the same text is taken for a mistake
# Over for good: asked for again, nothing is done. What nobody can tell is never sent again.
OVER = frozenset(
    {
        DeliveryState.ARRIVED,
        DeliveryState.OVERTAKEN,
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
    }
)
MAY_STAND = frozenset(
    {DeliveryState.ARRIVED, DeliveryState.SAVED, DeliveryState.SENT, DeliveryState.UNKNOWN}
)
NOT_GOOD = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of it. `id` is the message's once it arrived, else the draft's or the note's."""

    id: str | None
    body: str
    direction: SendDirection
    channel: str | None
    state: DeliveryState
    to: str | None = None
    why: str = ""  # of a state that is not good news; no customer text
    was_there: bool = False  # it was over already: this call did nothing

    @property
    def is_good(self) -> bool:
        """Whether nothing failed and nothing is unknown."""
        return self.state not in NOT_GOOD

    def as_json(self) -> dict[str, object]:
        """The fixed shape of an answer."""
        return {
            "data": {
                "id": self.id,
                "attributes": {
                    "body": self.body,
                    "direction": self.direction.value,
                    "channel": self.channel,
                    "state": self.state.value,
                },
            }
        }


def send(desk: NoteDesk, wanted: Wanted) -> Sent:
    """Write the note, send the reply or record the message, effectively once.

    A reply is staged, looked at again, released and read back: the state is `ARRIVED`,
    `OVERTAKEN` (somebody wrote or changed something in between; nothing was sent), `FAILED`
    (Kustomer could not deliver it) or `UNKNOWN`. A send that did not get through is gone on with
    by the next call of the same text or key.

    Raises:
        InputError: the text cannot be sent so, or was sent within the last 10 minutes.
        NoRecipient: it is not certain whom a reply would reach.
        Held: paused, or another process is at this very send.
        TransientError: it did not get through; call again.
        PermanentError: refused, or there is no such conversation.
    """
    check(wanted)
    desk.guard()
    intent = _intent(desk.store, wanted, desk.clock.now())
    stored = desk.store.delivery(intent.marker)
    if stored is not None and stored.state in OVER:
        return _answer(wanted, stored, was_there=True)
    delivery, to = _CARRY_OUT[wanted.direction](desk, intent)
    return _answer(wanted, delivery, to=to)


def _answer(
    wanted: Wanted, delivery: Delivery, *, was_there: bool = False, to: str | None = None
) -> Sent:
    if delivery.state is DeliveryState.OVERTAKEN and wanted.direction is not SendDirection.OUT:
        raise missing(wanted.conversation_id)
    return Sent(
        id=delivery.remote_id,
        body=delivery.body or wanted.body,
        direction=wanted.direction,
        channel=delivery.channel or wanted.channel,
        state=delivery.state,
        to=to,
        why=delivery.error,
        was_there=was_there,
    )


# How each direction is carried out; with whom a reply reached.

CarryOut = Callable[[NoteDesk, Delivery], tuple[Delivery, str | None]]


def _note(desk: NoteDesk, intent: Delivery) -> tuple[Delivery, None]:
    _keep(desk.store, intent)
    return desk.deliver(intent), None


def _reply(desk: NoteDesk, intent: Delivery) -> tuple[Delivery, str | None]:
    planned = plan(desk, intent)
    reply = planned.reply
    _keep(desk.store, reply.intent)
    stored = desk.store.delivery(intent.marker)
    if stored is not None and stored.releases == 0 and planned.there is not None:
        return _sent_by_hand(desk, stored, planned.there), reply.draft.to
    return deliver_reply(desk, reply), reply.draft.to


def _sent_by_hand(desk: NoteDesk, stored: Delivery, message: Message) -> Delivery:
    """A teammate sent the draft that an earlier call left: staging it anew would send it twice."""
    claimed = desk.claim(stored)
    settled = replace(
        claimed,
        state=DeliveryState.OVERTAKEN,
        remote_id=message.id,
        error="the draft was sent in Kustomer",
        updated_at=desk.clock.now(),
    )
    desk.store.settle_delivery(
        settled.marker,
        fence=settled.fence,
        state=settled.state,
        remote_id=settled.remote_id,
        error=settled.error,
        now=settled.updated_at,
    )
    return settled


def _record(desk: NoteDesk, intent: Delivery) -> tuple[Delivery, None]:
    intent = on_channel(desk, intent)
    _keep(desk.store, intent)
    return record(desk, intent), None


_CARRY_OUT: dict[SendDirection, CarryOut] = {
    SendDirection.NOTE: _note,
    SendDirection.OUT: _reply,
    SendDirection.IN: _record,
}


def _keep(store: Store, intent: Delivery) -> None:
    """Commit the intent. Of two that use one key at the same moment, one is told."""
    _must_be_the_same(store.intend(intent), intent)


# Which send it is: its key, or which one of this very text in this conversation.


def _intent(store: Store, wanted: Wanted, now: datetime) -> Delivery:
    identity = wanted.identity
    intent = Delivery(
        marker=_counted(store, wanted, now) if identity is None else send_marker(identity),
        conversation_id=wanted.conversation_id,
        action=wanted.action,
        body=wanted.body,
        channel=wanted.channel or "",
        created_at=now,
        updated_at=now,
    )
    stored = store.delivery(intent.marker)
    if stored is not None:
        _must_be_the_same(stored, intent)
    return intent


def _must_be_the_same(stored: Delivery, intent: Delivery) -> None:
    # The body of an old one is pruned, and a channel that was not named is not told apart.
    before = (
        stored.conversation_id,
        stored.action,
        stored.body or intent.body,
        stored.channel if stored.channel and intent.channel else intent.channel,
    )
    if before != (intent.conversation_id, intent.action, intent.body, intent.channel):
        raise InputError(
            "this key was used for another text, direction, channel or conversation; take a new one"
        )


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
        if same and delivery.state in MAY_STAND and now - delivery.created_at < SAME_AGAIN:
            raise InputError(
                "the same text went to this conversation, or may have, within the last 10 minutes. "
                "Give --again if it is meant twice, or --key to make one send safe to repeat."
            )
