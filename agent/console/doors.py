"""What every request passes first: which host, which method, from where, how large.

Allow-lists throughout, because what nobody thought of must stay outside. Why: threats T12, T13 and
T16 (DNS rebinding, cross-site requests, stored scripts).
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.console.answers import Refusal, refusal
from agent.log import logger

METHODS = frozenset({"GET", "HEAD", "POST"})
LARGEST = 256 * 1024  # bytes of a request's body
_LONGEST_LENGTH = 20  # digits of a length; Python refuses to read thousands of them
HOOK = "/hooks/kustomer"  # proves itself by its signature, and is all that a public host offers
API = "/api/"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, browsers would say no Origin either
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class TooLarge(HTTPException):
    """The body is larger than anything we take. Applications answer it as they do their own."""

    def __init__(self) -> None:
        super().__init__(Refusal.TOO_LARGE.value.status, Refusal.TOO_LARGE.value.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """An ASGI application around another one.

    `hosts` are the values of `Host` that the console answers to, `proxied_host` the only one
    when a trusted proxy passed the request on; on `public_host` only the doorbell answers.
    """

    app: ASGIApp
    hosts: frozenset[str]
    public_host: str = ""
    proxied_host: str = ""
    needs_tls: bool = False  # of a request that was passed on to `proxied_host`

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
        except Exception as error:  # noqa: BLE001 - nothing of it may reach the page
            logger().error("console.broke", error=type(error).__name__, path=_shown(scope["path"]))
            if not begun:
                await refusal(scope, Refusal.BROKE)(scope, receive, send_with_headers)

    def _refused(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if self.public_host and host == self.public_host and host not in self.hosts:
            if scope["path"] != HOOK or scope["method"] != "POST":
                return Refusal.NOT_FOUND
            return _too_large(headers)
        if not self._is_ours(host, scope):
            return Refusal.WRONG_HOST
        return _misused(scope, headers, host) or _too_large(headers)

    def _is_ours(self, host: str, scope: Scope) -> bool:
        if not scope["state"].get("is_proxied"):
            return host in self.hosts
        # Never the listening address: a proxy that forgets to say which host was asked for
        # would open the console on every name it answers to.
        is_safe = scope["scheme"] == "https" or not self.needs_tls
        return bool(self.proxied_host) and host == self.proxied_host and is_safe


def _misused(scope: Scope, headers: Headers, host: str) -> Refusal | None:
    if scope["method"] not in METHODS:
        return Refusal.WRONG_METHOD
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return Refusal.NOT_FOUND  # no id of ours has one, and PostgreSQL takes none
    if scope["method"] == "POST" and not _may_post(scope, headers, host):
        return Refusal.CROSS_SITE
    return None


def _too_large(headers: Headers) -> Refusal | None:
    length = headers.get("content-length", "0")
    is_number = length.isascii() and length.isdigit() and len(length) < _LONGEST_LENGTH
    return None if is_number and int(length) <= LARGEST else Refusal.TOO_LARGE


def _may_post(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether our own page sent it, or something that proves itself without a cookie."""
    if scope["path"] == HOOK:
        return True
    if scope["path"].startswith(API):  # it looks at tokens only, never at a cookie
        return True
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site is not None
    try:
        return urlsplit(origin).netloc.lower() == host
    except ValueError:
        return False


def _bounded(receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Count what really comes; the length that a request claims is only a claim.

    Too much is raised inside the application, which turns it into an answer.
    """
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
