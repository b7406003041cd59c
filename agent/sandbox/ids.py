"""Ids and times as Kustomer writes them: 24 hex digits; ISO 8601, UTC, milliseconds, `Z`."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

OBJECT_ID = re.compile(r"^[0-9a-fA-F]{24}$")
_TIME_MATH = re.compile(r"^now(?:([+-])(\d{1,6})([smhdw]))?$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def object_id(text: str) -> str:
    """An id made from a text, the same each time."""
    return sha256(text.encode()).hexdigest()[:24]


def stamp(at: datetime) -> str:
    """A time as Kustomer writes it, such as `2026-11-05T16:40:00.000Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def stamp_or_none(at: datetime | None) -> str | None:
    """The same, or None."""
    return None if at is None else stamp(at)


def whole_ms(at: datetime) -> datetime:
    """The same moment in UTC, cut to milliseconds."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def parse_time(text: str) -> datetime:
    """An ISO time; without an offset it is UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return whole_ms(at if at.tzinfo else at.replace(tzinfo=UTC))


def parse_time_math(text: str, now: datetime) -> datetime:
    """`now`, `now+5m` or an ISO time, the `date-time-math` of drafts. Raises ValueError."""
    found = _TIME_MATH.match(text)
    if not found:
        return parse_time(text)
    sign, count, unit = found.groups()
    if not sign:
        return now
    span = timedelta(**{_UNITS[unit]: int(count)})
    return now + span if sign == "+" else now - span
