"""A topic with a reviewed history: rows of the label book, and certificates made of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.earning import earned
from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source
from agent.core.makers import makers_of
from agent.core.team_policy import TeamPolicy
from agent.ports import Store

TOPIC, CHANNEL = "order-status", "email"
SPREAD = timedelta(hours=6)  # between two reviews


def makers(policy: TeamPolicy) -> MadeBy:
    """Who makes this policy's proposals with the engine that needs no model."""
    return makers_of(policy, TOPIC, engine="offline")


def reviews_until(
    now: datetime, judgements: Iterable[Judgement | None], made_by: MadeBy
) -> list[Proposed]:
    """A review each six hours, the last one now; scores of 0.95 down to 0.45 in turn."""
    given = list(judgements)
    first = now - SPREAD * len(given)
    return [
        _row(number, judgement, made_by, first + SPREAD * (number + 1))
        for number, judgement in enumerate(given)
    ]


def _row(number: int, judgement: Judgement | None, made_by: MadeBy, at: datetime) -> Proposed:
    label = None
    if judgement is not None:
        label = Label(judgement=judgement, source=Source.COMPOSER, by="Ben", at=at)
    return Proposed(
        run_id=f"{number:012x}",
        conversation_id=f"{number:024x}",
        message_id=f"{number:024x}",
        topic=TOPIC,
        channel=CHANNEL,
        language="en",
        score=0.95 - number % 6 / 10,
        familiarity=0.8,
        at=at - timedelta(minutes=10),
        made_by=made_by,
        label=label,
    )


def keep(store: Store, rows: Iterable[Proposed]) -> None:
    """Into the label book."""
    for row in rows:
        store.add_proposed(row)


def certify(store: Store, policy: TeamPolicy, now: datetime) -> CertificateEvent:
    """Unlock what the kept history has earned; it must have earned a certificate."""
    rows = store.proposals(topic=TOPIC, channel=CHANNEL)
    found = earned(rows, makers(policy), policy.certificates, now=now).certificate
    assert found is not None
    return happens(store, CertificateEventKind.UNLOCKED, now, certificate=found)


def happens(
    store: Store, kind: CertificateEventKind, at: datetime, **fields: object
) -> CertificateEvent:
    """One more line of the topic's history."""
    event = CertificateEvent(
        number=len(store.certificate_events()) + 1,
        topic=TOPIC,
        channel=CHANNEL,
        kind=kind,
        at=at,
        by="the watch",
        **fields,  # type: ignore[arg-type] # tests name the fields
    )
    assert store.add_certificate_event(event)
    return event
