"""Rows as the JSON:API resources that Kustomer gives."""

from agent.sandbox.ids import object_id, stamp, stamp_or_none
from agent.sandbox.records import (
    ConversationRecord,
    DraftRecord,
    Json,
    MessageRecord,
    NoteRecord,
    TeammateRecord,
)
from agent.sandbox.switches import Switches

ORG_ID = object_id("sandbox organisation")


def related(kind: str, path: str, record_id: str) -> Json:
    """One related record, by type and id."""
    return {
        "links": {"self": f"/v1/{path}/{record_id}"},
        "data": {"type": kind, "id": record_id},
    }


def org() -> Json:
    """The organisation, as every record names it."""
    return related("org", "orgs", ORG_ID)


def user(user_id: str | None) -> Json:
    """A teammate, as a record names its author."""
    return related("user", "users", user_id or object_id("teammate:somebody"))


def _customer(customer_id: str | None, kind: str = "customer") -> Json:
    return related(kind, "customers", customer_id or "")


def _conversation(conversation_id: str | None) -> Json:
    return related("conversation", "conversations", conversation_id or "")


def conversation_json(record: ConversationRecord, switches: Switches) -> Json:
    """A conversation. Empty sub-objects are `{}` on young records, as documented."""
    answer: Json = {
        "type": "conversation",
        "id": record.id,
        "attributes": {**_conversation_attributes(record), **record.more},
        "relationships": {
            "messages": {"links": {"self": f"/v1/conversations/{record.id}/messages"}},
            "org": org(),
            "customer": _customer(record.customer_id),
            "createdBy": user(record.created_by),
            "modifiedBy": user(record.modified_by),
        },
        "links": {"self": f"/v1/conversations/{record.id}"},
    }
    attributes = answer["attributes"]
    if record.external_id is not None:
        attributes["externalId"] = record.external_id
    if record.merged_into and switches["merged"] == "target":
        attributes["mergedTarget"] = record.merged_into
    if record.queue_id:
        attributes["queue"] = {"id": record.queue_id}
        answer["relationships"]["queue"] = related("queue", "queues", record.queue_id)
    return answer


def _conversation_attributes(record: ConversationRecord) -> Json:
    last = record.messages[-1] if record.messages else None
    return {
        "name": record.name,
        "preview": last.text[:200] if last else "",
        "channels": list(record.channels),
        "status": record.status,
        "open": {"statusAt": stamp(record.modified_at)} if record.status == "open" else {},
        "messageCount": len(record.messages),
        "inboundMessageCount": record.inbound_count,
        "outboundMessageCount": record.outbound_count,
        "noteCount": record.note_count,
        "satisfaction": 0,
        "satisfactionLevel": {},
        "spam": record.spam,
        "deleted": record.deleted,
        "locked": record.locked,
        "ended": record.ended,
        "endedAt": stamp_or_none(record.ended_at),
        "tags": list(record.tags),
        "suggestedTags": [],
        "suggestedShortcuts": [],
        "predictions": [],
        "sentiment": {},
        "assignedUsers": list(record.assigned_users),
        "assignedTeams": list(record.assigned_teams),
        "firstResponse": {},
        "direction": record.direction,
        "priority": record.priority,
        "defaultLang": record.default_lang,
        "reopenCount": record.reopen_count,
        "doneCount": record.done_count,
        "custom": {},
        "rev": record.rev,
        **_conversation_times(record),
    }


def _conversation_times(record: ConversationRecord) -> Json:
    last = record.messages[-1] if record.messages else None
    return {
        "createdAt": stamp(record.created_at),
        "updatedAt": stamp(record.updated_at),
        "modifiedAt": stamp(record.modified_at),
        "lastActivityAt": stamp(record.last_activity_at),
        "firstMessageIn": _pointer(record.first_in),
        "firstMessageOut": _pointer(record.first_out),
        "lastMessageIn": _pointer(record.last_in),
        "lastMessageOut": _pointer(record.last_out),
        "lastMessageUnrespondedTo": _pointer(record.unresponded),
        "lastMessageAt": stamp_or_none(last.sent_at if last else None),
        "lastMessageDirection": last.direction if last else None,
    }


def _pointer(message: MessageRecord | None) -> Json:
    if message is None:
        return {}
    pointer: Json = {
        "id": message.id,
        "sentAt": stamp(message.sent_at),
        "createdAt": stamp(message.created_at),
        "channel": message.channel,
        "directionType": message.direction_type,
        "meta": {},
    }
    if message.created_by:
        pointer["createdBy"] = message.created_by
    return pointer


def message_json(record: MessageRecord, switches: Switches) -> Json:
    """A message. Its text is `preview`, there is no `body`; inbound ones have no `createdBy`."""
    path = f"/v1/messages/{record.id}"
    answer: Json = {
        "type": "message",
        "id": record.id,
        "attributes": {**_message_attributes(record, switches), **record.more},
        "relationships": {
            "org": org(),
            # The plural is Kustomer's own: only messages have it.
            "customer": _customer(record.customer_id, "customers"),
            "conversation": _conversation(record.conversation_id),
            "attachments": {
                "links": {"self": f"{path}/attachments"},
                "data": [{"type": "attachment", "id": a["id"]} for a in record.attachments],
            },
        },
        "links": {"self": path, "related": f"/v1/{record.app}/messages/{record.id}"},
    }
    if record.created_by:
        answer["relationships"]["createdBy"] = user(record.created_by)
        answer["relationships"]["modifiedBy"] = user(record.created_by)
    return answer


