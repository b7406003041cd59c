"""How well the engines name a topic from its examples, and see that a question fits none."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.nearest_topic import index_of, nearest_topic, nearness
from agent.core.team_policy import TeamPolicy, Topic
from agent.core.transcript import Line, Transcript
from agent.evaluation.data import DataSet, Row
from agent.evaluation.figures import (
    MODEL,
    Beside,
    Figure,
    NotMeasured,
    Part,
    Section,
    Unit,
    Wanted,
)
from agent.evaluation.notes import MODEL_SECONDS
from agent.evaluation.talks import START
from agent.evaluation.watch import Watch
from agent.ports import Model

MOST_EXAMPLES, MOST_QUESTIONS, MOST_OF_OTHERS = 3_000, 1_000, 200  # what takes a few seconds
NONE_FITS = "oos"  # the label of questions that fit no topic
T = TypeVar("T")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """One set: the topics with their examples, and questions with the topic that fits, or None."""

    name: str
    topics: tuple[Topic, ...]
    asked: tuple[tuple[str, str | None], ...]

    @property
    def examples(self) -> int:
        """How many there are."""
        return sum(len(topic.examples) for topic in self.topics)

    @property
    def out_of_scope(self) -> float:
        """Share of the questions that fit no topic."""
        return sum(topic is None for _, topic in self.asked) / len(self.asked)


@dataclass(frozen=True, slots=True)
class Guess:
    """`topic` is the nearest whatever the margin; `margin` 0..1 says how clearly it fits."""

    topic: str | None
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Shares 0..1, None where the data has no such questions."""

    in_scope_accuracy: float | None
    out_of_scope_auroc: float | None
    out_of_scope_recall: float | None
    in_scope_found: float | None
    answered_right: float | None
    sent_right: float | None = None
    asked: int = 0


Guesser = Callable[[str], Guess]


def questions_of(data: DataSet) -> tuple[Questions, ...]:
    """The sets of a file, one per `bot` or `domain` that has examples and questions.

    Lines with `part` "train" are the examples. Without parts every other line, by its hash, is.
    """
    groups: dict[str, list[Row]] = {}
    for row in data.rows:
        groups.setdefault(str(row.get("bot") or ""), []).append(row)
    found = (
        _questions(f"{data.name}/{bot}" if bot else data.name, rows) for bot, rows in groups.items()
    )
    return tuple(one for one in found if one.topics and one.asked)


def _questions(name: str, rows: Sequence[Row]) -> Questions:
    examples: dict[str, list[str]] = {}
    asked: list[tuple[str, str | None]] = []
    for row in rows:
        text, label = str(row["text"]), str(row["label"])
        fits = None if label == NONE_FITS else label
        if is_example(row):
            if fits:
                examples.setdefault(fits, []).append(text)
        else:
            asked.append((text, fits))
    topics = (
        Topic(name=label, description="", examples=tuple(texts))
        for label, texts in examples.items()
    )
    return Questions(name=name, topics=tuple(topics), asked=tuple(asked))


def is_example(row: Row) -> bool:
    """Whether a line is an example of its topic; the others are questions."""
    if "part" in row:
        return "train" in str(row["part"])
    return int(sha256(str(row["text"]).encode()).hexdigest(), 16) % 2 == 0


def scores(
    asked: Iterable[tuple[str, str | None]],
    guess: Guesser,
    *,
    threshold: float,
    clear: float | None = None,
) -> Scores:
    """How a guesser fares. A margin under the threshold says that no topic fits; from `clear` on,
    an answer could be sent.
    """
    guesses = [(guess(text), topic) for text, topic in asked]
    inside = [(one, topic) for one, topic in guesses if topic is not None]
    outside = [one for one, topic in guesses if topic is None]
    named = [(one, topic) for one, topic in guesses if one.margin >= threshold]
    return Scores(
        asked=len(guesses),
        in_scope_accuracy=_share([one.topic == topic for one, topic in inside]),
        out_of_scope_auroc=auroc([o.margin for o, _ in inside], [o.margin for o in outside]),
        out_of_scope_recall=_share([one.margin < threshold for one in outside]),
        in_scope_found=_share([o.topic == t and o.margin >= threshold for o, t in inside]),
        answered_right=_share([one.topic == topic for one, topic in named]),
        sent_right=None
        if clear is None
        else _share([one.topic == topic for one, topic in named if one.margin >= clear]),
    )


