"""What a text says in figures: amounts, dates, order numbers, e-mail addresses.

Each becomes the forms it may be written in, so that "1.234,50" and "1 234.5" meet. A form is a
plain string; two figures mean the same when they share one. Where a notation can be read in two
ways ("3/11", "1.234") both readings are given.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

_MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen januari",
    "february feb februar février fevrier févr fevr febrero febbraio februari",
    "march mar märz maerz mrz mars marzo maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mei",
    "june jun juni juin junio giugno",
    "july jul juli juillet juil julio luglio",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre setiembre settembre",
    "october oct oktober okt octobre octubre ottobre",
    "november nov novembre noviembre",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_COUNTED = (
    "one eins ein eine einen un une uno una",
    "two zwei deux dos",
    "three drei trois tres",
    "four vier quatre cuatro",
    "five fünf cinq cinco",
    "six sechs seis",
    "seven sieben sept siete",
    "eight acht huit ocho",
    "nine neun neuf nueve",
    "ten zehn dix diez",
    "eleven elf onze once",
    "twelve zwölf douze doce",
)
_COUNT_OF = {name: str(n) for n, names in enumerate(_COUNTED, 1) for name in names.split()}

_MONTH = rf"(?:{'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_DATES = (
    re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w-])"),
    re.compile(
        rf"(?<!\w){_DAY}\s*(?:of\s+|de\s+)?(?P<month>{_MONTH})\b\.?"
        r"(?:,?\s*(?:de\s+|del\s+)?(?P<year>\d{4})\b)?"
    ),
    re.compile(
        rf"(?<!\w)(?P<month>{_MONTH})\.?\s+{_DAY}(?!\w|[.,]?\d)(?:,?\s*(?P<year>\d{{4}})\b)?"
    ),
    re.compile(
        r"(?<![\w/.])(?P<day>\d{1,2})(?P<dot>[/.])(?P<month>\d{1,2})(?P=dot)"
        r"(?P<year>\d{4}|\d{2})?(?![\w/])"
    ),
    re.compile(r"(?<![\w/])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\w/])"),
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPACE = "[ \u00a0\u202f\u2009]"
_GROUPED = rf"\d{{1,3}}(?:(?:[.,'’]|{_SPACE})\d{{3}})+(?!\d)(?:[.,]\d{{1,2}}(?!\d))?"
_WORD = rf"{_GROUPED}|\w*\d\w*(?:[-_/.,:#]\w*\d\w*|[-_/]\w+)*"
_FIGURE = re.compile(rf"(?<![\w@])(?:(?:[^\W\d_]{{1,6}}[-_/]){{0,3}}(?:{_WORD}))")
_NUMBER = re.compile(rf"{_GROUPED}|\d+(?:[.,]\d{{1,2}})?")
_AFFIX = re.compile(r"(?P<before>[^\W\d_]{0,3})(?P<digits>\d+)(?P<after>[^\W\d_]{0,3})")
_ROW = re.compile(rf"(?<!\w)\+?\(?\d+(?:(?:{_SPACE}|[-/().])+\d+)+(?!\w)")
_NO_YEAR = re.compile(r"^\d{4}/(?=\d+/\d+$)")
_AROUND = 40  # characters beside a figure: its unit, and the words that bound it
_LONG = 5  # digits; groups this long together are a phone or order number, not "2-3 days"
_PART = 4  # characters; a shorter part of an order number says too little
_SCALES = {"k", "m", "mn", "mio", "bn"}  # 10k is not 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: how the text writes it, and the forms it may be written in."""

    written: str
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure with what stands around it, in small letters."""

    figure: Figure
    before: str
    after: str


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of a text: addresses first, then dates, then the rest in their order."""
    return tuple(figure for figure, _, _ in _found(_plain(text)))


def placed(text: str) -> tuple[Placed, ...]:
    """The figures of a text in their order, each with its neighbourhood."""
    plain = _plain(text)
    found = sorted(_found(plain), key=lambda one: one[1])
    return tuple(
        Placed(figure, plain[max(0, start - _AROUND) : start], plain[end : end + _AROUND])
        for figure, start, end in found
    )


