"""Payment card numbers.

A number is one when its check digit is right (Luhn) and its beginning and length are a card
network's; where a word such as "card" stands before it, the check digit and 12 to 19 digits are
enough, or 16 digits that somebody mistyped. Without the network's beginning one in ten parcel
numbers or IMEIs would pass.

Sources: ISO/IEC 7812-1 (length, Luhn) and the networks' published ranges.
"""

import re
from collections.abc import Iterator

from agent.core.masking.cues import Cue, cue_before
from agent.core.masking.digits import Run, digits_of, runs_in
from agent.core.masking.spans import Kind, Span

SHORTEST, LONGEST = 12, 19
# How cards are written beside other numbers; a number that stands alone may be grouped at will.
_GROUPINGS = frozenset(
    {(14,), (15,), (16,), (19,), (4, 6, 4), (4, 6, 5), (4, 4, 4, 4), (4, 4, 4, 4, 3)}
)
_MISTYPED = re.compile(r"[3-6]\d{15}")
_NETWORKS = re.compile(
    r"4\d{15}|4\d{18}"  # Visa
    r"|5[1-5]\d{14}|2(?:2(?:2[1-9]|[3-9]\d)|[3-6]\d\d|7(?:[01]\d|20))\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11}|3(?:0[0-59]|[689]\d)\d{13}"  # Diners Club
    r"|(?:6011|65\d\d|64[4-9]\d)\d{12}"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12}|(?:1800|2131)\d{11}"  # JCB
    r"|62\d{14,17}"  # UnionPay
    r"|(?:50(?:18|20|38)|5893|6304|67\d\d)\d{12}"  # Maestro
)
_CARD_LETTERS = re.compile(r"(?<!\w)(?:cc|card|visa|mc|amex|karte)$", re.IGNORECASE)


def cards_in(text: str) -> Iterator[Span]:
    """The card numbers of a text, with or without spaces, dots and dashes between groups."""
    for run in runs_in(text):
        at = 0
        while at < len(run.groups):
            found = _card_from(text, run, at)
            if found is None:
                at += 1
                continue
            end, digits = found
            yield Span(run.groups[at][0], run.groups[end][1], Kind.CARD, digits)
            at = end + 1


def _card_from(text: str, run: Run, first: int) -> tuple[int, str] | None:
    """The last group and the digits of the longest card that starts with that group."""
    best = None
    digits = ""
    lengths: tuple[int, ...] = ()
    for number in range(first, min(len(run.groups), first + LONGEST)):
        start, end = run.groups[number]
        if len(digits) + end - start > LONGEST:
            break
        digits += digits_of(text[start:end])
        lengths = (*lengths, end - start)
        is_whole = first == 0 and number == len(run.groups) - 1
        if not is_whole and lengths not in _GROUPINGS:
            continue
        if _is_card(text, run.groups[first][0], digits, is_whole=is_whole):
            best = number, digits
    return best


def _is_card(text: str, start: int, digits: str, *, is_whole: bool) -> bool:
    before = text[max(0, start - 6) : start]
    if before[-1:].isalnum() and not _CARD_LETTERS.search(before):
        return False  # "1Z4111…" is a parcel
    cue = cue_before(text, start)
    if cue is Cue.ORDER or not SHORTEST <= len(digits) <= LONGEST:
        return False
    is_said = is_whole and cue is Cue.CARD
    if not luhn(digits):
        return is_said and _MISTYPED.fullmatch(digits) is not None
    return is_said or _NETWORKS.fullmatch(digits) is not None


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
