"""How to reach a person: e-mail addresses and phone numbers.

A number is a phone number when it starts with + or 00 and a country's code, when a word such as
"call" stands before it or "mobile" after it, or when it is written as people of some country
write theirs and is valid there. A number after a word such as "order", and digits in a row
without any of this, are none.
"""

import re
from collections.abc import Callable, Iterator

import phonenumbers

from agent.core.masking.cues import Cue, cue_before, phone_cue_after
from agent.core.masking.digits import digits_of
from agent.core.masking.spans import Kind, Span

# Where the speakers of our languages live: a number written without a country is tried there.
REGIONS = ("US", "GB", "DE", "AT", "CH", "FR", "BE", "NL", "ES", "PT", "IT", "IE")

_LOCAL = re.compile(r"[\w.+%&'’*/=?^~-]+$")
_DOMAIN = re.compile(
    r"(?:[\w-]{1,63}\.){1,8}[^\W_]{2,24}(?![\w-])|(?:[\w-]{1,63}\.){1,8}[\w-]{1,63}"
)
_LONGEST_LOCAL = 64  # RFC 5321
_SPELLED = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?[(\[{]\s?(?:at|ät|arroba)\s?[)\]}]\s?[\w-]{1,63}"
    r"(?:\s?(?:\.|[(\[{]\s?(?:dot|punkt|point|punto|ponto)\s?[)\]}])\s?[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)

_BETWEEN = r"[ \u00a0\u202f().\-/\u2010\u2011\u2013]"
_NUMBER = re.compile(
    rf"(?:\+\s?)?\(?\d+(?:{_BETWEEN}{{1,3}}\d+)*(?:\s?(?:x|ext\.?)\s?\d{{1,6}}(?!\w))?",
    re.IGNORECASE,
)
_FEWEST, _MOST = 6, 15  # digits; E.164 allows 15 with the country
_FEWEST_BEFORE = 7  # digits after "call me on", where six may be anything
_FEWEST_IN_A_ROW = 10  # digits of a national number without any space or dash
_EXTENSION = re.compile(r"\s?(?:x|ext\.?)\s?\d{1,6}$", re.IGNORECASE)
_NANP = re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}")
_THREES = re.compile(r"[6-9]\d\d \d{3} \d{3}|[6-9]\d\d \d\d \d\d \d\d")  # Spain, Portugal
_NO_PHONE = re.compile(
    # Days, from 14.30 to 16.30, amounts and ranges.
    r"\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})(?!\d|[./-]\d)|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}(?!\d)"
    r"|\d{1,2}/\d{4}$|\d{1,2}\.\d{2}\s?[-–]\s?\d{1,2}\.\d{2}$"
    r"|(?:\d+|\d{1,3}(?:[ .]\d{3})+)\.\d{2}$|\d{1,4}[-–]\d{1,4}$"
)
_MONEY = re.compile(r"\s?(?:[$€£¥₹%]|eur\b|usd\b|gbp\b|chf\b|euros?\b|dollars?\b)", re.IGNORECASE)


def emails_in(text: str) -> Iterator[Span]:
    """The e-mail addresses of a text, also those written as "mara (at) example (dot) org"."""
    for spelled in _SPELLED.finditer(text):
        yield Span(*spelled.span(), Kind.EMAIL, spelled[0].casefold())
    for at in re.finditer("@", text):
        local = _LOCAL.search(text[max(0, at.start() - _LONGEST_LOCAL) : at.start()])
        domain = _DOMAIN.match(text, at.end())
        if local and domain:
            start = at.start() - len(local[0])
            yield Span(start, domain.end(), Kind.EMAIL, text[start : domain.end()].casefold())


def phones_in(text: str) -> Iterator[Span]:
    """The phone numbers of a text, with their extensions."""
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        written = _EXTENSION.sub("", found[0])
        digits = digits_of(written)
        if _stands_free(text, start, end) and _is_phone(text, start, end, written, digits):
            yield Span(start, end, Kind.PHONE, digits)


def known_numbers(text: str, is_known: Callable[[str], bool]) -> Iterator[Span]:
    """The numbers whose digits are known to be somebody's phone, written in any way."""
    for found in _NUMBER.finditer(text):
        digits = digits_of(found[0])
        if not is_known(digits) or not _stands_free(text, *found.span()):
            continue
        if cue_before(text, found.start()) is not Cue.ORDER:
            yield Span(*found.span(), Kind.PHONE, digits)


def _stands_free(text: str, start: int, end: int) -> bool:
    """No part of a code, a link, a reference or an amount."""
    before = text[max(0, start - 2) : start]
    return not (
        before[-1:].isalnum()
        or (before[-1:] == ":" and before[:1].isdecimal())  # the seconds of a time
        or before[-1:] in {"#", "@", "/", "=", "_", "$", "€", "£"}
        or before.rstrip()[-1:] in {"$", "€", "£"}
        or text[end : end + 1].isalpha()
        or text[end : end + 1] in {"_", "@"}
        or _MONEY.match(text, end)
    )


def _is_phone(text: str, start: int, end: int, written: str, digits: str) -> bool:
    if not _FEWEST <= len(digits) <= _MOST or _NO_PHONE.match(written):
        return False
    if written.startswith("+"):
        return _is_international(digits)
    if phone_cue_after(text, end):
        return True
    if len(digits) < _FEWEST_BEFORE:
        return False
    cue = cue_before(text, start)
    if cue is Cue.PHONE:
        return True
    return cue is not Cue.ORDER and _is_written_like_one(written, digits)


def _is_written_like_one(written: str, digits: str) -> bool:
    """Whether people of some country write their numbers so."""
    if _NANP.fullmatch(written):
        return True
    if digits.startswith("00"):
        return _is_international(digits[2:])
    # A zero first is how people write a number at home; parcels and orders have none.
    if written == digits and len(digits) < _FEWEST_IN_A_ROW:
        return False
    if digits.startswith("0") or _THREES.fullmatch(written):
        return _is_valid_somewhere(written)
    return False


def _is_international(digits: str) -> bool:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def _is_valid_somewhere(written: str) -> bool:
    for region in REGIONS:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False
