"""Messages. Creating one only records it: nothing here reaches a customer."""

from agent.sandbox.answers import Answer, Refusal, not_found, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.fields import Shape
from agent.sandbox.ids import parse_time
from agent.sandbox.orders import ordered
from agent.sandbox.records import ConversationRecord, Json, MessageRecord
from agent.sandbox.resources import attachment_json, message_json
from agent.sandbox.shapes import MESSAGE
from agent.sandbox.taken import refuse_taken

_IN_GENERAL = Shape(MESSAGE.fields, (*MESSAGE.required, "direction"))
_KEPT = ("source", "location", "custom", "sentiment", "importedAt", "related", "kbArticles")


def _list(call: Call) -> Answer:
    """All messages of a conversation; the order is undocumented, so it is a switch."""
    conversation = call.known(call.world.conversations)
    if conversation.deleted:
        raise not_found()
    seen = [m for m in conversation.messages if m.known_at <= call.seen_until]
    rows = ordered(seen, call.world.switches["message-order"])
    return call.listed(
        rows,
        lambda m: message_json(m, call.world.switches),
        lambda m: [attachment_json(a, m) for a in m.attachments],
    )


def _record(call: Call) -> Answer:
    conversation = call.known(call.world.conversations)
    return _recorded(call, conversation, call.checked(MESSAGE))


def _record_in_general(call: Call) -> Answer:
    fields = call.checked(_IN_GENERAL)
    conversation = call.world.conversations.get(fields.get("conversation", ""))
    if conversation is None:
        # What Kustomer does without a conversation is not documented.
        raise Refusal(400, "badparam", "Invalid parameter", parameter="conversation")
    return _recorded(call, conversation, fields)


def _recorded(call: Call, conversation: ConversationRecord, fields: Json) -> Answer:
    """201. Recording an inbound message reopens, as a customer's reply does."""
    world = call.world
    taken = fields.get("id") in world.messages
    refuse_taken(world, "message", fields.get("externalId"), taken)
    if not fields.get("importedAt"):
        call.limits.take_write("messages", conversation.customer_id, call.key.key, world.now())
    message = _message(call, conversation, fields)
    if taken:
        message.id = world.new_id("message")
    world.put_message(message)
    world.touch(conversation, by=call.actor)
    return one(message_json(message, world.switches), status=201, applied=True)


def _message(call: Call, conversation: ConversationRecord, fields: Json) -> MessageRecord:
    now = call.world.now()
    direction = fields.get("direction", "in")
    message_id = fields.get("id") or call.world.new_id("message")
    return MessageRecord(
        id=message_id,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        direction=direction,
        channel=fields["channel"],
        app=fields["app"],
        text=fields.get("preview", ""),
        subject=fields.get("subject", ""),
        sent_at=parse_time(fields["sentAt"]) if "sentAt" in fields else now,
        created_at=parse_time(fields["createdAt"]) if "createdAt" in fields else now,
        updated_at=now,
        known_at=now,
        status=fields.get("status") or ("received" if direction == "in" else "sent"),
        external_id=fields.get("externalId") or message_id,
        created_by=call.actor,
        auto=bool(fields.get("auto")),
        error=fields.get("error"),
        lang=fields.get("lang"),
        meta=fields.get("meta", {}),
        more={name: fields[name] for name in _KEPT if name in fields},
    )


def _read(call: Call) -> Answer:
    return one(message_json(call.known(call.world.messages), call.world.switches))


def _by_external(call: Call) -> Answer:
    message_id = call.world.by_external("message", call.param("external"))
    if message_id is None:
        raise not_found("externalId")
    return one(message_json(call.world.messages[message_id], call.world.switches))


def _attachment(call: Call) -> Answer:
    message = call.known(call.world.messages, "message")
    found = next((a for a in message.attachments if a["id"] == call.param("id")), None)
    if found is None:
        raise not_found()
    return one(attachment_json(found, message))


ROUTES = (
    Route("GET", "/v1/conversations/{id}/messages", _list, "message.read"),
    Route("POST", "/v1/conversations/{id}/messages", _record, "message.create"),
    Route("POST", "/v1/messages", _record_in_general, "message.create"),
    Route("GET", "/v1/messages/externalId={external}", _by_external, "message.read"),
    Route("GET", "/v1/messages/externalid={external}", _by_external, "message.read"),
    Route("GET", "/v1/messages/{id}", _read, "message.read"),
    Route("GET", "/v1/messages/{message}/attachments/{id}", _attachment, "message.read"),
)
