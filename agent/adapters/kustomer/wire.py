"""Kustomer's JSON as our values: lenient in all that may be missing, new or of another type.

Strict only for what we cannot do without: ids, times, a message's direction. What is missing
raises `ReplyUnreadable` naming the field, never its content.

Sources: the public API description of May 2025 (envelope, attributes); `meta` of messages, the
plural `customers` and `{}` for an absent newest message as seen in its examples and in webhook
samples.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from agent.adapters.kustomer.fields import (
    Flag,
    Id,
    Ids,
    Listed,
    Mapped,
    MaybeMoment,
    Moment,
    Number,
    Text,
    addresses,
    clean,
    related,
    related_ids,
)
from agent.core.conversation import (
    Address,
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Draft,
    Message,
    MessageRef,
    Note,
    OutboundAccount,
    Status,
    Teammate,
)
from agent.errors import ReplyUnreadable

PREVIEW_MAX = 10_240  # characters; a text that long may have been cut
MARKER_KEY = "sidenote"  # in a draft's payload

W = TypeVar("W", bound="_Wire")


class _Wire(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class _Conversation(_Wire):
    updated_at: Moment
    created_at: MaybeMoment = None
    name: Text = ""
    status: Text = ""
    channels: Ids = ()
    rev: Number = None
    message_count: Number = None
    note_count: Number = None
    reopen_count: Number = None
    last_message_in: Mapped = Field(default_factory=dict)
    last_message_out: Mapped = Field(default_factory=dict)
    assigned_users: Ids = ()
    assigned_teams: Ids = ()
    tags: Ids = ()
    queue: Id = None
    default_lang: Text = ""
    spam: Flag = False
    deleted: Flag = False
    locked: Flag = False
    ended: Flag = False
    merged_target: Id = None
    external_id: Id = None
    custom: Mapped = Field(default_factory=dict)


class _Ref(_Wire):
    id: Id = None
    sent_at: MaybeMoment = None


class _Message(_Wire):
    direction: Direction
    sent_at: MaybeMoment = None
    created_at: MaybeMoment = None
    preview: Text = ""
    channel: Text = ""
    subject: Text = ""
    status: Text = ""
    external_id: Text = ""
    error: Mapped = Field(default_factory=dict)
    auto: Flag = False
    redacted: Flag = False
    meta: Mapped = Field(default_factory=dict)


class _Note(_Wire):
    created_at: Moment
    body: Text = ""
    external_id: Text = ""
    deleted: Flag = False


class _Draft(_Wire):
    channel: Text = ""
    body: Text = ""
    payload: Mapped = Field(default_factory=dict)
    to: Any = None
    sender: Any = Field(default=None, alias="from")


class _Customer(_Wire):
    name: Text = ""
    display_name: Text = ""
    external_id: Id = None
    emails: Listed = ()
    phones: Listed = ()
    whatsapps: Listed = ()
    locations: Listed = ()
    locale: Text = ""
    created_at: MaybeMoment = None
    custom: Mapped = Field(default_factory=dict)


class _Account(_Wire):
    channel: Text = ""
    account: Text = ""
    name: Text = ""


class _Teammate(_Wire):
    name: Text = ""
    display_name: Text = ""
    email: Text = ""


def parse_conversation(resource: Mapping[str, Any]) -> Conversation:
    """One conversation, without its messages."""
    seen, links = _attributes(resource, _Conversation), _object(resource.get("relationships"))
    return Conversation(
        id=_id(resource),
        updated_at=seen.updated_at,
        customer_id=related(links, "customer"),
        name=seen.name,
        status=Status(seen.status) if seen.status in set(Status) else Status.UNKNOWN,
        channels=seen.channels,
        created_at=seen.created_at,
        rev=seen.rev,
        message_count=seen.message_count,
        note_count=seen.note_count,
        reopen_count=seen.reopen_count,
        last_message_in=_message_ref(seen.last_message_in),
        last_message_out=_message_ref(seen.last_message_out),
        assigned_users=seen.assigned_users,
        assigned_teams=seen.assigned_teams,
        tags=seen.tags,
        queue_id=related(links, "queue") or seen.queue,
        default_lang=seen.default_lang,
        spam=seen.spam,
        deleted=seen.deleted,
        locked=seen.locked,
        ended=seen.ended,
        merged_into=seen.merged_target,
        external_id=seen.external_id,
        custom=_told(seen.custom),
    )


def parse_message(
    resource: Mapping[str, Any],
    *,
    included: Mapping[str, Mapping[str, Any]],
    own_user_id: str | None,
) -> Message:
    """One message. `included` are the attachments that came along, by id."""
    seen, links = _attributes(resource, _Message), _object(resource.get("relationships"))
    sent_at, created_at = _times(seen, resource)
    name, sender = next(iter(addresses(seen.meta.get("from"))), ("", ""))
    return Message(
        id=_id(resource),
        direction=seen.direction,
        text=seen.preview,
        sent_at=sent_at,
        created_at=created_at,
        author=(
            Author(kind=AuthorKind.CUSTOMER, id=related(links, "customer"), name=name)
            if seen.direction is Direction.IN
            else _author(related(links, "createdBy"), own_user_id)
        ),
        channel=seen.channel,
        subject=seen.subject or clean(seen.meta.get("subject")),
        sender=sender,
        to=tuple(address for _, address in addresses(seen.meta.get("to")) if address),
        status=seen.status,
        error=clean(seen.error.get("code")) or clean(seen.error.get("title")),
        auto=seen.auto,
        redacted=seen.redacted,
        may_be_cut=len(seen.preview) >= PREVIEW_MAX,
        attachments=tuple(
            _attachment(name, included.get(name, {})) for name in related_ids(links, "attachments")
        ),
        marker=seen.external_id,
        headers=_headers(seen.meta),
    )


def parse_note(resource: Mapping[str, Any], *, own_user_id: str | None) -> Note | None:
    """One note; None for one that was deleted."""
    seen, links = _attributes(resource, _Note), _object(resource.get("relationships"))
    if seen.deleted:
        return None
    return Note(
        id=_id(resource),
        body=seen.body,
        created_at=seen.created_at,
        author=_author(related(links, "createdBy"), own_user_id),
        marker=seen.external_id,
    )


def parse_draft(resource: Mapping[str, Any]) -> Draft:
    """One unsent draft."""
    seen, links = _attributes(resource, _Draft), _object(resource.get("relationships"))
    return Draft(
        id=_id(resource),
        channel=seen.channel,
        conversation_id=related(links, "conversation"),
        body=seen.body,
        marker=clean(seen.payload.get(MARKER_KEY)),
        created_by=related(links, "createdBy"),
        modified_by=related(links, "modifiedBy"),
        to=tuple(address for _, address in addresses(seen.to)),
        sender=next((address for _, address in addresses(seen.sender)), ""),
    )


def parse_customer(resource: Mapping[str, Any]) -> Customer:
    """One customer."""
    seen = _attributes(resource, _Customer)
    return Customer(
        id=_id(resource),
        name=seen.name or seen.display_name,
        external_id=seen.external_id,
        emails=_reachable(seen.emails),
        phones=_reachable(seen.phones),
        whatsapps=_reachable(seen.whatsapps),
        addresses=tuple(filter(None, map(_postal, seen.locations))),
        locale=seen.locale,
        created_at=seen.created_at,
        custom=seen.custom,
    )


def _told(custom: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Custom fields that are a text or a number; `true` and lists can fill no gap of an answer."""
    return tuple(
        (clean(name), clean(str(value)))
        for name, value in custom.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    )


