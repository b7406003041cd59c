"""The search index: what searches see of conversations, some time behind the truth."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from agent.sandbox.records import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as searches see it: its attributes by search name; `raw` makes its JSON."""

    id: str
    attributes: Json
    raw: Callable[[], bytes]


class SearchIndex:
    """Conversations by id. A later `put` of the same id replaces the earlier."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def put(self, resource: Json) -> None:
        """Let searches see this state of a conversation."""
        raw = json.dumps(resource, separators=(",", ":"), ensure_ascii=False).encode()
        attributes = conversation_attributes(resource)
        self._entries[resource["id"]] = Entry(resource["id"], attributes, lambda: raw)

    def entries(self) -> list[Entry]:
        """All of them."""
        return list(self._entries.values())


def conversation_attributes(resource: Json) -> Json:
    """What a conversation can be searched by; an absent value is None."""
    attributes = resource["attributes"]
    found = {"conversation_" + name: attributes.get(field) for name, field in _PLAIN.items()}
    for name, field in _SENT_AT.items():
        found["conversation_" + name] = attributes.get(field, {}).get("sentAt")
    found["conversation_customer_id"] = resource["relationships"]["customer"]["data"]["id"]
    found["conversation_any_text"] = f"{attributes['name']} {attributes['preview']}"
    found["conversation_queue"] = attributes.get("queue", {}).get("id")
    for name, value in attributes.get("custom", {}).items():
        found[f"conversation_custom_{name}"] = value
    return found


_PLAIN = {
    "name": "name",
    "status": "status",
    "sub_status": "subStatus",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "modified_at": "modifiedAt",
    "message_count": "messageCount",
    "outbound_message_count": "outboundMessageCount",
    "note_count": "noteCount",
    "channels": "channels",
    "priority": "priority",
    "tags": "tags",
    "assigned_users": "assignedUsers",
    "assigned_teams": "assignedTeams",
    "last_message_at": "lastMessageAt",
    "last_message_sent_at": "lastMessageAt",
    "last_message_direction": "lastMessageDirection",
    "direction": "direction",
    "default_lang": "defaultLang",
    "reply_channel": "replyChannel",
    "ended": "ended",
    "ended_at": "endedAt",
    "ended_reason": "endedReason",
    "imported_at": "importedAt",
    "deleted": "deleted",
}
_SENT_AT = {
    "last_message_out_sent_at": "lastMessageOut",
    "last_message_unresponded_to_sent_at": "lastMessageUnrespondedTo",
    "first_message_in_sent_at": "firstMessageIn",
    "first_message_out_sent_at": "firstMessageOut",
}
_OTHERS = ("customer_id", "any_text", "queue")
KNOWN = frozenset("conversation_" + name for name in (*_PLAIN, *_SENT_AT, *_OTHERS))
