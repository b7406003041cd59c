"""A lead answers for topics, so that what is tested is something else than certificates."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.team_policy import TeamPolicy
from agent.label_port import LabelBook


def waive_all(store: LabelBook, policy: TeamPolicy, at: datetime) -> None:
    """Every topic of the policy may send without a certificate from now on."""
    waive_topics(store, (topic.name for topic in policy.topics), at)


def waive_topics(store: LabelBook, topics: Iterable[str], at: datetime) -> None:
    """These may."""
    number = len(store.certificate_events())
    for topic in topics:
        number += 1
        event = CertificateEvent(
            number=number,
            topic=topic,
            channel="",
            kind=CertificateEventKind.WAIVED,
            at=at - timedelta(days=1),
            by="Ada",
            why="a test of something else",
            until=at + timedelta(days=400),
        )
        assert store.add_certificate_event(event)
