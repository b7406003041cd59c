"""Requests as bytes on the wire would make them: any method, any header, several of a name."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

Header = tuple[str, str]
HERE = "127.0.0.1:8321"
BROWSER = ("10.0.0.9", 50_000)  # where a request comes from, unless a test says otherwise
OWN_PAGE: Header = ("sec-fetch-site", "same-origin")


@dataclass
class Answered:
    """What came back."""

    status: int = 0
    headers: Headers = field(default_factory=lambda: Headers({}))
    body: bytes = b""

    @property
    def went_well(self) -> bool:
        return 200 <= self.status < 300


def ask(
    app: ASGIApp,
    method: str,
    path: str,
    *headers: Header,
    body: bytes | Sequence[bytes] = b"",
    host: str | None = HERE,
    peer: tuple[str, int] = BROWSER,
    scheme: str = "http",
) -> Answered:
    """Send it. A body in several parts comes without a length, as chunks do."""
    path, _, query = path.partition("?")
    parts = [body] if isinstance(body, bytes) else list(body)
    given = [*([("host", host)] if host is not None else []), *headers]
    if isinstance(body, bytes) and body and not any(k == "content-length" for k, _ in given):
        given.append(("content-length", str(len(body))))
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode("latin-1", "replace")) for k, v in given],
        "client": peer,
        "server": ("127.0.0.1", 8321),
    }
    return asyncio.run(_answered(app, scope, parts))


async def _answered(app: ASGIApp, scope: dict[str, Any], parts: Iterable[bytes]) -> Answered:
    waiting = list(parts)
    answered = Answered()

    async def receive() -> Message:
        if waiting:
            part = waiting.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(waiting)}
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = Headers(raw=list(message["headers"]))
        else:
            answered.body += message.get("body", b"")

    await app(scope, receive, send)
    return answered
