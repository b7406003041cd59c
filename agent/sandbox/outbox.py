"""Drafts and the worker that sends them.

A draft that is told to go is taken by the worker some time later: then it is gone from the list,
and the message stands on the conversation a little after that. In between nobody can see
whether it was sent. A delivery that fails stands on the message, not on the draft.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from agent.sandbox.answers import Refusal
from agent.sandbox.records import (
    ConversationRecord,
    DeliveryRecord,
    DraftRecord,
    Json,
    MessageRecord,
    NoteRecord,
)
from agent.sandbox.world import APPS, World

UNSENT_SENDS_AFTER = 60.0  # seconds, when the switch `unsent-draft` stands on `sends`


def release(world: World, draft: DraftRecord, at: datetime) -> None:
    """Tell a draft to go, now or in the future. Raises Refusal when it cannot be sent.

    Doing it again before the worker has taken the draft changes nothing, unless the switch
    `release-twice` stands on `two`.
    """
    _refuse_unsendable(world, draft)
    now = world.now()
    again = draft.send_at is not None and draft.send_at <= now and at <= now
    draft.send_at = at
    draft.released_at = now
    if again and world.switches["release-twice"] == "one":
        return
    due = at if at > now else world.later(world.switches.number("send-seconds"))
    world.agenda.at(due, lambda: _take(world, draft, twice=again))


def take_back(world: World, draft: DraftRecord) -> None:
    """Unschedule. Without undo-send a draft that was told to go now still goes."""
    going = draft.send_at is not None and draft.send_at <= world.now()
    if not going or world.switches["undo-send"] == "yes":
        draft.send_at = None
        draft.released_at = None


def plan_unasked(world: World, draft: DraftRecord) -> None:
    """What the switch `unsent-draft` does to a draft that nobody sends."""
    if world.switches["unsent-draft"] == "sends":
        due = world.later(UNSENT_SENDS_AFTER)
        world.agenda.at(due, lambda: _send_unasked(world, draft))


def _send_unasked(world: World, draft: DraftRecord) -> None:
    if draft.gone_at is None and draft.send_at is None:
        with suppress(Refusal):  # one without a body stays
            release(world, draft, world.now())


def _refuse_unsendable(world: World, draft: DraftRecord) -> None:
    status = int(world.switches["bad-draft"])
    if not draft.body and not draft.fields.get("meta"):
        raise Refusal(status, "badparam", "Draft has no body", parameter="body")
    if draft.channel == "note" or world.switches["draft-defaults"] == "filled":
        if draft.channel != "note" and not _recipients(world, draft):
            raise Refusal(status, "badparam", "Draft has no recipient", parameter="to")
        return
    for name in ("to", "from"):
        if not draft.fields.get(name):
            raise Refusal(status, "badparam", f"Draft has no {name}", parameter=name)


def _take(world: World, draft: DraftRecord, *, twice: bool) -> None:
    """The worker's turn. Nothing happens when the draft is gone, taken back or put off."""
    if draft.send_at is None or draft.send_at > world.now():
        return
    if draft.gone_at is not None and not twice:
        return
    draft.gone_at = draft.gone_at or world.now()
    conversation = _conversation_of(world, draft)
    if draft.channel == "note":
        _put_note(world, draft, conversation)
        return
    message = _message(world, draft, conversation)
    world.deliveries.append(_delivery(world, draft, message))
    due = world.later(world.switches.number("settle-seconds"))
    world.agenda.at(due, lambda: _arrive(world, conversation, message))


def _arrive(world: World, conversation: ConversationRecord, message: MessageRecord) -> None:
    message.known_at = world.now()
    world.put_message(message)
    world.touch(conversation, by=message.created_by)


def _conversation_of(world: World, draft: DraftRecord) -> ConversationRecord:
    found = world.conversations.get(draft.conversation_id or "")
    if found is not None:
        return found
    now = world.now()
    made = world.put_conversation(
        ConversationRecord(
            id=world.new_id("conversation"),
            customer_id=draft.customer_id,
            created_at=now,
            updated_at=now,
            modified_at=now,
            last_activity_at=now,
            direction="out",
            created_by=draft.created_by,
            modified_by=draft.created_by,
        )
    )
    world.reindex(made)
    return made


