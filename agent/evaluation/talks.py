"""Conversations with what people made of them: the sentences they picked, or their own summary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.core.conversation import Author, AuthorKind, Conversation, Direction, Message
from agent.core.sentences import sentences_of
from agent.core.transcript import Transcript, transcript_of
from agent.evaluation.data import Row

Place = tuple[int, int]  # turn, sentence

PEOPLE = 3  # picks that a conversation must have to count, where people picked at all
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation. `picked` holds one set of sentences per person, `written` their texts."""

    id: str
    by_customer: tuple[bool, ...]
    texts: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    picked: tuple[frozenset[Place], ...] = ()
    written: tuple[str, ...] = ()
    subject: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Every sentence, in order."""
        return tuple(
            (turn, at) for turn, found in enumerate(self.sentences) for at in range(len(found))
        )

    def sentence(self, place: Place) -> str:
        """Its words."""
        return self.sentences[place[0]][place[1]]


def talks_of(rows: Iterable[Row]) -> tuple[Talk, ...]:
    """The conversations of `turns` rows that at least three people summarised."""
    talks = (_of_turns(row) for row in rows)
    return tuple(talk for talk in talks if len(talk.picked) >= PEOPLE)


def own_talks(rows: Iterable[Row]) -> tuple[Talk, ...]:
    """Conversations as `sandbox --load` reads them; `summary` may be a text or several."""
    return tuple(_of_messages(row, number) for number, row in enumerate(rows, start=1))


def messages_of(talk: Talk) -> tuple[Message, ...]:
    """As Kustomer would give them, a minute apart; ids are the numbers of the turns."""
    return tuple(
        Message(
            id=str(at),
            direction=Direction.IN if by_customer else Direction.OUT,
            text=text,
            sent_at=START + timedelta(minutes=at),
            created_at=START + timedelta(minutes=at),
            author=Author(kind=AuthorKind.CUSTOMER if by_customer else AuthorKind.TEAMMATE),
            channel="email",
        )
        for at, (by_customer, text) in enumerate(zip(talk.by_customer, talk.texts, strict=True))
    )


def transcript_of_talk(talk: Talk, messages: Sequence[Message] | None = None) -> Transcript:
    """What a model may see of it, or of its `messages` so far."""
    conversation = Conversation(id=talk.id, name=talk.subject, updated_at=START)
    return transcript_of(conversation, messages_of(talk) if messages is None else messages)


def place_of(talk: Talk, turn: int, text: str) -> Place | None:
    """The data's sentence that shares most letters with a text of that message."""
    start = _letters(talk.texts[turn]).find(_letters(text))
    end = start + len(_letters(text))
    overlaps: list[int] = []
    position = 0
    for sentence in talk.sentences[turn]:
        begin, position = position, position + len(_letters(sentence))
        overlaps.append(min(end, position) - max(start, begin))
    best = max(overlaps, default=0)
    return (turn, overlaps.index(best)) if start >= 0 and best > 0 else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _of_turns(row: Row) -> Talk:
    turns = row["turns"]
    return Talk(
        id=str(row["id"]),
        by_customer=tuple(turn["speaker"] == "customer" for turn in turns),
        texts=tuple(turn["text"] for turn in turns),
        sentences=tuple(tuple(turn["sentences"]) for turn in turns),
        picked=tuple(frozenset((t, s) for t, s in person) for person in row["extractive"]),
        written=_texts(row.get("abstractive")),
    )


def _of_messages(row: Row, number: int) -> Talk:
    said = [one for one in row["messages"] if one.get("text")]
    texts = tuple(str(one["text"]) for one in said)
    return Talk(
        id=str(row.get("key") or number),
        by_customer=tuple(one.get("direction") != "out" for one in said),
        texts=texts,
        sentences=tuple(tuple(sentences_of(text)) for text in texts),
        written=_texts(row.get("summary")),
        subject=str(row.get("subject") or ""),
    )


def _texts(given: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    if isinstance(given, str):
        return (given,) if given.strip() else ()
    return tuple(str(one) for one in given or () if one)
