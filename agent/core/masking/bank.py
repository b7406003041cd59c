"""Bank account numbers: IBANs, by country length and check digits (ISO 13616).

After the word IBAN the check digits need not be right: people mistype them.
"""

import re
from collections.abc import Iterator

from agent.core.masking.cues import Cue, cue_before
from agent.core.masking.spans import Kind, Span

# Characters of a whole IBAN by country, from the SWIFT registry.
_LENGTHS = {
    country: int(length)
    for length, countries in (
        line.split(":")
        for line in """
            15:NO  16:BE  18:DK FO FI GL NL SD FK  19:MK SI  20:AT BA EE KZ LT LU XK MN
            21:CH HR LI LV  22:BG BH CR DE GB GE IE ME RS  23:AE GI IL IQ OM TL SO
            24:AD CZ ES MD PK RO SA SE SK TN VG  25:LY PT ST  26:IS TR  27:BI DJ FR GR IT MC MR SM
            28:AL AZ CY DO GT HU LB NI PL BY SV  29:BR EG PS QA UA  30:JO KW MU  31:MT SC
            32:LC  33:RU
        """.replace("  ", "\n").splitlines()
        if ":" in line
    )
    for country in countries.split()
}
_START = re.compile(r"(?<!\w)[A-Za-z]{2}[0-9]{2}(?=[ \u00a0.-]?[0-9A-Za-z])")
_BETWEEN = " \u00a0.-"


def ibans_in(text: str) -> Iterator[Span]:
    """The IBANs of a text, with or without spaces, in any case."""
    at = 0
    while start := _START.search(text, at):
        at = start.end()
        length = _LENGTHS.get(start[0][:2].upper())
        whole = _take(text, start.start(), length) if length else None
        if whole is None:
            continue
        end, value = whole
        if _checks(value) or cue_before(text, start.start()) is Cue.IBAN:
            yield Span(start.start(), end, Kind.IBAN, value)
            at = end


def _take(text: str, start: int, length: int) -> tuple[int, str] | None:
    """The end and the letters and digits of the next `length`; None when they do not end there."""
    value = ""
    for at in range(start, min(len(text), start + 2 * length)):
        character = text[at]
        if character.isascii() and character.isalnum():
            value += character.upper()
        elif character not in _BETWEEN or text[at - 1] in _BETWEEN:
            return None
        if len(value) == length:
            return None if text[at + 1 : at + 2].isalnum() else (at + 1, value)
    return None


def _checks(value: str) -> bool:
    moved = value[4:] + value[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
