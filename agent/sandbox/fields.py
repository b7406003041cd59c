"""Checks of request bodies. A field that is not described is refused, as Kustomer does.

A check gives None, or what is wrong with the value in the words of a JSON schema.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.sandbox.ids import OBJECT_ID, parse_time, parse_time_math
from agent.sandbox.records import Value

Check = Callable[[Any], str | None]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TAG = re.compile(r"^[0-9a-zA-ZÀ-ÿ_/<>\-.][0-9a-zA-ZÀ-ÿ _/<>\-.]{0,63}$")
PHONE = re.compile(r"^\+?[1-9]\d{1,14}$")


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing wrong with a body. `unknown`: the field is not described at all."""

    field: str
    detail: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body may and must hold."""

    fields: Mapping[str, Check]
    required: tuple[str, ...] = ()

    def first_wrong(self, body: Value) -> Wrong | None:
        """The first problem, or None."""
        if not isinstance(body, dict):
            return Wrong("body", "/type")
        for name in body:
            if name not in self.fields:
                return Wrong(name, f"/properties/{name}/additionalProperties", unknown=True)
        for name in self.required:
            if name not in body:
                return Wrong(name, f"/required/{name}")
        for name, value in body.items():
            problem = self.fields[name](value)
            if problem:
                return Wrong(name, f"/properties/{name}{problem}")
        return None

    def plus(self, fields: Mapping[str, Check], required: tuple[str, ...] = ()) -> "Shape":
        """The same with more."""
        return Shape({**self.fields, **fields}, (*self.required, *required))


def text(longest: int = 1 << 30, shortest: int = 0) -> Check:
    """A string of so many characters."""

    def check(value: Value) -> str | None:
        if not isinstance(value, str):
            return "/type"
        if len(value) < shortest:
            return "/minLength"
        return "/maxLength" if len(value) > longest else None

    return check


def one_of(*values: str) -> Check:
    """One of a closed list."""
    return lambda value: None if value in values else "/enum"


def number(lowest: float = float("-inf"), highest: float = float("inf")) -> Check:
    """A number in a range."""

    def check(value: Value) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "/type"
        return None if lowest <= value <= highest else "/range"

    return check


def matching(pattern: re.Pattern[str]) -> Check:
    """A string of that form."""
    return lambda value: None if isinstance(value, str) and pattern.match(value) else "/pattern"


def or_null(check: Check) -> Check:
    """Null is fine too."""
    return lambda value: None if value is None else check(value)


def either(*checks: Check) -> Check:
    """At least one of them is content."""

    def check(value: Value) -> str | None:
        return "/oneOf" if all(one(value) for one in checks) else None

    return check


def many(check: Check, most: int = 1 << 30) -> Check:
    """An array of such."""

    def check_all(value: Value) -> str | None:
        if not isinstance(value, list):
            return "/type"
        if len(value) > most:
            return "/maxItems"
        return next((f"/items{wrong}" for wrong in map(check, value) if wrong), None)

    return check_all


def shaped(fields: Mapping[str, Check], required: Sequence[str] = ()) -> Check:
    """An object that holds only these."""
    shape = Shape(fields, tuple(required))

    def check(value: Value) -> str | None:
        wrong = shape.first_wrong(value)
        return wrong.detail if wrong else None

    return check


def flag(value: Value) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "/type"


def anything(value: Value) -> str | None:
    """Whatever it is."""
    del value
    return None


def mapping(value: Value) -> str | None:
    """An object with any content."""
    return None if isinstance(value, dict) else "/type"


def time(value: Value) -> str | None:
    """An ISO time."""
    return _readable(lambda: parse_time(value))


def time_math(value: Value) -> str | None:
    """An ISO time, or `now`, or `now+5m`."""
    return _readable(lambda: parse_time_math(value, EPOCH))


def _readable(read: Callable[[], object]) -> str | None:
    try:
        read()
    except (TypeError, ValueError, OverflowError):
        return "/format"
    return None


def email(value: Value) -> str | None:
    """The `email-relaxed` of 3 to 256 characters."""
    good = isinstance(value, str) and 3 <= len(value) <= 256 and "@" in value[1:-1]
    return None if good else "/format"


object_id = matching(OBJECT_ID)
object_ids = many(object_id)
phone = matching(PHONE)
tag = matching(TAG)
lang = or_null(text(100))
