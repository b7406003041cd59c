"""The search index: what searches see of conversations, some time behind the truth."""

import json
from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agent.sandbox.records import Json, Value


class Attributes(Protocol):
    """What a record can be searched by; an absent value is None."""

    def get(self, name: str, /) -> Value:
        """The value by its search name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as searches see it. `updated_at` is as Kustomer writes it; `raw` its JSON."""

    id: str
    updated_at: str
    attributes: Attributes
    raw: Callable[[], bytes]


class SearchIndex:
    """Conversations by id. A later `put` of the same id replaces the earlier."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._order: list[tuple[str, str]] = []  # (updated_at, id), ascending

    def put(self, resource: Json) -> None:
        """Let searches see this state of a conversation."""
        raw = json.dumps(resource, separators=(",", ":"), ensure_ascii=False).encode()
        updated_at = resource["attributes"]["updatedAt"]
        attributes = conversation_attributes(resource)
        entry = Entry(resource["id"], updated_at, attributes, lambda: raw)
        replaced = self._entries.get(entry.id)
        if replaced:
            del self._order[bisect_left(self._order, (replaced.updated_at, entry.id))]
        insort(self._order, (updated_at, entry.id))
        self._entries[entry.id] = entry

    def entries(self, since: str = "") -> list[Entry]:
        """Those updated at or after that moment, oldest first, then by id."""
        start = bisect_left(self._order, (since, ""))
        return [self._entries[record_id] for _, record_id in self._order[start:]]


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
