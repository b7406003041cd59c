"""What a topic has earned on one channel, from the history of its proposals; no text, no clock."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.core.audits import is_audit, is_missed
from agent.core.certificate import THRESHOLDS, Certificate, Terms
from agent.core.labels import CLEAN, Label, MadeBy, Proposed, Source, differing
from agent.core.risk import fewest, interval, smallest_limit
from agent.core.series import Review, Series, Tally, Unlock, evidence, rests_on_matched


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Proposals that do not count, by reason. `others`: what differs in their makers, how many.

    `matched` were judged by the matcher only, and its audits do not yet show that one may rely
    on it. `older` were labelled up to `since`; `earlier` chose the threshold of this series.
    `again` are further clean ones of a conversation that counts already.
    """

    unlabelled: int
    others: tuple[tuple[tuple[str, ...], int], ...]
    matched: int
    older: int
    earlier: int
    again: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One threshold of the curve, to look at: the chance of error is that of looking here only.

    `bound` holds however often one looks; `band` is the exact interval of the error rate.
    """

    threshold: float
    reviewed: int
    wrong: int
    bound: float
    band: tuple[float, float]
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What is earned, and what is missing for more.

    `threshold` is the one in work, None when the loosest has passed; `reviewed`, `wrong`,
    `evidence` and `bound` are its figures in this series, `evidence` and `wanted` logarithms.
    `more_clean` reviews, all clean, would unlock it; None when none is in work or when it is not
    feasible: even the lower end of its error rate's interval, `at_least`, is above the limit.
    `certificate` is the loosest unlocked.
    """

    topic: str
    channel: str
    terms: Terms
    series: int
    threshold: float | None
    reviewed: int
    wrong: int
    evidence: float
    wanted: float
    bound: float
    at_least: float
    more_clean: int | None
    coverage: float
    set_aside: SetAside
    curve: tuple[Point, ...]
    certificate: Certificate | None = None

    @property
    def is_feasible(self) -> bool:
        """Whether the error rate may still be within the limit."""
        return self.at_least <= self.terms.error_limit


def earned(
    history: Sequence[Proposed],
    made_by: MadeBy,
    terms: Terms,
    *,
    now: datetime,
    since: datetime | None = None,
) -> Earned:
    """What one topic and channel has earned by `now` with the labels given after `since`.

    Of imported ones those that were also proposed after it: an alarm is not mended by old reviews.
    `history` in any order; labels of other makers do not count. The same history always gives the
    same answer. Each call with another `since` is a claim of its own, with its own confidence.

    Raises:
        ValueError: the history mixes topics or channels, which are never pooled.
    """
    topic, channel = _whose(history)
    known = [each for each in history if each.at <= now]
    ours = [each for each in known if each.made_by == made_by]
    given = sorted(_counted(ours, since, now), key=lambda pair: (pair[1].at, pair[0].run_id))
    counted = tuple(_once_each(given))
    series = Series(terms)
    for proposed, label in counted:
        series.add(_review(proposed, label))
    tally, threshold = series.tally, series.threshold
    at_least, _ = interval(tally.wrong, tally.reviewed, delta=terms.delta)
    is_open = threshold is not None and at_least <= terms.error_limit
    return Earned(
        topic=topic,
        channel=channel,
        terms=terms,
        series=series.number,
        threshold=threshold,
        reviewed=tally.reviewed,
        wrong=tally.wrong,
        evidence=evidence(tally, terms.error_limit),
        wanted=series.wanted,
        bound=_bound(tally, series.wanted),
        at_least=at_least,
        more_clean=_more_clean(series, terms.error_limit) if is_open else None,
        coverage=_coverage(ours, threshold if threshold is not None else THRESHOLDS[-1]),
        set_aside=replace(
            _set_aside(known, made_by, given, now=now, series=series, limit=terms.error_limit),
            again=len(given) - len(counted),
        ),
        curve=tuple(_point(series, ours, each, terms) for each in THRESHOLDS),
        certificate=_certificate(series.unlocks[-1], ours, terms) if series.unlocks else None,
    )


def met_before(history: Sequence[Proposed], certificate: Certificate) -> tuple[Proposed, ...]:
    """What the topic met up to the unlock by the same makers, at any score, reviewed or not.

    For the drift alarm: questions that fit no topic seldom reach the threshold, and those that do
    hardly change the share of unfamiliar ones above it.
    """
    return tuple(
        each
        for each in history
        if each.at <= certificate.unlocked_at and each.made_by == certificate.made_by
    )


