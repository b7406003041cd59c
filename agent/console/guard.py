"""Wraps a page: who is it, may they, what did the form say; then the page runs in a thread."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.answers import Refusal, refusal
from agent.console.parts import Parts
from agent.core.access import Role, Session
from agent.errors import AgentError, ConfigError, StoreUnavailable

MOST_FIELDS = 50  # of a form; ours have a handful
Page = Callable[[Request], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def cookie_name(request: Request) -> str:
    """Under TLS a name that only this host can have set."""
    return "__Host-sidenote" if request.url.scheme == "https" else "sidenote"


def open_to(role: Role | None, page: Page) -> Endpoint:
    """The page as an endpoint. `role` None: also for those who are not signed in."""

    async def endpoint(request: Request) -> Response:
        request.state.form = await _form(request)
        return await run_in_threadpool(_answer, request, role, page)

    return endpoint


def _answer(request: Request, role: Role | None, page: Page) -> Response:
    try:
        who = request.state.who = who_is(request)
        if role is not None and who is None:
            return _to_sign_in(request)
        if role is not None and who is not None and who.role < role:
            return refusal(request.scope, Refusal.NOT_ALLOWED)
        return page(request)
    except StoreUnavailable:
        return refusal(request.scope, Refusal.NO_DATABASE)
    except ConfigError as error:
        return refusal(request.scope, Refusal.NO_DATABASE, str(error))
    except AgentError as error:
        return refusal(request.scope, Refusal.BROKE, str(error))


def who_is(request: Request) -> Session | None:
    """Who asks: by cookie, or by the word of a proxy that is trusted."""
    parts: Parts = request.app.state.parts
    name = getattr(request.state, "proxy_user", "")
    if name:
        return parts.entry.of_proxy(name)
    return parts.entry.who(request.cookies.get(cookie_name(request)))


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("hx-request") == "true" or request.method == "POST":
        return refusal(request.scope, Refusal.SIGNED_OUT)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(path, safe='')}", status_code=303)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name; nothing for other kinds of body."""
    kind = request.headers.get("content-type", "").split(";")[0]
    if request.method != "POST" or kind != "application/x-www-form-urlencoded":
        return {}
    text = (await request.body()).decode("utf-8", "replace")
    try:
        fields = parse_qs(text, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    # PostgreSQL stores no NUL, and no form of ours has one.
    return {name: values[-1].replace("\0", "") for name, values in fields.items()}