def _message_attributes(record: MessageRecord, switches: Switches) -> Json:
    attributes: Json = {
        "externalId": record.external_id,
        "channel": record.channel,
        "app": record.app,
        "size": len(record.text.encode()),
        "direction": record.direction,
        "directionType": record.direction_type,
        "preview": record.text[: int(switches.number("preview-cut"))],
        "subject": record.subject,
        "meta": _meta(record, switches),
        "status": record.status,
        "auto": record.auto,
        "sentiment": {"polarity": 0, "confidence": 0},
        "sentAt": stamp(record.sent_at),
        "createdAt": stamp(record.created_at),
        "updatedAt": stamp(record.updated_at),
        "modifiedAt": stamp(record.updated_at),
        "lang": record.lang,
        "redacted": record.redacted,
        "shortcuts": [],
        "assignedTeams": [],
        "assignedUsers": [],
        "rev": record.rev,
    }
    if record.error is not None:
        attributes["error"] = record.error
        attributes["errorAt"] = stamp_or_none(record.error_at)
    if record.draft_id and switches["send-attempted-at"] == "present":
        attributes["sendAttemptedAt"] = stamp(record.sent_at)
    return attributes


def _meta(record: MessageRecord, switches: Switches) -> Json:
    meta = dict(record.meta)
    if switches["sender-in-meta"] == "no":
        meta.pop("from", None)
    if record.draft_id and switches["draft-link"] == "present":
        meta["draft"] = record.draft_id
    shown = record.headers and (not record.draft_id or switches["sent-headers"] == "kept")
    if shown and switches["headers-in-meta"] == "yes":
        meta["headers"] = list(record.headers)
    if shown and switches["headers-in-meta"] == "object":
        meta["headers"] = {h["name"]: h.get("value", "") for h in record.headers}
    return meta


def attachment_json(attachment: Json, message: MessageRecord) -> Json:
    """A file on a message, as `?include=attachments` lists it. Its content is not served."""
    path = f"/v1/messages/{message.id}/attachments/{attachment['id']}"
    return {
        "type": "attachment",
        "id": attachment["id"],
        "attributes": {
            "name": attachment["name"],
            "contentType": attachment["contentType"],
            "contentLength": attachment["contentLength"],
            "redacted": False,
        },
        "relationships": {
            "org": org(),
            "message": related("message", "messages", message.id),
        },
        "links": {"self": path, "related": f"{path}/content"},
    }


def note_json(record: NoteRecord) -> Json:
    """A note."""
    attributes: Json = {
        "body": record.body,
        "createdAt": stamp(record.created_at),
        "updatedAt": stamp(record.updated_at),
        "modifiedAt": stamp(record.updated_at),
        "createdByTeams": [],
        "deleted": record.deleted,
    }
    if record.external_id is not None:
        attributes["externalId"] = record.external_id
    return {
        "type": "note",
        "id": record.id,
        "attributes": attributes,
        "relationships": {
            "org": org(),
            "customer": _customer(record.customer_id),
            "createdBy": user(record.created_by),
            "modifiedBy": user(record.modified_by),
            "conversation": _conversation(record.conversation_id),
            "userMentions": {"data": [_mention(m) for m in record.mentions]},
        },
        "links": {"self": f"/v1/notes/{record.id}"},
    }


def _mention(mention: Json) -> Json:
    kind = "user" if "user" in mention else "team"
    return {"type": kind, "id": mention.get(kind, "")}


def draft_json(record: DraftRecord, switches: Switches, *, listed: bool) -> Json:
    """A draft; `listed` when it stands in the list, not in the answer to its creation."""
    relationships = {
        "org": org(),
        "customer": _customer(record.customer_id),
        "createdBy": user(record.created_by),
        "modifiedBy": user(record.modified_by),
    }
    if record.conversation_id:
        relationships["conversation"] = _conversation(record.conversation_id)
    return {
        "type": "draft",
        "id": record.id,
        "attributes": _draft_attributes(record, switches, listed=listed),
        "relationships": relationships,
    }


def _draft_attributes(record: DraftRecord, switches: Switches, *, listed: bool) -> Json:
    attributes: Json = {
        "channel": record.channel,
        "status": switches["draft-status"] if record.send_at else "draft",
        "createdAt": stamp(record.created_at),
        "updatedAt": stamp(record.updated_at),
        "modifiedAt": stamp(record.updated_at),
    }
    hidden = {"channel", "conversation", "customer", "body", "payload", "to", "from"}
    attributes |= {name: value for name, value in record.fields.items() if name not in hidden}
    body_shown = switches["body-in-draft"]
    if body_shown == "always" or (body_shown == "list" and listed):
        attributes["body"] = record.body
    if switches["draft-payload"] == "kept" and "payload" in record.fields:
        attributes["payload"] = record.fields["payload"]
    if switches["draft-from-to"] == "echoed":
        attributes |= {
            name: record.fields[name] for name in ("to", "from") if name in record.fields
        }
    if record.send_at:
        attributes["sendAt"] = stamp(record.send_at)
    return attributes


def user_json(record: TeammateRecord) -> Json:
    """A teammate, or the machine user of a key."""
    return {
        "type": "user",
        "id": record.id,
        "attributes": {
            "name": record.name,
            "displayName": record.name,
            "email": record.email,
            "userType": "machine" if record.is_machine else "user",
            "createdAt": stamp(record.created_at),
            "updatedAt": stamp(record.created_at),
            "deletedAt": None,
        },
        "relationships": {"org": org()},
        "links": {"self": f"/v1/users/{record.id}"},
    }
