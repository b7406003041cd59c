"""What tells a sentence worth keeping from the rest: hand-set points with their reasons.

Nothing here was trained. Every number is a judgement about how support conversations go, in
parts of one "full-length sentence"; the benchmark measures whether the judgement holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.conversation import Direction
from agent.core.cues import (
    gives_step,
    is_manners,
    is_question,
    is_solved,
    wants_something,
)

FULL_LENGTH = 14  # words; longer sentences say little more, they only cost more
MEANINGFUL = 5  # words; shorter ones are greetings, names and "ok"

SHORT = -0.4
NOT_THE_LONGEST = -0.25  # per longer sentence in the same message, at most twice
OPENER = 0.5  # the customer's first message that says something: what it is all about
OPENING = 0.2  # its first sentence with words in it: people begin with the matter
SECOND_MESSAGE = 0.1  # often the rest of the opener, or the details asked for
LATER_CUSTOMER = -0.05  # per message since, at most five times: answers, impatience, thanks
TEAM = 0.15  # what the team did or asked is what a colleague looks for
MANNERS = -0.25
STEP = 0.15
QUESTION = 0.08  # of the customer
UNANSWERED = 0.4  # a customer's question or wish that nobody has answered yet
SOLVED = 0.3
LONG_AGO = -0.02  # per message that came after, beyond those of a usual conversation
USUAL_LENGTH, LONG_AGO_AT_MOST = 20, 30  # messages


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as its sentences."""

    direction: Direction
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One sentence and what its place says of it. `message` and `index` count from 0."""

    message: int
    index: int
    text: str
    words: int
    opens: bool  # the first of its message that says something
    longer_beside: int  # sentences of the same message that are longer
    by_customer: bool
    nth: int  # which of this side's messages that say something; 0 is the first
    after: int  # messages that came later
    answered: bool  # the team wrote after it


def word_count(text: str) -> int:
    """Words between spaces; scripts without spaces count two characters as a word."""
    return sum(max(1, _unspaced(word) // 2) for word in text.split())


def _unspaced(word: str) -> int:
    # Thai to Khmer, Japanese and Chinese: blocks whose writing puts no space between words.
    return sum("\u0e00" <= c <= "\u17ff" or "\u3040" <= c <= "\u9fff" for c in word)


def candidates_of(spoken: Sequence[Spoken]) -> tuple[Candidate, ...]:
    """Every sentence of a conversation, in order."""
    last_by_team = max(
        (at for at, said in enumerate(spoken) if said.direction is Direction.OUT), default=-1
    )
    seen = dict.fromkeys(Direction, 0)
    found: list[Candidate] = []
    for at, said in enumerate(spoken):
        lengths = [word_count(sentence) for sentence in said.sentences]
        opening = next((i for i, n in enumerate(lengths) if n >= MEANINGFUL), 0)
        found += [
            Candidate(
                message=at,
                index=index,
                text=sentence,
                words=lengths[index],
                opens=index == opening,
                longer_beside=sum(length > lengths[index] for length in lengths),
                by_customer=said.direction is Direction.IN,
                nth=seen[said.direction],
                after=len(spoken) - 1 - at,
                answered=at < last_by_team,
            )
            for index, sentence in enumerate(said.sentences)
        ]
        seen[said.direction] += max(lengths, default=0) >= MEANINGFUL
    return tuple(found)


def points(candidate: Candidate) -> float:
    """How much a sentence is wanted in a summary; see `extractive.WORTH_ITS_WORDS`."""
    total = min(candidate.words, FULL_LENGTH) / FULL_LENGTH
    total += NOT_THE_LONGEST * min(candidate.longer_beside, 2)
    total += SHORT * (candidate.words < MEANINGFUL)
    total += LONG_AGO * min(max(candidate.after - USUAL_LENGTH, 0), LONG_AGO_AT_MOST)
    side = _customer_points if candidate.by_customer else _team_points
    return total + side(candidate)


def _customer_points(candidate: Candidate) -> float:
    by_place = (OPENER, SECOND_MESSAGE)
    place = (
        by_place[candidate.nth]
        if candidate.nth < len(by_place)
        else LATER_CUSTOMER * (1 + min(candidate.nth, 5))
    )
    total = place + QUESTION * is_question(candidate.text)
    total += OPENING * (candidate.nth == 0 and candidate.opens)
    if candidate.nth and not candidate.answered:
        total += UNANSWERED * wants_something(candidate.text)
    return total + SOLVED * is_solved(candidate.text)


def _team_points(candidate: Candidate) -> float:
    return TEAM + MANNERS * is_manners(candidate.text) + STEP * gives_step(candidate.text)
