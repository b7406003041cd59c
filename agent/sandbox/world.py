"""The ground truth: every row, and the few ways in which rows change together.

Tests may read everything here and call its methods from another thread; the server does the
same under `lock`.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from agent.sandbox.agenda import Agenda
from agent.sandbox.clock import SandboxClock
from agent.sandbox.ids import object_id
from agent.sandbox.index import SearchIndex
from agent.sandbox.records import (
    ConversationRecord,
    CustomerRecord,
    DeliveryRecord,
    DraftRecord,
    Json,
    KeyRecord,
    MessageRecord,
    NoteRecord,
    RequestRecord,
    TeammateRecord,
    WebhookRecord,
)
from agent.sandbox.resources import conversation_json
from agent.sandbox.switches import Switches

MACHINE = "Sidenote"  # name of the machine user behind the sandbox's key
REQUESTS_KEPT = 100_000
APPS = {"email": "postmark", "sms": "twilio", "chat": "chat", "whatsapp": "whatsapp"}
ACCOUNTS = (
    ("email", "Lumen & Hearth", "help@lumenhearth.example"),
    ("sms", "Lumen & Hearth", "+15550100000"),
    ("whatsapp", "Lumen & Hearth", "+15550100001"),
    ("chat", "Lumen & Hearth", "web-chat"),
)


class World:
    """One organisation and everything in it."""

    def __init__(self, *, seed: int, switches: Switches, clock: SandboxClock) -> None:
        self.seed = seed
        self.switches = switches
        self.clock = clock
        self.agenda = Agenda(clock)
        self.lock = threading.RLock()
        self.index = SearchIndex()
        self.customers: dict[str, CustomerRecord] = {}
        self.conversations: dict[str, ConversationRecord] = {}
        self.messages: dict[str, MessageRecord] = {}
        self.notes: dict[str, NoteRecord] = {}
        self.drafts: dict[str, DraftRecord] = {}  # those that are gone too, see `gone_at`
        self.teammates: dict[str, TeammateRecord] = {}
        self.keys: dict[str, KeyRecord] = {}
        self.tags: dict[str, str] = {}  # id -> name
        self.webhooks: dict[str, WebhookRecord] = {}
        self.on_message: Callable[[MessageRecord], None] | None = None  # calls them
        self.accounts: list[tuple[str, str, str]] = list(ACCOUNTS)  # channel, name, account
        self.bouncing: set[str] = set()  # addresses where delivery fails
        self.deliveries: list[DeliveryRecord] = []
        self.requests: deque[RequestRecord] = deque(maxlen=REQUESTS_KEPT)
        self._made = 0
        self._asked = 0
        self._notes_of: dict[str, list[NoteRecord]] = {}
        self._conversations_of: dict[str, list[ConversationRecord]] = {}
        self._ids_by_external: dict[tuple[str, str], str] = {}

    # --- time and ids -----------------------------------------------------------------------

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.agenda.now()

    def catch_up(self) -> None:
        """Let happen what is due: deliveries, index updates, late requests, live play."""
        with self.lock:
            self.agenda.catch_up()

    def new_id(self, kind: str) -> str:
        """A fresh id; the n-th of a seed is always the same."""
        self._made += 1
        return object_id(f"{self.seed}:{kind}:{self._made}")

    def count_request(self) -> int:
        """The number of the next request, from 1."""
        self._asked += 1
        return self._asked

    def later(self, seconds: float) -> datetime:
        """Now plus that."""
        return self.now() + timedelta(seconds=seconds)

    # --- people -----------------------------------------------------------------------------

    def teammate(self, name: str, *, is_machine: bool = False) -> TeammateRecord:
        """The teammate of that name, made if new. The same name gives the same id."""
        teammate_id = object_id(f"teammate:{name}")
        if teammate_id not in self.teammates:
            mailbox = "".join(c if c.isalnum() else "." for c in name.lower())
            self.teammates[teammate_id] = TeammateRecord(
                id=teammate_id,
                name=name,
                email=f"{mailbox}@lumenhearth.example",
                created_at=self.now(),
                is_machine=is_machine,
            )
        return self.teammates[teammate_id]

    def make_key(
        self, *, without: Sequence[str] = (), pod: str = "prod1", expired: bool = False
    ) -> str:
        """A new API key of the machine user, perhaps lacking roles or from another pod."""
        with self.lock:
            key = f"sandbox-{object_id(f'{self.seed}:key:{len(self.keys)}')}"
            self.keys[key] = KeyRecord(
                key=key,
                teammate_id=self.teammate(MACHINE, is_machine=True).id,
                without=frozenset(without),
                pod=pod,
                expired=expired,
            )
            return key

    def put_customer(self, customer: CustomerRecord) -> CustomerRecord:
        """Keep a new customer."""
        self.customers[customer.id] = customer
        self._conversations_of.setdefault(customer.id, [])
        if customer.external_id:
            self.name_external("customer", customer.external_id, customer.id)
        return customer

    def conversations_of(self, customer_id: str) -> list[ConversationRecord]:
        """Their conversations, oldest first."""
        return [c for c in self._conversations_of.get(customer_id, ()) if not c.deleted]

    def move_conversation(self, conversation: ConversationRecord, customer_id: str) -> None:
        """Give it to another customer."""
        self._conversations_of[conversation.customer_id].remove(conversation)
        conversation.customer_id = customer_id
        self._conversations_of.setdefault(customer_id, []).append(conversation)

    # --- external ids and tags ----------------------------------------------------------------

    def name_external(self, kind: str, external_id: str, record_id: str) -> None:
        """Remember who has an externalId; the first one keeps it."""
        self._ids_by_external.setdefault((kind, external_id), record_id)

    def by_external(self, kind: str, external_id: str) -> str | None:
        """The id that has it."""
        return self._ids_by_external.get((kind, external_id))

    def forget_external(self, kind: str, external_id: str | None, record_id: str) -> None:
        """Free it again, if it is that record's."""
        if external_id and self.by_external(kind, external_id) == record_id:
            del self._ids_by_external[kind, external_id]

    def tag(self, name_or_id: str) -> str:
        """The id of a tag, made if the name is new."""
        if name_or_id in self.tags:
            return name_or_id
        tag_id = object_id(f"tag:{name_or_id}")
        self.tags[tag_id] = name_or_id
        return tag_id

    # --- conversations --------------------------------------------------------------------------

    def put_conversation(self, conversation: ConversationRecord) -> ConversationRecord:
        """Keep a new conversation. The caller indexes it."""
        self.conversations[conversation.id] = conversation
        self._conversations_of.setdefault(conversation.customer_id, []).append(conversation)
        if conversation.external_id:
            self.name_external("conversation", conversation.external_id, conversation.id)
        return conversation

    def touch(
        self, conversation: ConversationRecord, *, by: str | None, at: datetime | None = None
    ) -> None:
        """Its version and times go up, as with every change, our own included."""
        at = at or self.now()
        conversation.rev += 1
        conversation.updated_at = max(conversation.updated_at, at)
        conversation.modified_at = conversation.updated_at
        conversation.last_activity_at = conversation.updated_at
        if by:
            conversation.modified_by = by
        self.reindex(conversation)

    def reindex(self, conversation: ConversationRecord, *, at_once: bool = False) -> None:
        """Searches see this state after the index lag, even if it changes meanwhile."""
        seen = conversation_json(conversation, self.switches)
        conversation.previous, conversation.shown = conversation.shown, seen
        lag = self.switches.number("index-lag")
        if lag and not at_once:
            self.agenda.at(self.later(lag), lambda: self.index.put(seen))
        else:
            self.index.put(seen)

    # --- messages and notes ---------------------------------------------------------------------

    def put_message(self, message: MessageRecord) -> None:
        """Keep a message and let its conversation know. The caller touches the conversation."""
        conversation = self.conversations[message.conversation_id]
        self.messages[message.id] = message
        self.name_external("message", message.external_id, message.id)
        _hear(conversation, message)
        if self.on_message is not None:
            self.on_message(message)

    def put_note(self, note: NoteRecord) -> None:
        """Keep a note. The caller touches the conversation."""
        self.notes[note.id] = note
        if note.external_id:
            self.name_external("note", note.external_id, note.id)
        if note.conversation_id:
            self._notes_of.setdefault(note.conversation_id, []).append(note)
            self.conversations[note.conversation_id].note_count += 1

    def drop_note(self, note: NoteRecord) -> None:
        """Delete a note; its id and externalId are free again. The caller touches."""
        del self.notes[note.id]
        note.deleted = True
        self.forget_external("note", note.external_id, note.id)
        if note.conversation_id:
            self._notes_of[note.conversation_id].remove(note)
            self.conversations[note.conversation_id].note_count -= 1

    def notes_of(self, conversation_id: str) -> list[NoteRecord]:
        """The notes of a conversation, oldest first."""
        self.catch_up()
        return list(self._notes_of.get(conversation_id, ()))

    def messages_of(self, conversation_id: str) -> list[MessageRecord]:
        """The messages of a conversation, oldest first."""
        self.catch_up()
        return list(self.conversations[conversation_id].messages)

    def drafts_of(self, customer_id: str) -> list[DraftRecord]:
        """The drafts of a customer that are still there."""
        self.catch_up()
        drafts = self.drafts.values()
        return [d for d in drafts if d.customer_id == customer_id and d.gone_at is None]

    def conversation(self, id_or_key: str) -> ConversationRecord:
        """By id, or by the key in the loader's file. Raises KeyError."""
        self.catch_up()
        found = self.conversations.get(id_or_key)
        return found or self.conversations[object_id(f"conversation:{id_or_key}")]

    def truth(self, conversation: ConversationRecord) -> Json:
        """A conversation with all that belongs to it, as plain JSON, for `/_sandbox/truth`."""
        return {
            "id": conversation.id,
            "key": conversation.key,
            "status": conversation.status,
            "rev": conversation.rev,
            "messages": [
                {"id": m.id, "direction": m.direction, "text": m.text, "status": m.status}
                for m in conversation.messages
            ],
            "notes": [
                {"id": n.id, "external_id": n.external_id, "body": n.body, "by": n.created_by}
                for n in self._notes_of.get(conversation.id, ())
            ],
        }


