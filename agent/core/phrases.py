"""Finding set phrases in what people write, whatever the case, accents or typographic quotes."""

import re
import unicodedata
from collections.abc import Iterable

_MAX_EVIDENCE = 40  # characters: enough to recognise the words, too few to quote a message
_GAP = r"(?:[^\w.!?\n]+\w+){0,4}[^\w.!?\n]+"  # up to four words of the same sentence
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})
_INVISIBLE = frozenset({"Mn", "Cf"})  # accents once they are split off, zero-width characters


def fold(text: str) -> str:
    """The text in small letters, without accents and zero-width characters, quotes straight."""
    small = text.translate(_QUOTES).casefold()
    if small.isascii():
        return small
    split = unicodedata.normalize("NFKD", small)
    return "".join(c for c in split if unicodedata.category(c) not in _INVISIBLE)


class Phrases:
    """A list of phrases, matched as whole words.

    In a phrase `*` stands for the rest of a word ("lawyer*") and `~` for up to four words of the
    same sentence ("speak ~ manager").
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        patterns = [_pattern(phrase) for phrase in phrases if phrase.strip(" *~")]
        # Most texts are plain ASCII: Arabic and Hebrew words need not be looked for in those.
        self._latin = _any_of([p for p in patterns if p.isascii()])
        self._other = _any_of([p for p in patterns if not p.isascii()])

    def find(self, folded: str) -> str | None:
        """Words that match, at most 40 characters; `folded` comes from `fold`."""
        match = self._latin.search(folded)
        if match is None and not folded.isascii():
            match = self._other.search(folded)
        return " ".join(match.group().split())[:_MAX_EVIDENCE] if match else None

    def find_all(self, folded: str) -> tuple[str, ...]:
        """All the words that match, in single spaces; `folded` comes from `fold`."""
        others = () if folded.isascii() else self._other.finditer(folded)
        return tuple(" ".join(m.group().split()) for m in (*self._latin.finditer(folded), *others))


def listed(lines: str) -> Phrases:
    """Phrases from a list as people write it down: parted by `|` and line ends."""
    return Phrases(phrase.strip() for line in lines.splitlines() for phrase in line.split("|"))


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    never = r"(?!)"
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns) or never})(?!\w)")


def _pattern(phrase: str) -> str:
    escaped = re.escape(" ".join(fold(phrase).split()))
    gaps = escaped.replace(r"\ \~\ ", _GAP)
    return gaps.replace(r"\ ", r"[\s-]+").replace(r"\*", r"\w*")
