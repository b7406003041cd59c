"""What became of proposed replies: the history that certificates are computed from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Judgement(StrEnum):
    """What a proposed reply was worth, once somebody could tell."""

    AS_IS = "as-is"
    EDITED = "edited"  # other words, the same facts
    CHANGED = "changed"  # other facts: an amount, a date, an id, an outcome, an ask left open
    REJECTED = "rejected"
    WRONG = "wrong"  # said after it was sent
    DOUBTFUL = "doubtful"  # the matcher's alone: a teammate answered, and it cannot tell


CLEAN = frozenset({Judgement.AS_IS, Judgement.EDITED})
GIVEN = tuple(each for each in Judgement if each is not Judgement.DOUBTFUL)  # by a person


class Source(StrEnum):
    """Who could tell. The first three are a person's own word; the matcher compares texts."""

    CONSOLE = "console"  # approved, edited, rejected or called wrong here
    COMPOSER = "composer"  # a draft that a teammate sent, edited or deleted in Kustomer
    IMPORTED = "imported"
    MATCHED = "matched"  # a suggestion in a note, beside what the teammate then sent
    BACKTEST = "backtest"  # the same, of past conversations


BY_MATCHER = frozenset({Source.MATCHED, Source.BACKTEST})


class Outcome(StrEnum):
    """What happened after a reply was sent by itself. QUIET: nothing, for long enough."""

    QUIET = "quiet"
    CORRECTED = "corrected"  # a teammate said something else
    ASKED_AGAIN = "asked-again"  # the customer wrote back about the same thing
    REOPENED = "reopened"
    COMPLAINED = "complained"
    WRONG = "wrong"  # somebody clicked it


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBy:
    """All that shaped a proposal, as short hashes or versions. One differs: it is another maker.

    `topic` covers what finds and fills it (description, examples, slots, channels), `answers` its
    approved texts, `knowledge` the other topics of the policy, `rules` what may hold a reply back.
    """

    engine: str  # "offline" and its version, or the model's name
    prompt: str
    topic: str
    answers: str
    knowledge: str
    rules: str


_PARTS = {
    "engine": "model",
    "prompt": "prompt",
    "topic": "wording of the topic",
    "answers": "answer text",
    "knowledge": "set of other topics",
    "rules": "set of rules",
}


def differing(one: MadeBy, other: MadeBy) -> tuple[str, ...]:
    """What differs between two makers, in words: "another" can stand before each."""
    return tuple(
        words for part, words in _PARTS.items() if getattr(one, part) != getattr(other, part)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A judgement, and who gave it. `matched` is what the matcher had said before an audit."""

    judgement: Judgement
    source: Source
    by: str  # "" when Kustomer does not tell
    at: datetime
    reason: str = ""
    matched: Judgement | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether sending the proposal as it was would have been a mistake.

        What the matcher doubts counts as one: left out, the wrong ones would be missing most.
        """
        return self.judgement not in CLEAN

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody can tell yet."""
        return self.judgement is Judgement.DOUBTFUL

    @property
    def is_by_person(self) -> bool:
        """Whether a person looked at this very proposal."""
        return self.source not in BY_MATCHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One proposed reply and what became of it; ids, hashes and figures, no text.

    `score` and `familiarity` are 0..1 (`core/score.py`). `sent_at` says when it was released
    without a teammate; None when it was not.
    """

    run_id: str
    conversation_id: str
    message_id: str
    topic: str
    channel: str
    language: str
    score: float
    familiarity: float
    at: datetime
    made_by: MadeBy
    sent_at: datetime | None = None
    label: Label | None = None
    outcome: Outcome | None = None
    outcome_at: datetime | None = None
