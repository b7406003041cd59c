"""Whether the hard facts of a statement stand in the messages it cites.

Figures, currencies, days, links and names. A name is a word with a capital letter inside a
sentence; not so in German, where every noun has one.
"""

import re
from collections.abc import Iterator

from agent.core.figures import figures
from agent.core.grounding.evidence import Evidence, bare, words_in
from agent.core.grounding.reading import tongue_of
from agent.core.grounding.vocabulary import (
    CURRENCIES,
    DAY_OF,
    FIRM_DAY_OF,
    NO_NAMES,
    SPELLED,
    TITLES,
)
from agent.core.grounding.wording import is_close
from agent.core.phrases import fold

_FIRST_MONTH = 17  # row of January among the words for days
_MONTH = re.compile("[0-9]{1,2}")
_MONEY = re.compile(
    r"(?P<before>[€$£¥₹]|\b(?:eur|usd|gbp|chf|rs)\b)\s?\d"
    r"|\d\s?(?P<after>[€$£¥₹%]|(?:eur|euros?|usd|dollars?|bucks|gbp|pounds?|quid|chf|franken|yen"
    r"|inr|rupees|percent|prozent|pence|cents)\b)"
)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>()\"']+"
    r"|(?<![\w@.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}"
    r"\.(?:com|org|net|io|de|fr|es|nl|pt|it|eu|uk|example)\b(?:/[^\s<>()\"']*)?"
)
_NAME = re.compile(r"(?<!\w)[^\W\d_]+(?:['’-][^\W\d_]+)*(?!\w)")
_STARTS = re.compile(r"(?:^|[.!?…:;\"“”„«»‘(\[\n–—•-]|\d[.)])\s*[\"“„«‘(\[]*$")
_LONG_NAME = 3  # letters; shorter capitals are short forms
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")


def missing_figures(text: str, evidence: Evidence) -> Iterator[str]:
    """Figures, spelled-out counts and amounts' currencies that no cited message has."""
    yield from (one.written for one in figures(bare(text)) if not one.forms & evidence.forms)
    words = words_in(text)
    for word in sorted(words & SPELLED.keys()):
        if word not in evidence.words and SPELLED[word] not in evidence.forms:
            yield word
    folded = fold(text)
    said = {CURRENCIES[w] for w in _currencies(evidence.folded)}
    for written in _currencies(folded):
        if said and CURRENCIES[written] not in said:
            yield written
    for link in _LINK.findall(folded):
        if link.rstrip(".,;/") not in evidence.folded:
            yield link


def missing_days(text: str, evidence: Evidence) -> Iterator[str]:
    """Weekdays, months and words such as "tomorrow" that no cited message has.

    The day and month on which a message was sent count as said.
    """
    spoken = {word.removesuffix("'s") for word in evidence.words}
    said = {DAY_OF[word] for word in spoken & DAY_OF.keys()}
    said |= {*evidence.days, *(_FIRST_MONTH + month - 1 for month in evidence.months)}
    # The figure "2026-11-03" or "3/11" says November too.
    months = {form.split("/")[-2] for form in evidence.forms if form.count("/") in {1, 2}}
    said |= {_FIRST_MONTH + int(month) - 1 for month in months if _MONTH.fullmatch(month)}
    words = {word.removesuffix("'s") for word in words_in(text)}
    for word in sorted(words & FIRM_DAY_OF.keys()):
        if FIRM_DAY_OF[word] not in said and not (word == "march" and "March" not in text):
            yield word


def missing_names(text: str, evidence: Evidence) -> Iterator[str]:
    """Names that neither a cited message nor the list of who speaks here has."""
    known = evidence.known.customers | evidence.known.teammates
    tongue = tongue_of(text) or evidence.tongue
    # In a German sentence that is close to the message's own, every noun has to be there.
    for name in names_in(text, tongue="" if is_close(text, evidence) else tongue):
        small = fold(name)
        parts = {small, *small.split("-"), small.removesuffix("'s"), small.removesuffix("s")}
        if not parts & known and not any(_stands_in(part, evidence) for part in parts):
            yield name


def names_in(text: str, *, tongue: str) -> Iterator[str]:
    """Words written as names are: a capital letter where no sentence starts, or one inside.

    `tongue` is the text's language, "" when not clear.
    """
    is_german = tongue == "de"
    for found in _NAME.finditer(text):
        word, before = found.group(), text[: found.start()]
        if fold(word) in NO_NAMES or fold(word) in DAY_OF or len(word) < _LONG_NAME:
            continue
        follows_title = fold(before.rstrip(" .").rpartition(" ")[2]) in TITLES
        inside = bool(before) and not _STARTS.search(before[-12:])
        if _INNER_CAPITAL.search(word) or (word[0].isupper() and (inside or follows_title)):
            if is_german and not follows_title and not _INNER_CAPITAL.search(word):
                continue
            if not _in_capitals(word, text):
                yield word


def _in_capitals(word: str, text: str) -> bool:
    """A shouted text, or a short form such as ETA, names nobody."""
    return word.isupper() and (len(word) <= 4 or text.upper() == text)


def _stands_in(part: str, evidence: Evidence) -> bool:
    return bool(part) and (part in evidence.words or (len(part) > 3 and part in evidence.folded))


def _currencies(folded: str) -> list[str]:
    return [found["before"] or found["after"] for found in _MONEY.finditer(folded)]
