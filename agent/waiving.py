"""A lead answers for a topic that has no certificate: by name, with a reason, until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from agent.certificate_record import add_event, next_number
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.recipient import CHANNELS
from agent.core.standing import EVERY_CHANNEL, waivers_of
from agent.core.team_policy import TeamPolicy, Topic
from agent.errors import InputError
from agent.ports import Store

AT_MOST = timedelta(days=90)  # then a lead has to look, and say it again
LONGEST_REASON = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What a lead says. `channel` "" is every channel; `until` is the last day of it, UTC."""

    topic: str
    until: date
    by: str
    reason: str
    at: datetime
    channel: str = EVERY_CHANNEL


def waive(store: Store, policy: TeamPolicy, waiver: Waiver) -> CertificateEvent:
    """Let the topic send without a certificate for a time. Raises no level. Newest word wins.

    Who may say so is the caller's to check.

    Raises:
        InputError: no such topic or channel, no name, no reason, or a day that is past or more
            than 90 days ahead. Nothing was changed.
        StoreUnavailable: it could not be written.
    """
    topic = _topic(policy, waiver.topic)
    _check(topic, waiver)

    def waived(events: Sequence[CertificateEvent]) -> CertificateEvent:
        return CertificateEvent(
            number=next_number(events),
            topic=topic.name,
            channel=waiver.channel,
            kind=CertificateEventKind.WAIVED,
            at=waiver.at,
            by=waiver.by.strip(),
            why=" ".join(waiver.reason.split())[:LONGEST_REASON],
            until=datetime.combine(waiver.until + timedelta(days=1), time(), UTC),
        )

    event = add_event(store, waived)
    assert event is not None
    return event


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The word that ends a waiver. `channel` "" ends all that stand for the topic."""

    topic: str
    by: str
    at: datetime
    reason: str = ""
    channel: str = EVERY_CHANNEL


def end_waiver(store: Store, policy: TeamPolicy, end: End) -> tuple[CertificateEvent, ...]:
    """Take what waivers stand back, at once; gives an event for each.

    Raises:
        InputError: no such topic, no name, or no such waiver stands. Nothing was changed.
        StoreUnavailable: it could not be written.
    """
    topic = _topic(policy, end.topic)
    _named(end.by)
    standing = waivers_of(store.certificate_events(), topic.name, end.at)
    if end.channel and end.channel not in standing and EVERY_CHANNEL in standing:
        raise InputError(
            f"the waiver of {topic.name} is for every channel; end it without --channel"
        )
    channels = [each for each in sorted(standing) if end.channel in {EVERY_CHANNEL, each}]
    if not channels:
        where = f" by {end.channel}" if end.channel else ""
        raise InputError(f"no waiver stands for {topic.name}{where}")
    found = (add_event(store, partial(_ended, end, channel)) for channel in channels)
    return tuple(event for event in found if event is not None)


def _ended(end: End, channel: str, events: Sequence[CertificateEvent]) -> CertificateEvent | None:
    if channel not in waivers_of(events, end.topic, end.at):
        return None  # somebody else has just ended it
    return CertificateEvent(
        number=next_number(events),
        topic=end.topic,
        channel=channel,
        kind=CertificateEventKind.WAIVER_ENDED,
        at=end.at,
        by=end.by.strip(),
        why=" ".join(end.reason.split())[:LONGEST_REASON],
    )


def _topic(policy: TeamPolicy, name: str) -> Topic:
    topic = policy.topic(name)
    if topic is None:
        known = ", ".join(sorted(each.name for each in policy.topics)) or "none"
        raise InputError(f"the policy has no topic {name!r}; it has: {known}")
    return topic


def _named(by: str) -> None:
    if not by.strip():
        raise InputError("--by must name who decides this")


def _check(topic: Topic, waiver: Waiver) -> None:
    _named(waiver.by)
    if not waiver.reason.strip():
        raise InputError("a waiver needs a reason; it is shown wherever the topic is")
    channels = topic.channels or CHANNELS
    if waiver.channel and waiver.channel not in channels:
        known = ", ".join(sorted(channels))
        raise InputError(f"{topic.name} is not answered by {waiver.channel!r}, only by: {known}")
    today = waiver.at.astimezone(UTC).date()
    if waiver.until < today:
        raise InputError(f"a waiver cannot end on {waiver.until}: that day is past")
    if waiver.until > today + AT_MOST:
        last = today + AT_MOST
        raise InputError(
            f"a waiver ends after {AT_MOST.days} days at the latest: on {last}; then look again"
        )
