"""Kustomer's outbound webhooks: whether a call is genuine, what it names, and registering one.

Source: developer.kustomer.com, "Outbound webhooks" and "Delivery and security".
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx

from agent.adapters.kustomer.budget import Budget
from agent.adapters.kustomer.calls import Calls, Patience
from agent.adapters.kustomer.envelope import Garbled, parse_one, parse_page
from agent.adapters.kustomer.transport import Request
from agent.doorbell_port import Call, Webhook
from agent.ports import Clock

EVENTS = ("kustomer.message.create",)  # the only thing that makes a conversation due
PATH = "/v1/outbound-webhooks"
LONGEST_ID = 200  # characters of an event's id; theirs have 24
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


def is_signed(body: bytes, signature: str, token: str) -> bool:
    """Whether the signature is that of exactly these bytes. Takes as long for a wrong one.

    Source: lower-case hex HMAC-SHA256 of the raw body, keyed with the webhook's token.
    """
    right = hmac.new(token.encode(), body, sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signature.encode("utf-8", "replace"))


def parse_call(body: bytes) -> Call | None:
    """The event's id and the conversation that it names; None when it names none.

    Nothing else of it is read. A body without an id of its own goes by its hash.
    """
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    conversation_id = _conversation_id(_mapping(_mapping(event).get("data")))
    if conversation_id is None:
        return None
    event_id = _mapping(event).get("id")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= LONGEST_ID:
        event_id = sha256(body).hexdigest()
    return Call(event_id=event_id, conversation_id=conversation_id)


def _conversation_id(data: Mapping[str, Any]) -> str | None:
    named = data.get("id")
    if data.get("type") != "conversation":
        conversation = _mapping(_mapping(data.get("relationships")).get("conversation"))
        named = _mapping(conversation.get("data")).get("id")
    return named if isinstance(named, str) and _OBJECT_ID.fullmatch(named) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class _Registered:
    webhook: Webhook
    token: str | None


class KustomerWebhooks:
    """The webhooks registered at one organization. Needs the key's outbound_webhook roles."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        clock: Clock,
        budget: Budget,
        patience: Patience | None = None,
    ) -> None:
        self._calls = Calls(http, clock=clock, budget=budget, patience=patience or Patience())

    def webhooks(self) -> tuple[Webhook, ...]:
        """All of them, other integrations' too. At most five are made by users.

        Source: GET /v1/outbound-webhooks.
        """
        request = Request(name="webhooks", method="GET", path=PATH)
        page = self._calls.read(request, lambda answer: parse_page(answer.body))
        return tuple(_registered(each).webhook for each in page.resources)

    def create(self, name: str, url: str) -> tuple[Webhook, str]:
        """Register one for new messages; gives it with its token, which is told only now.

        Raises:
            OutcomeUnknown: it may have been made; look before making another.

        Source: POST /v1/outbound-webhooks.
        """
        content = {"name": name, "url": url, "events": list(EVENTS)}
        request = Request(name="new webhook", method="POST", path=PATH, content=content)

        def parse(body: bytes) -> tuple[Webhook, str]:
            made = _registered(parse_one(body))
            if made.token is None:
                raise Garbled("the new webhook came without its token")
            return made.webhook, made.token

        return self._calls.write(request, lambda answer: parse(answer.body))

    def delete(self, webhook_id: str) -> None:
        """Remove one. Source: DELETE /v1/outbound-webhooks/{id}."""
        request = Request(name="end webhook", method="DELETE", path=f"{PATH}/{webhook_id}")
        self._calls.write(request, lambda _: None)


def _registered(resource: Mapping[str, Any]) -> _Registered:
    attributes = _mapping(resource.get("attributes"))
    events = attributes.get("events")
    token = attributes.get("token")
    webhook = Webhook(
        id=str(resource.get("id", "")),
        name=str(attributes.get("name", "")),
        url=str(attributes.get("url", "")),
        events=tuple(map(str, events)) if isinstance(events, list) else (),
        is_enabled=attributes.get("enabled") is not False,
    )
    return _Registered(webhook, token if isinstance(token, str) and token else None)
