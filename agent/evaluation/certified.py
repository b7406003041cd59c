"""The part of a report that says what certificates are worth on public questions."""

from collections.abc import Callable, Iterator, Sequence

from agent.evaluation.figures import Beside, Figure, NotMeasured, Part, Section, Unit, Wanted
from agent.evaluation.pools import Asking, Case, Pools, pools_of
from agent.evaluation.splits import (
    LABELS,
    MORE_OUTSIDE,
    TRAFFIC,
    USUAL_OUTSIDE,
    After,
    Split,
    splits,
)
from agent.evaluation.topics import auroc
from agent.evaluation.watch import TimeIsUp, Watch
from agent.ports import Model

SPLITS, FEW_SPLITS = 200, 5
MOST_ASKED, FEW_ASKED = 3_000, 300  # questions with a topic, and as many without
MOST_OF_DOMAINS = 12_000  # the same, where there are so many
LIMITS = (0.05, 0.02)


def certified_parts(
    askings: Sequence[Asking], model: Model, watch: Watch, *, thorough: bool
) -> tuple[Part, ...]:
    """One section a set; the first is the one with most questions out of scope: the hardest.

    Not `thorough`, fewer splits are made, and of the first limit only.
    """
    ranked = sorted(askings, key=lambda one: (-one.strange, one.name))
    found: list[Part] = []
    for at, one in enumerate(ranked):
        try:
            pools = pools_of(one, model, watch)
            found.append(_section(pools, watch, at=at, thorough=thorough))
        except TimeIsUp:
            why = "there was no time left for it; --thorough takes the time it needs"
            found.append(NotMeasured(key=_key(at, one.name), title=_title(at, one.name), why=why))
    return tuple(found)


def _key(at: int, name: str) -> str:
    return "certificates" if at == 0 else f"certificates {name}"


def _title(at: int, name: str) -> str:
    return "Certificates" if at == 0 else f"Certificates: {name}"


def _section(pools: Pools, watch: Watch, *, at: int, thorough: bool) -> Section:
    count = SPLITS if thorough else FEW_SPLITS
    figures = [*_of_the_score(pools.cases)]
    limits = LIMITS if thorough else LIMITS[:1]
    for limit in limits:
        found, after = splits(pools, watch, count=count, limit=limit, outside=USUAL_OUTSIDE)
        figures += [*_of_splits(found, limit), *change_figures(found, after, limit)]
    words = f", {pools.share_outside:.0%} fitting no topic"
    for limit in limits:
        found, _ = splits(pools, watch, count=count, limit=limit, outside=None)
        figures += _of_splits(found, limit, key="_as_asked", words=words)
    return Section(
        key=_key(at, pools.name),
        title=_title(at, pools.name),
        means=f"Ten topics, each reviewed {LABELS} times; {USUAL_OUTSIDE:.0%} of all questions fit "
        "no topic. A certificate is broken when more than its limit is wrong of what comes after. "
        f"Then {MORE_OUTSIDE:.0%} fit no topic, and the watch has {TRAFFIC:,} questions to see it.",
        figures=tuple(figures),
        data=f"{pools.name}: {pools.inside} questions of ten topics, {pools.outside} of none",
        sample=f"{count} splits",
    )


def _of_the_score(cases: Sequence[Case]) -> Iterator[Figure]:
    def beside(value: float | None) -> tuple[Beside, ...]:
        return _beside("margin", "by margin alone", [] if value is None else [value])

    yield Figure(
        key="right_from_wrong",
        name="the score tells right proposals from wrong ones (AUROC)",
        means="How often a right one has the higher score: 0.5 is chance, 1 is always.",
        value=_auroc(cases, _score),
        unit=Unit.NUMBER,
        beside=beside(_auroc(cases, _margin)),
    )
    for share, name in ((0.25, "quarter"), (0.5, "half")):
        yield Figure(
            key=f"wrong_in_best_{name}",
            name=f"wrong, of the {name} with the highest score",
            means="What a policy would send wrongly that sends so much.",
            value=wrong_at(cases, _score, share),
            beside=beside(wrong_at(cases, _margin, share)),
        )


