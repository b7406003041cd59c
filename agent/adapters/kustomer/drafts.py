"""What a draft looks like in a request: each channel has its own shape, and unknown fields are 400.

Source: the public API description of May 2025. `auto` keeps our replies out of the team's
response times; `payload` carries our marker beside what the composer shows.
"""

from datetime import datetime
from typing import Any

from agent.adapters.kustomer.fields import iso
from agent.adapters.kustomer.wire import MARKER_KEY
from agent.ports import NewDraft

EMAIL, WHATSAPP = "email", "whatsapp"


def new_draft(draft: NewDraft, *, whatsapp_app: str) -> dict[str, Any]:
    """The body of a draft that nobody sends yet: without `sendAt` it stays in the composer."""
    body: dict[str, Any] = {
        "channel": draft.channel,
        "conversation": draft.conversation_id,
        "customer": draft.customer_id,
        "auto": True,
        "body": draft.body,
        "payload": {MARKER_KEY: draft.marker, "draftJs": _composer(draft.body)},
    }
    if draft.to is not None:
        body["to"] = [{"email": draft.to}] if draft.channel == EMAIL else draft.to
    if draft.sender is not None:
        body["from"] = {"email": draft.sender} if draft.channel == EMAIL else draft.sender
    if draft.headers and draft.channel == EMAIL:
        body["headers"] = [{"name": name, "value": value} for name, value in draft.headers]
    return _for_channel(body, whatsapp_app)


def release(channel: str, *, at: datetime, whatsapp_app: str) -> dict[str, Any]:
    """The body that sends a draft. `scheduled` is left out: with it a late clock would wait."""
    return _for_channel({"channel": channel, "sendAt": iso(at)}, whatsapp_app)


def _for_channel(body: dict[str, Any], whatsapp_app: str) -> dict[str, Any]:
    return {**body, "app": whatsapp_app} if body["channel"] == WHATSAPP else body


def _composer(text: str) -> dict[str, Any]:
    """The same text as the composer keeps it: one block a line."""
    return {
        "blocks": [
            {
                "key": f"{number:05d}",
                "text": line,
                "type": "unstyled",
                "depth": 0,
                "inlineStyleRanges": [],
                "entityRanges": [],
                "data": {},
            }
            for number, line in enumerate(text.split("\n"))
        ],
        "entityMap": {},
    }
