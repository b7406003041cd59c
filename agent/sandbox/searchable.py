"""What customers, notes and messages can be searched by."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from agent.sandbox.answers import dumps
from agent.sandbox.ids import stamp, stamp_or_none
from agent.sandbox.index import Entry
from agent.sandbox.records import (
    ConversationRecord,
    CustomerRecord,
    MessageRecord,
    NoteRecord,
    Value,
)
from agent.sandbox.resources import message_json, note_json
from agent.sandbox.resources_customer import customer_json
from agent.sandbox.switches import Switches

Record = TypeVar("Record")
_CUSTOMER: dict[str, Callable[[CustomerRecord], Any]] = {
    "customer_name": lambda c: c.name,
    "customer_any_text": lambda c: c.name,
    "customer_email": lambda c: [e["email"] for e in c.emails],
    "customer_phone": lambda c: [p["phone"] for p in c.phones],
    "customer_externalId": lambda c: c.external_id,
    "customer_locale": lambda c: c.locale,
    "customer_created_at": lambda c: stamp(c.created_at),
    "customer_updated_at": lambda c: stamp(c.updated_at),
    "customer_modified_at": lambda c: stamp(c.updated_at),
}
_NOTE: dict[str, Callable[[NoteRecord], Any]] = {
    "note_body": lambda n: n.body,
    "note_any_text": lambda n: n.body,
    "note_external_id": lambda n: n.external_id,
    "note_conversation_id": lambda n: n.conversation_id,
    "note_customer_id": lambda n: n.customer_id,
    "note_created_by": lambda n: n.created_by,
    "note_created_at": lambda n: stamp(n.created_at),
    "note_updated_at": lambda n: stamp(n.updated_at),
    "note_modified_at": lambda n: stamp(n.updated_at),
}
_MESSAGE: dict[str, Callable[[MessageRecord], Any]] = {
    "message_body": lambda m: m.text,
    "message_any_text": lambda m: m.text,
    "message_subject": lambda m: m.subject,
    "message_channel": lambda m: m.channel,
    "message_direction": lambda m: m.direction,
    "message_direction_type": lambda m: m.direction_type,
    "message_status": lambda m: m.status,
    "message_auto": lambda m: m.auto,
    "message_external_id": lambda m: m.external_id,
    "message_customer_id": lambda m: m.customer_id,
    "message_created_by": lambda m: m.created_by,
    "message_sent_at": lambda m: stamp(m.sent_at),
    "message_created_at": lambda m: stamp(m.created_at),
    "message_updated_at": lambda m: stamp(m.updated_at),
    "message_error_at": lambda m: stamp_or_none(m.error_at),
}
CUSTOMER_NAMES = frozenset(_CUSTOMER)
NOTE_NAMES = frozenset(_NOTE)
MESSAGE_NAMES = frozenset(_MESSAGE)


class _Read(Generic[Record]):
    """Attributes that are worked out only when a search asks for them."""

    def __init__(self, record: Record, readers: dict[str, Callable[[Record], Any]]) -> None:
        self._record = record
        self._readers = readers

    def get(self, name: str, /) -> Value:
        """The value by its search name."""
        read = self._readers.get(name)
        return read(self._record) if read else None


def customer_entry(
    record: CustomerRecord, conversations: Callable[[], list[ConversationRecord]]
) -> Entry:
    """A customer as searches see it."""
    attributes = _Read(record, _CUSTOMER)
    at = stamp(record.updated_at)
    return Entry(record.id, at, attributes, lambda: dumps(customer_json(record, conversations())))


def note_entry(record: NoteRecord) -> Entry:
    """A note as searches see it."""
    at = stamp(record.updated_at)
    return Entry(record.id, at, _Read(record, _NOTE), lambda: dumps(note_json(record)))


def message_entry(record: MessageRecord, switches: Switches) -> Entry:
    """A message as searches see it."""
    attributes = _Read(record, _MESSAGE)
    at = stamp(record.updated_at)
    return Entry(record.id, at, attributes, lambda: dumps(message_json(record, switches)))
