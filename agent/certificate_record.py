"""Writes down what happened to a topic's right to send: one event, once, and in the record."""

from collections.abc import Callable, Sequence

from agent.audit_port import AuditEntry, AuditKind
from agent.core.certificate_events import CertificateEvent
from agent.errors import StoreUnavailable
from agent.log import logger
from agent.ports import Store

TRIES = 5  # somebody else may add one at the same moment

Deciding = Callable[[Sequence[CertificateEvent]], CertificateEvent | None]


def add_event(store: Store, decide: Deciding) -> CertificateEvent | None:
    """Add what `decide` makes of the events so far; None where it wants none.

    Where somebody else was quicker it is asked again, with their event among the others.

    Raises:
        StoreUnavailable: it could not be written.
        What `decide` raises: nothing was changed.
    """
    for _ in range(TRIES):
        event = decide(store.certificate_events())
        if event is None:
            return None
        if store.add_certificate_event(event):
            _record(store, event)
            return event
    raise StoreUnavailable("others change certificates at this very moment; try again")


def next_number(events: Sequence[CertificateEvent]) -> int:
    """The number of the event to come."""
    return max((event.number for event in events), default=0) + 1


def _record(store: Store, event: CertificateEvent) -> None:
    content: dict[str, object] = {"event": event.kind.value, "by": event.by, "why": event.why}
    if event.until is not None:
        content["until"] = event.until.isoformat()
    if event.cases:
        content["runs"] = list(event.cases)
    if event.certificate is not None:
        held = event.certificate
        content |= {
            "threshold": held.threshold,
            "reviewed": held.reviewed,
            "wrong": held.wrong,
            "error_limit": held.terms.error_limit,
            "confidence": held.terms.confidence,
            "valid_until": held.valid_until.isoformat(),
        }
    subjects = {"topic": event.topic} | ({"channel": event.channel} if event.channel else {})
    store.append_audit(
        AuditEntry(kind=AuditKind.CERTIFICATE, subjects=subjects, content=content), event.at
    )
    logger().info(
        "certificate.event", topic=event.topic, channel=event.channel, event_kind=event.kind.value
    )
