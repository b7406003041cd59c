"""How well the offline engine's summaries agree with people's, beside simple ways and people.

    python -m tests.bench.summaries --data FOLDER

FOLDER holds `dev.jsonl.gz` in the form of TweetSumm joined with its tweets: `turns` with
`speaker`, `text`, `sentences`, and per person the sentences picked, as [turn, sentence] pairs.
Conversations with at least three people's summaries count; figures are means over conversations.
Nothing of the engine was trained on it; its numbers were set while looking at one half only.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Any

from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Author, AuthorKind, Conversation, Direction, Message
from agent.core.extractive import MAX_WORDS, pick
from agent.core.summary_features import Spoken
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import transcript_of
from tests.bench.lexrank import lexrank

Place = tuple[int, int]  # turn, sentence

PEOPLE = 3  # summaries that a conversation must have to count
WANTED_PRECISION, WANTED_COVERAGE = 0.74, 0.75
START = datetime(2026, 1, 1, tzinfo=UTC)
ENGINE = OfflineEngine()


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation and what each person picked of it."""

    id: str
    by_customer: tuple[bool, ...]
    texts: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    picked: tuple[frozenset[Place], ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """What one way of summarising picked, and how many words that takes."""

    places: frozenset[Place]
    words: int


@dataclass(frozen=True, slots=True)
class Score:
    """`precision`: picked by at least one person; `coverage`: of what all people picked."""

    precision: float
    coverage: float
    words: float
    most_words: int

    def __str__(self) -> str:
        return f"{self.precision:.1%} / {self.coverage:.1%} / {self.words:.1f} ({self.most_words})"


def summary_figures(data: Path) -> list[tuple[str, str, str]]:
    """Rows for a table: name, figure, limit or baseline."""
    talks = load(data)
    halves = [[talk for talk in talks if _half(talk) == half] for half in (0, 1)]
    wanted = f"at least {WANTED_PRECISION:.0%} / {WANTED_COVERAGE:.0%} / at most {MAX_WORDS}"
    return [
        ("summary: picked by anyone / of what all picked / words (most)", "", "wanted"),
        (f"offline engine, {len(talks)} conversations", str(score(talks, by_engine)), wanted),
        ("  the half that was looked at", str(score(halves[0], by_engine)), wanted),
        ("  the half that was not", str(score(halves[1], by_engine)), wanted),
        ("  with the data's own sentences", str(score(talks, by_engine_on_given)), wanted),
        ("one person against the others", str(people(talks)), "baseline"),
        ("longest of the first 2 and last 2 messages", str(score(talks, by_ends)), "baseline"),
        ("first 2 and last 2 sentences", str(score(talks, by_end_sentences)), "baseline"),
        ("LexRank", str(score(talks, by_lexrank)), "baseline"),
    ]


def load(data: Path) -> list[Talk]:
    """The conversations that enough people summarised.

    Raises:
        FileNotFoundError: no `dev.jsonl.gz` there.
    """
    with gzip.open(data / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        talks = [_talk(json.loads(line)) for line in lines]
    return [talk for talk in talks if len(talk.picked) >= PEOPLE]


def score(talks: Sequence[Talk], way: Callable[[Talk], Pick]) -> Score:
    """How one way of summarising fares against all people."""
    return _score([(way(talk), talk.picked) for talk in talks])


def people(talks: Sequence[Talk]) -> Score:
    """How each person fares against the others."""
    return _score(
        [
            (_of_places(talk, own), tuple(p for i, p in enumerate(talk.picked) if i != at))
            for talk in talks
            for at, own in enumerate(talk.picked)
        ]
    )


def _score(pairs: Sequence[tuple[Pick, Sequence[frozenset[Place]]]]) -> Score:
    precisions, coverages = [], []
    for pick_, picked in pairs:
        by_anyone, by_all = frozenset[Place]().union(*picked), picked[0].intersection(*picked)
        if pick_.places:
            precisions.append(len(pick_.places & by_anyone) / len(pick_.places))
        if by_all:
            coverages.append(len(pick_.places & by_all) / len(by_all))
    words = [pick_.words for pick_, _ in pairs]
    return Score(mean(precisions), mean(coverages), mean(words), max(words))


# --- the ways of summarising ----------------------------------------------------------------------


def by_engine(talk: Talk) -> Pick:
    """The engine itself, on messages; its statements are found again in the data's sentences."""
    conversation = Conversation(id=talk.id, updated_at=START)
    proposal = ENGINE.propose(transcript_of(conversation, _messages(talk)), TeamPolicy())
    places = {
        place
        for statement in proposal.statements
        for place in _place(talk, int(statement.message_ids[0]), statement.text)
    }
    words = sum(len(statement.text.split()) for statement in proposal.statements)
    return Pick(frozenset(places), words)


def by_engine_on_given(talk: Talk) -> Pick:
    """The same picking on the data's own sentences."""
    spoken = [
        Spoken(Direction.IN if by_customer else Direction.OUT, sentences)
        for by_customer, sentences in zip(talk.by_customer, talk.sentences, strict=True)
    ]
    return _of_places(talk, ((found.place.message, found.index) for found in pick(spoken)))


def by_ends(talk: Talk) -> Pick:
    """The longest sentence of the customer's first two and the team's last two messages."""
    return _of_places(talk, (_longest(talk, turn) for turn in _end_turns(talk)))


def by_end_sentences(talk: Talk) -> Pick:
    """The customer's first two sentences and the team's last two."""
    places = [(turn, at) for turn, found in enumerate(talk.sentences) for at in range(len(found))]
    customers = [place for place in places if talk.by_customer[place[0]]]
    teams = [place for place in places if not talk.by_customer[place[0]]]
    return _of_places(talk, [*customers[:2], *teams[-2:]])


def by_lexrank(talk: Talk) -> Pick:
    """The most central sentences, as many as fit."""
    places = [(turn, at) for turn, found in enumerate(talk.sentences) for at in range(len(found))]
    ranks = lexrank([_sentence(talk, place) for place in places])
    chosen: list[Place] = []
    left = MAX_WORDS
    for _, place in sorted(zip(ranks, places, strict=True), key=lambda found: -found[0]):
        length = len(_sentence(talk, place).split())
        if length <= left:
            chosen.append(place)
            left -= length
    return _of_places(talk, chosen)


def _end_turns(talk: Talk) -> list[int]:
    customers = [turn for turn, by_customer in enumerate(talk.by_customer) if by_customer]
    teams = [turn for turn, by_customer in enumerate(talk.by_customer) if not by_customer]
    return [*customers[:2], *teams[-2:]]


def _longest(talk: Talk, turn: int) -> Place:
    lengths = [len(sentence.split()) for sentence in talk.sentences[turn]]
    return turn, lengths.index(max(lengths))


# --- from the data, and back to it ----------------------------------------------------------------


def _talk(record: dict[str, Any]) -> Talk:
    turns = record["turns"]
    return Talk(
        id=record["id"],
        by_customer=tuple(turn["speaker"] == "customer" for turn in turns),
        texts=tuple(turn["text"] for turn in turns),
        sentences=tuple(tuple(turn["sentences"]) for turn in turns),
        picked=tuple(frozenset((t, s) for t, s in person) for person in record["extractive"]),
    )


def _half(talk: Talk) -> int:
    return int(sha256(talk.id.encode()).hexdigest(), 16) % 2


def _messages(talk: Talk) -> list[Message]:
    return [
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
    ]


def _place(talk: Talk, turn: int, text: str) -> set[Place]:
    """The data's sentence that shares most letters with ours, or none."""
    start = _letters(talk.texts[turn]).find(_letters(text))
    end = start + len(_letters(text))
    overlaps: list[int] = []
    position = 0
    for sentence in talk.sentences[turn]:
        begin, position = position, position + len(_letters(sentence))
        overlaps.append(min(end, position) - max(start, begin))
    best = max(overlaps)
    return {(turn, overlaps.index(best))} if start >= 0 and best > 0 else set()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _sentence(talk: Talk, place: Place) -> str:
    return talk.sentences[place[0]][place[1]]


def _of_places(talk: Talk, places: Iterable[Place]) -> Pick:
    chosen = frozenset(places)
    return Pick(chosen, sum(len(_sentence(talk, place).split()) for place in chosen))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of dev.jsonl.gz")
    rows = summary_figures(parser.parse_args().data)
    wide = max(len(name) for name, _, _ in rows)
    for name, figure, limit in rows:
        print(f"{name:{wide}}  {figure:30}  {limit}")


if __name__ == "__main__":
    main()
