"""ROUGE-1, ROUGE-2 and ROUGE-L as F1 (Lin, 2004): what two texts share, by words.

Words in small letters, no stemming, no list of small words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Rouge:
    """Each 0..1: shared words, shared pairs of words, longest common run of words with gaps."""

    one: float
    two: float
    longest: float


def rouge(text: str, references: Sequence[str]) -> Rouge:
    """The mean over the references, of which there must be one at least."""
    found = [_against(text, reference) for reference in references]
    return Rouge(
        mean(one.one for one in found),
        mean(one.two for one in found),
        mean(one.longest for one in found),
    )


def _against(text: str, reference: str) -> Rouge:
    mine, theirs = _words(text), _words(reference)
    return Rouge(
        _shared(Counter(mine), Counter(theirs)),
        _shared(Counter(pairwise(mine)), Counter(pairwise(theirs))),
        _f1(_longest_common(mine, theirs), len(mine), len(theirs)),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _shared(mine: Counter[object], theirs: Counter[object]) -> float:
    return _f1((mine & theirs).total(), mine.total(), theirs.total())


def _f1(common: int, mine: int, theirs: int) -> float:
    return 2 * common / (mine + theirs) if mine + theirs else 0.0


def _longest_common(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """Length of the longest common subsequence, one bit a word (Hyyrö, 2004)."""
    whole = (1 << len(mine)) - 1
    at: dict[str, int] = {}
    for place, word in enumerate(mine):
        at[word] = at.get(word, 0) | 1 << place
    row = whole
    for word in theirs:
        hit = row & at.get(word, 0)
        row = ((row + hit) | (row - hit)) & whole
    return len(mine) - row.bit_count()