def _found(text: str) -> list[tuple[Figure, int, int]]:
    """The figures of a plain text, and from where to where each stands."""
    found: list[tuple[Figure, int, int]] = []
    for pattern, forms in ((_EMAIL, _email), *((date, _date) for date in _DATES)):
        for match in pattern.finditer(text):
            if known := forms(match):
                figure = Figure(match[0].strip(" ."), known)
                found.append((figure, match.start(), match.end()))
                text = text[: match.start()] + "\0" * len(match[0]) + text[match.end() :]
    return found + [
        (Figure(word[0], _forms(word[0])), word.start(), word.end())
        for word in _FIGURE.finditer(text)
    ]


def forms_in(text: str) -> frozenset[str]:
    """Every form that a text's figures, spelled-out counts and long rows of digits support."""
    plain = _plain(text)
    found = {form for figure in figures(text) for form in figure.forms}
    # Without the dates and addresses taken out: "3 Nov" supports a plain 3 as well.
    found |= {form for word in _FIGURE.finditer(plain) for form in _forms(word[0])}
    found |= {_COUNT_OF[word] for word in re.findall(r"\w+", plain) if word in _COUNT_OF}
    found |= {_NO_YEAR.sub("", form) for form in found}  # "3 Nov 2026" supports "3 Nov"
    found |= {part for word in _FIGURE.finditer(plain) for part in _parts(word[0])}
    rows = (re.sub(r"\D", "", r[0]) for r in _ROW.finditer(plain) if not _NUMBER.fullmatch(r[0]))
    return frozenset(found | {row for row in rows if len(row) >= _LONG})


def forms_of_day(at: datetime) -> frozenset[str]:
    """The forms of a calendar day, with its year and without."""
    return frozenset({f"{at.month}/{at.day}", f"{at.year}/{at.month}/{at.day}"})


def _plain(text: str) -> str:
    """Lower case, digits of every script as 0-9, one kind of dash."""
    kept = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text.casefold())
    return re.sub("[‐‑‒–−]", "-", "".join(kept))


def _email(match: re.Match[str]) -> frozenset[str]:
    return frozenset({match[0].rstrip(".")})


def _date(match: re.Match[str]) -> frozenset[str]:
    """Forms of a date; none when it is no day of the calendar. With a year, only with it."""
    month, day = match["month"], int(match["day"])
    year = match["year"] if "year" in match.re.groupindex else None
    number = _MONTH_OF[month] if month in _MONTH_OF else int(month)
    day_first = month not in _MONTH_OF and not (year and match[0].startswith(year))
    pairs = [(number, day), (day, number)] if day_first else [(number, day)]
    before = "" if not year else f"20{year}/" if len(year) == 2 else f"{year}/"
    found = frozenset(f"{before}{m}/{d}" for m, d in pairs if 1 <= m <= 12 and 1 <= d <= 31)
    if found and day_first and not year:
        found |= _forms(match[0].rstrip("."))  # "It costs 10.11." looks like a day
    return found


def _forms(word: str) -> frozenset[str]:
    return frozenset(_each_form(word))


def _each_form(word: str) -> Iterator[str]:
    is_number = bool(_NUMBER.fullmatch(word))
    joined = re.sub(r"[\W_]", "", word)
    is_code = not is_number and (not joined.isdigit() or len(joined) >= _LONG)
    yield joined if is_code else word
    if is_number:
        yield from _amounts(word)
    affix = _AFFIX.fullmatch(word)
    if affix and affix["after"] not in _SCALES:  # 3rd, 2x, 20kg, eur50
        yield _canonical(affix["digits"])


def _parts(word: str) -> list[str]:
    """The longer parts of a number with dashes: customers name order 40-2291 as 2291."""
    parts = [] if _NUMBER.fullmatch(word) else re.findall(r"[^\W_]+", word)
    return [part for part in parts if len(part) >= _PART and not part.isalpha()]


def _amounts(word: str) -> Iterator[str]:
    if not re.fullmatch(_GROUPED, word):
        yield _canonical(word.replace(",", "."))
        return
    groups = re.split(r"\D", word)
    cents = groups.pop() if len(groups[-1]) < 3 else ""
    yield _canonical("".join(groups) + (f".{cents}" if cents else ""))
    if len(groups) == 2 and not cents and word[-4] in ".,":
        yield _canonical(".".join(groups))  # 1.234 may be one and a bit


def _canonical(number: str) -> str:
    return format(Decimal(number).normalize(), "f")
