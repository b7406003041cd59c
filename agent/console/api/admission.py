"""Lets requests in by their token, before anything of their body is read."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from agent.console.api.parts import ApiParts, Call
from agent.console.api.problems import Refused
from agent.core.access import TRIES_EVERY
from agent.core.tokens import BEGINNING, USED_EVERY, Scope, Token, digest_of
from agent.errors import StoreUnavailable

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
LONGEST = 200  # characters of a token
SCHEME = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of 'sidenote tokens add'."
)
_ASK = {"WWW-Authenticate": "Bearer"}
_WHERE = "Send 'Authorization: Bearer TOKEN'; 'sidenote tokens add NAME --scope …' makes one."


def needing(scope: Scope) -> type[APIRoute]:
    """Routes that only a token with that scope gets through."""

    class Guarded(APIRoute):
        def get_route_handler(self) -> Handler:
            inner = super().get_route_handler()

            async def handler(request: Request) -> Response:
                api: ApiParts = request.app.state.api
                token = await run_in_threadpool(admit, request, api, scope)
                request.state.call = Call(api, token)
                return await inner(request)

            return handler

    return Guarded


def call_of(request: Request) -> Call:
    """Who was let in. For endpoints, as a dependency."""
    call: Call = request.state.call
    return call


def admit(request: Request, api: ApiParts, *scopes: Scope) -> Token:
    """The token of a request, if it allows one of these. A cookie is never looked at.

    Raises:
        Refused: no token, an unknown or expired one (401), too many of these from one address
            (429), or one that does not allow it (403).
        StoreUnavailable: the database does not answer.
    """
    given = _given(request)
    token = api.book.token(digest_of(given)) if given else None
    now = api.parts.clock.now()
    if token is None:
        raise _unknown(request, api) if given else _refusal(f"No token. {_WHERE}")
    if token.is_over(now):
        day = f"{token.expires_at:%Y-%m-%d}"
        raise _refusal(f"The token {token.name} expired on {day}; make a new one.")
    if not any(token.allows(scope) for scope in scopes):
        has, needs = ", ".join(sorted(token.scopes)), " or ".join(scopes)
        raise Refused(
            HTTPStatus.FORBIDDEN,
            f"The token {token.name} allows {has}; this needs {needs}. 'sidenote tokens add' "
            "makes one with that scope.",
        )
    if token.used_at is None or now - token.used_at > USED_EVERY:
        with suppress(StoreUnavailable):  # a pause must get through while somebody writes
            api.book.used(token.digest, now)
    return token


def _given(request: Request) -> str:
    """The token as it was sent, "" when there is none that could be one."""
    headers = request.headers.getlist("authorization")
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return token.strip()[:LONGEST] if scheme.lower() == "bearer" else ""


def _unknown(request: Request, api: ApiParts) -> Refused:
    """Refused; and after some within the hour from one address not even written down any more.

    A good token of the same address is let in all the while: nobody guesses 256 bits, and a
    forgotten script must not lock the others out.
    """
    address = f"api {request.client.host if request.client else ''}"  # signs in to nothing else
    if api.parts.entry.book.take_try(address, address, api.parts.clock.now()):
        return _refusal(
            f"This token is not known: removed, or not copied whole; they begin with {BEGINNING}."
        )
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many unknown tokens from this address within the hour. Stop what sends them.",
        headers={"Retry-After": str(int(TRIES_EVERY.total_seconds()))},
    )


def _refusal(detail: str) -> Refused:
    return Refused(HTTPStatus.UNAUTHORIZED, detail, headers=_ASK)
