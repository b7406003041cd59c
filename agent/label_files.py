"""Reads labels from a table that a team kept elsewhere (CSV), all or none of it.

A line says which question was answered on which topic and channel, and what the answer was worth.
Its id is made from those three, so that the same file again brings nothing new. Its date is that of
the proposal; the label is as new as its import, since certificates look at labels in the order in
which they came, and an old date would rewrite what was looked at since.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from agent.core.labels import GIVEN, Judgement, Label, MadeBy, Proposed, Source
from agent.core.makers import ELSEWHERE
from agent.core.team_policy import TeamPolicy
from agent.errors import InputError

REQUIRED = ("topic", "channel", "judgement", "by", "at", "score", "question")
OPTIONAL = ("language", "familiarity", "conversation", "reason", "made_by")
CURRENT = "current"  # `made_by`: as the answers are made now
IMPORT = "import:"  # how the ids of these rows begin
MOST_LINES = 100_000
_SHOWN = 10  # problems
_DIGITS = 20  # of a hash: no two questions meet
_CHANNEL = re.compile(r"[a-z][a-z0-9-]*")
_UNIT = re.compile(r"\d*\.?\d+")

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """`makers` gives those that are in force for a topic and channel; `now` is the import."""

    policy: TeamPolicy
    makers: Callable[[str, str], MadeBy]
    now: datetime

    def read(self, text: str) -> tuple[Proposed, ...]:
        """The rows of a file, in its order; columns in any order, separated by , or ;.

        Raises:
            InputError: something in it is not right; names the lines, the first ten of them.
        """
        rows: dict[str, tuple[int, Proposed]] = {}
        problems: list[str] = []
        for line, names, cells in _lines(text):
            try:
                row = self._row(_by_name(names, cells))
            except ValueError as error:
                problems.append(f"line {line}: {error}")
                continue
            if row.run_id in rows:
                problems.append(f"line {line}: the same question as line {rows[row.run_id][0]}")
            rows[row.run_id] = line, row
        if problems:
            more = len(problems) - _SHOWN
            told = [*problems[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]
            raise InputError("nothing was imported:\n  " + "\n  ".join(told))
        return tuple(row for _, row in rows.values())

    def _row(self, cells: Cells) -> Proposed:
        topic, channel, question = (_filled(cells, n) for n in ("topic", "channel", "question"))
        channel = channel.lower()
        if _CHANNEL.fullmatch(channel) is None:
            raise ValueError(f"channel {channel!r} is no channel, such as email or chat")
        at = self._time(_filled(cells, "at"))
        score = _share("score", _filled(cells, "score"))
        familiarity = cells.get("familiarity") or ""
        return Proposed(
            run_id=IMPORT + _digest(topic, channel, question),
            conversation_id=cells.get("conversation") or "",
            message_id=question,
            topic=topic,
            channel=channel,
            language=self._language(topic, cells),
            score=score,
            familiarity=_share("familiarity", familiarity) if familiarity else score,
            at=at,
            made_by=self._made_by(topic, channel, cells.get("made_by") or ""),
            label=Label(
                judgement=_judgement(_filled(cells, "judgement")),
                source=Source.IMPORTED,
                by=_filled(cells, "by"),
                at=self.now,
                reason=cells.get("reason") or "",
            ),
        )

    def _time(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            words = "write a date (2026-01-31, UTC) or an ISO time (2026-01-31T09:00:00+01:00)"
            raise ValueError(f"at {text!r} is no time; {words}") from None
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if at > self.now:
            raise ValueError(f"at {text!r} lies in the future")
        return at

    def _language(self, topic: str, cells: Cells) -> str:
        language = (cells.get("language") or self.policy.note.language).lower()
        found = self.policy.topic(topic)
        if found is None:
            raise ValueError(f"the policy has no topic {topic!r}")
        if cells.get("made_by", "").lower() == CURRENT and language not in found.answers:
            raise ValueError(f"{topic} has no approved answer in language {language!r}")
        return language

    def _made_by(self, topic: str, channel: str, text: str) -> MadeBy:
        if text.lower() not in {"", CURRENT}:
            raise ValueError(f"made_by is {CURRENT} or empty, not {text!r}")
        return self.makers(topic, channel) if text else ELSEWHERE


def _lines(text: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """Each line with its number in the file, the names of the columns, and what stands there."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator)
    try:
        names = _names(next(reader, []))
        for number, cells in enumerate(reader, start=1):
            if number > MOST_LINES:
                raise InputError(f"more than {MOST_LINES:,} lines; split the file")
            if any(cell.strip() for cell in cells):
                yield reader.line_num, names, cells
    except csv.Error as error:
        raise InputError(f"nothing was imported: line {reader.line_num}: {error}") from None


def _by_name(names: list[str], cells: list[str]) -> Cells:
    if len(cells) > len(names):
        raise ValueError(f"has {len(cells)} cells, the first line {len(names)}; quote what holds ,")
    return dict(zip(names, map(str.strip, cells), strict=False))


def _names(header: list[str]) -> list[str]:
    names = [name.strip().lower().replace(" ", "_") for name in header]
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in {*REQUIRED, *OPTIONAL}]
    if missing or unknown or len(set(names)) < len(names):
        raise InputError(
            f"the first line must name the columns {', '.join(REQUIRED)}, and may name "
            f"{', '.join(OPTIONAL)}; each once"
            + (f"; it lacks {', '.join(missing)}" if missing else "")
            + (f"; it also has {', '.join(map(repr, unknown))}" if unknown else "")
        )
    return names


def _filled(cells: Cells, name: str) -> str:
    text = cells.get(name) or ""
    if not text:
        raise ValueError(f"{name} is empty")
    return text


def _share(name: str, text: str) -> float:
    value = float(text) if _UNIT.fullmatch(text) else -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"{name} {text!r} is no number from 0 to 1, such as 0.83")
    return value


def _judgement(text: str) -> Judgement:
    word = text.lower().replace(" ", "-").replace("_", "-")
    found = next((each for each in GIVEN if each == word), None)
    if found is None:
        known = ", ".join(each.value for each in GIVEN)
        raise ValueError(f"judgement {text!r} is none of {known}")
    return found


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
