"""Refusals, in the form that who asks can read: a page for people, problem+json for programs."""

from dataclasses import dataclass
from enum import Enum
from html import escape
from http import HTTPStatus

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope


@dataclass(frozen=True, slots=True)
class Reason:
    """An HTTP status and what to do about it."""

    status: HTTPStatus
    words: str


class Refusal(Enum):
    """Why a request is not answered."""

    WRONG_HOST = Reason(
        HTTPStatus.MISDIRECTED_REQUEST,
        "This address is not one that the console answers to. Open the address that "
        "'sidenote start' printed.",
    )
    WRONG_METHOD = Reason(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET, HEAD and POST are understood.")
    CROSS_SITE = Reason(
        HTTPStatus.FORBIDDEN, "Another page sent this. Open the console and press the button there."
    )
    TOO_LARGE = Reason(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "At most 256 KiB are taken.")
    BROKE = Reason(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something broke here; the log says what. Nothing was changed by it that is not shown.",
    )
    NO_DATABASE = Reason(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database does not answer just now. Reload in a moment; 'sidenote pause' still works.",
    )
    NOT_FOUND = Reason(HTTPStatus.NOT_FOUND, "There is nothing here.")
    SIGNED_OUT = Reason(HTTPStatus.UNAUTHORIZED, "Sign in first.")
    NOT_ALLOWED = Reason(HTTPStatus.FORBIDDEN, "Your role does not allow this; ask a lead.")


def refusal(scope: Scope, why: Refusal, words: str = "") -> Response:
    """The answer. `words` replaces the reason's own; plain text, at most a sentence or two."""
    reason = why.value
    said = words or reason.words
    if scope["path"].startswith(("/api/", "/hooks/", "/metrics")):
        return problem(reason.status, said)
    title = reason.status.phrase
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · Sidenote</title>"
        '<link rel="stylesheet" href="/static/console.css"></head><body class="alone"><main>'
        f"<h1>{escape(title)}</h1><p>{escape(said)}</p>"
        '<p><a href="/">To the console</a></p></main></body></html>'
    )
    return HTMLResponse(page, status_code=reason.status)


def problem(status: HTTPStatus, detail: str, **more: object) -> JSONResponse:
    """An error as RFC 9457 writes it. `detail` says what to do."""
    return JSONResponse(
        {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
        | more,
        status_code=status,
        media_type="application/problem+json",
    )