def _hear(conversation: ConversationRecord, message: MessageRecord) -> None:
    previous = conversation.messages[-1] if conversation.messages else None
    message.direction_type = _direction_type(previous, message)
    conversation.messages.append(message)
    conversation.messages.sort(key=lambda m: (m.sent_at, m.created_at))
    if message.channel not in conversation.channels:
        conversation.channels.append(message.channel)
    if message.direction == "in":
        _hear_customer(conversation, message)
    else:
        _hear_team(conversation, message)


def _direction_type(previous: MessageRecord | None, message: MessageRecord) -> str:
    if previous is None:
        return f"initial-{message.direction}"
    kind = "followup" if previous.direction == message.direction else "response"
    return f"{kind}-{message.direction}"


def _hear_customer(conversation: ConversationRecord, message: MessageRecord) -> None:
    conversation.inbound_count += 1
    conversation.first_in = conversation.first_in or message
    conversation.unresponded = conversation.unresponded or message
    if conversation.last_in is None or message.sent_at >= conversation.last_in.sent_at:
        conversation.last_in = message
    if conversation.status != "open":
        conversation.status = "open"
        conversation.reopen_count += 1


def _hear_team(conversation: ConversationRecord, message: MessageRecord) -> None:
    conversation.outbound_count += 1
    conversation.first_out = conversation.first_out or message
    conversation.unresponded = None
    if conversation.last_out is None or message.sent_at >= conversation.last_out.sent_at:
        conversation.last_out = message