def _of_splits(
    found: Sequence[Split], limit: float, *, key: str = "", words: str = ""
) -> Iterator[Figure]:
    percent = f"{limit * 100:g}"
    yield Figure(
        key=f"broken_{percent}_percent{key}",
        name=f"certificates of {percent} % broken, of all splits{words}",
        means="How often the promise did not hold; it may in 5 % at the most.",
        value=_mean([each.is_broken for each in found]),
        wanted=Wanted(value=0.05, at_least=False),
        beside=_beside(
            "usual", "where 200 labels look good", [each.usual_is_broken for each in found]
        ),
    )
    yield Figure(
        key=f"certified_{percent}_percent{key}",
        name="… topics certified",
        means="Of all topics in all splits.",
        value=_mean([each.is_certified for each in found]),
    )
    yield Figure(
        key=f"coverage_{percent}_percent{key}",
        name="… of all proposals, answered under a certificate",
        means="What is left over goes to a person. The best threshold is known only afterwards.",
        value=_mean([each.coverage for each in found]),
        beside=_beside("oracle", "the best threshold", [each.oracle for each in found]),
    )


def change_figures(
    found: Sequence[Split], after: Sequence[After], limit: float
) -> Iterator[Figure]:
    """What becomes of the certificates of these splits when more questions fit no topic."""
    percent = f"{limit * 100:g}"
    unseen = [each.is_broken and not each.rang for each in after]
    unwatched = [each.is_broken for each in after]
    yield Figure(
        key=f"broken_after_{percent}_percent",
        name="… broken once half of the questions fit no topic, of all splits",
        means="More than the limit is wrong, and no drift alarm has rung.",
        value=_of_all(unseen, found),
        wanted=Wanted(value=0.15, at_least=False),
        beside=(
            *_beside("unwatched", "without the watch", [_of_all(unwatched, found) or 0.0]),
            *_beside("of_certificates", "of the certificates", unseen),
        ),
    )
    numbers = sorted({each.number for each in after})
    ringing = {each.number for each in after if each.rang}
    yield Figure(
        key=f"drift_rang_{percent}_percent",
        name="… splits in which the drift alarm rings",
        means="For one topic at least.",
        value=_mean([number in ringing for number in numbers]),
    )
    yield Figure(
        key=f"drift_rang_falsely_{percent}_percent",
        name="… certificates for which it rings when nothing changes",
        means="A false alarm costs reviews.",
        value=_mean([each.rang_falsely for each in after]),
        wanted=Wanted(value=0.05, at_least=False),
    )


def _of_all(some: Sequence[bool], found: Sequence[Split]) -> float | None:
    return sum(some) / len(found) if found else None


def wrong_at(cases: Sequence[Case], value: Callable[[Case], float], share: float) -> float | None:
    """What is wrong of that share of the cases with the highest value; ties count in part."""
    wanted = share * len(cases)
    by_value: dict[float, list[bool]] = {}
    for case in cases:
        by_value.setdefault(value(case), []).append(case.is_wrong)
    taken = wrong = 0.0
    for each in sorted(by_value, reverse=True):
        alike = by_value[each]
        part = min(1.0, (wanted - taken) / len(alike))
        taken += part * len(alike)
        wrong += part * sum(alike)
        if taken >= wanted:
            break
    return wrong / taken if taken else None


def _auroc(cases: Sequence[Case], value: Callable[[Case], float]) -> float | None:
    right = [value(case) for case in cases if not case.is_wrong]
    return auroc(right, [value(case) for case in cases if case.is_wrong])


def _score(case: Case) -> float:
    return case.score


def _margin(case: Case) -> float:
    return case.margin


def _mean(some: Sequence[float]) -> float | None:
    return sum(some) / len(some) if some else None


def _beside(key: str, name: str, some: Sequence[float]) -> tuple[Beside, ...]:
    value = _mean(some)
    return () if value is None else (Beside(key=key, name=name, value=value),)