def _share(some: Sequence[bool]) -> float | None:
    return sum(some) / len(some) if some else None


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """How likely a question in scope has the larger margin than one out of it; ties count half."""
    if not inside or not outside:
        return None
    below = Counter(outside)
    passed, won = 0, 0.0
    before = sorted(below)
    at = 0
    for value in sorted(inside):
        while at < len(before) and before[at] < value:
            passed += below[before[at]]
            at += 1
        won += passed + below.get(value, 0) / 2
    return won / (len(inside) * len(outside))


# --- guessers -------------------------------------------------------------------------------------


def by_policy(topics: Sequence[Topic]) -> Guesser:
    """The offline engine's own way."""
    index = index_of(topics)

    def guess(text: str) -> Guess:
        near = nearness(index, text)
        return Guess(near[0].topic if near else None, nearest_topic(index, [text]).margin)

    return guess


def by_cosine(topics: Sequence[Topic]) -> Guesser:
    """The baseline: the topic of the example with the largest cosine of words weighed by TF-IDF."""
    texts = [
        (topic.name, _WORD.findall(text.lower())) for topic in topics for text in topic.examples
    ]
    appears = Counter(word for _, words in texts for word in set(words))

    def weigh(words: Sequence[str]) -> dict[str, float]:
        raw = {
            word: count * (math.log((1 + len(texts)) / (1 + appears[word])) + 1)
            for word, count in Counter(words).items()
        }
        length = math.hypot(*raw.values()) or 1.0
        return {word: value / length for word, value in raw.items()}

    postings: dict[str, list[tuple[int, float]]] = {}
    for at, (_, words) in enumerate(texts):
        for word, value in weigh(words).items():
            postings.setdefault(word, []).append((at, value))

    def guess(text: str) -> Guess:
        like: Counter[int] = Counter()
        for word, value in weigh(_WORD.findall(text.lower())).items():
            for at, other in postings.get(word, ()):
                like[at] += value * other  # type: ignore[assignment]
        if not like:
            return Guess(None, 0.0)
        at, cosine = like.most_common(1)[0]
        return Guess(texts[at][0], cosine)

    return guess


def by_model(model: Model, topics: Sequence[Topic]) -> Guesser:
    """What the model step names, by a conversation of that one message."""
    policy = TeamPolicy(topics=tuple(topics))

    def guess(text: str) -> Guess:
        topic = model.propose(asked_of(text), policy).topic
        return Guess(topic.name, topic.margin if topic.name else 0.0)

    return guess


def asked_of(text: str) -> Transcript:
    """A conversation of that one message."""
    line = Line(
        ref="m1",
        message_id="0",
        direction=Direction.IN,
        author=Author(kind=AuthorKind.CUSTOMER),
        sent_at=START,
        channel="chat",
        text=text,
    )
    return Transcript(conversation_id="asked", subject="", lines=(line,))


# --- for the report -------------------------------------------------------------------------------


def topics_parts(
    sets: Sequence[Questions], watch: Watch, *, thorough: bool, model: Model | None, few: int
) -> tuple[Part, ...]:
    """One per set; the first is the one with most questions that fit no topic: the hardest.

    Not `thorough`, fewer questions are asked, and of large sets none; else few. A model
    is asked the first set's, `few` of them.
    """

    def is_left(one: Questions) -> bool:
        return not thorough and one.examples > MOST_EXAMPLES

    ranked = sorted(sets, key=lambda one: (is_left(one), -one.out_of_scope, one.name))
    found: list[Part] = []
    for at, one in enumerate(ranked):
        if is_left(one):
            why = f"{one.examples} examples take minutes: --thorough measures them"
            found.append(NotMeasured(key=_key(one, at), title=_title(one, at), why=why))
            continue
        is_whole = thorough and one.examples <= MOST_EXAMPLES
        most = len(one.asked) if is_whole else MOST_OF_OTHERS if at else MOST_QUESTIONS
        found.append(_section(one, watch, at=at, most=most, model=None if at else model, few=few))
    return tuple(found)


