"""Names and addresses that are known from the records: found exactly, never guessed.

Case and accents do not count; a part of a name is enough, and of an address a number with a word
beside it ("Lindenweg 12"). A name of nobody known stays.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.core.masking.digits import digits_of
from agent.core.masking.spans import Kind, Span

_Token = tuple[int, int, str]  # start, end and the folded word
_CLEAR = 3  # letters; shorter parts of names are words of some language
_LEAST_DIGITS = 7  # of a phone number; fewer would be anybody's

# Scripts that put no space between words, so a name stands inside a longer row of letters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_TOKEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_APART = re.compile("[\\s.,;:/|'’()\"\\-–\u200b\ufeff]{0,4}")
_STROKES = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
# Parts of names that are everyday words too: taken with a capital only. Titles, particles and
# what a shared account is called are no part of a name at all.
_EVERYDAY = frozenset(
    """
    an art bill bob bon bonne car chase china christian clay cook dawn day do drew earl faith fern
    frank grace grant green guy hall hope hunt ivy jack jan joy juan june kay lane lily long love
    major mai mark max may melody mercy miles page pat paul pearl penny price rich rob robin rose
    ruby rusty sage sandy say sky stark sterling summer so sue sun sunny van wade white will wolf
    wood young black brown king short small bold klein gross groß lang kurz jung schwarz weiß
    koch richter engel sommer winter herbst rot blanc petit grand leroy roux marin sol mar luz
    reis santos paz flores leal lima costa rosa rossi bianchi la in it to us my me on am as
    """.split()
)
_NO_NAMES = frozenset(
    """
    mr mrs ms miss mx dr prof sir herr frau mme mlle madame monsieur sr sra srta señor señora de del
    della di da do dos das van von der den zu y e i und and the le les du bin al el jr ii iii
    support team service services customer care help helpdesk info office sales shop store
    kundenservice kundendienst noreply admin bot sidenote user agent unknown guest
    """.split()
)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What the records say of one person. `contacts` are e-mail addresses and phone numbers."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class _Name:
    """The folded words of one person's names; `owner` tells that person from others."""

    owner: str
    clear: frozenset[str]  # say whose they are wherever they stand
    everyday: frozenset[str]  # do so with a capital
    words: frozenset[str]  # with initials, titles and "van der", which count beside the others

    def is_meant(self, said: list[tuple[bool, str]]) -> bool:
        """Whether neighbouring words of the name, each with its capital or not, are a name."""
        names = {word for _, word in said} & (self.clear | self.everyday)
        has_capital = any(capital and word in self.everyday for capital, word in said)
        return bool(names & self.clear) or has_capital or len(names) > 1


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """The people that a transcript is about, ready to be looked for."""

    names: tuple[_Name, ...] = ()
    places: tuple[frozenset[str], ...] = ()  # the words of one address each
    unspaced: tuple[tuple[str, str], ...] = ()  # names in scripts without spaces -> whose
    contacts: frozenset[str] = frozenset()  # digits of phone numbers

    def spans(self, text: str) -> Iterator[Span]:
        """Where they stand in a text: addresses first, then names."""
        tokens = [(*token.span(), fold(token[0])) for token in _TOKEN.finditer(text)]
        for place in self.places:
            for run in _runs(text, tokens, place):
                if _is_address({word for _, _, word in run}, place):
                    key = " ".join(sorted(place))
                    yield Span(run[0][0], run[-1][1], Kind.ADDRESS, key)
        for name in self.names:
            for run in _runs(text, tokens, name.words):
                if name.is_meant([(text[start].isupper(), word) for start, _, word in run]):
                    yield Span(run[0][0], run[-1][1], Kind.NAME, name.owner)
        for written, owner in self.unspaced:
            for found in re.finditer(re.escape(written), text):
                yield Span(*found.span(), Kind.NAME, owner)

    def knows(self, digits: str) -> bool:
        """Whether these are the digits of a phone number on record, with or without country."""
        return len(digits) >= _LEAST_DIGITS and any(
            one.endswith(digits.lstrip("0")) for one in self.contacts
        )


def people_of(persons: Iterable[Person]) -> People:
    """Those persons; each goes by the first of their names."""
    names: list[_Name] = []
    places: list[frozenset[str]] = []
    unspaced: dict[str, str] = {}
    contacts: set[str] = set()
    for person in persons:
        if person.names:
            owner = fold(person.names[0])
            names.append(_name(owner, [name for name in person.names if "@" not in name]))
            for name in filter(_UNSPACED.search, person.names):
                unspaced.setdefault(name.strip(), owner)
        places += [frozenset(_words(address)) for address in person.addresses if _words(address)]
        contacts |= {digits_of(one) for one in person.contacts if "@" not in one}
    return People(tuple(names), tuple(places), tuple(unspaced.items()), frozenset(contacts))


def _name(owner: str, names: Iterable[str]) -> _Name:
    words = frozenset(word for name in names for word in _words(name) if not word.isdigit())
    telling = {word for word in words if len(word) > 1} - _NO_NAMES
    everyday = {word for word in telling if word in _EVERYDAY or len(word) < _CLEAR}
    # German adds an s without an apostrophe: "Maras Paket".
    clear = {form for word in telling - everyday for form in (word, f"{word}s")}
    return _Name(owner, frozenset(clear), frozenset(everyday), words | clear if telling else words)


def fold(text: str) -> str:
    """Without case and accents: what two ways to write a name have in common."""
    folded = text.casefold().translate(_STROKES)
    plain = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in plain if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    return [fold(word[0]) for word in _TOKEN.finditer(text)]


def _runs(text: str, tokens: list[_Token], wanted: frozenset[str]) -> Iterator[list[_Token]]:
    """Neighbouring words of a text that all are wanted ones, as long as they go on."""
    run: list[_Token] = []
    for token in tokens:
        if token[2] not in wanted:
            continue
        if run and not _APART.fullmatch(text, run[-1][1], token[0]):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def _is_address(said: set[str], place: frozenset[str]) -> bool:
    if said == place:
        return True
    return any(map(_has_digit, said)) and any(len(w) > 2 and not _has_digit(w) for w in said)


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)
