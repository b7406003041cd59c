"""What went wrong, as one of our errors, sorted by what to do about it.

Messages name the call, the status, Kustomer's code and field. Never what was sent or said: a
`title`, `detail` or `message` may quote it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from agent.adapters.kustomer.envelope import Garbled, parse_json
from agent.adapters.kustomer.transport import Answer
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskLocked,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
    ReplyUnreadable,
)

SHORTEST_WAIT = timedelta(seconds=1)
USUAL_WAIT = timedelta(seconds=60)  # the limit is per minute
LONGEST_WAIT = timedelta(minutes=5)  # no honest answer asks for more

# Raised before a byte of the request left: name lookup, refused, TLS, no free connection.
NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# All that httpx may raise; three of its exceptions are no HTTPError.
UPSTREAM = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)

_BY_STATUS: dict[int, type[AgentError]] = {
    httpx.codes.NOT_FOUND: HelpdeskMissing,
    httpx.codes.GONE: HelpdeskMissing,
    httpx.codes.CONFLICT: HelpdeskConflict,
    httpx.codes.REQUEST_TIMEOUT: HelpdeskUnavailable,
}

_SAFE = re.compile(r"[A-Za-z0-9_.:/\-\[\]]{1,80}")  # codes and field names, no sentences
_POD = re.compile(r"\bprod\d{1,3}\b", re.IGNORECASE)


def read_failed(error: Exception, doing: str) -> AgentError:
    """Our error for a read that brought no answer."""
    if isinstance(error, httpx.DecodingError):
        return Garbled(f"{doing}: {error}")
    return HelpdeskUnavailable(f"{doing}: no answer ({type(error).__name__})")


def write_failed(error: Exception, doing: str) -> AgentError:
    """Our error for a write that brought no answer: not applied only if nothing was sent."""
    if isinstance(error, NOTHING_SENT):
        return HelpdeskUnavailable(f"{doing}: not sent ({type(error).__name__})")
    return OutcomeUnknown(f"{doing}: sent, and no answer ({type(error).__name__})")


def refusal(answer: Answer, doing: str, *, now: datetime) -> AgentError | None:
    """Our error for the status of an answer, None for a 2xx.

    5xx and 408 are `HelpdeskUnavailable`; for a write that is still "unknown".
    """
    if httpx.codes.is_success(answer.status):
        return None
    error = _of_status(answer, doing, now=now)
    error.status = answer.status
    return error


def _of_status(answer: Answer, doing: str, *, now: datetime) -> AgentError:
    status = answer.status
    said = f"{doing}: {status}{_code_and_field(answer)}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return HelpdeskBusy(said, retry_at=retry_at(answer.headers, now=now))
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return HelpdeskLocked(f"{said}; {_why_locked(answer)}")
    if httpx.codes.is_redirect(status):
        return HelpdeskRefused(f"{said}; redirects are not followed, check KUSTOMER_BASE_URL")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return HelpdeskUnavailable(said)
    return _BY_STATUS.get(status, HelpdeskRefused)(said)


def retry_at(headers: Mapping[str, str], *, now: datetime) -> datetime:
    """When a 429 says to come back: between 1 second and 5 minutes from now.

    Source: `x-ratelimit-reset`, UTC epoch seconds, sent once the limit is passed.
    `Retry-After` is not documented, so it comes second.
    """
    reset = _number(headers.get("x-ratelimit-reset"))
    if reset is not None:
        return _bounded(reset - now.timestamp(), now)
    after = _number(headers.get("retry-after"))
    if after is not None:
        return _bounded(after, now)
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        return now + USUAL_WAIT
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return _bounded((aware - now).total_seconds(), now)


def _bounded(seconds: float, now: datetime) -> datetime:
    bounds = SHORTEST_WAIT.total_seconds(), LONGEST_WAIT.total_seconds()
    return now + timedelta(seconds=min(max(seconds, bounds[0]), bounds[1]))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if number == number else None  # noqa: PLR0124 - "nan" is no number


def _why_locked(answer: Answer) -> str:
    text = answer.body[:4096].decode("utf-8", "replace")
    if re.search(r"\bpod\b", text, re.IGNORECASE):
        # Seen in public code: the text names the pod of the key and the one that was asked.
        pods = ", ".join(dict.fromkeys(name.lower() for name in _POD.findall(text)))
        return (
            f"the key belongs to another pod{f' ({pods})' if pods else ''};"
            " set KUSTOMER_BASE_URL to https://ORG.api.kustomerapp.com"
        )
    if answer.status == httpx.codes.FORBIDDEN:
        return "the key lacks a role or the organization lacks the feature; make a key with it"
    return "the key is wrong, expired or without a role; check KUSTOMER_API_KEY"


def _code_and_field(answer: Answer) -> str:
    """Kustomer's code and field, in either of its error shapes; "" when it gave none."""
    try:
        errors = parse_json(answer.body)["errors"]
        first = errors[0] if isinstance(errors, list) else errors
        code, source = first.get("code"), first.get("source")
    except (ReplyUnreadable, LookupError, TypeError, AttributeError):
        return ""
    parts = (code, _field(source) or _field(first.get("meta")))
    return "".join(f" {part}" for part in parts if isinstance(part, str) and _SAFE.fullmatch(part))


def _field(source: Any) -> str | None:  # noqa: ANN401 - whatever JSON holds there
    if not isinstance(source, dict):
        return None
    names = (source.get(key) for key in ("parameter", "pointer", "parameters", "field"))
    return next((name for name in names if isinstance(name, str)), None)
