"""True statements of conversations: sentences that people picked, rewordings, people's own words.

Each cites its message.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.proposal import Section, Statement
from agent.core.sentences import sentences_of
from agent.core.transcript import Line, Transcript
from agent.evaluation.data import Row

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Good:
    """A true statement of a conversation; `kind` says how it was made."""

    kind: str
    statement: Statement
    line: Line
    transcript: Transcript

    @property
    def said(self) -> str:
        """All that the cited messages say."""
        cited = set(self.statement.message_ids)
        return "\n".join(one.text for one in self.transcript.lines if one.message_id in cited)


def good_statements(rows: Iterable[Row], half: int | None = None) -> list[Good]:
    """The sentences that people picked and rewordings of them; `half` 0, 1 or both."""
    found: list[Good] = []
    for record in rows:
        if half in (None, _half(record["id"])):
            found += _of_record(record)
    return found


def good_of_conversations(rows: Iterable[Row], half: int | None = None) -> list[Good]:
    """Every sentence of conversations as `sandbox --load` reads them, and rewordings of them."""
    found: list[Good] = []
    for record in rows:
        if half not in (None, _half(str(record["key"]))):
            continue
        transcript = _of_messages(record)
        for line in transcript.lines:
            for text in sentences_of(line.text):
                found += _all_of(text, line, transcript)
    return found


def peoples_own(rows: Iterable[Row], half: int | None = None) -> list[Good]:
    """What people wrote themselves of each side, citing all that side's messages."""
    found: list[Good] = []
    for record in rows:
        if half in (None, _half(record["id"])):
            found += _written(record)
    return found


def _written(record: Row) -> Iterator[Good]:
    transcript = _of_turns(record)
    for parts in record["abstractive_parts"]:
        for direction, text in zip((Direction.IN, Direction.OUT), parts, strict=False):
            lines = [line for line in transcript.lines if line.direction is direction]
            if not lines or not text:
                continue
            ids = tuple(line.message_id for line in lines)
            statement = replace(_statement(text, lines[0]), message_ids=ids)
            yield Good("people's own words", statement, lines[0], transcript)


def _of_record(record: Row) -> Iterator[Good]:
    transcript = _of_turns(record)
    picked = {tuple(place) for person in record["extractive"] for place in person}
    for turn, at in sorted(picked):
        text = " ".join(record["turns"][turn]["sentences"][at].split())
        if len(text.split()) >= 3:
            yield from _all_of(text, transcript.lines[turn], transcript)


def _all_of(text: str, line: Line, transcript: Transcript) -> Iterator[Good]:
    statement = _statement(text, line)
    yield Good("as it stands", statement, line, transcript)
    for kind, reword in REWORDINGS.items():
        changed = reword(text, line)
        if changed and changed != text:
            yield Good(kind, replace(statement, text=changed), line, transcript)


def _statement(text: str, line: Line) -> Statement:
    section = Section.REQUEST if line.direction is Direction.IN else Section.DONE
    return Statement(section=section, text=text, message_ids=(line.message_id,))


def _says(text: str, line: Line) -> str:
    who = "Customer" if line.direction is Direction.IN else "Team"
    if text.rstrip().endswith("?"):
        return f"{who} asks: {text}"
    return f"{who} says: {text}"


def _third_person(text: str, line: Line) -> str:
    customer = line.direction is Direction.IN
    swaps = _CUSTOMER_SWAPS if customer else _TEAM_SWAPS
    for pattern, instead in swaps:
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    who = "Customer says that " if customer else "Team says that "
    return "" if "?" in text else who + text[:1].lower() + text[1:]


_CUSTOMER_SWAPS = (
    (r"\bI['’]?m\b", "they are"),
    (r"\bI['’]ve\b|\bIve\b", "they have"),
    (r"\bI\b", "they"),
    (r"\bmy\b", "their"),
    (r"\bme\b", "them"),
    (r"\byou\b", "the team"),
    (r"\byour\b", "the team's"),
)
_TEAM_SWAPS = (
    (r"\bwe['’]re\b", "they are"),
    (r"\b(?:we|i)['’]ll\b", "they will"),
    (r"\b(?:we|i)\b", "they"),
    (r"\bour\b|\bmy\b", "their"),
    (r"\bus\b", "them"),
    (r"\byou\b", "the customer"),
    (r"\byour\b", "the customer's"),
)


def _shortened(text: str, _line: Line) -> str:
    head = re.split(r"[,;]| and | but | because ", text)[0].strip()
    return head if 4 <= len(head.split()) < len(text.split()) else ""


def _without_fillers(text: str, _line: Line) -> str:
    return " ".join(re.sub(_FILLERS, "", text, flags=re.IGNORECASE).split())


_FILLERS = r"\b(?:please|just|really|very|also|so|actually|hi|hello|hey)\b"


def _written_out(text: str, _line: Line) -> str:
    for pattern, instead in _SHORT_FORMS:
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    return text


_SHORT_FORMS = (
    (r"\bcan['’]?t\b", "cannot"),
    (r"\bdon['’]?t\b", "do not"),
    (r"\bdoesn['’]?t\b", "does not"),
    (r"\bdidn['’]?t\b", "did not"),
    (r"\bisn['’]?t\b", "is not"),
    (r"\bhaven['’]?t\b", "have not"),
    (r"\bhasn['’]?t\b", "has not"),
    (r"\bwon['’]?t\b", "will not"),
    (r"\bwe['’]ll\b", "we will"),
    (r"\bI['’]m\b|\bIm\b", "I am"),
)
REWORDINGS: dict[str, Callable[[str, Line], str]] = {
    "who says it, in front": _says,
    "third person": _third_person,
    "shortened": _shortened,
    "without fillers": _without_fillers,
    "short forms written out": _written_out,
}


def _half(key: str) -> int:
    return int(sha256(key.encode()).hexdigest(), 16) % 2


def _of_turns(record: Row) -> Transcript:
    lines = [
        _line(at, turn["text"], inbound=turn["speaker"] == "customer")
        for at, turn in enumerate(record["turns"])
    ]
    return Transcript(conversation_id=record["id"], subject="", lines=tuple(lines))


def _of_messages(record: Row) -> Transcript:
    lines = [
        _line(
            at,
            str(message["text"]),
            inbound=message["direction"] == "in",
            name=message.get("author") or "",
        )
        for at, message in enumerate(record["messages"])
        if message.get("text")
    ]
    subject = str(record.get("subject") or "")
    return Transcript(conversation_id=record["key"], subject=subject, lines=tuple(lines))


def _line(at: int, text: str, *, inbound: bool, name: str = "") -> Line:
    return Line(
        ref=f"m{at + 1}",
        message_id=str(at),
        direction=Direction.IN if inbound else Direction.OUT,
        author=Author(kind=AuthorKind.CUSTOMER if inbound else AuthorKind.TEAMMATE, name=name),
        sent_at=START + timedelta(minutes=at),
        channel="chat",
        text=text,
    )
