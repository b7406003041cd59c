"""`--since`: how far back to look."""

import re
from datetime import UTC, datetime, timedelta

from agent.errors import InputError

_SPAN = re.compile(r"(\d{1,6})([mhd])")
_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse_since(text: str, now: datetime) -> datetime:
    """The moment that `24h`, `7d`, `30m`, a date (UTC) or an ISO time names; aware UTC.

    Raises:
        InputError: it is none of these, or lies in the future.
    """
    at = _parse(text.strip(), now)
    if at > now:
        raise InputError(f"--since {text!r} lies in the future")
    return at


def _parse(text: str, now: datetime) -> datetime:
    span = _SPAN.fullmatch(text)
    try:
        if span:
            return now - int(span[1]) * _UNIT[span[2]]
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"--since {text!r} is no time. Write a span (30m, 24h, 7d), a date (2026-01-31, UTC) "
            "or an ISO time (2026-01-31T09:00:00+01:00)."
        ) from None
