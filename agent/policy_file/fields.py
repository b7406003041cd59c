"""The values of a policy file: what each may be, and what to write instead."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from agent.core.hours import MIDNIGHT, zone
from agent.core.note_words import WORDS
from agent.core.outgoing_text import MAX_REPLY
from agent.core.slots import is_source
from agent.core.team_policy import Level, SlotKind
from agent.policy_file.patterns import LONGEST, pattern_problem
from agent.policy_file.problems import either
from agent.retries import RETRIES

CHANNELS = tuple(sorted(MAX_REPLY))

Span = tuple[time, time]

_DURATION = r"([1-9]\d{0,4})(m|h|d)"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_SPAN = re.compile(rf"{_CLOCK}\s*[-–]\s*(?:{_CLOCK}|24:00)")
_DOMAIN = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
_LANGUAGE = r"[a-z]{2}"
TOPIC_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SLOT = r"[A-Za-z0-9_]+"
_COUNTRY = r"[A-Z]{2}"


def duration(text: str) -> timedelta:
    """The time that "30m", "24h" or "7d" means."""
    found = re.fullmatch(_DURATION, text)
    if found is None:
        raise ValueError('write a time such as "30m", "24h" or "7d"')
    amount, unit = found.groups()
    return timedelta(**{_UNITS[unit]: int(amount)})


def spans(text: str) -> tuple[Span, ...]:
    """The opening times of one day: "09:00-12:00, 13:00-17:30". "" is closed.

    The end "24:00" is midnight, as a time 00:00.
    """
    found = [_span(part.strip()) for part in text.split(",")] if text.strip() else []
    for (_, closes), (opens, _) in pairwise(found):
        if closes == MIDNIGHT or opens < closes:
            raise ValueError(
                "two of its spans overlap, or are not in order; write the earlier first"
            )
    return tuple(found)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError('write hours such as "09:00-12:00, 13:00-17:30", or "" for closed')
    opens = time(int(found[1]), int(found[2]))
    closes = time(int(found[3]), int(found[4])) if found[3] else MIDNIGHT
    if closes == MIDNIGHT and found[3]:
        raise ValueError('ends before it begins; write "24:00" for midnight')
    if closes != MIDNIGHT and closes <= opens:
        raise ValueError("ends before it begins; write what lies after midnight under the next day")
    return opens, closes


def day(value: object) -> date:
    """A date, as TOML has it or in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("write a date such as 2026-12-24") from None


def _text_of(check: Callable[[str], object], advice: str) -> Callable[[object], str]:
    """A check of a text that says the same to what is no text at all."""

    def checked(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(advice)  # noqa: TRY004 - pydantic gathers ValueErrors only
        check(value)
        return value

    return checked


def _choice(values: Iterable[str]) -> Any:  # noqa: ANN401 - an annotation
    known = tuple(values)

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"choose {either(known)}")
        return value

    schema = {"type": "string", "enum": list(known)}
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema)]


def _shaped(pattern: str, advice: str) -> Any:  # noqa: ANN401 - an annotation
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(advice)
        return value

    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema)]


def _check_time_zone(value: str) -> str:
    if value == "UTC":  # known even where the machine has no time zone data
        return value
    try:
        zone(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('write a name such as "Europe/Berlin" or "UTC"') from error
    return value


def _check_words(value: str) -> str:
    if not value.strip(" *~"):
        raise ValueError("write some words, or leave it out")
    return value


def _check_pattern(value: str) -> str:
    if problem := pattern_problem(value):
        raise ValueError(problem)
    return value


def _check_source(value: str) -> str:
    if not is_source(value):
        raise ValueError(
            'write "message", or a field of a record: "customer.first_name", '
            '"customer.custom.NAME", "conversation.custom.NAME"'
        )
    return value


def _to_values(value: object) -> list[str]:
    if not isinstance(value, list) or not value or not all(_is_plain(one) for one in value):
        raise ValueError('write a list of values, such as ["gold", "platinum"] or [true]')
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in value]


def _is_plain(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and bool(value.strip()))


NoteLanguage = _choice(WORDS)
LevelName = _choice(level.value for level in Level)
Channel = _choice(CHANNELS)
RetriesName = _choice(RETRIES)
RepeatName = _choice(("add", "replace"))
Kind = _choice(kind.value for kind in SlotKind)
TopicName = _shaped(TOPIC_NAME.pattern, "write small letters, digits and hyphens")
SlotName = _shaped(_SLOT, "write letters, digits and underscores")
Language = _shaped(_LANGUAGE, 'write two small letters, such as "en"')
Country = _shaped(_COUNTRY, 'write two capital letters, such as "DE"')
Domain = _shaped(_DOMAIN, 'write the domain alone, in small letters, such as "example.com"')
Host = _shaped(_DOMAIN, 'write the host alone, in small letters, such as "www.example.com"')
Words = Annotated[str, AfterValidator(_check_words)]
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
Source = Annotated[str, AfterValidator(_check_source)]
Pattern = Annotated[str, AfterValidator(_check_pattern), Field(max_length=LONGEST)]
Duration = Annotated[
    str,
    BeforeValidator(_text_of(duration, 'write a time such as "30m", "24h" or "7d"')),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$"}),
]
DayHours = Annotated[
    str,
    BeforeValidator(
        _text_of(spans, 'write hours such as "09:00-12:00, 13:00-17:30", or "" for closed')
    ),
]
Day = Annotated[date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
Values = Annotated[
    list[str],
    BeforeValidator(_to_values),
    WithJsonSchema(
        {"type": "array", "minItems": 1, "items": {"type": ["string", "boolean", "integer"]}}
    ),
]