def _put_note(world: World, draft: DraftRecord, conversation: ConversationRecord) -> None:
    world.put_note(
        NoteRecord(
            id=world.new_id("note"),
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            body=draft.body,
            created_at=world.now(),
            updated_at=world.now(),
            created_by=draft.created_by,
            modified_by=draft.created_by,
        )
    )
    world.touch(conversation, by=draft.created_by)


def _message(world: World, draft: DraftRecord, conversation: ConversationRecord) -> MessageRecord:
    now = world.now()
    to = _recipients(world, draft)
    sender = _sender(world, draft)
    bounced = next((address for address in to if address in world.bouncing), None)
    message_id = world.new_id("message")
    subject = str(draft.fields.get("subject") or conversation.name)
    return MessageRecord(
        id=message_id,
        conversation_id=conversation.id,
        customer_id=draft.customer_id,
        direction="out",
        channel=draft.channel,
        app=str(draft.fields.get("app") or APPS.get(draft.channel, draft.channel)),
        text=draft.body,
        subject=subject,
        sent_at=now,
        created_at=now,
        updated_at=now,
        known_at=now,
        status="error" if bounced else "sent",
        error=_bounce() if bounced else None,
        error_at=now if bounced else None,
        external_id=f"<{message_id}@mail.sandbox.example>",
        created_by=draft.modified_by,
        auto=bool(draft.fields.get("auto")),
        lang=draft.fields.get("lang"),
        meta=message_meta(draft.channel, sender=sender, to=to, subject=subject),
        headers=list(draft.fields.get("headers", ())),
        draft_id=draft.id,
    )


def message_meta(channel: str, *, sender: str, to: tuple[str, ...], subject: str) -> Json:
    """The `meta` of a message as its channel has it: lists for e-mail, plain texts elsewhere."""
    if channel != "email":
        return {"from": sender, "to": to[0] if to else "", "proxy": None, "attachmentNum": 0}
    return {
        "subject": subject,
        "from": sender,
        "to": [{"email": address} for address in to],
        "cc": [],
        "bcc": [],
        "inReplyTo": "",
        "recipient": {"email": to[0] if to else "", "mailboxHash": ""},
    }


def _bounce() -> Json:
    """As seen for a recipient that the mail provider had marked inactive."""
    return {
        "status": 400,
        "code": "invalid-recipient",
        "title": "Invalid recipient",
        "meta": {"appErrorCode": 406},
    }


def _delivery(world: World, draft: DraftRecord, message: MessageRecord) -> DeliveryRecord:
    return DeliveryRecord(
        draft_id=draft.id,
        message_id=message.id,
        conversation_id=message.conversation_id,
        customer_id=draft.customer_id,
        channel=draft.channel,
        to=_recipients(world, draft),
        sender=_sender(world, draft),
        body=draft.body,
        at=message.sent_at,
        status=message.status,
        by=draft.created_by,
        auto=message.auto,
        headers=tuple((h["name"], h.get("value", "")) for h in message.headers),
    )


def _recipients(world: World, draft: DraftRecord) -> tuple[str, ...]:
    """As given, else the newest inbound message's sender, else the customer's first address."""
    given: list[Any] = []
    for name in ("to", "cc", "bcc"):
        found = draft.fields.get(name)
        given += found if isinstance(found, list) else [found] if found else []
    if draft.fields.get("to"):
        return tuple(str(g["email"] if isinstance(g, dict) else g) for g in given)
    conversation = world.conversations.get(draft.conversation_id or "")
    newest = conversation.last_in if conversation else None
    if newest and newest.meta.get("from") and newest.channel == draft.channel:
        return (str(newest.meta["from"]),)
    customer = world.customers[draft.customer_id]
    if draft.channel == "email":
        return tuple(str(e["email"]) for e in customer.emails[:1])
    if draft.channel in {"sms", "whatsapp"}:
        return tuple(str(p["phone"]) for p in customer.phones[:1])
    return (customer.id,)


def _sender(world: World, draft: DraftRecord) -> str:
    given = draft.fields.get("from")
    if given:
        return str(given["email"] if isinstance(given, dict) else given)
    return next((account for c, _, account in world.accounts if c == draft.channel), "")
