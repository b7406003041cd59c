"""Whether a topic may send on a channel now: a pure function of what happened to its right.

The newest fact wins. A certificate holds for the makers it is bound to, until its date, and no
longer than nothing took it back; a waiver holds until its date, its end, or an alarm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from agent.core.certificate import Certificate, RightToSend, Standing, Terms
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import MadeBy

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a channel of a topic has by its history, whatever the time and the makers are now.

    `since` is from when on labels count for the next certificate; None: all of them.
    """

    certificate: Certificate | None = None
    ended: CertificateEvent | None = None  # what took the last certificate away
    waiver: CertificateEvent | None = None
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
    waiver = held.waiver
    if waiver is not None and waiver.until is not None and now < waiver.until:
        why = f" ({waiver.why})" if waiver.why else ""
        said = f"waived by {waiver.by} until {last_day(waiver.until)}{why}, uncertified"
        return RightToSend(standing=Standing.WAIVED, words=said)
    if held.certificate is not None and words is not None:
        standing = Standing.EXPIRED if now >= _ends_at(held.certificate, terms) else Standing.VOID
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
            # The end of one for every channel ends what was said of a single one, too.
            waivers = _but(waivers, event.channel) if event.channel else {}
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
    waiver = max(waivers.values(), key=lambda each: each.until or each.at, default=None)
    return Held(certificate=certificate, ended=ended, waiver=waiver, since=since)


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
        elif event.kind is Kind.WAIVER_ENDED:
            found = {} if event.channel == EVERY_CHANNEL else _but(found, event.channel)
        elif event.kind is Kind.ALARM:
            found = _but(found, event.channel)
    return {
        channel: event
        for channel, event in found.items()
        if event.until is not None and now < event.until
    }


def renewed_from(certificate: Certificate) -> datetime:
    """From when on reviews given since its unlock may earn the next one: its last third."""
    return certificate.valid_until - certificate.terms.valid_for / _RENEWED_IN_LAST


def has_lapsed(certificate: Certificate, now: datetime, terms: Terms) -> bool:
    """Whether its time is up, by its own date or by a team that shortened the time."""
    return now >= _ends_at(certificate, terms)


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


def _but(waivers: Mapping[str, CertificateEvent], channel: str) -> dict[str, CertificateEvent]:
    return {place: each for place, each in waivers.items() if place != channel}


def percent(share: float) -> str:
    """A share as people read it: "2 %", "0.5 %"."""
    return f"{share * 100:.3g} %"


def _ends_at(certificate: Certificate, terms: Terms | None) -> datetime:
    if terms is None:
        return certificate.valid_until
    return min(certificate.valid_until, certificate.unlocked_at + terms.valid_for)


def _flaw(
    certificate: Certificate, made_by: MadeBy | None, now: datetime, terms: Terms | None
) -> str | None:
    """Why a certificate that nobody took back does not hold for this proposal; None: it does."""
    ends_at = _ends_at(certificate, terms)
    if now >= ends_at:
        return f"its certificate ended with {last_day(ends_at)}"
    changed = what_changed(certificate.made_by, made_by) if made_by is not None else ""
    return changed or (asks_for_more(certificate, terms) if terms is not None else "") or None


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
