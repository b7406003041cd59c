"""Finds data sets in a folder: JSON Lines files, told apart by what their lines hold.

| purpose | a line holds |
|---|---|
| notes, statements | `turns` with `speaker`, `text`, `sentences`; `extractive`, `abstractive` |
| topics | `text`, `label` (a word), maybe `part`, `bot` or `domain` |
| masking | `text`, `spans` with `type`, `start`, `end`, `value` |
| stripping | `text`, `gold_body` or `gold_noquote` |
| mail | `body`, `headers`, `label` |
| attacks | `text`, `label` 0 or 1, `kind` |
| conversations | `messages` with `direction` and `text`; maybe `summary` |
| conversations | a run with its `receipt`, as `runs --export` writes it; maybe `summary` |
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from agent.errors import InputError

Row = Mapping[str, Any]
_ENDINGS = (".jsonl", ".jsonl.gz")


class Purpose(StrEnum):
    """What the lines of a file are for."""

    SUMMARIES = "summaries"
    TOPICS = "topics"
    MASKING = "masking"
    STRIPPING = "stripping"
    MAIL = "mail"
    ATTACKS = "attacks"
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class DataSet:
    """The lines of one folder's files for one purpose."""

    name: str
    purpose: Purpose
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """All that was found; `skipped` are files whose lines are of no form we know."""

    sets: tuple[DataSet, ...]
    skipped: tuple[str, ...] = field(default=())

    def of(self, purpose: Purpose) -> tuple[DataSet, ...]:
        """Those of a purpose, by name."""
        return tuple(one for one in self.sets if one.purpose is purpose)

    def rows(self, purpose: Purpose) -> tuple[Row, ...]:
        """All their lines."""
        return tuple(row for one in self.of(purpose) for row in one.rows)

    def named(self, purpose: Purpose) -> str:
        """Their names, for a table."""
        return ", ".join(one.name for one in self.of(purpose))


def read_data(place: Path) -> Data:
    """The data sets of a file, a folder, or the folders in it.

    Raises:
        InputError: no such place, nothing to measure with in it, or a line that is no JSON object.
    """
    if not place.exists():
        raise InputError(f"{place}: no such folder. Name one that holds .jsonl files.")
    found: dict[tuple[str, Purpose], list[Row]] = {}
    skipped: list[str] = []
    for file in _files(place):
        rows = list(_rows(file))
        purpose = _purpose(rows[0]) if rows else None
        if purpose is None:
            skipped.append(file.name)
            continue
        name = file.parent.name if file.parent != place and place.is_dir() else _stem(file)
        found.setdefault((name, purpose), []).extend(rows)
    if not found:
        raise InputError(
            f"{place}: nothing to measure with. 'sidenote eval --help' says which forms are read."
        )
    sets = [
        DataSet(name, purpose, _newest(rows) if purpose is Purpose.CONVERSATIONS else tuple(rows))
        for (name, purpose), rows in found.items()
    ]
    return Data(tuple(sets), tuple(skipped))


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for file in sorted([*place.iterdir(), *place.glob("*/*")]):
        if file.name.endswith(_ENDINGS) and file.is_file():
            yield file


def _stem(file: Path) -> str:
    return file.name.partition(".")[0]


def _rows(file: Path) -> Iterator[Row]:
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise InputError(f"{file}:{number}: each line must be a JSON object")
                yield from _conversation_of_run(row) if "receipt" in row else (row,)
    except (ValueError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{file}: is no JSON Lines file: {type(error).__name__}") from None


def _conversation_of_run(row: Row) -> Iterator[Row]:
    """What a run read, as a conversation; nothing where it decided nothing or was pruned."""
    messages = ((row["receipt"] or {}).get("facts") or {}).get("messages")
    if messages:
        yield {
            "key": row.get("conversation_id"),
            "messages": messages,
            "summary": row.get("summary"),
        }


def _newest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Each conversation once, as it was last exported; rows without a key all stay."""
    by_key = {row.get("key") or number: row for number, row in enumerate(rows)}
    return tuple(by_key.values())


def _purpose(row: Row) -> Purpose | None:
    """By what tells each form from the others."""
    is_text = isinstance(row.get("text"), str)
    forms = {
        Purpose.SUMMARIES: isinstance(row.get("turns"), list) and "extractive" in row,
        Purpose.CONVERSATIONS: isinstance(row.get("messages"), list),
        Purpose.STRIPPING: is_text and ("gold_body" in row or "gold_noquote" in row),
        Purpose.MAIL: "headers" in row and "label" in row,
        Purpose.MASKING: is_text and "spans" in row,
        Purpose.ATTACKS: is_text and isinstance(row.get("label"), int),
        Purpose.TOPICS: is_text and isinstance(row.get("label"), str),
    }
    return next((purpose for purpose, fits in forms.items() if fits), None)
