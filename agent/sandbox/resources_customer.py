"""A customer as Kustomer gives it, with counts over the conversations."""

from agent.sandbox.ids import stamp
from agent.sandbox.records import ConversationRecord, CustomerRecord, Json
from agent.sandbox.resources import org, user

ORG_LANGUAGE = "en"
_LISTS = (
    *("sharedExternalIds", "sharedEmails", "sharedPhones", "socials", "sharedSocials"),
    *("urls", "locations", "activeUsers", "watchers", "tags"),
)
_UNKNOWN = ("signedUpAt", "avatarUrl", "username", "timeZone", "birthdayAt", "gender")


def customer_json(record: CustomerRecord, conversations: list[ConversationRecord]) -> Json:
    """A customer, with counts over their conversations."""
    relationships = {
        "org": org(),
        "messages": {"links": {"self": f"/v1/customers/{record.id}/messages"}},
        "createdBy": user(record.created_by),
        "modifiedBy": user(record.modified_by),
    }
    return {
        "type": "customer",
        "id": record.id,
        "attributes": {**_customer_attributes(record, conversations), **record.more},
        "relationships": relationships,
        "links": {"self": f"/v1/customers/{record.id}"},
    }


def _customer_attributes(record: CustomerRecord, conversations: list[ConversationRecord]) -> Json:
    attributes: Json = {
        **{name: [] for name in _LISTS},
        **dict.fromkeys(_UNKNOWN),
        "name": record.name,
        "displayName": record.name or "Customer",
        "displayColor": "blue",
        "displayIcon": "mug",
        "externalIds": _external_ids(record),
        "emails": list(record.emails),
        "phones": list(record.phones),
        "whatsapps": list(record.whatsapps),
        "locale": record.locale,
        "defaultLang": record.locale or ORG_LANGUAGE,
        "presence": "offline",
        "createdAt": stamp(record.created_at),
        "updatedAt": stamp(record.updated_at),
        "modifiedAt": stamp(record.updated_at),
        "sentiment": {"polarity": 0, "confidence": 0},
        "verified": any(a.get("verified") for a in (*record.emails, *record.phones)),
        "custom": {},
        "rev": record.rev,
        **_activity(record, conversations),
    }
    if record.external_id is not None:
        attributes["externalId"] = record.external_id
    return attributes


def _activity(record: CustomerRecord, conversations: list[ConversationRecord]) -> Json:
    latest = max(conversations, key=lambda c: (c.last_activity_at, c.id), default=None)
    active_at = stamp(latest.last_activity_at if latest else record.updated_at)
    statuses = [c.status for c in conversations]
    counts = {status: statuses.count(status) for status in ("snoozed", "open", "done")}
    return {
        "recentLocation": {"updatedAt": active_at},
        "lastSeenAt": active_at,
        "lastActivityAt": active_at,
        "lastCustomerActivityAt": active_at,
        "lastMessageIn": _last_message_in(latest),
        "lastConversation": _last_conversation(latest),
        "conversationCounts": {"all": len(conversations), **counts},
        "preview": _preview(latest, active_at),
        "progressiveStatus": latest.status if latest else None,
    }


def _external_ids(record: CustomerRecord) -> list[Json]:
    if record.external_id is None:
        return []
    return [{"externalId": record.external_id, "verified": True, "id": None}]


def _last_message_in(latest: ConversationRecord | None) -> Json:
    if latest is None or latest.last_in is None:
        return {}
    return {"sentAt": stamp(latest.last_in.sent_at), "sentiment": None}


def _last_conversation(latest: ConversationRecord | None) -> Json:
    if latest is None:
        return {"tags": []}
    sentiment = {"confidence": 0, "polarity": 0}
    return {"id": latest.id, "sentiment": sentiment, "tags": list(latest.tags)}


def _preview(latest: ConversationRecord | None, active_at: str) -> Json:
    last = latest.messages[-1] if latest and latest.messages else None
    return {
        "previewAt": active_at,
        "type": "message_in" if last is None or last.direction == "in" else "message_out",
        "text": last.text[:200] if last else "",
        "subject": last.subject if last else "",
    }


def address(field: str, value: str, *, verified: bool, kind: str = "other") -> Json:
    """An e-mail address or phone number as Kustomer keeps it on a customer."""
    return {field: value, "verified": verified, "type": kind, "id": None}
