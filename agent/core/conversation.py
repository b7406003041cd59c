"""What we read: a conversation, its messages and notes, the customer and drafts.

Plain values, built by `adapters/kustomer/wire.py`. Texts are as Kustomer gave them; cleaning is
`core/transcript.py`. Times are aware UTC. Absent and unknown fields are `None` or `UNKNOWN`,
never a guess.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """Who spoke: the customer or the team."""

    IN = "in"
    OUT = "out"


class Status(StrEnum):
    """Where a conversation stands. A value we do not know is `UNKNOWN`."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    UNKNOWN = "unknown"


class AuthorKind(StrEnum):
    """What wrote a message or note."""

    CUSTOMER = "customer"
    TEAMMATE = "teammate"
    SIDENOTE = "sidenote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a message or note. `name` is empty when the helpdesk did not say it."""

    kind: AuthorKind
    id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file on a message. We list it; we never fetch it."""

    id: str
    name: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing said in a conversation."""

    id: str
    direction: Direction
    text: str
    sent_at: datetime
    created_at: datetime
    author: Author
    channel: str = ""
    subject: str = ""
    sender: str = ""  # address the message came from, as the channel writes it; "" when not told
    to: tuple[str, ...] = ()  # addresses it was sent to, as far as the channel tells them
    status: str = ""  # sent | received | error | whatever Kustomer adds
    error: str = ""  # Kustomer's code for a delivery that failed, e.g. "invalid-recipient"
    auto: bool = False
    redacted: bool = False
    may_be_cut: bool = False  # `preview` at its documented maximum of 10,240 characters
    attachments: tuple[Attachment, ...] = ()
    marker: str = ""  # its externalId: ours on a message we recorded, else Kustomer's own
    headers: tuple[tuple[str, str], ...] = ()  # what `meta` carries of the e-mail's own headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An internal note. `marker` is its externalId: ours is recognised by it."""

    id: str
    body: str
    created_at: datetime
    author: Author
    marker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """What a conversation says of its newest message, without its text."""

    id: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One thread with one customer, without its messages."""

    id: str
    updated_at: datetime
    customer_id: str | None = None
    name: str = ""
    status: Status = Status.UNKNOWN
    channels: tuple[str, ...] = ()
    created_at: datetime | None = None
    rev: int | None = None
    message_count: int | None = None
    note_count: int | None = None
    reopen_count: int | None = None  # how often it was opened again after it was done
    last_message_in: MessageRef | None = None
    last_message_out: MessageRef | None = None
    assigned_users: tuple[str, ...] = ()
    assigned_teams: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    queue_id: str | None = None
    default_lang: str = ""
    spam: bool = False
    deleted: bool = False
    locked: bool = False
    ended: bool = False
    merged_into: str | None = None
    external_id: str | None = None
    custom: tuple[tuple[str, str], ...] = ()  # custom fields that are texts or numbers, as text


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One way to reach a customer, as Kustomer keeps it."""

    value: str
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The person asking."""

    id: str
    name: str = ""
    external_id: str | None = None
    emails: tuple[Address, ...] = ()
    phones: tuple[Address, ...] = ()
    whatsapps: tuple[Address, ...] = ()
    addresses: tuple[str, ...] = ()  # postal ones, each in one text
    locale: str = ""
    created_at: datetime | None = None
    custom: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An unsent reply in Kustomer's composer. `marker` is ours when we made it, else ""."""

    id: str
    channel: str
    conversation_id: str | None = None
    body: str = ""
    marker: str = ""
    created_by: str | None = None
    modified_by: str | None = None
    to: tuple[str, ...] = ()
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundAccount:
    """An address the team sends from."""

    channel: str
    account: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teammate:
    """A person on the support team, or the machine user a key belongs to."""

    id: str
    name: str = ""
    email: str = ""
