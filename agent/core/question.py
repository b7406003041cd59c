"""What the customer asks now: the words that a topic is compared with."""

import re
from collections.abc import Sequence

from agent.core.conversation import Direction
from agent.core.cues import wants_something
from agent.core.sentences import sentences_of, words
from agent.core.summary_features import word_count
from agent.core.transcript import Line, Transcript

_ASKS = re.compile(r"[?？؟]")
_YES_OR_NO = frozenset(
    "yes yep yeah ok okay sure no nope ja nein gern oui non d'accord sí si".split()
)
FEW_WORDS = 8  # "any news on this please?" says nothing of what "this" is


def newest_burst(transcript: Transcript) -> str:
    """The customer's newest messages that the team has not come between, "" when there are none."""
    return _texts(newest_lines(transcript))


def newest_lines(transcript: Transcript) -> Sequence[Line]:
    """The lines of that burst, oldest first."""
    lines = transcript.lines
    last = next((at for at in reversed(range(len(lines))) if _is_customers(lines[at])), -1)
    first = last
    while first > 0 and _is_customers(lines[first - 1]):
        first -= 1
    return lines[first : last + 1]


def answers_the_team(transcript: Transcript) -> bool:
    """Whether the newest burst only says yes or no to what the team asked just before it."""
    lines = transcript.lines
    burst = newest_burst(transcript)
    spoken = words(burst)
    if not spoken or spoken[0].casefold() not in _YES_OR_NO or _ASKS.search(burst):
        return False
    team = next((line for line in reversed(lines) if not _is_customers(line)), None)
    return team is not None and bool(_ASKS.search(team.text))


def first_request(transcript: Transcript) -> str:
    """The customer's first message with words in it, "" when there is none."""
    said = (line.text for line in transcript.lines if _is_customers(line))
    return next((text for text in said if text), "")


def questions_in(text: str) -> tuple[str, ...]:
    """The text itself and, when it is longer, each of its sentences that wants something.

    A long e-mail is near no short example as a whole; the one sentence that asks is.
    """
    asking = (sentence for sentence in sentences_of(text) if wants_something(sentence))
    return tuple(dict.fromkeys((text, *asking)))


def says_little(text: str) -> bool:
    """So short that it leans on what was said before: thanks, "any news?"."""
    return word_count(text) < FEW_WORDS


def _is_customers(line: Line) -> bool:
    return line.direction is Direction.IN


def _texts(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines if line.text)
