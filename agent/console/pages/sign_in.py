"""Signing in by the one-time link or a password, and signing out."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.entry import Locked
from agent.console.guard import cookie_name
from agent.console.looks import page
from agent.console.parts import Parts
from agent.core.access import SESSION_WHOLE

OLD_LINK = "That link was used or is too old. 'sidenote console --link' prints a new one."
WRONG = "Name or password is wrong."
LOCKED = "Too many tries. Wait an hour, or ask an admin."


def show(request: Request) -> Response:
    """The form; with a fresh key in the address, straight in."""
    parts: Parts = request.app.state.parts
    key = request.query_params.get("key")
    if key:
        cookie = parts.entry.with_key(key)
        return _in(request, cookie, "/") if cookie else _form(request, OLD_LINK)
    if request.state.who is not None:
        return RedirectResponse("/", status_code=303)
    return _form(request, "")


def enter(request: Request) -> Response:
    """Take name and password."""
    parts: Parts = request.app.state.parts
    form = request.state.form
    address = request.client.host if request.client else ""
    try:
        cookie = parts.entry.with_password(
            form.get("name", "").strip(), form.get("password", ""), address
        )
    except Locked:
        return _form(request, LOCKED, status=429)
    if cookie is None:
        return _form(request, WRONG, status=401)
    return _in(request, cookie, _own_path(form.get("next", "/")))


def leave(request: Request) -> Response:
    """Sign out."""
    parts: Parts = request.app.state.parts
    cookie = request.cookies.get(cookie_name(request))
    if cookie:
        parts.entry.leave(cookie)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(cookie_name(request), path="/")
    return answer


def _form(request: Request, problem: str, *, status: int = 200) -> Response:
    parts: Parts = request.app.state.parts
    request.state.who = None
    return page(
        request,
        "sign_in.html",
        status=status,
        problem=problem,
        has_accounts=bool(parts.entry.book.accounts()),
        next=_own_path(request.state.form.get("next") or request.query_params.get("next", "/")),
    )


def _in(request: Request, cookie: str, to: str) -> Response:
    answer = RedirectResponse(to, status_code=303)
    answer.set_cookie(
        cookie_name(request),
        cookie,
        max_age=int(SESSION_WHOLE.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


def _own_path(path: str) -> str:
    """A path on this console; never another site's."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own else "/"
