"""Ten topics of a set of questions, and what the engine would propose for each question.

The proposals that name one topic are its pool. Reviews and traffic are drawn from it, each with the
wanted share of questions that fit none of the ten, so that the true error at any threshold is
known exactly.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import accumulate
from random import Random

from agent.core.scoring import with_score
from agent.core.team_policy import TeamPolicy, Topic
from agent.evaluation.data import DataSet, Row
from agent.evaluation.topics import NONE_FITS, asked_of, is_example, spread
from agent.evaluation.watch import Watch
from agent.ports import Model

TOPICS = 10
MOST_EXAMPLES = 30  # of a topic: about as many as a team writes
_FAR_MORE = 2  # times as many examples as questions
_ANSWER = {"en": "The approved answer."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Topics with approved answers, and questions with the one that fits, or None.

    `strange` is the share of the whole set's questions that its own labels call out of scope.
    """

    name: str
    topics: tuple[Topic, ...]
    questions: tuple[tuple[str, str | None], ...]
    strange: float

    @property
    def share_outside(self) -> float:
        """Share of the questions that fit none of the topics."""
        return sum(fits is None for _, fits in self.questions) / len(self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One proposal: how it was scored, and whether sending its answer would be a mistake."""

    topic: str
    score: float
    familiarity: float
    margin: float
    is_wrong: bool
    is_outside: bool  # the question fits none of the topics


@dataclass(frozen=True)
class Mix:
    """What one topic meets: its cases, each with how often it comes."""

    cases: tuple[Case, ...]
    weights: tuple[float, ...]

    def error(self, threshold: float) -> float:
        """The true share that is wrong, of the replies at a score from the threshold on."""
        reached, wrong = self._from(threshold)
        return wrong / reached if reached else 0.0

    def coverage(self, threshold: float) -> float:
        """Of the proposals, the share that reaches the threshold."""
        return self._from(threshold)[0] / self._sums[-1]

    def draw(self, random: Random, count: int) -> list[Case]:
        """So many, each at random from all."""
        return random.choices(self.cases, cum_weights=self._sums, k=count)

    @cached_property
    def _sums(self) -> tuple[float, ...]:
        return tuple(accumulate(self.weights))

    @cached_property
    def _falling(self) -> tuple[list[float], list[float], list[float]]:
        """Scores below 0, the highest first, and what all down to each weigh: whole, and wrong."""
        found = sorted(zip(self.cases, self.weights, strict=True), key=lambda pair: -pair[0].score)
        wrong = (weight * case.is_wrong for case, weight in found)
        whole = accumulate((weight for _, weight in found), initial=0.0)
        return [-case.score for case, _ in found], list(whole), list(accumulate(wrong, initial=0.0))

    def _from(self, threshold: float) -> tuple[float, float]:
        scores, whole, wrong = self._falling
        at = bisect_right(scores, -threshold)
        return whole[at], wrong[at]


@dataclass(frozen=True, slots=True)
class Pools:
    """The proposals of a set by topic, and how many questions of each kind were asked."""

    name: str
    by_topic: dict[str, tuple[Case, ...]]
    inside: int
    outside: int

    @property
    def cases(self) -> tuple[Case, ...]:
        """All of them."""
        return tuple(case for cases in self.by_topic.values() for case in cases)

    @property
    def share_outside(self) -> float:
        """Share of the questions that fit none of the topics."""
        return self.outside / (self.inside + self.outside)

    def mix(self, topic: str, *, outside: float) -> Mix:
        """What that topic meets when that share of all questions fits none of the topics."""
        cases = self.by_topic[topic]
        each = ((1 - outside) / max(1, self.inside), outside / max(1, self.outside))
        kept = [(case, each[case.is_outside]) for case in cases if each[case.is_outside]]
        return Mix(tuple(case for case, _ in kept), tuple(weight for _, weight in kept))


def askings_of(data: DataSet, *, most: int) -> tuple[Asking, ...]:
    """The sets of a file that have so many topics, one per `bot`; the ten that are asked most.

    What fits another topic of the set fits none of the ten. At most `most` questions of each
    kind, evenly from the whole; always the same ones.
    """
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in data.rows:
        groups[str(row.get("bot") or "")].append(row)
    found = (
        _asking(f"{data.name}/{bot}" if bot else data.name, rows, most)
        for bot, rows in groups.items()
    )
    return tuple(one for one in found if one is not None)


def domains_of(data: DataSet, *, most: int) -> tuple[Asking, ...]:
    """The same of a file whose lines name ten `domain`s or more: each is a topic of its own."""
    rows = [
        {**row, "label": NONE_FITS if row["label"] == NONE_FITS else row["domain"], "bot": ""}
        for row in data.rows
        if row.get("domain")
    ]
    return askings_of(replace(data, name=f"{data.name} by domain", rows=tuple(rows)), most=most)


def _asking(name: str, rows: Sequence[Row], most: int) -> Asking | None:
    examples: dict[str, list[str]] = defaultdict(list)
    asked: list[tuple[str, str]] = []
    for row in rows:
        text, label = str(row["text"]), str(row["label"])
        if is_example(row) and label != NONE_FITS:
            examples[label].append(text)
        else:
            asked.append((text, label))
    counts = Counter(label for _, label in asked if label in examples)
    chosen = sorted(counts, key=lambda label: (-counts[label], _digest(label)))[:TOPICS]
    if len(chosen) < TOPICS:
        return None
    strange = sum(label == NONE_FITS for _, label in asked) / len(asked)
    asked += _spare(examples, counts)
    inside = [(text, label) for text, label in asked if label in chosen]
    outside = [(text, None) for text, label in asked if label not in chosen]
    return Asking(
        name=name,
        topics=tuple(
            Topic(
                name=label,
                description="",
                examples=tuple(spread(examples[label], MOST_EXAMPLES)),
                answers=_ANSWER,
            )
            for label in chosen
        ),
        questions=(*spread(inside, most), *spread(outside, most)),
        strange=strange,
    )


def _digest(label: str) -> str:
    return sha256(label.encode()).hexdigest()  # an order that has nothing to do with the names


def _spare(examples: dict[str, list[str]], counts: Counter[str]) -> list[tuple[str, str]]:
    """Of a set with far more examples than questions, the examples that no topic takes."""
    if sum(map(len, examples.values())) < _FAR_MORE * sum(counts.values()):
        return []
    taken = {label: set(spread(texts, MOST_EXAMPLES)) for label, texts in examples.items()}
    return [
        (text, label)
        for label, texts in examples.items()
        for text in texts
        if text not in taken[label]
    ]


def pools_of(asking: Asking, model: Model, watch: Watch) -> Pools:
    """What the model step and the score make of each question.

    Raises:
        TimeIsUp: no time was left.
    """
    policy = TeamPolicy(topics=asking.topics)
    found: dict[str, list[Case]] = {topic.name: [] for topic in asking.topics}
    for text, fits in watch.each(asking.questions):
        transcript = asked_of(text)
        proposal = with_score(model.propose(transcript, policy), transcript, policy)
        topic, score = proposal.topic, proposal.score
        if topic.name is None or score is None or topic.margin < policy.min_margin:
            continue
        found[topic.name].append(
            Case(
                topic=topic.name,
                score=score.value,
                familiarity=score.familiarity,
                margin=topic.margin,
                is_wrong=topic.name != fits,
                is_outside=fits is None,
            )
        )
    outside = sum(fits is None for _, fits in asking.questions)
    return Pools(
        name=asking.name,
        by_topic={name: tuple(cases) for name, cases in found.items()},
        inside=len(asking.questions) - outside,
        outside=outside,
    )
