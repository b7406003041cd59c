"""A Kustomer of a few lines, a clock that obeys, and JSON as Kustomer writes it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from agent.adapters.kustomer import Budget, Kustomer, Patience, Unlimited
from agent.retries import NO_RETRIES, Retries

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
C1, M1, K1, N1, D1, U1 = ("c" * 24, "a" * 24, "b" * 24, "e" * 24, "d" * 24, "f" * 24)

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class FakeClock:
    """Time that moves only when somebody sleeps."""

    time: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


@dataclass
class FakeServer:
    """Gives the answers in order, the last one again and again, and keeps the requests."""

    answers: list[Answer]
    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers[min(len(self.seen), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):  # a copy: an answer can be read once only
            return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)
        return answer(request)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.seen]

    @property
    def lines(self) -> list[str]:
        return [f"{each.method} {each.url.raw_path.decode()}" for each in self.seen]


def answering(*answers: Answer) -> FakeServer:
    return FakeServer(list(answers))


def kustomer(
    server: FakeServer,
    *,
    clock: FakeClock | None = None,
    retries: Retries = NO_RETRIES,
    budget: Budget | None = None,
    own_user_id: str | None = None,
) -> Kustomer:
    """A client of that server. Tests change one thing."""
    http = httpx.Client(base_url="https://acme.test", transport=httpx.MockTransport(server))
    return Kustomer(
        http,
        clock=clock or FakeClock(),
        budget=budget or Unlimited(),
        own_user_id=own_user_id,
        patience=Patience(retries=retries, jitter=lambda: 0.5),
    )


def raw(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer whose body is read from the wire, as a real one is."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def said(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    return raw(status, json.dumps(content).encode(), headers)


def one(resource: Mapping[str, Any], *, status: int = 200) -> httpx.Response:
    return said({"data": resource}, status=status)


def page(*resources: Mapping[str, Any], **rest: Any) -> httpx.Response:
    return said({"data": list(resources), "meta": {"page": 1, "pageSize": 100}, **rest})


def refused(status: int, headers: Mapping[str, str] | None = None, **error: Any) -> httpx.Response:
    return said({"errors": [error]}, status=status, headers=headers)


def related(kind: str, to: str) -> dict[str, Any]:
    return {"data": {"type": kind, "id": to}, "links": {"self": f"/v1/{kind}s/{to}"}}


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def conversation_json(
    number: str = C1, *, updated_at: datetime = NOON, **attributes: Any
) -> dict[str, Any]:
    return {
        "type": "conversation",
        "id": number,
        "attributes": {
            "name": "A lid for the kettle",
            "status": "open",
            "channels": ["email"],
            "messageCount": 3,
            "noteCount": 1,
            "createdAt": at(NOON - timedelta(days=1)),
            "updatedAt": at(updated_at),
            "rev": 7,
            "lastMessageIn": {"id": M1, "sentAt": at(NOON)},
            "lastMessageOut": {},
            "tags": [],
            **attributes,
        },
        "relationships": {"customer": related("customer", K1)},
    }


def message_json(
    number: str = M1, *, sent_at: datetime = NOON, **attributes: Any
) -> dict[str, Any]:
    """An e-mail from a customer. `relationships` in `attributes` replaces those."""
    relationships = attributes.pop("relationships", {"customer": related("customers", K1)})
    return {
        "type": "message",
        "id": number,
        "attributes": {
            "channel": "email",
            "app": "postmark",
            "direction": "in",
            "preview": "Where is my lid?",
            "status": "received",
            "sentAt": at(sent_at),
            "createdAt": at(sent_at + timedelta(seconds=2)),
            "meta": {"from": "mara@example.test", "subject": "Lid"},
            **attributes,
        },
        "relationships": relationships,
    }


def note_json(
    number: str = N1, *, created_at: datetime = NOON, **attributes: Any
) -> dict[str, Any]:
    return {
        "type": "note",
        "id": number,
        "attributes": {"body": "Asks for a lid.", "createdAt": at(created_at), **attributes},
        "relationships": {"createdBy": related("user", U1)},
    }


def draft_json(number: str = D1, **attributes: Any) -> dict[str, Any]:
    return {
        "type": "draft",
        "id": number,
        "attributes": {"channel": "email", "status": "draft", "createdAt": at(NOON), **attributes},
        "relationships": {
            "customer": related("customer", K1),
            "conversation": related("conversation", C1),
            "createdBy": related("user", U1),
            "modifiedBy": related("user", U1),
        },
    }
