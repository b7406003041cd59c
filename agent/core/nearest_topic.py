"""The topic of a policy whose description and examples are nearest to a question.

TF-IDF over words, pairs of words and letter runs, compared by cosine; a plain dictionary holds
it, so that no numerical library is needed. Letter runs see through typing errors and inflection.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.core.proposal import TopicGuess
from agent.core.team_policy import Topic

_WORD = re.compile(r"[^\W_]+")
_LETTER_RUNS = (3, 4)  # long enough to mean something, short enough to survive a typing error
NOTHING_NEAR = (
    0.2  # likeness, 0..1; below this a question shares little but small words with a topic
)
CLEARLY_NEAR = 0.5  # likeness of a question that is an example in other words
FEW = 5  # examples of a topic that are looked at together
# Small words say what kind of sentence it is, not what it is about.
_SMALL_WEIGHT = 0.3
# fmt: off
_SMALL_WORDS = frozenset({
    "a", "an", "the", "i", "me", "my", "we", "you", "your", "it", "its", "is", "are", "am", "was",
    "be", "been", "do", "does", "did", "have", "has", "had", "to", "of", "in", "on", "at", "for",
    "and", "or", "but", "with", "this", "that", "there", "can", "could", "will", "would", "please",
    "hi", "hello", "hey", "thanks", "thank", "any", "some", "so", "if", "as", "by", "from", "not",
    "ich", "mich", "mir", "mein", "meine", "meinen", "wir", "sie", "ihr", "ihre", "es", "ist",
    "sind", "war", "der", "die", "das", "den", "dem", "ein", "eine", "einen", "und", "oder", "aber",
    "mit", "von", "fur", "zu", "im", "auf", "kann", "bitte", "hallo", "danke", "nicht",
    "je", "mon", "ma", "mes", "vous", "votre", "le", "la", "les", "un", "une", "des", "du",
    "de", "et", "ou", "mais", "avec", "pour", "est", "sont", "que", "qui", "bonjour", "merci",
    "yo", "mi", "mis", "su", "sus", "el", "los", "las", "una", "y", "o", "pero", "con", "por",
    "para", "son", "hola", "gracias", "favor", "se", "en", "al", "lo",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """The vectors of one policy's topics, made once for each version of it."""

    weights: Mapping[str, float]
    unseen: float  # weight of what no topic mentions
    postings: Mapping[str, tuple[tuple[int, float], ...]]  # term -> (text, share of its length)
    topics: tuple[str, ...]  # of each text


def index_of(topics: Sequence[Topic]) -> TopicIndex:
    """The index of these topics; each description and each example is one text."""
    texts = [
        (topic.name, text) for topic in topics for text in (topic.description, *topic.examples)
    ]
    counted = [(name, terms) for name, text in texts if (terms := _terms(text))]
    appears = Counter(term for _, terms in counted for term in terms)
    total = len(counted)
    weights = {term: math.log((1 + total) / (1 + count)) + 1 for term, count in appears.items()}
    unseen = math.log(1 + total) + 1
    postings: dict[str, list[tuple[int, float]]] = {}
    for at, (_, terms) in enumerate(counted):
        for term, share in _unit(terms, weights, unseen).items():
            postings.setdefault(term, []).append((at, share))
    return TopicIndex(
        weights=weights,
        unseen=unseen,
        postings={term: tuple(found) for term, found in postings.items()},
        topics=tuple(name for name, _ in counted),
    )


def nearest_topic(index: TopicIndex, texts: Sequence[str]) -> TopicGuess:
    """The topic that any of the texts is nearest to, and its lead over the next one.

    The margin is the share of its likeness that the next one lacks, less when it is not clearly
    near itself. No topic when nothing is near.
    """
    best_of: dict[str, float] = {}
    for text in texts:
        for name, value in likeness(index, text):
            best_of[name] = max(value, best_of.get(name, 0.0))
    ranked = sorted(best_of.items(), key=lambda found: (-found[1], found[0]))
    if not ranked or ranked[0][1] < NOTHING_NEAR:
        return TopicGuess()
    (name, best), second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    return TopicGuess(name=name, margin=round((1 - second / best) * min(1, best / CLEARLY_NEAR), 4))


def likeness(index: TopicIndex, text: str) -> tuple[tuple[str, float], ...]:
    """Every topic that shares anything with the text and how much, 0..1, nearest first.

    Half of it is the nearest example, half the mean of the nearest few: one odd example does
    not make a topic.
    """
    to_example: defaultdict[int, float] = defaultdict(float)
    for term, share in _unit(_terms(text), index.weights, index.unseen).items():
        for at, other in index.postings.get(term, ()):
            to_example[at] += share * other
    of_topic: defaultdict[str, list[float]] = defaultdict(list)
    for at, cosine in to_example.items():
        of_topic[index.topics[at]].append(cosine)
    sizes = Counter(index.topics)
    values = {
        name: (max(found) + sum(sorted(found)[-FEW:]) / min(FEW, sizes[name])) / 2
        for name, found in of_topic.items()
    }
    return tuple(sorted(values.items(), key=lambda found: (-found[1], found[0])))


def _terms(text: str) -> Counter[str]:
    words = _WORD.findall(_plain(text))
    terms: Counter[str] = Counter(words)
    terms.update(f"{one} {two}" for one, two in pairwise(words))
    for word in words:
        if word not in _SMALL_WORDS:
            terms.update(_letter_runs(word))
    return terms


def _plain(text: str) -> str:
    """Small letters without accents: people leave them out."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _letter_runs(word: str) -> Iterable[str]:
    padded = f"_{word}_"
    for length in _LETTER_RUNS:
        yield from (f"#{padded[at : at + length]}" for at in range(len(padded) - length + 1))


def _unit(
    terms: Mapping[str, int], weights: Mapping[str, float], unseen: float
) -> dict[str, float]:
    """The terms as a vector of length 1."""
    raw = {
        term: (1 + math.log(count)) * weights.get(term, unseen) * _kind_weight(term)
        for term, count in terms.items()
    }
    length = math.sqrt(sum(value * value for value in raw.values()))
    return {term: value / length for term, value in raw.items()}


def _kind_weight(term: str) -> float:
    return _SMALL_WEIGHT if term in _SMALL_WORDS else 1.0
