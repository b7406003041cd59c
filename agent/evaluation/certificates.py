"""Certificates on made-up topics whose true error rate is known: do they keep their promise?"""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from agent.core.certificate import Terms
from agent.core.risk import clean_cases_needed, fixed_sample, interval
from agent.core.series import Series, Tally, evidence
from agent.evaluation.figures import Beside, Figure, Section, Unit, Wanted
from agent.evaluation.streams import (
    Course,
    Topic,
    alarm_after,
    calibrated,
    course,
    errors_allowed,
    retested,
    told_by_history,
)
from agent.evaluation.watch import Watch

STREAMS = 2_000  # of each case
LABELS = 2_000  # of each stream
_REPLIES = 10_000  # that a good topic sends without a false alarm
_JUMPS = (0, 500, 2_000)  # replies before it
_WORSE = 5  # times the limit, after the jump
_CALIBRATION = 300  # reviews to which a threshold is usually fitted
_WHOLE = 0.01  # of the streams are told as a whole history, too
_SCORES = (0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35)
_SURE = 0.95  # confidence of an interval around what the streams show
TERMS = Terms()
LIMIT = TERMS.error_limit


def _alike(rate: float) -> Topic:
    return Topic(scores=(0.8,), rates=(rate,))


def _by_score(*times: float) -> Topic:
    return Topic(scores=_SCORES, rates=tuple(each * LIMIT for each in times))


ALIKE = _alike(LIMIT)
SPREAD = _by_score(*[1] * 7)  # at the limit, whatever the threshold
WORSE_BELOW = _by_score(0.25, 0.25, 0.5, 1, 3.25, 4, 6)  # good from 0.6 on, over the limit below
BAD_START = _by_score(1, 1, 3, 5, 5, 5, 5)  # the first threshold is hopeless, no other is good

_BAD = (
    ("false_at_limit", "at the limit", ALIKE),
    ("false_spread", "at the limit, whatever the score", SPREAD),
    ("false_below", "over the limit under the score 0.6", WORSE_BELOW),
    ("false_after_restart", "a hopeless start, nothing good enough", BAD_START),
)

Title = Callable[[str], Watch]


def certificate_sections(streams: int, watch: Title) -> Iterator[Section]:
    """The figures, one section after the other; `watch` begins each measurement by its name."""
    yield _promise(streams, watch)
    yield _labels_needed()
    yield _usual(streams, watch)
    yield _alarms(streams, watch)


def _labels_needed() -> Section:
    def needed(limit: float) -> Figure:
        terms = Terms(error_limit=limit)
        wanted = Series(terms).wanted
        whole = next(n for n in range(10**6) if evidence(Tally().with_clean(n), limit) >= wanted)
        alone = clean_cases_needed(0, 0, limit, wanted=terms.wanted)
        fixed = fixed_sample(limit, delta=terms.delta)
        return Figure(
            key=f"clean_for_{limit * 100:g}_percent",
            name=f"reviews for at most {limit * 100:g} % wrong",
            means="All without a fault, at 95 % confidence, from the first threshold on.",
            value=whole,
            unit=Unit.COUNT,
            beside=(
                Beside(key="fixed_sample", name="looking once", value=fixed),
                Beside(key="one_test", name="one threshold, no matcher", value=alone),
            ),
        )

    return Section(
        key="certificates labels",
        title="Reviews needed without a fault",
        means="The price of looking whenever one likes, beside a sample that is looked at once.",
        figures=tuple(needed(limit) for limit in (0.05, 0.02, 0.01)),
        data="counted, not simulated",
    )


def _promise(streams: int, watch: Title) -> Section:
    return Section(
        key="certificates",
        title="The promise of a certificate",
        means="At most 2 % wrong at 95 % confidence, with a look after every review.",
        figures=(
            *_unlocked_rightly(streams, watch),
            *(_unlocked_falsely(case, streams, watch) for case in _BAD),
            _told_alike(streams, watch),
        ),
        data=f"{streams:,} streams a case",
        sample=f"{LABELS:,} reviews each",
    )


def _unlocked_rightly(streams: int, watch: Title) -> tuple[Figure, ...]:
    topic = _alike(LIMIT / 4)
    courses = (
        course(topic, TERMS, seed=seed, labels=LABELS, whole=False)
        for seed in watch("A quarter of the limit").each(range(streams))
    )
    found = [each.first for each in courses if each.first is not None]
    return (
        _share(
            "unlocked_at_a_quarter",
            "unlocked at a quarter of the limit",
            f"Within {LABELS:,} reviews.",
            (len(found), streams),
            at_least=0.95,
        ),
        Figure(
            key="median_at_a_quarter",
            name="… after so many reviews (median)",
            means="Of those that unlocked.",
            value=median(found) if found else None,
            unit=Unit.COUNT,
            beside=_nine_of_ten(found),
        ),
    )


