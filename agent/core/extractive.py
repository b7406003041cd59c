"""A summary made of the conversation's own sentences: none is written, so none is invented."""

import math
from collections.abc import Iterable, Mapping, Sequence

from agent.core.cues import asks_back, is_promise, is_solved, wants_something
from agent.core.proposal import Section, Statement
from agent.core.sentences import sentences_of, words
from agent.core.summary_features import (
    ALSO_NEWS,
    Candidate,
    Spoken,
    candidates_of,
    points,
    says_something,
)
from agent.core.transcript import Line, Transcript

MAX_WORDS = 65  # what one person's summary takes; a note has room for little more
WORTH_ITS_WORDS = 0.8  # points
WORTH_WHILE_SHORT = 0.3  # points; while half of the words are free, a short chat has its say
ONE_MESSAGE_AGAIN = -0.4  # points for a third sentence of one message, and for each after it
TELLING = 6  # words; a shorter last message without an ask only agrees or grumbles
SAME_AGAIN = 0.7  # share of a sentence's words that another one says already


def summary_of(transcript: Transcript, *, max_words: int = MAX_WORDS) -> tuple[Statement, ...]:
    """The sentences a teammate needs: request, done, open; each with its message's id.

    Each text is one sentence of its line, white space folded. In all at most `max_words`, unless
    the sentence that says what it is about is longer: then that one and what is needed most
    besides. Empty only when nothing was said.
    """
    spoken = [Spoken(line.direction, sentences_of(line.text)) for line in transcript.lines]
    statements = [
        _statement(candidate, transcript.lines) for candidate in pick(spoken, max_words=max_words)
    ]
    order = list(Section)
    return tuple(sorted(statements, key=lambda statement: order.index(statement.section)))


def pick(spoken: Sequence[Spoken], *, max_words: int = MAX_WORDS) -> tuple[Candidate, ...]:
    """The sentences worth keeping, in the order in which they were said."""
    candidates = [one for one in candidates_of(spoken) if words(one.text)]  # "👍" says nothing
    if not candidates:
        return ()
    choice = _Choice({candidate: points(candidate) for candidate in candidates}, max_words)
    opener = [one for one in candidates if one.place.is_opener] or candidates
    newest = [one for one in candidates if _is_newest(one)]
    telling = [one for one in newest if one.words >= TELLING]
    waiting = [one for one in newest if wants_something(one.text)] or telling
    teams = [one for one in candidates if _is_the_teams(one)]
    if not choice.take(opener):
        choice.take_whole(opener)
        choice.take_whole(waiting or teams)
    choice.take(waiting)
    choice.take(teams)
    while choice.words * 2 < max_words and choice.take(candidates, least=WORTH_WHILE_SHORT):
        pass
    while choice.take(candidates, least=WORTH_ITS_WORDS):
        pass
    return tuple(sorted(choice.chosen, key=_order))


class _Choice:
    """What was chosen so far, and how many words it takes."""

    def __init__(self, worth: Mapping[Candidate, float], max_words: int) -> None:
        self.chosen: list[Candidate] = []
        self.words = 0
        self._worth = worth
        self._max_words = max_words

    def take(self, some: Iterable[Candidate], *, least: float = -math.inf) -> bool:
        """Take the best that fits and says something new; False when there is none."""
        left = self._max_words - self.words
        fitting = [one for one in some if one.words <= left and one not in self.chosen]
        # Ties go to the earlier one, so that the same conversation gives the same summary.
        for one in sorted(fitting, key=self._value, reverse=True):
            if self._value(one) < least:
                return False
            if not _says_again(one, self.chosen):
                self._add(one)
                return True
        return False

    def take_whole(self, some: Iterable[Candidate]) -> None:
        """Take the best, if any, however long it is."""
        best = max(some, key=self._value, default=None)
        if best is not None:
            self._add(best)

    def _add(self, one: Candidate) -> None:
        self.chosen.append(one)
        self.words += one.words

    def _value(self, one: Candidate) -> float:
        beside = sum(other.place.message == one.place.message for other in self.chosen)
        return self._worth[one] + ONE_MESSAGE_AGAIN * max(0, beside - 1)


def _order(candidate: Candidate) -> tuple[int, int]:
    return candidate.place.message, candidate.index


def _is_newest(candidate: Candidate) -> bool:
    """What the customer said last, with nobody's answer yet."""
    place = candidate.place
    return place.is_unanswered and not place.is_opener and says_something(candidate.text)


def _is_the_teams(candidate: Candidate) -> bool:
    says_it = says_something(candidate.text) or candidate.words >= ALSO_NEWS
    return says_it and not candidate.place.by_customer


def _says_again(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    said = {word.lower() for word in words(candidate.text)}
    return any(
        len(said & {word.lower() for word in words(other.text)}) >= SAME_AGAIN * len(said)
        for other in chosen
    )


def _statement(candidate: Candidate, lines: Sequence[Line]) -> Statement:
    return Statement(
        section=_section(candidate),
        text=candidate.text,
        message_ids=(lines[candidate.place.message].message_id,),
    )


def _section(candidate: Candidate) -> Section:
    place, text = candidate.place, candidate.text
    if not place.by_customer:
        waits = asks_back(text) or is_promise(text)
        return Section.OPEN if waits and not place.answered else Section.DONE
    if is_solved(text) and place.again:
        return Section.DONE
    return Section.OPEN if place.again and place.is_unanswered else Section.REQUEST