def _key(one: Questions, at: int) -> str:
    return "topics" if at == 0 else f"topics {one.name}"


def _title(one: Questions, at: int) -> str:
    return "Topics" if at == 0 else f"Topics: {one.name}"


def _section(
    one: Questions, watch: Watch, *, at: int, most: int, model: Model | None, few: int
) -> Section:
    asked = spread(one.asked, most)
    threshold, clear = TeamPolicy().min_margin, TeamPolicy().send_margin
    ours = scores(watch.each(asked), by_policy(one.topics), threshold=threshold, clear=clear)
    plain = scores(watch.each(asked), by_cosine(one.topics), threshold=_COSINE)
    beside = [("nearest_example", "nearest example by cosine", plain)]
    sample = "" if len(asked) == len(one.asked) else f"{len(asked)} of {len(one.asked)} questions"
    if model is not None:
        some = watch.first(spread(asked, few), seconds=MODEL_SECONDS)
        models = scores(some, by_model(model, one.topics), threshold=threshold)
        sample = "; ".join(filter(None, (sample, f"the model on {models.asked} questions")))
        if models.asked:
            beside.append((MODEL, "the configured model", models))
    return Section(
        key=_key(one, at),
        title=_title(one, at),
        means="Whether a question finds its topic, and whether one that fits none is left alone. "
        f"A topic counts as found from a margin of {threshold:g}, "
        f"and is clear enough to be sent from {clear:g} on.",
        figures=tuple(_with(figure, ours, beside) for figure in _FIGURES),
        data=f"{one.name}: {len(one.topics)} topics, {len(one.asked)} questions, "
        f"{one.out_of_scope:.0%} fit none",
        sample=sample,
    )


_COSINE = 0.5  # half of the words, weighed: a usual border for "alike"


def spread(some: Sequence[T], most: int) -> Sequence[T]:
    """At most so many, evenly from the whole; always the same ones."""
    if len(some) <= most:
        return some
    return [some[at * len(some) // most] for at in range(most)]


def _with(figure: Figure, ours: Scores, beside: Sequence[tuple[str, str, Scores]]) -> Figure:
    others = [(key, name, getattr(found, figure.key)) for key, name, found in beside]
    return replace(
        figure,
        value=getattr(ours, figure.key),
        beside=tuple(Beside(key=k, name=n, value=v) for k, n, v in others if v is not None),
    )


_FIGURES = (
    Figure(
        key="in_scope_accuracy",
        name="topic named right, of questions that have one",
        means="How often the nearest topic is the one a person would choose.",
        wanted=Wanted(value=0.87),
    ),
    Figure(
        key="out_of_scope_auroc",
        name="tells what fits no topic (AUROC)",
        means="How well the margin tells questions without a topic from the others: 0.5 is chance, "
        "1 is always.",
        unit=Unit.NUMBER,
        wanted=Wanted(value=0.90),
    ),
    Figure(
        key="out_of_scope_recall",
        name="of questions that fit none, left alone",
        means="What fits no topic must not get an approved answer.",
    ),
    Figure(
        key="in_scope_found",
        name="of questions that have one, named right and clearly",
        means="What is left over goes to a person.",
    ),
    Figure(
        key="answered_right",
        name="of the topics it names, right",
        means="How often the approved answer of the named topic would be the fitting one.",
    ),
    Figure(
        key="sent_right",
        name="of the topics clear enough to be sent, right",
        means="What a policy that sends this topic would answer rightly; the rest of its limits "
        "come on top.",
    ),
)