def parse_account(resource: Mapping[str, Any]) -> OutboundAccount:
    """One address the team sends from; it has no id."""
    seen = _attributes(resource, _Account)
    return OutboundAccount(channel=seen.channel, account=seen.account, name=seen.name)


def parse_teammate(resource: Mapping[str, Any]) -> Teammate:
    """A user of the organization: a person, or the machine user of a key."""
    seen = _attributes(resource, _Teammate)
    return Teammate(id=_id(resource), name=seen.display_name or seen.name, email=seen.email)


def parse_id(resource: Mapping[str, Any]) -> str:
    """The id alone, of what was just made."""
    return _id(resource)


def _attributes(resource: Mapping[str, Any], wire: type[W]) -> W:
    try:
        return wire.model_validate(resource.get("attributes"))
    except ValidationError as error:
        fields = sorted(
            {".".join(map(str, each["loc"])) or "attributes" for each in error.errors()}
        )
        raise ReplyUnreadable(f"{_name(resource)}: cannot read {', '.join(fields)}") from None


def _id(resource: Mapping[str, Any]) -> str:
    found = resource.get("id")
    if not isinstance(found, str) or not found:
        raise ReplyUnreadable(f"{_name(resource)}: has no id")
    return found


def _name(resource: Mapping[str, Any]) -> str:
    kind = clean(resource.get("type"))
    return kind if kind.replace("_", "").isalnum() else "resource"


def _times(seen: _Message, resource: Mapping[str, Any]) -> tuple[datetime, datetime]:
    sent_at = seen.sent_at or seen.created_at
    if sent_at is None:
        raise ReplyUnreadable(f"{_name(resource)}: cannot read sentAt, createdAt")
    return sent_at, seen.created_at or sent_at


def _message_ref(value: dict[str, Any]) -> MessageRef | None:
    ref = _Ref.model_validate(value)  # `{}` on young records
    return MessageRef(id=ref.id, sent_at=ref.sent_at) if ref.id else None


def _author(user_id: str | None, own_user_id: str | None) -> Author:
    ours = own_user_id is not None and user_id == own_user_id
    return Author(kind=AuthorKind.SIDENOTE if ours else AuthorKind.TEAMMATE, id=user_id)


def _attachment(attachment_id: str, resource: Mapping[str, Any]) -> Attachment:
    attributes = _object(resource.get("attributes"))
    return Attachment(
        id=attachment_id,
        name=clean(attributes.get("name")),
        content_type=clean(attributes.get("contentType")),
    )


def _headers(meta: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """An e-mail's own headers, as far as `meta` has them: a list of name and value, or an object.

    Only `inReplyTo` is documented; whether inbound headers are there is not known.
    """
    found = meta.get("headers")
    if isinstance(found, Mapping):
        pairs = [(clean(name), clean(value)) for name, value in found.items()]
    else:
        entries = found if isinstance(found, list) else []
        pairs = [
            (clean(each.get("name")), clean(each.get("value")))
            for each in entries
            if isinstance(each, Mapping)
        ]
    if meta.get("inReplyTo"):
        pairs.append(("In-Reply-To", clean(meta.get("inReplyTo"))))
    return tuple((name, value) for name, value in pairs if name)


def _reachable(entries: tuple[Any, ...]) -> tuple[Address, ...]:
    return tuple(
        Address(value=address, verified=_object(entry).get("verified") is True)
        for entry in entries
        for _, address in addresses(entry)[:1]
    )


def _postal(location: object) -> str:
    """A location's lines as one text, "" when it has none."""
    fields = _object(location)
    keys = ("address", "address2", "address3", "zipCode", "cityName", "regionName")
    return ", ".join(filter(None, (clean(fields.get(key)).strip() for key in keys)))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