def met_since(history: Sequence[Proposed], certificate: Certificate) -> tuple[Proposed, ...]:
    """What it met after that, picked in the same way."""
    return tuple(
        each
        for each in history
        if each.at > certificate.unlocked_at and each.made_by == certificate.made_by
    )


def _whose(history: Sequence[Proposed]) -> tuple[str, str]:
    whose = {(each.topic, each.channel) for each in history}
    if len(whose) > 1:
        raise ValueError("a certificate is of one topic on one channel; give one history at a time")
    return whose.pop() if whose else ("", "")


def _counted(
    ours: Sequence[Proposed], since: datetime | None, now: datetime
) -> Iterator[tuple[Proposed, Label]]:
    for proposed in ours:
        label = proposed.label
        if label is None or label.at > now:
            continue
        # An import is as new as its file, whatever it tells of: that lies at its own date.
        told_of = proposed.at if label.source is Source.IMPORTED else label.at
        if since is None or told_of > since:
            yield proposed, label


def _once_each(
    given: Iterable[tuple[Proposed, Label]],
) -> Iterator[tuple[Proposed, Label]]:
    """The first of each conversation, and every wrong one: turns of one are no cases apart."""
    met: set[str] = set()
    for proposed, label in given:
        is_first = not proposed.conversation_id or proposed.conversation_id not in met
        met.add(proposed.conversation_id)
        if is_first or label.is_wrong:
            yield proposed, label


def _review(proposed: Proposed, label: Label) -> Review:
    return Review(
        at=label.at,
        score=proposed.score,
        is_wrong=label.is_wrong,
        was_called_wrong=label.is_wrong or label.matched not in {None, *CLEAN},
        is_by_person=label.is_by_person,
        is_audit=is_audit(proposed),
        is_missed=is_missed(proposed),
    )


def _more_clean(series: Series, limit: float) -> int:
    tally, wanted = series.tally, series.wanted
    more = fewest(lambda more: evidence(tally.with_clean(more), limit) >= wanted)
    return max(more, series.own_missing)


def _bound(tally: Tally, wanted: float) -> float:
    """The smallest limit that these counts would unlock."""
    return smallest_limit(lambda limit: evidence(tally, limit) >= wanted)


def _coverage(ours: Sequence[Proposed], threshold: float) -> float:
    return sum(each.score >= threshold for each in ours) / len(ours) if ours else 0.0


def _point(series: Series, ours: Sequence[Proposed], threshold: float, terms: Terms) -> Point:
    tally = series.ever(threshold)
    return Point(
        threshold=threshold,
        reviewed=tally.reviewed,
        wrong=tally.wrong,
        bound=_bound(tally, terms.wanted),
        band=interval(tally.wrong, tally.reviewed, delta=terms.delta),
        coverage=_coverage(ours, threshold),
    )


def _certificate(unlock: Unlock, ours: Sequence[Proposed], terms: Terms) -> Certificate:
    by_then = [each for each in ours if each.at <= unlock.at]
    is_with_matched = rests_on_matched(unlock.tally, terms.error_limit)
    return Certificate(
        topic=by_then[0].topic,
        channel=by_then[0].channel,
        terms=terms,
        made_by=by_then[0].made_by,
        threshold=unlock.threshold,
        reviewed=unlock.tally.reviewed,
        wrong=unlock.tally.wrong,
        compared=unlock.tally.compared if is_with_matched else 0,
        bound=_bound(unlock.tally, unlock.wanted),
        coverage=_coverage(by_then, unlock.threshold),
        unlocked_at=unlock.at,
        valid_until=unlock.at + terms.valid_for,
    )


def _set_aside(
    known: Sequence[Proposed],
    made_by: MadeBy,
    given: Sequence[tuple[Proposed, Label]],
    *,
    now: datetime,
    series: Series,
    limit: float,
) -> SetAside:
    labelled = [each for each in known if each.label is not None and each.label.at <= now]
    others = Counter(
        differing(made_by, each.made_by) for each in labelled if each.made_by != made_by
    )
    ours = len(labelled) - others.total()
    matched = sum(not label.is_by_person for _, label in given)
    return SetAside(
        unlabelled=sum(each.made_by == made_by for each in known) - ours,
        others=tuple(sorted(others.items())),
        matched=0 if rests_on_matched(series.tally, limit) else matched,
        older=ours - len(given),
        earlier=series.labels_before,
    )
