"""What the value of a slot may look like, and where a message has one. By code, without a model.

A value is taken as it stands or not at all: nothing is completed, corrected or guessed.
"""

import re
import unicodedata
from collections.abc import Callable

from agent.core.figures import figures
from agent.core.team_policy import SlotKind

MAX_VALUE = {
    SlotKind.NAME: 60,
    SlotKind.ORDER_NUMBER: 24,
    SlotKind.DATE: 30,
    SlotKind.AMOUNT: 24,
    SlotKind.NUMBER: 14,
    SlotKind.TEXT: 80,
}  # characters
_MAX_NAME_WORDS = 5
_MAX_READ = 10_240  # characters of a message: what Kustomer shows of one
_FEW_DIGITS = 4  # of an order number that no pattern describes; fewer is a count or a house number

_CURRENCY = (
    r"(?:€|\$|£|¥|₹|R\$|EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CAD|AUD|BRL|euros?|dollars?|pounds?)"
)
_FIGURE = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_AMOUNT = rf"{_CURRENCY} ?(?:{_FIGURE})|(?:{_FIGURE}) ?{_CURRENCY}"
_NUMBER = r"\d{1,9}(?:[.,]\d{1,4})?"
_ORDER = r"[A-Za-z]{0,6}[-/]?\d[A-Za-z0-9]*(?:[-/][A-Za-z0-9]+){0,3}"
_BEFORE, _AFTER = r"(?<![\w/.,@+#&=?%-])", r"(?![\w/@%=-]|[.,]\d)"  # never a part of a longer one
_ORDERS = re.compile(rf"{_BEFORE}#?({_ORDER}){_AFTER}")
_AMOUNTS = re.compile(rf"(?<![\w/.,@+#-])(?:{_AMOUNT})(?![\w/@-]|[.,]\d)", re.IGNORECASE)
_NUMBERS = re.compile(rf"{_BEFORE}{_NUMBER}{_AFTER}")
_PHONES = re.compile(r"\+\d[\d ()/-]{6,}")
_CALLABLE = re.compile(r"\d(?:[^\w]*\d){6}")  # of a name or a text
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY_FORM = re.compile(r"(?:\d{4}/)?\d{1,2}/\d{1,2}")
_ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")

_NAME_MARKS = frozenset(" '’.-")
_TEXT_MARKS = frozenset(" .,'’-–&/()+:#%")
_LINK = re.compile(r"://|\bwww\b|[^\W\d_]\.[^\W\d_]{2,}|@|//", re.IGNORECASE)


def normal(kind: SlotKind, raw: str) -> str:
    """The value without what is around it: white space, the "#" of a number, the time of a day."""
    value = unicodedata.normalize("NFC", raw).strip()
    if kind is SlotKind.ORDER_NUMBER:
        return value.removeprefix("#").strip()
    if kind is SlotKind.DATE and (day := _ISO_DAY.fullmatch(value)):
        return day[1]
    return value


def misfit(kind: SlotKind, pattern: str, value: str) -> str | None:
    """Why this cannot be the value of such a slot, in words without the value; None when it can.

    `pattern` is a regular expression that the whole value must match as well; "" is none.
    """
    if not value:
        return "is empty"
    if len(value) > MAX_VALUE[kind]:
        return f"is longer than {MAX_VALUE[kind]} characters"
    # What looks like another character is not what a person reads.
    if unicodedata.normalize("NFKC", value) != unicodedata.normalize("NFC", value):
        return "holds characters that only look like others"
    if not _SHAPES[kind](value):
        return f"is not {_CALLED[kind]}"
    if pattern and re.fullmatch(pattern, value) is None:
        return "does not match the slot's pattern"
    return None


def find_in_message(kind: SlotKind, pattern: str, text: str) -> tuple[str, ...]:
    """Every different value of that kind in a message, as it stands there, in its order.

    A name or a text is found only where a pattern describes it.
    """
    text = text[:_MAX_READ]
    if pattern:
        bare = pattern.removeprefix("^").removesuffix("$")
        found = [m[0] for m in re.finditer(rf"(?<![\w@/-])(?:{bare})(?![\w@/-])", text)]
    elif kind in _FINDERS:
        found = _FINDERS[kind](text)
    else:
        return ()
    values = (normal(kind, one) for one in found)
    return tuple(dict.fromkeys(v for v in values if misfit(kind, pattern, v) is None))


