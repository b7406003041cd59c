"""What every request passes first: which host, which method, from where, how large.

Allow-lists throughout, because what nobody thought of must stay outside. Why: threats T12, T13 and
T16 (DNS rebinding, cross-site requests, stored scripts).
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.console.answers import Refusal, refusal
from agent.log import logger

METHODS = frozenset({"GET", "HEAD", "POST"})
LARGEST = 256 * 1024  # bytes of a request's body
HOOK = "/hooks/kustomer"  # proves itself by its signature, and is all that a public host offers
API = "/api/"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class TooLarge(Exception):
    """The body is larger than anything we take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """An ASGI application around another one.

    `hosts` are the values of `Host` that the console answers to; on `public_host` only the
    doorbell answers. `metrics_hosts`, if any, is not needed: metrics are under the same hosts.
    """

    app: ASGIApp
    hosts: frozenset[str]
    public_host: str = ""
    is_open: Callable[[str], bool] = field(default=lambda _: False)  # e.g. a proxy's host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it."""
        if scope["type"] != "http":
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message, scope["path"], nonce)
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await refusal(scope, refused)(scope, receive, send_with_headers)
            return
        try:
            await self.app(scope, _bounded(receive), send_with_headers)
        except TooLarge:
            if not begun:
                answer = refusal(scope, Refusal.TOO_LARGE)
                await answer(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - nothing of it may reach the page
            logger().error("console.broke", error=type(error).__name__, path=_shown(scope["path"]))
            if not begun:
                await refusal(scope, Refusal.BROKE)(scope, receive, send_with_headers)

    def _refused(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if self.public_host and host == self.public_host and host not in self.hosts:
            is_hook = scope["path"] == HOOK and scope["method"] == "POST"
            return None if is_hook else Refusal.NOT_FOUND
        if host not in self.hosts:
            return Refusal.WRONG_HOST
        if scope["method"] not in METHODS:
            return Refusal.WRONG_METHOD
        if scope["method"] == "POST" and not _may_post(scope, headers, host):
            return Refusal.CROSS_SITE
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST:
            return Refusal.TOO_LARGE
        return None


def _may_post(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether our own page sent it, or something that proves itself without a cookie."""
    if scope["path"] == HOOK:
        return True
    if scope["path"].startswith(API) and "authorization" in headers:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() == host


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Count what really comes; the length that a request claims is only a claim."""
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST:
            raise TooLarge
        return message

    return counting


def _add_headers(message: Message, path: str, nonce: str) -> None:
    headers = MutableHeaders(scope=message)
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    for name, value in _HEADERS.items():
        headers[name] = value
    if not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"


def _shown(path: str) -> str:
    """A path for a log line, without what somebody may have put into it."""
    first = path.split("/")[1] if path.startswith("/") else ""
    return f"/{first[:20]}" if first.isascii() and first.replace("-", "").isalnum() else "/…"
