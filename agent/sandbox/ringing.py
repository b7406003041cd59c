"""Calls the registered webhooks when a message is made, signed as Kustomer signs.

From a thread of its own, one call after the other and each once: Kustomer itself repeats a call
that failed, for about an hour.
"""

import hmac
import json
import queue
import threading
from contextlib import suppress
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from agent.sandbox.ids import stamp
from agent.sandbox.records import Json, MessageRecord, WebhookRecord
from agent.sandbox.resources import ORG_ID, message_json
from agent.sandbox.world import World

MESSAGE_MADE = "kustomer.message.create"
EVENTS = tuple(
    f"kustomer.{kind}.{what}"
    for kind in ("customer", "conversation", "message", "user", "team", "tag")
    for what in ("create", "update")
)
SECONDS = 5.0  # that an answer may take
STOP_SECONDS = 2.0


def event_of(world: World, message: MessageRecord) -> Json:
    """The envelope of a new message. Shape: samples that Kustomer's users captured."""
    return {
        "id": world.new_id("event"),
        "name": MESSAGE_MADE,
        "org": ORG_ID,
        "partition": ORG_ID,
        "data": message_json(message, world.switches),
        "createdAt": stamp(world.now()),
        "persist": True,
        "client": "api" if message.direction == "out" else message.app,
        "dataId": message.id,
        "meta": {},
    }


def signature_of(body: bytes, token: str) -> str:
    """Lower-case hex HMAC-SHA256 of the raw body."""
    return hmac.new(token.encode(), body, sha256).hexdigest()


class Ringer:
    """Rings while it runs; what is still waiting at a stop is not sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: queue.SimpleQueue[tuple[WebhookRecord, bytes] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sandbox-ringer", daemon=True)

    def start(self) -> None:
        """Begin to listen to the world."""
        self._world.on_message = self._heard
        self._thread.start()

    def stop(self) -> None:
        """Ring no more."""
        self._world.on_message = None
        self._waiting.put(None)
        self._thread.join(STOP_SECONDS)

    def _heard(self, message: MessageRecord) -> None:
        wanted = [w for w in self._world.webhooks.values() if MESSAGE_MADE in w.events]
        if wanted:
            body = json.dumps(event_of(self._world, message), ensure_ascii=False).encode()
            for webhook in wanted:
                self._waiting.put((webhook, body))

    def _run(self) -> None:
        while (next_one := self._waiting.get()) is not None:
            webhook, body = next_one
            if webhook.enabled:
                webhook.statuses.append(_call(webhook, body))


def _call(webhook: WebhookRecord, body: bytes) -> int:
    """The status that came back, 0 for no answer."""
    parts = urlsplit(webhook.url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    headers = {header["name"]: header["value"] for header in webhook.headers} | {
        "Content-Type": "application/json",
        "X-Kustomer-Webhook-Event": MESSAGE_MADE,
        "X-Kustomer-Webhook-Signature": signature_of(body, webhook.token),
    }
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    with suppress(OSError, HTTPException, ValueError):
        try:
            connection.request("POST", parts.path or "/", body=body, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()
    return 0
