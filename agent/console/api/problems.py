"""Whatever goes wrong becomes problem+json that says what to do; never a customer's words."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from agent.console.answers import Refusal, problem
from agent.console.api.parts import ApiParts
from agent.console.doors import TooLarge
from agent.errors import (
    AgentError,
    ConfigError,
    Held,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskMissing,
    InputError,
    OutcomeUnknown,
    PermanentError,
    ReplyUnreadable,
    TransientError,
)

SOON = 5  # seconds after which to call again, where nobody named a time
_STATUS: tuple[tuple[type[AgentError], HTTPStatus], ...] = (
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ConfigError, HTTPStatus.SERVICE_UNAVAILABLE),
    (Held, HTTPStatus.CONFLICT),
    (HelpdeskBusy, HTTPStatus.TOO_MANY_REQUESTS),
    (TransientError, HTTPStatus.SERVICE_UNAVAILABLE),
    (HelpdeskMissing, HTTPStatus.NOT_FOUND),
    (HelpdeskConflict, HTTPStatus.CONFLICT),
    (ReplyUnreadable, HTTPStatus.BAD_GATEWAY),
    (PermanentError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (OutcomeUnknown, HTTPStatus.SERVICE_UNAVAILABLE),
)
# Errors are written for the command line; callers of the API have other names for the same.
_NAMES = {
    "--allow-duplicate": "?allow_duplicate=true",
    "--again": "?again=true",
    "--external-id": "external_id",
    "--language": "language",
    "--key": "an Idempotency-Key",
}


class Refused(Exception):
    """A request that is not carried out; `detail` says what to do."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def tell_problems(app: FastAPI) -> None:
    """Let that application answer every error as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(AgentError, _of_ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _broke)


def answer(
    status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """A problem with headers."""
    told = problem(status, detail, **more)
    told.headers.update(headers or {})
    return told


def of_error(api: ApiParts, error: AgentError) -> JSONResponse:
    """The problem of one of our errors, with when to call again where that helps."""
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    parts = api.parts
    detail = in_http_words(str(error))
    if isinstance(error, Held) and parts.paused() is not None:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        detail = f"{detail}. Nothing is written while paused; POST /resume goes on."
    if not isinstance(error, TransientError | OutcomeUnknown):
        return answer(status, detail)
    return answer(status, detail, headers=_call_again(error, parts.clock.now()))


def in_http_words(text: str) -> str:
    """The same with the API's names for the command line's options."""
    for option, name in _NAMES.items():
        text = text.replace(option, name)
    return text


def _call_again(error: AgentError, now: datetime) -> dict[str, str]:
    at = error.retry_at if isinstance(error, TransientError) else None
    seconds = SOON if at is None else max(1, math.ceil((at - now).total_seconds()))
    return {"Retry-After": str(seconds)}


def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return answer(error.status, error.detail, headers=error.headers)


def _of_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AgentError)
    return of_error(request.app.state.api, error)


async def _of_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, TooLarge):
        reason = Refusal.TOO_LARGE.value
        return problem(reason.status, reason.words)
    status = HTTPStatus(error.status_code)
    words = {
        HTTPStatus.NOT_FOUND: "There is no such path; /api/v1/openapi.json lists them.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This path does not take that method; see 'Allow'.",
        HTTPStatus.BAD_REQUEST: "The body cannot be read; send JSON in UTF-8.",
    }
    return answer(status, words.get(status, status.phrase), headers=error.headers)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Which fields, and what is wrong with each; nothing of what was in them."""
    assert isinstance(error, RequestValidationError)
    problems = [_said(each) for each in error.errors()[:10]]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(problems), errors=problems)


def _said(found: Mapping[str, Any]) -> str:
    kind, where = str(found["type"]), tuple(found["loc"])
    if kind == "json_invalid":
        return "the body is not JSON"
    if kind == "extra_forbidden":  # its name is whatever was typed
        return f"{_place(where[:-1])}: unknown field; /api/v1/openapi.json lists the fields"
    return f"{_place(where)}: {found['msg']}"


def _place(where: Sequence[object]) -> str:
    return ".".join(str(part) for part in where) or "the request"


async def _broke(_request: Request, _error: Exception) -> JSONResponse:
    reason = Refusal.BROKE.value
    return problem(reason.status, reason.words)
