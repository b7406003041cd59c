"""The topic of a policy whose description and examples are nearest to a question.

TF-IDF over words, pairs of words and letter runs; plain dictionaries hold it, so that no numerical
library is needed. Letter runs see through typing errors and inflection. Two things are added: how
far inside the topic's border the question lies (`core/topic_borders.py`), which tells topics
apart, and how like it is to the nearest examples, which tells that it belongs to any.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agent.core.everyday import SENTENCES
from agent.core.proposal import TopicGuess
from agent.core.team_policy import Topic
from agent.core.topic_borders import Border, Vector, borders_of

_WORD = re.compile(r"[^\W_]+")
_LETTER_RUNS = (3, 4)  # long enough to mean something, short enough to survive a typing error
# Border value and likeness together, less what speaks for another topic. On real questions of which
# half fit no topic, nine in ten fit none at the first, and nearly all fit the topic at the second.
NOTHING_NEAR, CLEARLY_NEAR = -0.65, 0.75
CLEARLY_LIKE = 0.3  # likeness, 0..1; a border alone says little of words that no example has
LEAST_MARGIN = 0.05  # below this the topic is named by chance
NO_TOPIC = ""
AN_EXAMPLE = 0.5  # cosine; a team may have made a topic of what others write every day
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
    """The vectors of one policy's topics and their borders, made once for each version of it."""

    weights: Mapping[str, float]
    unseen: float  # weight of what no topic mentions
    postings: Mapping[str, tuple[tuple[int, float], ...]]  # term -> (text, share of its length)
    topics: tuple[str, ...]  # of each text
    borders: Mapping[str, Border]


def index_for(topics: Sequence[Topic]) -> TopicIndex:
    """The same as `index_of`, made once for the same descriptions and examples."""
    return _index_for(tuple((topic.name, topic.description, topic.examples) for topic in topics))


@lru_cache(maxsize=2)  # the policy in force, and another that it is compared with
def _index_for(texts: tuple[tuple[str, str, tuple[str, ...]], ...]) -> TopicIndex:
    return index_of(
        [Topic(name=name, description=about, examples=some) for name, about, some in texts]
    )


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
    vectors = [_unit(terms, weights, unseen) for _, terms in counted]
    others = _everyday(vectors, weights, unseen)
    for at, vector in enumerate(vectors):
        for term, share in vector.items():
            postings.setdefault(term, []).append((at, share))
    names = tuple(name for name, _ in counted)
    return TopicIndex(
        weights=weights,
        unseen=unseen,
        postings={term: tuple(found) for term, found in postings.items()},
        topics=names,
        borders=borders_of([*vectors, *others], [*names, *(NO_TOPIC for _ in others)]),
    )


def _everyday(
    vectors: Sequence[Vector], weights: Mapping[str, float], unseen: float
) -> list[Vector]:
    """What customers also write, but for what is an example in other words."""
    found = [_unit(_terms(sentence), weights, unseen) for sentence in SENTENCES]
    return [one for one in found if all(_cosine(one, other) < AN_EXAMPLE for other in vectors)]


def _cosine(one: Vector, other: Vector) -> float:
    return sum(share * other.get(term, 0.0) for term, share in one.items())


def nearest_topic(index: TopicIndex, texts: Sequence[str]) -> TopicGuess:
    """The topic that any of the texts is nearest to, and how clearly.

    The margin is 0..1: how near it is, less as far as another topic is near as well. No topic when
    nothing is near.
    """
    best_of = _best_of(index, texts)
    if not best_of:
        return TopicGuess()
    first, *others = sorted(best_of.values(), key=_nearest_first)
    lead = _lead(first, others)
    inside = (lead - NOTHING_NEAR) / (CLEARLY_NEAR - NOTHING_NEAR)
    margin = round(min(inside, first.likeness / CLEARLY_LIKE, 1.0), 4)
    return TopicGuess(name=first.topic, margin=margin) if margin > LEAST_MARGIN else TopicGuess()


@dataclass(frozen=True, slots=True)
class Place:
    """Where texts lie as one topic sees it. `lead` is about 1 for one of its examples."""

    lead: float  # over the next topic, or over nothing where no other is near
    likeness: float  # to its examples, 0..1


NOWHERE = Place(lead=-1.0, likeness=0.0)


def place_of(index: TopicIndex, texts: Sequence[str], topic: str) -> Place:
    """How far ahead of the others that topic is; not rounded to "clearly", as a margin is."""
    best_of = _best_of(index, texts)
    own = best_of.pop(topic, None)
    if own is None:
        return NOWHERE
    return Place(lead=_lead(own, best_of.values()), likeness=own.likeness)


def _lead(first: "Near", others: Iterable["Near"]) -> float:
    return first.value - max(0.0, 0.0, *(other.value for other in others))


def _best_of(index: TopicIndex, texts: Sequence[str]) -> dict[str, "Near"]:
    """Each topic where it is nearest to any of the texts."""
    best_of: dict[str, Near] = {}
    for text in texts:
        for near in nearness(index, text):
            best_of[near.topic] = max(near, best_of.get(near.topic, near), key=lambda n: n.value)
    return best_of


@dataclass(frozen=True, slots=True)
class Near:
    """How near one topic is. `value` ranks: about 1.5 for an example, below 0 for most others."""

    topic: str
    value: float
    likeness: float  # to its examples, 0..1


def nearness(index: TopicIndex, text: str) -> tuple[Near, ...]:
    """Every topic that shares a word with the text, nearest first."""
    vector = _unit(_terms(text), index.weights, index.unseen)
    found = (
        Near(name, index.borders[name].value(vector) + like, like)
        for name, like in _likeness(index, vector).items()
    )
    return tuple(sorted(found, key=_nearest_first))


def _nearest_first(near: Near) -> tuple[float, str]:
    return (-near.value, near.topic)


def _likeness(index: TopicIndex, vector: Vector) -> dict[str, float]:
    """How like each topic's examples are, 0..1.

    Half of it is the nearest example, half the mean of the nearest few: one odd example does
    not make a topic.
    """
    to_example: defaultdict[int, float] = defaultdict(float)
    for term, share in vector.items():
        for at, other in index.postings.get(term, ()):
            to_example[at] += share * other
    of_topic: defaultdict[str, list[float]] = defaultdict(list)
    for at, cosine in to_example.items():
        of_topic[index.topics[at]].append(cosine)
    sizes = Counter(index.topics)
    return {
        name: (max(found) + sum(sorted(found)[-FEW:]) / min(FEW, sizes[name])) / 2
        for name, found in of_topic.items()
    }


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
