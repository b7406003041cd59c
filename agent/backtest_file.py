"""Past conversations from a file, in the form that the sandbox loads: no key, no Kustomer."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from agent.backtesting import Past
from agent.core.conversation import (
    Address,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Message,
)
from agent.sandbox.plans import load_plans

APART = timedelta(minutes=10)  # between two messages whose times the file does not tell
_ID_DIGITS = 24


def past_of_file(path: Path, now: datetime) -> Iterator[tuple[Past, Customer]]:
    """Each conversation of the file with its customer; `.gz` or not.

    Raises:
        InputError: no such file, or a line that does not fit; it names the line.
    """
    for plan in load_plans(path):
        yield _past(plan.fields, now)


def _past(fields: Mapping[str, Any], now: datetime) -> tuple[Past, Customer]:
    key = str(fields["key"])
    messages = tuple(_messages(fields, now))
    newest = max((message.sent_at for message in messages), default=now)
    conversation = Conversation(
        id=_id(key),
        updated_at=newest,
        customer_id=_id(f"{key}/customer"),
        name=str(fields.get("subject", "")),
        channels=(_channel(fields),),
        created_at=messages[0].sent_at if messages else now,
        spam=bool(fields.get("spam")),
        deleted=bool(fields.get("deleted")),
        merged_into=fields.get("merged_into"),
    )
    return Past(conversation=conversation, messages=messages), _customer(fields, conversation)


def _customer(fields: Mapping[str, Any], conversation: Conversation) -> Customer:
    email, phone = fields.get("customer_email"), fields.get("customer_phone")
    return Customer(
        id=conversation.customer_id or "",
        name=str(fields.get("customer_name", "")),
        external_id=fields.get("customer_external_id"),
        emails=(Address(value=str(email)),) if email else (),
        phones=(Address(value=str(phone)),) if phone else (),
    )


def _messages(fields: Mapping[str, Any], now: datetime) -> Iterator[Message]:
    said = fields["messages"]
    for number, each in enumerate(said):
        at = _at(each, now - APART * (len(said) - number), now)
        is_in = each["direction"] == "in"
        yield Message(
            id=_id(f"{fields['key']}/{number + 1}"),
            direction=Direction(each["direction"]),
            text=each.get("html") or each["text"],
            sent_at=at,
            created_at=at,
            author=Author(
                kind=AuthorKind.CUSTOMER if is_in else AuthorKind.TEAMMATE,
                name=str(fields.get("customer_name" if is_in else "", each.get("author", ""))),
            ),
            channel=_channel(fields),
            subject=str(fields.get("subject", "")),
            sender=str(each.get("from") or fields.get("customer_email") or "") if is_in else "",
            auto=bool(each.get("auto")),
            headers=tuple((str(k), str(v)) for k, v in (each.get("headers") or {}).items()),
        )


def _at(each: Mapping[str, Any], otherwise: datetime, now: datetime) -> datetime:
    if "at" in each:
        return datetime.fromisoformat(str(each["at"]))
    if "minutes_ago" in each:
        return now - timedelta(minutes=float(each["minutes_ago"]))
    return otherwise


def _channel(fields: Mapping[str, Any]) -> str:
    return str(fields.get("channel", "email"))


def _id(name: str) -> str:
    """24 hex digits, as Kustomer's ids have."""
    return sha256(name.encode()).hexdigest()[:_ID_DIGITS]
