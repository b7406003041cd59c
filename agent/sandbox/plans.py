"""Conversations as a file describes them: JSON Lines, one conversation a line.

`{"key", "subject", "channel", "customer_name", "messages": [{"direction", "text"}]}`, and what
else may stand there is in the tables below. A line that does not fit is an error that names the
file, the line and the fault.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.errors import InputError
from agent.sandbox.fields import (
    Check,
    Shape,
    email,
    flag,
    many,
    mapping,
    number,
    one_of,
    or_null,
    phone,
    shaped,
    text,
    time,
)
from agent.sandbox.records import Json, Value
from agent.sandbox.shapes import CHANNELS, TAGS

PLAY = shaped({"after_seconds": number(0)}, ["after_seconds"])
_FILES = many(shaped({"name": text(), "content_type": text()}, ["name"]))
_HEADERS: Check = mapping
MESSAGE: dict[str, Check] = {
    "direction": one_of("in", "out"),
    "text": text(),
    "author": text(),  # the teammate's name, when direction is out
    "minutes_ago": number(0),
    "at": time,
    "html": text(),
    "attachments": _FILES,
    "auto": flag,
    "headers": _HEADERS,
    "meta": mapping,
    "from": text(),
    "status": one_of("sent", "received", "error"),
    "play": PLAY,
}
NOTE: dict[str, Check] = {
    "body": text(10_240, 1),
    "author": text(),
    "minutes_ago": number(0),
}
CONVERSATION = Shape(
    {
        "key": text(256, 1),
        "subject": text(),
        "channel": one_of(*CHANNELS),
        "status": one_of("open", "snoozed", "done"),
        "language": or_null(text(100)),
        "customer_name": text(256),
        "customer_email": or_null(email),
        "customer_phone": or_null(phone),
        "customer_verified": flag,
        "customer_external_id": text(256, 1),
        "spam": flag,
        "merged_into": text(),
        "deleted": flag,
        "assigned": text(),
        "tags": TAGS,
        "ended": flag,
        "messages": many(shaped(MESSAGE, ["direction", "text"])),
        "notes": many(shaped(NOTE, ["body"])),
        "play": PLAY,
        "expect": mapping,  # what the rules should say of it: for tests, ignored here
    },
    ("key", "messages"),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One conversation to be made, and where its description stands."""

    fields: Json
    where: str

    @property
    def key(self) -> str:
        """What the file calls it; its ids are made from this."""
        return str(self.fields["key"])


def parse_plan(fields: Value, where: str) -> Plan:
    """Check one description. Raises InputError."""
    wrong = CONVERSATION.first_wrong(fields)
    if wrong is None:
        return Plan(fields, where)
    if wrong.unknown:
        known = ", ".join(sorted(CONVERSATION.fields))
        raise InputError(f"{where}: unknown field {wrong.field!r}; the fields are {known}")
    if wrong.detail.startswith("/required"):
        raise InputError(f"{where}: field {wrong.field!r} is missing")
    raise InputError(f"{where}: field {wrong.field!r} does not fit ({wrong.detail})")


def load_plans(path: Path) -> list[Plan]:
    """All conversations of a file, `.gz` or not; empty lines are skipped.

    Raises:
        InputError: no such file, a line that is not JSON or does not fit.
    """
    return [parse_plan(_json(line, where), where) for where, line in _lines(path)]


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            for number_, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}:{number_}", line
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({type(error).__name__})") from error


def _json(line: str, where: str) -> Value:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON ({error})") from error