def is_found_by_code(kind: SlotKind, pattern: str) -> bool:
    """Whether `find_in_message` can find such values; others must be quoted by the model."""
    return bool(pattern) or kind in _FINDERS


def stands_in(quote: str, text: str) -> bool:
    """Whether a message holds these very words, and not from the middle of others."""
    return bool(quote) and bool(
        re.search(rf"(?<![\w@/.-]){re.escape(quote)}(?![\w@/-])", text[:_MAX_READ])
    )


def _is_name(value: str) -> bool:
    letters = all(_is_letter(c) or c in _NAME_MARKS for c in value)
    few_words = len(value.split()) <= _MAX_NAME_WORDS
    return letters and few_words and _is_letter(value[0]) and not _leads_away(value)


def _is_text(value: str) -> bool:
    plain = all(_is_letter(c) or c.isdecimal() or c in _TEXT_MARKS for c in value)
    return plain and not _leads_away(value)


def _leads_away(value: str) -> bool:
    """It holds a link, or digits enough to be called, whatever stands between them."""
    return bool(_LINK.search(value) or _CALLABLE.search(value))


def _is_letter(character: str) -> bool:
    # Marks too: in many scripts they are half of a letter. Those that hide are no letters.
    return unicodedata.category(character) in {"Lu", "Ll", "Lt", "Lo", "Mn", "Mc"} and (
        character not in _INVISIBLE_LETTERS
    )


# Letters and marks that nobody sees: fillers of Hangul, joiners, variation selectors.
_INVISIBLE_LETTERS = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)))
) | frozenset(map(chr, range(0xE0100, 0xE01F0)))


def _is_order(value: str) -> bool:
    return (
        value.isascii()
        and re.fullmatch(r"(?=.*\d)[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)*", value) is not None
    )


def _is_date(value: str) -> bool:
    found = figures(value)
    spoken = re.fullmatch(r"[\w .,/-]+", value) is not None
    return (
        spoken and len(found) == 1 and _is_day(found[0].forms) and _covers(found[0].written, value)
    )


def _is_day(forms: frozenset[str]) -> bool:
    return any(_DAY_FORM.fullmatch(form) for form in forms)


def _covers(written: str, value: str) -> bool:
    return len(written.strip(" .,")) == len(value.casefold().strip(" .,"))


def _is_amount(value: str) -> bool:
    return re.fullmatch(rf"(?:{_AMOUNT}|{_FIGURE})", value, re.IGNORECASE) is not None


def _is_number(value: str) -> bool:
    return re.fullmatch(_NUMBER, value) is not None and value.isascii()


def _dates(text: str) -> list[str]:
    written = [f.written for f in figures(text) if _is_day(f.forms)]
    # As the customer wrote it: `figures` reads in small letters.
    found = (re.search(re.escape(day), text, re.IGNORECASE) for day in written)
    return [match[0] for match in found if match]


def _orders(text: str) -> list[str]:
    taken_by_others = (m[0] for p in (_AMOUNTS, _PHONES) for m in p.finditer(text))
    for taken in (*_dates(text), *taken_by_others):
        text = text.replace(taken, " ")
    found = [m[1] for m in _ORDERS.finditer(text)]
    return [one for one in found if _is_long(one) and not _YEAR.fullmatch(one)]


def _is_long(token: str) -> bool:
    return sum(c.isdecimal() for c in token) >= _FEW_DIGITS


_SHAPES: dict[SlotKind, Callable[[str], bool]] = {
    SlotKind.NAME: _is_name,
    SlotKind.ORDER_NUMBER: _is_order,
    SlotKind.DATE: _is_date,
    SlotKind.AMOUNT: _is_amount,
    SlotKind.NUMBER: _is_number,
    SlotKind.TEXT: _is_text,
}
_CALLED = {
    SlotKind.NAME: "a name",
    SlotKind.ORDER_NUMBER: "an order number",
    SlotKind.DATE: "a date",
    SlotKind.AMOUNT: "an amount",
    SlotKind.NUMBER: "a number",
    SlotKind.TEXT: "a short text",
}
_FINDERS: dict[SlotKind, Callable[[str], list[str]]] = {
    SlotKind.ORDER_NUMBER: _orders,
    SlotKind.DATE: _dates,
    SlotKind.AMOUNT: lambda text: [m[0] for m in _AMOUNTS.finditer(text)],
    SlotKind.NUMBER: lambda text: [m[0] for m in _NUMBERS.finditer(text)],
}
