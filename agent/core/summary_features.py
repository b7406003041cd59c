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
    tells_of_action,
    wants_something,
)

FULL_LENGTH = 14  # words; longer sentences say little more, they only cost more
MEANINGFUL = 3  # words; shorter ones are greetings, names and "ok"

SHORT = -0.4
NOT_THE_LONGEST = -0.25  # per longer sentence in the same message, at most twice
OPENER = 0.5  # the customer's first message that says something: what it is all about
OPENING = 0.2  # its first sentence with words in it: people begin with the matter
SECOND_MESSAGE = 0.1  # and all before the team writes: the rest of it, or details asked for
LATER_CUSTOMER = -0.05  # per message since, at most five times: answers, impatience, thanks
TEAM = 0.15  # what the team did or asked is what a colleague looks for
MANNERS = -1.0
ALSO_NEWS = 8  # words; a longer sentence may begin with thanks and go on with the news
STEP = 0.15
ACTION = 0.1
REPLIED_TO = -0.15  # a question of the team that the customer has answered since
QUESTION = 0.08  # of the customer
UNANSWERED = 0.2  # the customer wrote it and nobody has answered yet
UNANSWERED_ASK = 0.5  # the same with a question or wish in it: what the next reply is about
SOLVED = 0.3
LONG_AGO = -0.02  # per message that came after, beyond those of a usual conversation
USUAL_LENGTH, LONG_AGO_AT_MOST = 20, 30  # messages


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message as its sentences."""

    direction: Direction
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands in its conversation. Counts start at 0."""

    message: int
    by_customer: bool
    nth: int  # of this side's messages that say something
    after: int  # messages that came later
    again: bool  # the other side wrote before it
    answered: bool  # the other side wrote after it

    @property
    def is_opener(self) -> bool:
        """The customer's first message that says something."""
        return self.by_customer and self.nth == 0

    @property
    def is_unanswered(self) -> bool:
        """The customer wrote it, and the team has not written since."""
        return self.by_customer and not self.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One sentence, and what its place says of it."""

    place: Place
    index: int  # in its message
    text: str
    words: int
    opens: bool  # the first of its message that says something
    longer_beside: int  # sentences of the same message that are longer, short of full length


def word_count(text: str) -> int:
    """Words between spaces; scripts without spaces count two characters as a word."""
    return sum(max(1, _unspaced(word) // 2) for word in text.split())


def _unspaced(word: str) -> int:
    # Thai to Khmer, Japanese and Chinese: blocks whose writing puts no space between words.
    return sum("\u0e00" <= c <= "\u17ff" or "\u3040" <= c <= "\u9fff" for c in word)


def candidates_of(spoken: Sequence[Spoken]) -> tuple[Candidate, ...]:
    """Every sentence of a conversation, in order."""
    return tuple(
        candidate
        for place, said in zip(_places(spoken), spoken, strict=True)
        for candidate in _of_message(place, said.sentences)
    )


def _places(spoken: Sequence[Spoken]) -> list[Place]:
    last = {said.direction: at for at, said in enumerate(spoken)}
    counts = dict.fromkeys(Direction, 0)
    begun: set[Direction] = set()
    places = []
    for at, said in enumerate(spoken):
        other = Direction.OUT if said.direction is Direction.IN else Direction.IN
        places.append(
            Place(
                message=at,
                by_customer=said.direction is Direction.IN,
                nth=counts[said.direction],
                after=len(spoken) - 1 - at,
                again=other in begun,
                answered=at < last.get(other, -1),
            )
        )
        counts[said.direction] += any(map(says_something, said.sentences))
        begun.add(said.direction)
    return places


def _of_message(place: Place, sentences: Sequence[str]) -> list[Candidate]:
    lengths = [word_count(sentence) for sentence in sentences]
    full = [min(length, FULL_LENGTH) for length in lengths]
    opening = next((at for at, text in enumerate(sentences) if says_something(text)), -1)
    return [
        Candidate(
            place=place,
            index=at,
            text=sentence,
            words=lengths[at],
            opens=at == opening,
            longer_beside=sum(length > full[at] for length in full),
        )
        for at, sentence in enumerate(sentences)
    ]


def says_something(text: str) -> bool:
    """More than a greeting, a name or "ok"."""
    return word_count(text) >= MEANINGFUL and not is_manners(text)


def points(candidate: Candidate) -> float:
    """How much a sentence is wanted in a summary; see `extractive.WORTH_ITS_WORDS`."""
    total = min(candidate.words, FULL_LENGTH) / FULL_LENGTH
    total += NOT_THE_LONGEST * min(candidate.longer_beside, 2)
    total += SHORT * (candidate.words < MEANINGFUL)
    total += LONG_AGO * min(max(candidate.place.after - USUAL_LENGTH, 0), LONG_AGO_AT_MOST)
    side = _customer_points if candidate.place.by_customer else _team_points
    return total + side(candidate)


def _customer_points(candidate: Candidate) -> float:
    text, place = candidate.text, candidate.place
    total = _by_place(place) + QUESTION * is_question(text) + SOLVED * is_solved(text)
    total += OPENING * (place.is_opener and candidate.opens)
    total += MANNERS * _is_only_thanks(candidate)
    if place.is_unanswered and not place.is_opener and says_something(text):
        total += UNANSWERED_ASK if wants_something(text) else UNANSWERED
    return total


def _is_only_thanks(candidate: Candidate) -> bool:
    if not is_manners(candidate.text):
        return False
    says_goodbye = candidate.place.is_unanswered and candidate.place.again
    return candidate.words < ALSO_NEWS or (says_goodbye and not wants_something(candidate.text))


def _by_place(place: Place) -> float:
    if place.is_opener:
        return OPENER
    if place.nth == 1 or not place.again:
        return SECOND_MESSAGE
    return LATER_CUSTOMER * (1 + min(place.nth, 5))


def _team_points(candidate: Candidate) -> float:
    text = candidate.text
    total = TEAM + MANNERS * is_manners(text) + STEP * gives_step(text)
    if is_question(text):
        return total + REPLIED_TO * candidate.place.answered
    return total + ACTION * tells_of_action(text)
