"""What a note leaves out: the customer's asks and the amounts of money of the conversation.

Found by marks and words, not understood: a question mark, a wish, a currency beside a number.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from agent.core.conversation import Direction
from agent.core.cues import is_question, wants_something
from agent.core.figures import figures
from agent.core.grounding.reading import matter_of, tongue_of
from agent.core.proposal import Proposal, Section, Statement
from agent.core.sentences import fold, sentences_of
from agent.core.transcript import Line, Transcript

_SAID = 0.34  # share of an ask's words that a statement resting on its message has to have
_SAID_ELSEWHERE = 0.6  # the same for a statement that rests on another message
_FEW = 2  # words of matter; "any news?" asks for what was asked before
_MAX_TEXT = 120  # characters of an ask that the receipt shows
_AMOUNT = re.compile(
    r"(?:[€$£¥₹]|\b(?:EUR|USD|GBP|CHF)\b)[ \u00a0\u202f]?\d[\d.,'’ \u00a0\u202f]*(?<=\d)"
    r"|(?<![\w.,])\d[\d.,'’]*(?<=\d)?[ \u00a0\u202f]?"
    r"(?:[€$£¥₹]|(?:euros?|EUR|USD|dollars?|GBP|pounds?|CHF|Franken)\b)",
    re.IGNORECASE,
)


class Missing(StrEnum):
    """What kind of thing a note leaves out."""

    QUESTION = "question"
    REQUEST = "request"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One ask or amount. `is_open`: the customer said it after the team's last message."""

    kind: Missing
    text: str  # as the message has it, at most 120 characters
    message_id: str
    is_open: bool


def left_out(transcript: Transcript, proposal: Proposal) -> tuple[LeftOut, ...]:
    """The asks and amounts that no statement tells of, oldest first, each once.

    An ask in another language than the statements' counts as told when one that says what the
    customer wants rests on its message: words cannot be compared then.
    """
    found: dict[tuple[Missing, str], LeftOut] = {}
    told = _forms_of(statement.text for statement in proposal.statements)
    last_out = _last_of_the_team(transcript.lines)
    for at, line in enumerate(transcript.lines):
        for kind, text in _in_line(line):
            is_told = (
                bool(_forms_of([text]) & told)
                if kind is Missing.AMOUNT
                else _is_told(text, line, proposal.statements)
            )
            if not is_told:
                found[kind, fold(text).casefold()] = LeftOut(
                    kind=kind,
                    text=text[:_MAX_TEXT],
                    message_id=line.message_id,
                    is_open=line.direction is Direction.IN and at > last_out,
                )
    return tuple(found.values())


def with_left_out(proposal: Proposal, transcript: Transcript) -> Proposal:
    """The proposal, telling for the receipt what it leaves out."""
    missing = left_out(transcript, proposal)
    told = (f"{'open ' if one.is_open else ''}{one.kind}: {one.text}" for one in missing)
    return replace(proposal, left_out=tuple(told))


def worth_a_line(some: Sequence[LeftOut]) -> tuple[int, tuple[str, ...]]:
    """What a note should say of it: how many open asks, and the amounts."""
    asks = sum(one.is_open for one in some if one.kind is not Missing.AMOUNT)
    return asks, tuple(one.text for one in some if one.kind is Missing.AMOUNT)


@lru_cache(maxsize=512)
def _in_line(line: Line) -> tuple[tuple[Missing, str], ...]:
    amounts = [(Missing.AMOUNT, fold(hit.group())) for hit in _AMOUNT.finditer(line.text)]
    if line.direction is Direction.OUT:
        return tuple(amounts)
    asks = [
        (Missing.QUESTION if is_question(one) else Missing.REQUEST, one)
        for one in sentences_of(line.text)
        if wants_something(one) and len(matter_of(one)) >= _FEW
    ]
    return (*asks, *amounts)


def _is_told(ask: str, line: Line, statements: Sequence[Statement]) -> bool:
    wanted = matter_of(ask)
    for statement in statements:
        rests_on_it = line.message_id in statement.message_ids
        share = len(wanted & matter_of(statement.text)) / len(wanted)
        if share >= (_SAID if rests_on_it else _SAID_ELSEWHERE):
            return True
        asks = statement.section in {Section.REQUEST, Section.OPEN, Section.NEXT}
        if rests_on_it and asks and _in_another_language(ask, statement.text):
            return True
    return False


def _in_another_language(one: str, other: str) -> bool:
    tongues = {tongue_of(one), tongue_of(other)}
    return len(tongues) > 1


def _last_of_the_team(lines: Sequence[Line]) -> int:
    outbound = (at for at, line in enumerate(lines) if line.direction is Direction.OUT)
    return max(outbound, default=-1)


def _forms_of(texts: Iterator[str] | Sequence[str]) -> frozenset[str]:
    return frozenset(form for text in texts for one in figures(text) for form in one.forms)
