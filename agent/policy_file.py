"""Read `policy.toml` and the approved answers beside it; say everything that is wrong at once."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    ValidationError,
)
from pydantic_core import ErrorDetails

from agent.core.note_words import WORDS
from agent.core.team_policy import Level, NoteSettings, TeamPolicy, Topic
from agent.errors import ConfigError
from agent.retries import RETRIES
from agent.shipped import shipped

STARTER = "starter-policy.toml"
ANSWERS = "replies"  # folder beside the policy file
CHANNELS = ("chat", "email", "facebook", "instagram", "sms", "twitter-dm", "whatsapp")
MAX_ANSWER = 10_240  # characters: the longest text any channel takes (an e-mail draft)

_ANSWER_NAME = re.compile(r"(?P<topic>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<language>[a-z]{2})")
_TOPIC_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SPAN = re.compile(r"([1-9]\d{0,4})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
_LEVELS = tuple(level.value for level in Level)


def load_policy(path: Path | None) -> TeamPolicy:
    """The team's policy: that file and `replies/<topic>.<language>.md` beside it.

    None gives the policy that comes with Sidenote. `version` is the same as long as the file and
    its answers are, byte for byte. Nothing is cached: calling again reads the files again.

    Raises:
        ConfigError: every problem, one a line, each with its file, its table and key, and what to
            write instead.
    """
    file = path or shipped("prompts") / STARTER
    source = _read(file)
    table = _parse(file, source)
    answers, problems = _answers(file.parent / ANSWERS)
    wanted, wrong = _validate(file, table)
    problems += wrong + _misfits(file, table, answers)
    if wanted is None or problems:
        raise ConfigError("\n".join(problems))
    return _policy(wanted, answers, _version(source, answers))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; SIDENOTE_POLICY names the policy") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error


def _parse(file: Path, source: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(source.decode())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        what, place = str(error), ""
        if found := _PLACE.search(what):
            line, column = found.groups()
            place = f"line {line}, column {column}" if line else "end of file"
            what = what[: found.start()].strip()
        raise ConfigError(f"{file}: {place or 'TOML'}: {what}") from error


# --- the file's shape --------------------------------------------------------------------------


def _check_language(value: str) -> str:
    if value not in WORDS:
        raise ValueError(f"choose {_either(tuple(WORDS))}")
    return value


def _check_time_zone(value: str) -> str:
    if value == "UTC":  # known even where the machine has no time zone data
        return value
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('write a name such as "Europe/Berlin" or "UTC"') from error
    return value


def _to_span(value: object) -> timedelta:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('write a time such as "30m", "24h" or "7d"')
    amount, unit = found.groups()
    return timedelta(**{_UNITS[unit]: int(amount)})


def _check_level(value: str) -> str:
    if value not in _LEVELS:
        raise ValueError(f"choose {_either(_LEVELS)}")
    return value


def _check_retries(value: str) -> str:
    if value not in RETRIES:
        raise ValueError(f"choose {_either(tuple(RETRIES))}")
    return value


def _check_channel(value: str) -> str:
    if value not in CHANNELS:
        raise ValueError(f"choose {_either(CHANNELS)}")
    return value


def _check_text(value: str) -> str:
    if not value.strip(" *~"):
        raise ValueError("write some words, or leave it out")
    return value


_Text = Annotated[str, AfterValidator(_check_text)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Note(_Table):
    language: Annotated[str, AfterValidator(_check_language)] = "en"
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "UTC"
    max_words: Annotated[StrictInt, Field(ge=30, le=400)] = 120
    min_messages: Annotated[StrictInt, Field(ge=1, le=100)] = 3
    min_characters: Annotated[StrictInt, Field(ge=1, le=100_000)] = 400
    with_reply: bool = True


class _Limits(_Table):
    stale_after: Annotated[timedelta, BeforeValidator(_to_span)] = timedelta(hours=24)
    min_margin: Annotated[float, Field(ge=0, le=1)] = 0.2
    retries: Annotated[str, AfterValidator(_check_retries)] = "default"


class _Person(_Table):
    words: list[_Text] = []


class _Topic(_Table):
    description: _Text
    examples: Annotated[list[_Text], Field(min_length=1)]
    level: Annotated[str, AfterValidator(_check_level)] = "note"
    channels: list[Annotated[str, AfterValidator(_check_channel)]] = []


class _File(_Table):
    note: _Note = _Note()
    limits: _Limits = _Limits()
    person: _Person = _Person()
    topics: dict[str, _Topic] = {}


def _validate(file: Path, table: dict[str, Any]) -> tuple[_File | None, list[str]]:
    try:
        return _File.model_validate(table), []
    except ValidationError as error:
        return None, [f"{file}: {_problem(one)}" for one in error.errors()]


def _problem(error: ErrorDetails) -> str:
    *above, key = error["loc"]
    where = _place(above, key)
    if error["type"] == "extra_forbidden":
        return f"{where}: not known here{_meant(str(key), _known_keys(above))}"
    if error["type"] == "missing":
        return f"{where} is missing; write {_HINTS.get(str(key), 'it')}"
    return f"{where} = {_quoted(error['input'])}: {_advice(error)}"


_HINTS = {
    "description": 'description = "what the customer wants", in one sentence',
    "examples": 'examples = ["a question as customers ask it", …]',
}
_ADVICE = {
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "string_type": "write text in quotes",
    "list_type": 'write a list, such as ["one", "two"]',
    "too_short": "write at least one",
    "model_type": "write a table",
    "dict_type": "write a table for each topic, such as [topics.order-status]",
}


def _advice(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "greater_than_equal":
        return f"write {context['ge']:g} or more"
    if error["type"] == "less_than_equal":
        return f"write {context['le']:g} or less"
    return _ADVICE.get(error["type"], error["msg"])


def _place(above: Sequence[int | str], key: int | str) -> str:
    """How TOML writes it: `[topics.invoice-copy] examples[2]`."""
    path, name = [str(part) for part in above], str(key)
    if isinstance(key, int):
        path, name = path[:-1], f"{path[-1]}[{key}]"
    return f"[{'.'.join(path)}] {name}" if path else f"[{name}]"


def _known_keys(above: Sequence[int | str]) -> tuple[str, ...]:
    tables: dict[str, type[_Table]] = {"note": _Note, "limits": _Limits, "person": _Person}
    if not above:
        return tuple(_File.model_fields)
    return tuple(tables.get(str(above[0]), _Topic).model_fields)


# --- the approved answers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """An approved answer as it stands in its file."""

    file: Path
    topic: str
    language: str
    text: str


def _answers(folder: Path) -> tuple[list[_Answer], list[str]]:
    answers: list[_Answer] = []
    problems: list[str] = []
    for file in sorted(folder.glob("*.md")) if folder.is_dir() else []:
        found = _answer(file)
        if isinstance(found, _Answer):
            answers.append(found)
        else:
            problems.append(f"{file}: {found}")
    return answers, problems


def _answer(file: Path) -> _Answer | str:
    """The answer, or what is wrong with its file."""
    name = _ANSWER_NAME.fullmatch(file.stem)
    if name is None:
        return "name it <topic>.<language>.md, such as order-status.en.md"
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "cannot be read as UTF-8 text"
    if not text:
        return "is empty; write the approved answer, or delete the file"
    if len(text) > MAX_ANSWER:
        return f"has {len(text)} characters; {MAX_ANSWER} are allowed"
    if "{{" in text:
        return "nothing is filled in for {{…}} in this version; write it without"
    return _Answer(file=file, topic=name["topic"], language=name["language"], text=text)


def _misfits(file: Path, table: dict[str, Any], answers: Iterable[_Answer]) -> list[str]:
    """Topics without an answer, answers without a topic, names that no file could have."""
    topics = table.get("topics")
    if not isinstance(topics, dict):
        return []
    answered = {answer.topic for answer in answers}
    unnamed = [name for name in topics if not _TOPIC_NAME.fullmatch(name)]
    silent = [
        name
        for name, topic in topics.items()
        if isinstance(topic, dict)
        and topic.get("level") != Level.OFF
        and name not in answered
        and name not in unnamed
    ]
    return [
        *(f'{file}: [topics] "{n}": write small letters, digits and hyphens' for n in unnamed),
        *(
            f"{file}: [topics.{name}] has no approved answer; write "
            f'{file.parent / ANSWERS / name}.en.md (or another language), or set level = "off"'
            for name in silent
        ),
        *(
            f"{one.file}: there is no topic {one.topic}{_meant(one.topic, topics)}"
            for one in answers
            if one.topic not in topics
        ),
    ]


# --- putting it together -----------------------------------------------------------------------


def _policy(wanted: _File, answers: Sequence[_Answer], version: str) -> TeamPolicy:
    return TeamPolicy(
        topics=tuple(_topic(name, topic, answers) for name, topic in wanted.topics.items()),
        note=NoteSettings(**wanted.note.model_dump()),
        person_words=tuple(wanted.person.words),
        min_margin=wanted.limits.min_margin,
        stale_after=wanted.limits.stale_after,
        retries=wanted.limits.retries,
        version=version,
    )


def _topic(name: str, topic: _Topic, answers: Iterable[_Answer]) -> Topic:
    return Topic(
        name=name,
        description=topic.description,
        examples=tuple(topic.examples),
        level=Level(topic.level),
        channels=frozenset(topic.channels),
        answers={one.language: one.text for one in answers if one.topic == name},
    )


def _version(source: bytes, answers: Iterable[_Answer]) -> str:
    digest = sha256(source)
    for one in answers:
        digest.update(f"\0{one.topic}.{one.language}\0{one.text}".encode())
    return digest.hexdigest()[:12]


def _either(values: Sequence[str]) -> str:
    *first, last = [f'"{value}"' for value in values]
    return f"{', '.join(first)} or {last}"


def _quoted(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _meant(wrong: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = get_close_matches(wrong, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(names)}"
