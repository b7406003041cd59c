"""Made-up topics with a known error rate: their reviews, one after the other, and their replies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from agent.core.certificate import THRESHOLDS, Terms
from agent.core.earning import earned
from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source
from agent.core.risk import Bell, at_most
from agent.core.series import Review, Series

_START = datetime(2026, 1, 5, 9, tzinfo=UTC)
_MAKERS = MadeBy(engine="made-up", prompt="", topic="", answers="", knowledge="", rules="")
_FALSE_ALARM = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic whose replies have these scores, equally often, and go wrong at these rates."""

    scores: tuple[float, ...]
    rates: tuple[float, ...]

    def risk(self, threshold: float) -> float:
        """The true error rate from a threshold on; 0 where no reply gets there."""
        above = [
            rate for score, rate in zip(self.scores, self.rates, strict=True) if score >= threshold
        ]
        return sum(above) / len(above) if above else 0.0

    def reviews(self, random: Random) -> Iterator[tuple[float, bool]]:
        """Scores, and whether the reply is wrong; without end."""
        while True:
            place = random.randrange(len(self.scores))
            yield self.scores[place], random.random() < self.rates[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a stream of reviews went: after how many it unlocked first, and what it unlocked."""

    first: int | None
    loosest: float | None
    at: datetime | None

    def is_false(self, topic: Topic, limit: float) -> bool:
        """Whether a threshold was unlocked at which too many replies are wrong."""
        if self.loosest is None:
            return False
        unlocked = [each for each in THRESHOLDS if each >= self.loosest]
        return any(topic.risk(each) >= limit for each in unlocked if each <= _strictest(topic))


def _strictest(topic: Topic) -> float:
    return max(topic.scores)


def course(topic: Topic, terms: Terms, *, seed: int, labels: int, whole: bool = True) -> Course:
    """So many reviews with a look after each; `whole` goes on after the first unlock."""
    series = Series(terms)
    first: int | None = None
    reviews = topic.reviews(Random(seed))
    for number in range(1, labels + 1):
        score, is_wrong = next(reviews)
        series.add(
            Review(at=_moment(number), score=score, is_wrong=is_wrong, was_called_wrong=is_wrong)
        )
        if first is None and series.unlocks:
            first = number
            if not whole:
                break
    last = series.unlocks[-1] if series.unlocks else None
    return Course(
        first=first,
        loosest=last.threshold if last else None,
        at=last.at if last else None,
    )


def told_by_history(topic: Topic, terms: Terms, *, seed: int, labels: int) -> Course:
    """The same stream as a whole history, as the daemon reads it from the database."""
    reviews = topic.reviews(Random(seed))
    history = [_proposed(number, *next(reviews)) for number in range(1, labels + 1)]
    found = earned(history, _MAKERS, terms, now=_moment(labels)).certificate
    return Course(
        first=None,
        loosest=found.threshold if found else None,
        at=found.unlocked_at if found else None,
    )


def alarm_after(rates: Sequence[tuple[int, float]], limit: float, *, seed: int) -> int | None:
    """After how many replies the alarm rings, where so many go wrong at such a rate each."""
    random = Random(seed)
    bell = Bell(limit, delta=_FALSE_ALARM)
    number = 0
    for replies, rate in rates:
        for _ in range(replies):
            number += 1
            if bell.rings(random.random() < rate):
                return number
    return None


# --- what is usual -------------------------------------------------------------------------------


def calibrated(topic: Topic, limit: float, *, seed: int, labels: int) -> float | None:
    """The loosest threshold at which so many reviews had an error of at most the limit."""
    reviews = topic.reviews(Random(seed))
    found = [next(reviews) for _ in range(labels)]
    for threshold in reversed(THRESHOLDS):
        wrong = [is_wrong for score, is_wrong in found if score >= threshold]
        if wrong and sum(wrong) <= limit * len(wrong):
            return threshold
    return None


def errors_allowed(limit: float, *, delta: float, labels: int) -> tuple[int, ...]:
    """For 0, 1, 2, … reviews, how many may be wrong for a bound of one look; -1: not even none."""
    allowed, most = [], -1
    for cases in range(labels + 1):
        one_more = most + 1
        if one_more <= limit * cases and at_most(one_more, cases, limit) <= delta:
            most = one_more
        allowed.append(most)
    return tuple(allowed)


def retested(allowed: Sequence[int], rate: float, *, seed: int) -> bool:
    """Whether a bound of one look is ever met, looked at after every review."""
    random = Random(seed)
    errors = 0
    for most in allowed[1:]:
        errors += random.random() < rate
        if errors <= most:
            return True
    return False


def _moment(number: int) -> datetime:
    return _START + timedelta(minutes=number)


def _proposed(number: int, score: float, is_wrong: bool) -> Proposed:  # noqa: FBT001 - a pair
    at = _moment(number)
    judgement = Judgement.REJECTED if is_wrong else Judgement.AS_IS
    return Proposed(
        run_id=f"{number:06}",
        conversation_id="",
        message_id="",
        topic="made-up",
        channel="email",
        language="en",
        score=score,
        familiarity=1.0,
        at=at,
        made_by=_MAKERS,
        label=Label(judgement=judgement, source=Source.CONSOLE, by="", at=at),
    )
