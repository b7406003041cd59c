"""Whether a topic may send on a channel now: a pure function of what happened to its right.

The newest fact wins. A certificate holds for the makers it is bound to, until its date, and no
longer than nothing took it back; a waiver holds until its date, its end, or an alarm.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from agent.core.certificate import Certificate, RightToSend, Standing, Terms
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import MadeBy
from agent.core.team_policy import Topic

THE_WATCH = "the watch"  # who makes an event, where no person does
EVERY_CHANNEL = ""
MAY_SEND = frozenset({Standing.CERTIFIED, Standing.WAIVED})
_RENEWED_IN_LAST = 3  # the last third of a certificate's time
_CHANGED = {
    "engine": "the engine or model has changed since",
    "prompt": "the prompt has changed since",
    "topic": "the topic's description, examples, slots, channels or languages have changed since",
    "answers": "the approved answer has changed since",
    "knowledge": "other topics or the margins have changed since",
    "rules": "the rules that hold replies back have changed since",
}

Kind = CertificateEventKind
_TAKEN = frozenset({Kind.LAPSED, Kind.VOIDED, Kind.ALARM, Kind.WAIVER_ENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a channel of a topic has by its history, whatever the time and the makers are now.

    `since` is from when on labels count for the next certificate; None: all of them. `waivers`,
    by channel, are those that nobody ended, their dates aside.
    """

    certificate: Certificate | None = None
    ended: CertificateEvent | None = None  # what took the last certificate away
    waivers: Mapping[str, CertificateEvent] = field(default_factory=dict)
    since: datetime | None = None


def right_to_send(
    events: Iterable[CertificateEvent],
    topic: str,
    channel: str,
    made_by: MadeBy | None,
    now: datetime,
    *,
    terms: Terms | None = None,
) -> RightToSend:
    """What a topic may do on one channel at that moment, with words for a receipt.

    `made_by` are the makers of the proposal in hand, None where there is none to compare. With
    `terms`, a certificate that promises less than they ask for does not count.
    """
    held = held_by(events, topic, channel)
    words = None if held.certificate is None else _flaw(held.certificate, made_by, now, terms)
    if held.certificate is not None and words is None:
        return _certified(held.certificate)
    waivers = sorted(_still(held.waivers, now).values(), key=lambda each: each.number)
    if waivers:
        return RightToSend(standing=Standing.WAIVED, words=_waived(waivers[-1]))
    if held.certificate is not None and words is not None:
        standing = Standing.EXPIRED if now >= ends_at(held.certificate, terms) else Standing.VOID
        return RightToSend(standing=standing, words=words)
    return _without(held, topic, channel)


def held_by(events: Iterable[CertificateEvent], topic: str, channel: str) -> Held:
    """The history of one topic and channel, folded. Events of others are left out."""
    certificate: Certificate | None = None
    ended: CertificateEvent | None = None
    waivers: dict[str, CertificateEvent] = {}
    since: datetime | None = None
    for event in sorted(events, key=lambda each: each.number):
        if event.topic != topic or event.channel not in {channel, EVERY_CHANNEL}:
            continue
        if event.kind is Kind.WAIVED:
            waivers[event.channel] = event
        elif event.kind is Kind.WAIVER_ENDED:
            waivers = _but(waivers, event.channel)
        elif event.kind is Kind.UNLOCKED and event.certificate is not None:
            if certificate is not None and event.at >= renewed_from(certificate):
                since = certificate.unlocked_at
            certificate, ended = event.certificate, None
        elif event.kind is Kind.LAPSED:
            since = certificate.unlocked_at if certificate is not None else since
            certificate, ended = None, event
        elif event.kind is Kind.VOIDED:
            certificate, ended = None, event
        elif event.kind is Kind.ALARM:
            certificate, ended, waivers, since = None, event, {}, event.at
    return Held(certificate=certificate, ended=ended, waivers=waivers, since=since)


def may_send_somewhere(
    events: Sequence[CertificateEvent], topic: Topic, now: datetime, *, terms: Terms
) -> bool:
    """Whether a topic has a right on one of its channels at least; none listed: on any."""
    known = {EVERY_CHANNEL, *(event.channel for event in events if event.topic == topic.name)}
    rights = (
        right_to_send(events, topic.name, channel, None, now, terms=terms)
        for channel in topic.channels or known
    )
    return any(right.standing in MAY_SEND for right in rights)


def why_lower(
    events: Sequence[CertificateEvent],
    topic: Topic,
    now: datetime,
    *,
    raised_at: datetime | None,
    terms: Terms,
) -> str:
    """Why a topic that stands at "send" must not stay there; "" when it may.

    An alarm on any channel lowers it, unless a person's word on its level (`raised_at`) is newer.
    The rest does so only where no channel is left that has a right.
    """
    mine = sorted((e for e in events if e.topic == topic.name), key=lambda each: -each.number)
    for event in mine:
        if event.kind is Kind.ALARM and (raised_at is None or event.at >= raised_at):
            return f"alarm by {event.channel}: {event.why}"
    if may_send_somewhere(mine, topic, now, terms=terms):
        return ""
    last = next((event for event in mine if event.kind in _TAKEN and event.why), None)
    return last.why if last is not None else f"no certificate for {topic.name} yet"


