"""What happens next to a topic's right to send on a channel, by its history and what is so now.

One event at a time: whoever adds it asks again, until nothing more is to be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.core.certificate import Certificate, Terms
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.earning import earned
from agent.core.labels import MadeBy, Proposed
from agent.core.standing import (
    THE_WATCH,
    Held,
    asks_for_more,
    ends_at,
    held_by,
    last_day,
    renewed_from,
    what_changed,
)

Kind = CertificateEventKind
_LEAST = timedelta(microseconds=1)  # reviews of a new claim are later than those of the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What is so now of one topic and channel. `rows` None: the proposals were not read.

    `is_asked` by a person, who wants to know at once.
    """

    topic: str
    channel: str
    made_by: MadeBy
    terms: Terms
    at: datetime
    rows: Sequence[Proposed] | None = None
    is_asked: bool = False


def next_event(events: Sequence[CertificateEvent], now: Now) -> CertificateEvent | None:
    """The event that the watch adds to these, or None where all has been told."""
    held = held_by(events, now.topic, now.channel)
    return (
        _waiver_over(held, now, events)
        or _lapsed(held, now, events)
        or _voided(held, now, events)
        or _overturned(held, now, events)
        or _unlocked(held, now, events)
    )


def event_of(
    events: Sequence[CertificateEvent],
    kind: Kind,
    now: Now,
    *,
    why: str = "",
    certificate: Certificate | None = None,
    cases: tuple[str, ...] = (),
) -> CertificateEvent:
    """The next line of the history, by the watch."""
    return CertificateEvent(
        number=max((event.number for event in events), default=0) + 1,
        topic=now.topic,
        channel=now.channel,
        kind=kind,
        at=now.at,
        by=THE_WATCH,
        why=why,
        certificate=certificate,
        cases=cases,
    )


def _waiver_over(
    held: Held, now: Now, events: Sequence[CertificateEvent]
) -> CertificateEvent | None:
    waiver = held.waivers.get(now.channel)
    if waiver is None or waiver.until is None or now.at < waiver.until:
        return None
    why = f"the waiver by {waiver.by} ended with {last_day(waiver.until)}"
    return event_of(events, Kind.WAIVER_ENDED, now, why=why)


def _lapsed(held: Held, now: Now, events: Sequence[CertificateEvent]) -> CertificateEvent | None:
    certificate = held.certificate
    if certificate is None or now.at < ends_at(certificate, now.terms):
        return None
    why = f"its certificate ended with {last_day(ends_at(certificate, now.terms))}"
    return event_of(events, Kind.LAPSED, now, why=why)


def _voided(held: Held, now: Now, events: Sequence[CertificateEvent]) -> CertificateEvent | None:
    certificate = held.certificate
    if certificate is None:
        return None
    changed = what_changed(certificate.made_by, now.made_by)
    why = changed or asks_for_more(certificate, now.terms)
    return event_of(events, Kind.VOIDED, now, why=why) if why else None


def _overturned(
    held: Held, now: Now, events: Sequence[CertificateEvent]
) -> CertificateEvent | None:
    """A reply that was called clean is called wrong later: without it the unlock would not be."""
    certificate = held.certificate
    if certificate is None or not now.rows:
        return None
    since = None if held.since is None else held.since + _LEAST
    found = earned(now.rows, now.made_by, certificate.terms, now=now.at, since=since).certificate
    if found is not None and found.threshold <= certificate.threshold:
        return None
    why = "replies that it was earned with were called wrong since"
    return event_of(events, Kind.VOIDED, now, why=why)


def counted_since(held: Held, at: datetime) -> datetime | None:
    """From when on labels go towards the next certificate; None: all of them.

    In the last third of a certificate's time they begin anew with its unlock: a renewal rests on
    reviews that the certificate before it has not seen.
    """
    since = held.since
    if held.certificate is not None and at >= renewed_from(held.certificate):
        since = held.certificate.unlocked_at
    return None if since is None else since + _LEAST


def _unlocked(held: Held, now: Now, events: Sequence[CertificateEvent]) -> CertificateEvent | None:
    """A first certificate, one from a lower score on, or a newer one in its last third."""
    if not now.rows:
        return None
    found = earned(
        now.rows, now.made_by, now.terms, now=now.at, since=counted_since(held, now.at)
    ).certificate
    if found is None or now.at >= ends_at(found, now.terms):
        return None
    old = held.certificate
    if old is None:
        is_better, why = now.is_asked or _is_news(held, now), ""
    elif now.at >= renewed_from(old):
        is_better, why = found.valid_until > old.valid_until, "renewed by later reviews"
    else:
        is_better, why = found.threshold < old.threshold, "from a lower score on"
    return event_of(events, Kind.UNLOCKED, now, why=why, certificate=found) if is_better else None


def _is_news(held: Held, now: Now) -> bool:
    """Whether a review came since it was void: two watches with two policies would never end."""
    ended = held.ended
    if ended is None or ended.kind is not Kind.VOIDED:
        return True
    return any(
        row.label is not None and row.label.at > ended.at and row.made_by == now.made_by
        for row in now.rows or ()
    )
