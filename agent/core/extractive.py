"""A summary made of the conversation's own sentences: none is written, so none is invented."""

from collections.abc import Sequence

from agent.core.conversation import Direction
from agent.core.cues import gives_step, is_promise, is_question, is_solved
from agent.core.proposal import Section, Statement
from agent.core.sentences import sentences_of, words
from agent.core.summary_features import Candidate, Spoken, candidates_of, points
from agent.core.transcript import Line, Transcript

MAX_WORDS = 65  # what one person's summary takes; a note has room for little more
WORTH_ITS_WORDS = 0.8  # points
SAME_AGAIN = 0.7  # share of a sentence's words that another one says already


def summary_of(transcript: Transcript, *, max_words: int = MAX_WORDS) -> tuple[Statement, ...]:
    """The sentences a teammate needs: request, done, open; each with its message's id.

    Each text is one sentence of its line, white space folded. In all at most `max_words`, unless
    the one sentence that says what it is about is longer. Empty only when nothing was said.
    """
    spoken = [Spoken(line.direction, sentences_of(line.text)) for line in transcript.lines]
    statements = [
        _statement(candidate, transcript.lines, spoken)
        for candidate in pick(spoken, max_words=max_words)
    ]
    order = list(Section)
    return tuple(sorted(statements, key=lambda statement: order.index(statement.section)))


def pick(spoken: Sequence[Spoken], *, max_words: int = MAX_WORDS) -> tuple[Candidate, ...]:
    """The sentences worth keeping, in the order in which they were said."""
    # Ties go to the earlier sentence, so that the same conversation gives the same summary.
    ranked = sorted(candidates_of(spoken), key=points, reverse=True)
    if not ranked:
        return ()
    chosen = [_subject_matter(ranked, max_words)]
    left = max_words - chosen[0].words
    for candidate in ranked:
        if points(candidate) < WORTH_ITS_WORDS:
            break
        if candidate.words <= left and not _says_again(candidate, chosen):
            chosen.append(candidate)
            left -= candidate.words
    return tuple(sorted(chosen, key=lambda candidate: (candidate.message, candidate.index)))


def _subject_matter(ranked: Sequence[Candidate], max_words: int) -> Candidate:
    """What it is about: the best of the customer's opener, one that leaves room if there is one."""
    opener = [one for one in ranked if one.by_customer and one.nth == 0] or ranked
    fitting = [one for one in opener if one.words <= max_words and points(one) >= WORTH_ITS_WORDS]
    return (fitting or opener)[0]


def _says_again(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    said = {word.lower() for word in words(candidate.text)}
    return any(
        len(said & {word.lower() for word in words(other.text)}) >= SAME_AGAIN * len(said)
        for other in chosen
    )


def _statement(candidate: Candidate, lines: Sequence[Line], spoken: Sequence[Spoken]) -> Statement:
    return Statement(
        section=_section(candidate, spoken),
        text=candidate.text,
        message_ids=(lines[candidate.message].message_id,),
    )


def _section(candidate: Candidate, spoken: Sequence[Spoken]) -> Section:
    if candidate.by_customer:
        return _customer_section(candidate)
    if _is_last_word(candidate, spoken) and _waits(candidate.text):
        return Section.OPEN
    return Section.DONE


def _customer_section(candidate: Candidate) -> Section:
    if candidate.nth == 0:
        return Section.REQUEST
    if is_solved(candidate.text):
        return Section.DONE
    return Section.REQUEST if candidate.answered else Section.OPEN


def _is_last_word(candidate: Candidate, spoken: Sequence[Spoken]) -> bool:
    """The customer wrote nothing after it."""
    return all(said.direction is Direction.OUT for said in spoken[candidate.message :])


def _waits(text: str) -> bool:
    return is_question(text) or is_promise(text) or gives_step(text)
