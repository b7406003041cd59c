"""A text as grounding compares it: its tokens with negations set apart, its sentences, its tongue.

Everything is small letters without accents. Bounded: of one sentence the first 120 tokens count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.core.grounding.vocabulary import (
    CONTRACTED,
    FUNCTION_WORDS,
    NEGATIONS,
    SOFT_NEGATIONS,
    TELLING,
    WANTING,
)
from agent.core.phrases import fold
from agent.core.sentences import sentences_of

NOT = "not"
MAX_TOKENS = 120  # of one sentence; people's are shorter, and comparing takes its square
_STEM = 5  # letters that tell a word from another, whatever its ending
_SCOPE = 4  # tokens that a negation reaches forward
_TOKEN = re.compile(r"\d[\d.,:/-]*\d|[^\W_]+(?:'[^\W\d_]+)*|[.,;:!?؟](?=\s|$)")
_STOPS = frozenset(".,;:!?؟")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. `negated` and `plain` hold the stems of its words of matter."""

    tokens: tuple[str, ...]
    matter: frozenset[str]
    negated: frozenset[str]
    plain: frozenset[str]
    is_question: bool
    is_soft: bool  # it says no in another way: "unable", "still waiting"


@lru_cache(maxsize=1024)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, read once: the same messages are asked about again and again."""
    return tuple(sentence(one) for one in sentences_of(text))


def sentence(text: str) -> Sentence:
    """One sentence."""
    tokens = tokens_of(text)[:MAX_TOKENS]
    negated, plain = _polarity(tokens)
    return Sentence(
        tokens=tuple(token for token in tokens if token not in _STOPS),
        matter=frozenset(map(stem, filter(is_matter, tokens))),
        negated=frozenset(negated),
        plain=frozenset(plain),
        is_question="?" in tokens or "؟" in tokens,
        is_soft=not SOFT_NEGATIONS.isdisjoint(tokens),
    )


def tokens_of(text: str) -> list[str]:
    """Words and stops in their order; "can't" is "can", "not"."""
    found: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if token in CONTRACTED:
            found += (CONTRACTED[token], NOT)
        elif token.endswith("n't"):
            found += (token[:-3], NOT)
        else:
            found.append(token)
    return found


def stem(token: str) -> str:
    """The beginning of a word; a number stays whole."""
    return token if token[0].isdigit() else token[:_STEM]


def is_matter(token: str) -> bool:
    """A word that says something: neither a stop nor a function word nor a negation."""
    return token[0].isalnum() and token not in FUNCTION_WORDS and not is_negation(token)


def is_negation(token: str) -> bool:
    """It turns what follows into its opposite."""
    return token in NEGATIONS


def matter_of(text: str) -> frozenset[str]:
    """The stems of a whole text's words of matter."""
    return frozenset[str]().union(*(one.matter for one in sentences(text)))


@lru_cache(maxsize=1024)
def tongue_of(text: str) -> str:
    """ISO 639-1 of the most likely of the seven languages, "other" for another script, else ""."""
    letters = [c for c in text[:400] if c.isalpha()]
    if letters and sum(c > "\u024f" for c in letters) > len(letters) / 2:
        return "other"
    tokens = [token for token in tokens_of(text[:2000]) if token not in _STOPS]
    votes = {name: sum(token in words for token in tokens) for name, words in TELLING.items()}
    best = max(votes, key=votes.__getitem__)
    rivals = [name for name, count in votes.items() if count == votes[best]]
    return best if votes[best] and len(rivals) == 1 else ""


def _polarity(tokens: Sequence[str]) -> tuple[set[str], set[str]]:
    """Stems that a negation reaches, and those that it does not; near a soft one they are both."""
    negated: set[str] = set()
    plain: set[str] = set()
    reach = soft = 0
    for token in tokens:
        if token in WANTING:
            continue  # who does not want a refund denies the refund
        if token in _STOPS:
            reach = soft = 0
        elif is_negation(token):
            reach = _SCOPE
        elif token in SOFT_NEGATIONS:
            soft = _SCOPE
        elif is_matter(token):
            if reach or soft:
                negated.add(stem(token))
            if not reach or soft:
                plain.add(stem(token))
            reach = 0  # a negation is for the next word of matter
        reach, soft = max(0, reach - 1), max(0, soft - 1)
    return negated, plain
