"""Figures of certificates for Prometheus: rights, alarms and labels, without reading a proposal.

Rights come from events alone: the daemon adds one within a minute where what a certificate is bound
to has changed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from agent.core.certificate import Standing
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import Judgement, Source
from agent.core.standing import right_to_send
from agent.core.team_policy import TeamPolicy, Topic
from agent.figures_port import LabelKind

ANY = "any"  # channel of a topic that is not known on any yet, and of a waiver for all of them

Place = tuple[str, str]  # topic and channel


def certificate_figures(
    policy: TeamPolicy,
    events: Sequence[CertificateEvent],
    counts: Mapping[LabelKind, int],
    now: datetime,
) -> Iterator[Metric]:
    """All of them. `counts` are the proposals of each kind, as `Figures` gives them."""
    seen = {(kind.topic, kind.channel) for kind in counts}
    places = tuple(_places(policy.topics, {*seen, *((e.topic, e.channel) for e in events)}))
    yield _standings(policy, events, places, now)
    yield _alarms(events, places)
    yield _labels(counts)


def _places(topics: Iterable[Topic], seen: Iterable[Place]) -> Iterator[Place]:
    """Each topic that may have a certificate on each channel that it may be answered on."""
    known = sorted(set(seen))
    for topic in topics:
        if topic.answers:
            found = [channel for name, channel in known if name == topic.name and channel]
            for channel in sorted(topic.channels) or found or [ANY]:
                yield topic.name, channel


def _standings(
    policy: TeamPolicy,
    events: Sequence[CertificateEvent],
    places: Sequence[Place],
    now: datetime,
) -> Metric:
    family = GaugeMetricFamily(
        "sidenote_certificate_standing",
        "1 for what a topic's right to send on a channel is now, 0 for what it is not.",
        labels=["topic", "channel", "standing"],
    )
    for topic, channel in places:
        where = "" if channel == ANY else channel
        right = right_to_send(events, topic, where, None, now, terms=policy.certificates)
        for standing in Standing:
            family.add_metric([topic, channel, standing.value], int(right.standing is standing))
    return family


def _alarms(events: Iterable[CertificateEvent], places: Iterable[Place]) -> Metric:
    rung = Counter(
        (event.topic, event.channel) for event in events if event.kind is CertificateEventKind.ALARM
    )
    family = CounterMetricFamily(
        "sidenote_certificate_alarms",
        "Alarms that took a topic's right to send on a channel away.",
        labels=["topic", "channel"],
    )
    for topic, channel in sorted({*places, *rung}):
        family.add_metric([topic, channel], rung[topic, channel])
    return family


def _labels(counts: Mapping[LabelKind, int]) -> Metric:
    """No counter: a person's label takes the place of the matcher's."""
    found: Counter[tuple[Judgement, Source]] = Counter()
    for kind, count in counts.items():
        if kind.judgement is not None and kind.source is not None:
            found[kind.judgement, kind.source] += count
    family = GaugeMetricFamily(
        "sidenote_labels",
        "Proposed replies with a label, by what they were worth and who could tell.",
        labels=["judgement", "source"],
    )
    for judgement in Judgement:
        for source in Source:
            family.add_metric([judgement.value, source.value], found[judgement, source])
    return family
