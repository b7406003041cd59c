"""Certificates on public questions: whether what they promise holds on what comes afterwards.

A split takes so many proposals of one topic in random order, each with a person's label; `earned`
folds them. Traffic is what is left of the topic's proposals or, where these are too few or another
share of questions must fit no topic, all of them, drawn again and again. So what is wrong of it at
the certificate's threshold is known exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from agent.core.alarms import drift_of
from agent.core.certificate import THRESHOLDS, Certificate, Terms
from agent.core.earning import earned, met_before
from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source
from agent.evaluation.pools import Case, Mix, Pools
from agent.evaluation.watch import Watch

LABELS = 400  # of a topic: what a team reviews in some weeks
ENOUGH = 2 * LABELS  # proposals of a topic; fewer leave too little traffic
CALIBRATED = 200  # labels on which the usual rule sets its threshold
TRAFFIC = 1_000  # of the topic's questions, after the certificate
USUAL_OUTSIDE, MORE_OUTSIDE = 0.1, 0.5  # share of all questions that fits no topic
_START = datetime(2026, 1, 5, tzinfo=UTC)
_LATER = _START + timedelta(days=60)
_IN_ORDER = tuple((f"{n:06}", _START + timedelta(minutes=n)) for n in range(LABELS + TRAFFIC))
_MAKERS = MadeBy(engine="offline", prompt="", topic="", answers="", knowledge="", rules="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One topic in one split. A certificate is broken when more than the limit is wrong.

    `coverage` is the share of proposals that it answers, 0 without one; `oracle` the share at the
    loosest threshold that keeps the limit. `usual_is_broken` is of the usual rule: the loosest
    threshold at which the error on some labels is within the limit.
    """

    number: int
    is_certified: bool
    is_broken: bool
    coverage: float
    oracle: float
    usual_is_broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What became of a certificate when more questions fit no topic.

    `is_broken` says that more than the limit is wrong now, `rang` that the drift alarm lowered the
    topic; `rang_falsely` that it would have while nothing changed.
    """

    number: int
    is_broken: bool
    rang: bool
    rang_falsely: bool


def splits(
    pools: Pools, watch: Watch, *, count: int, limit: float, outside: float | None
) -> tuple[tuple[Split, ...], tuple[After, ...]]:
    """So many splits of each topic, always the same ones; and what a change does to certificates.

    `outside` is the share of all questions that fits no topic; None: as they are, and no change.

    Raises:
        TimeIsUp: no time was left.
    """
    found: list[Split] = []
    after: list[After] = []
    terms = Terms(error_limit=limit)
    for topic in watch.each(sorted(pools.by_topic)):
        own = pools.share_outside if outside is None else outside
        whole, then = pools.mix(topic, outside=own), pools.mix(topic, outside=MORE_OUTSIDE)
        if not whole.cases:
            continue
        for number in range(count):
            random = Random(f"{topic} {number}")
            drawn, now = _drawn(whole, random, is_weighted=outside is not None)
            history = _labelled(drawn)
            certificate = earned(history, _MAKERS, terms, now=_LATER).certificate
            found.append(_split(number, now, drawn, certificate, limit))
            if certificate is not None and outside is not None:
                after.append(_after(number, history, certificate, random, (now, then)))
    return tuple(found), tuple(after)


def _drawn(whole: Mix, random: Random, *, is_weighted: bool) -> tuple[list[Case], Mix]:
    """What is labelled, in random order, and the traffic that comes afterwards."""
    if is_weighted or len(whole.cases) < ENOUGH:
        return whole.draw(random, LABELS), whole
    shuffled = random.sample(whole.cases, len(whole.cases))
    rest = tuple(shuffled[LABELS:])
    return shuffled[:LABELS], Mix(rest, (1.0,) * len(rest))


def _split(
    number: int, mix: Mix, drawn: Sequence[Case], certificate: Certificate | None, limit: float
) -> Split:
    kept = [each for each in THRESHOLDS if mix.error(each) <= limit]
    usual = [each for each in THRESHOLDS if _looks_good(drawn[:CALIBRATED], each, limit)]
    return Split(
        number=number,
        is_certified=certificate is not None,
        is_broken=certificate is not None and certificate.threshold not in kept,
        coverage=mix.coverage(certificate.threshold) if certificate else 0.0,
        oracle=max((mix.coverage(each) for each in kept), default=0.0),
        usual_is_broken=bool(usual) and min(usual) not in kept,
    )


def _looks_good(drawn: Sequence[Case], threshold: float, limit: float) -> bool:
    reached = [case for case in drawn if case.score >= threshold]
    return bool(reached) and sum(case.is_wrong for case in reached) <= limit * len(reached)


def _after(
    number: int,
    history: Sequence[Proposed],
    certificate: Certificate,
    random: Random,
    mixes: tuple[Mix, Mix],
) -> After:
    now, then = mixes
    before = met_before(history, certificate)
    return After(
        number=number,
        is_broken=then.error(certificate.threshold) > certificate.terms.error_limit,
        rang=drift_of(before, _met(then.draw(random, TRAFFIC), start=LABELS)) is not None,
        rang_falsely=drift_of(before, _met(now.draw(random, TRAFFIC), start=LABELS)) is not None,
    )


def _labelled(drawn: Sequence[Case]) -> list[Proposed]:
    return [
        _proposed(case, number, Judgement.CHANGED if case.is_wrong else Judgement.AS_IS)
        for number, case in enumerate(drawn)
    ]


def _met(drawn: Sequence[Case], *, start: int) -> list[Proposed]:
    return [_proposed(case, number) for number, case in enumerate(drawn, start=start)]


def _proposed(case: Case, number: int, judgement: Judgement | None = None) -> Proposed:
    run_id, at = _IN_ORDER[number]
    label = None
    if judgement is not None:
        label = Label(judgement=judgement, source=Source.IMPORTED, by="", at=at)
    return Proposed(
        run_id=run_id,
        conversation_id="",
        message_id="",
        topic=case.topic,
        channel="chat",
        language="en",
        score=case.score,
        familiarity=case.familiarity,
        at=at,
        made_by=_MAKERS,
        label=label,
    )