def _unlocked_falsely(case: tuple[str, str, Topic], streams: int, watch: Title) -> Figure:
    key, name, topic = case
    broken = sum(
        course(topic, TERMS, seed=seed, labels=LABELS).is_false(topic, LIMIT)
        for seed in watch(f"Unlocked falsely: {name}").each(range(streams))
    )
    means = "A threshold passed at which 2 % or more are wrong, at any of the looks."
    return _share(key, f"unlocked falsely: {name}", means, (broken, streams), at_most=0.05)


def _told_alike(streams: int, watch: Title) -> Figure:
    told = max(1, round(_WHOLE * streams))
    alike = sum(
        _same(course(SPREAD, TERMS, seed=seed, labels=LABELS), seed)
        for seed in watch("The same streams as whole histories").each(range(told))
    )
    return Figure(
        key="same_from_history",
        name=f"streams told alike by a whole history, of {told:,}",
        means="What the daemon reads from the database gives the same unlock.",
        value=alike,
        unit=Unit.COUNT,
        wanted=Wanted(value=told),
    )


def _same(stepwise: Course, seed: int) -> bool:
    whole = told_by_history(SPREAD, TERMS, seed=seed, labels=LABELS)
    return (whole.loosest, whole.at) == (stepwise.loosest, stepwise.at)


def _usual(streams: int, watch: Title) -> Section:
    fitted = [
        calibrated(WORSE_BELOW, LIMIT, seed=seed, labels=_CALIBRATION)
        for seed in watch("The usual threshold").each(range(streams))
    ]
    broken = sum(each is not None and WORSE_BELOW.risk(each) > LIMIT for each in fitted)
    allowed = errors_allowed(LIMIT, delta=TERMS.delta, labels=LABELS)
    tested = sum(
        retested(allowed, LIMIT, seed=seed)
        for seed in watch("The usual bound").each(range(streams))
    )
    return Section(
        key="certificates usual",
        title="The usual practice, on the same topics",
        means="What others do: it promises the same, and does not keep it.",
        figures=(
            _share(
                "calibrated_threshold",
                "broken: the threshold where the error seen is at most the limit",
                f"Fitted to {_CALIBRATION} reviews of the topic that is bad under 0.6.",
                (broken, streams),
            ),
            _share(
                "retested_bound",
                "broken: a bound of one look, looked at after every review",
                f"At the limit, up to {LABELS:,} reviews.",
                (tested, streams),
            ),
        ),
        data=f"{streams:,} streams a case",
    )


def _alarms(streams: int, watch: Title) -> Section:
    def after(before: int) -> Figure:
        rates = ((before, LIMIT / 4), (LABELS, _WORSE * LIMIT))
        found = [
            alarm_after(rates, LIMIT, seed=seed)
            for seed in watch(f"A jump after {before:,} replies").each(range(streams))
        ]
        late = [each - before for each in found if each is not None and each > before]
        return Figure(
            key=f"alarm_after_{before}",
            name=f"replies to the alarm, after {before:,} good ones (median)",
            means=f"The error rate jumps to {_WORSE} times the limit.",
            value=median(late) if late else None,
            unit=Unit.COUNT,
            beside=_nine_of_ten(late),
        )

    rang = sum(
        alarm_after(((_REPLIES, LIMIT / 2),), LIMIT, seed=seed) is not None
        for seed in watch("False alarms").each(range(streams))
    )
    return Section(
        key="certificates alarms",
        title="The alarm after sending",
        means="How soon a topic that got worse is lowered, and how rarely a good one.",
        figures=(
            *(after(before) for before in _JUMPS),
            _share(
                "false_alarms",
                f"false alarms in {_REPLIES:,} replies",
                "Half the limit goes wrong.",
                (rang, streams),
                at_most=0.05,
            ),
        ),
        data=f"{streams:,} streams a case",
    )


def _nine_of_ten(found: Sequence[int]) -> tuple[Beside, ...]:
    if not found:
        return ()
    value = sorted(found)[len(found) * 9 // 10]
    return (Beside(key="nine_of_ten", name="9 of 10 within", value=value),)


def _share(
    key: str,
    name: str,
    means: str,
    count: tuple[int, int],
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    """A share of the streams; the exact interval beside it says what sampling may have done."""
    hits, cases = count
    low, high = interval(hits, cases, delta=1 - _SURE)
    wanted = None
    if at_most is not None:
        wanted = Wanted(value=at_most, at_least=False)
    if at_least is not None:
        wanted = Wanted(value=at_least)
    return Figure(
        key=key,
        name=name,
        means=means,
        value=hits / cases,
        wanted=wanted,
        beside=(
            Beside(key="interval_low", name="from", value=low),
            Beside(key="interval_high", name="to", value=high),
        ),
    )
