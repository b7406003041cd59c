"""From the tables of a policy file to the values that the rules look at."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256

from agent.core.certificate import Terms
from agent.core.team_policy import (
    Audience,
    Hours,
    Level,
    NoteSettings,
    ReplyLimits,
    ReplySettings,
    Slot,
    SlotKind,
    TeamPolicy,
    Topic,
)
from agent.policy_file.answers import Answer
from agent.policy_file.fields import duration, spans
from agent.policy_file.shape import (
    DAYS,
    AudienceTable,
    CertificatesTable,
    HoursTable,
    LimitsTable,
    PolicyFile,
    TopicTable,
)


def policy_of(wanted: PolicyFile, answers: Sequence[Answer], raw: bytes) -> TeamPolicy:
    """The policy of tables and answers that fit together; `raw` is the file, for the version."""
    return TeamPolicy(
        topics=tuple(_topic(name, topic, answers) for name, topic in wanted.topics.items()),
        note=NoteSettings(**wanted.note.model_dump()),
        person_words=tuple(wanted.person.words),
        person_subjects=tuple(wanted.person.subjects),
        languages=frozenset(wanted.reply.languages),
        hours=_hours(wanted.hours, wanted.note.time_zone),
        audience=_audience(wanted.audience),
        limits=_limits(wanted.limits),
        reply=ReplySettings(
            disclosure={
                language: line.strip() for language, line in wanted.reply.disclosure.items()
            },
            links=frozenset(wanted.reply.links),
        ),
        certificates=_terms(wanted.certificates),
        min_margin=wanted.limits.min_margin,
        send_margin=wanted.limits.send_margin,
        stale_after=_stale_after(wanted.limits),
        retries=wanted.limits.retries,
        version=_version(raw, answers),
    )


def _stale_after(limits: LimitsTable) -> timedelta:
    return duration(limits.stale_after)


def _limits(limits: LimitsTable) -> ReplyLimits:
    return ReplyLimits(
        conversation_day=limits.conversation_day,
        conversation_life=limits.conversation_life,
        customer_day=limits.customer_day,
        organization_10_minutes=limits.organization_10_minutes,
        organization_hour=limits.organization_hour,
        first_contacts_hour=limits.first_contacts_hour,
    )


def _hours(hours: HoursTable, time_zone: str) -> Hours:
    week = tuple(spans(getattr(hours, day)) for day in DAYS)
    return Hours(
        time_zone=hours.time_zone or time_zone,
        week=week if any(week) else (),
        country=hours.country,
        region=hours.region,
        closed=frozenset(hours.closed),
    )


def _audience(audience: AudienceTable) -> Audience:
    names = audience.model_dump(exclude={"attributes"})
    attributes = ((name, frozenset(values)) for name, values in audience.attributes.items())
    return Audience(
        **{key: frozenset(values) for key, values in names.items()}, attributes=tuple(attributes)
    )


def _terms(certificates: CertificatesTable) -> Terms:
    return Terms(
        error_limit=certificates.error_limit,
        confidence=certificates.confidence,
        valid_for=timedelta(days=certificates.valid_days),
    )


def _topic(name: str, topic: TopicTable, answers: Iterable[Answer]) -> Topic:
    return Topic(
        name=name,
        description=topic.description,
        examples=tuple(topic.examples),
        level=Level(topic.level),
        channels=frozenset(topic.channels),
        languages=frozenset(topic.languages),
        answers={one.language: one.text for one in answers if one.topic == name},
        slots=tuple(
            Slot(name=slot, source=t.source, kind=SlotKind(t.kind), pattern=t.pattern)
            for slot, t in topic.slots.items()
        ),
        daily_cap=topic.daily_cap,
        share=topic.share,
    )


def _version(raw: bytes, answers: Iterable[Answer]) -> str:
    digest = sha256(raw)
    for one in answers:
        digest.update(f"\0{one.topic}.{one.language}\0{one.text}".encode())
    return digest.hexdigest()[:12]