def waivers_of(
    events: Iterable[CertificateEvent], topic: str, now: datetime
) -> dict[str, CertificateEvent]:
    """The waivers of a topic that stand, by channel; "" is one for every channel."""
    found: dict[str, CertificateEvent] = {}
    for event in sorted(events, key=lambda each: each.number):
        if event.topic != topic:
            continue
        if event.kind is Kind.WAIVED:
            found[event.channel] = event
        elif event.kind in {Kind.WAIVER_ENDED, Kind.ALARM}:
            found = _but(found, event.channel)
    return _still(found, now)


def watched_since(events: Iterable[CertificateEvent], topic: str, channel: str) -> datetime | None:
    """From when on its replies count for an alarm: what ended by then was another claim."""
    ends = {Kind.ALARM, Kind.VOIDED, Kind.LAPSED}
    mine = (event for event in events if (event.topic, event.channel) == (topic, channel))
    return max((event.at for event in mine if event.kind in ends), default=None)


def renewed_from(certificate: Certificate) -> datetime:
    """From when on reviews given since its unlock may earn the next one: its last third."""
    return certificate.valid_until - certificate.terms.valid_for / _RENEWED_IN_LAST


def what_changed(bound_to: MadeBy, made_by: MadeBy) -> str:
    """The first difference between two sets of makers, in words; "" where there is none."""
    for each in fields(MadeBy):
        if getattr(bound_to, each.name) != getattr(made_by, each.name):
            return _CHANGED[each.name]
    return ""


def asks_for_more(certificate: Certificate, terms: Terms) -> str:
    """Why a certificate is too weak for the terms in force; "" where it is not."""
    if certificate.terms.error_limit > terms.error_limit:
        return f"at most {percent(terms.error_limit)} wrong is asked for since"
    if certificate.terms.confidence < terms.confidence:
        return f"{percent(terms.confidence)} confidence is asked for since"
    return ""


def last_day(until: datetime) -> str:
    """The last day (UTC) of what ends at that moment, such as "31 Dec 2026"."""
    last = until - datetime.resolution
    return f"{last.day} {last:%b %Y}"


def _still(waivers: Mapping[str, CertificateEvent], now: datetime) -> dict[str, CertificateEvent]:
    return {
        channel: event
        for channel, event in waivers.items()
        if event.until is not None and now < event.until
    }


def _but(waivers: Mapping[str, CertificateEvent], channel: str) -> dict[str, CertificateEvent]:
    return {place: each for place, each in waivers.items() if place != channel}


def percent(share: float) -> str:
    """A share as people read it: "2 %", "0.5 %"."""
    return f"{share * 100:.3g} %"


def ends_at(certificate: Certificate, terms: Terms | None) -> datetime:
    """When its time is up, by its own date or by a team that shortened the time."""
    if terms is None:
        return certificate.valid_until
    return min(certificate.valid_until, certificate.unlocked_at + terms.valid_for)


def _flaw(
    certificate: Certificate, made_by: MadeBy | None, now: datetime, terms: Terms | None
) -> str | None:
    """Why a certificate that nobody took back does not hold for this proposal; None: it does."""
    end = ends_at(certificate, terms)
    if now >= end:
        return f"its certificate ended with {last_day(end)}"
    changed = what_changed(certificate.made_by, made_by) if made_by is not None else ""
    return changed or (asks_for_more(certificate, terms) if terms is not None else "") or None


def _waived(waiver: CertificateEvent) -> str:
    why = f" ({waiver.why})" if waiver.why else ""
    until = last_day(waiver.until) if waiver.until is not None else "its end"
    return f"waived by {waiver.by} until {until}{why}, uncertified"


def _certified(certificate: Certificate) -> RightToSend:
    words = (
        f"certified until {last_day(certificate.valid_until)}: at most "
        f"{percent(certificate.terms.error_limit)} wrong, {certificate.reviewed} reviewed, "
        f"{certificate.wrong} wrong, from a score of {certificate.threshold:.2f}"
    )
    return RightToSend(standing=Standing.CERTIFIED, words=words, threshold=certificate.threshold)


def _without(held: Held, topic: str, channel: str) -> RightToSend:
    ended = held.ended
    if ended is not None and ended.kind is Kind.ALARM:
        words = f"taken back on {_day(ended.at)}: {ended.why}"
        return RightToSend(standing=Standing.ALARMED, words=words)
    if ended is not None:
        words = ended.why or f"its certificate ended on {_day(ended.at)}"
        standing = Standing.EXPIRED if ended.kind is Kind.LAPSED else Standing.VOID
        return RightToSend(standing=standing, words=words)
    words = f"no certificate for {topic} by {channel or 'any channel'} yet"
    return RightToSend(standing=Standing.MISSING, words=words)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"
