"""What the sandbox remembers: customers, conversations, messages, notes, drafts, requests.

These are the server's rows, so they change in place; only `world.py` and the routes change them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Value = Any  # whatever JSON can hold
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class TeammateRecord:
    """A person on the team, or the machine user of a key."""

    id: str
    name: str
    email: str
    created_at: datetime
    is_machine: bool = False


@dataclass(slots=True, kw_only=True)
class CustomerRecord:
    """The person asking. `emails` and `phones` are as Kustomer gives them."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    external_id: str | None = None
    emails: list[Json] = field(default_factory=list)
    phones: list[Json] = field(default_factory=list)
    whatsapps: list[Json] = field(default_factory=list)
    locale: str | None = None
    deleted: bool = False
    rev: int = 1
    created_by: str | None = None
    modified_by: str | None = None
    more: Json = field(default_factory=dict)  # fields that are kept and given back untouched


@dataclass(slots=True, kw_only=True)
class MessageRecord:
    """One thing said. `draft_id` and `headers` are ground truth; the API may hide them."""

    id: str
    conversation_id: str
    customer_id: str
    direction: str
    channel: str
    app: str
    text: str
    sent_at: datetime
    created_at: datetime
    updated_at: datetime
    known_at: datetime  # when the API first could show it
    status: str
    external_id: str
    subject: str = ""
    created_by: str | None = None
    direction_type: str = ""
    auto: bool = False
    error: Json | None = None
    error_at: datetime | None = None
    lang: str | None = None
    redacted: bool = False
    meta: Json = field(default_factory=dict)
    headers: list[Json] = field(default_factory=list)  # {"name", "value"}
    attachments: list[Json] = field(default_factory=list)  # {"id", "name", "contentType", …}
    html: str = ""
    draft_id: str | None = None
    rev: int = 1
    more: Json = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class NoteRecord:
    """An internal note."""

    id: str
    conversation_id: str | None
    customer_id: str | None
    body: str
    created_at: datetime
    updated_at: datetime
    created_by: str
    modified_by: str
    external_id: str | None = None
    deleted: bool = False
    mentions: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class DraftRecord:
    """An unsent reply. `released_at` is when it was told to go; `send_at` when it goes."""

    id: str
    customer_id: str
    channel: str
    fields: Json  # the request's fields as last given, without sendAt and scheduled
    created_at: datetime
    updated_at: datetime
    created_by: str
    modified_by: str
    send_at: datetime | None = None
    released_at: datetime | None = None
    gone_at: datetime | None = None  # taken by the worker, or deleted

    @property
    def body(self) -> str:
        """The text."""
        return str(self.fields.get("body", ""))

    @property
    def conversation_id(self) -> str | None:
        """The conversation it answers, when it names one."""
        found = self.fields.get("conversation")
        return str(found) if found else None


@dataclass(slots=True, kw_only=True)
class DeliveryRecord:
    """What reached a customer, or was sent and bounced (`status` "error")."""

    draft_id: str
    message_id: str
    conversation_id: str
    customer_id: str
    channel: str
    to: tuple[str, ...]
    sender: str
    body: str
    at: datetime
    status: str
    by: str
    auto: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class ConversationRecord:
    """One thread with one customer. `key` is what the loader's file called it."""

    id: str
    customer_id: str
    created_at: datetime
    updated_at: datetime
    modified_at: datetime
    last_activity_at: datetime
    key: str = ""
    name: str = ""
    external_id: str | None = None
    channels: list[str] = field(default_factory=list)
    status: str = "open"
    messages: list[MessageRecord] = field(default_factory=list)
    note_count: int = 0
    first_in: MessageRecord | None = None
    first_out: MessageRecord | None = None
    last_in: MessageRecord | None = None
    last_out: MessageRecord | None = None
    unresponded: MessageRecord | None = None  # first inbound one since the team last spoke
    inbound_count: int = 0
    outbound_count: int = 0
    tags: list[str] = field(default_factory=list)  # ids
    assigned_users: list[str] = field(default_factory=list)
    assigned_teams: list[str] = field(default_factory=list)
    queue_id: str | None = None
    default_lang: str | None = None
    direction: str = "in"
    priority: int = 3
    spam: bool = False
    deleted: bool = False
    locked: bool = False
    ended: bool = False
    ended_at: datetime | None = None
    merged_into: str | None = None
    reopen_count: int = 0
    done_count: int = 0
    created_by: str | None = None
    modified_by: str | None = None
    rev: int = 1
    more: Json = field(default_factory=dict)
    shown: Json | None = None  # how the API shows it since the last change
    previous: Json | None = None  # and before that, for stale reads


@dataclass(slots=True, kw_only=True)
class KeyRecord:
    """An API key. `without` names roles that it lacks; `pod` is where it was made."""

    key: str
    teammate_id: str
    without: frozenset[str] = frozenset()
    pod: str = "prod1"
    expired: bool = False


@dataclass(slots=True, kw_only=True)
class WebhookRecord:
    """Where to call about which events. `statuses`: what came back of each call, 0 for nothing."""

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    token: str
    created_at: datetime
    headers: list[Json] = field(default_factory=list)
    enabled: bool = True
    statuses: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RequestRecord:
    """One request and what it did. `applied`: a write took effect, now or (late) afterwards."""

    number: int
    at: datetime
    method: str
    path: str
    query: str = ""
    body: Any = None
    status: int | None = None  # what the client was told; None when it was told nothing
    fault: str = ""
    applied: bool = False
    applied_at: datetime | None = None
    key: str = ""
