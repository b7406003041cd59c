"""The history of a topic's right to send: lines that are added and never edited."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.core.certificate import Certificate


class CertificateEventKind(StrEnum):
    """What happened to a topic's right to send on a channel."""

    UNLOCKED = "unlocked"
    LAPSED = "lapsed"  # its time was up
    VOIDED = "voided"  # model, prompt, topic, answer, version or rules are others now
    ALARM = "alarm"  # too much went wrong, or too much is unfamiliar
    WAIVED = "waived"  # a lead lets it send without
    WAIVER_ENDED = "waiver-ended"  # taken back, or its date has come


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateEvent:
    """One line of a topic's history. `number` counts all events from 1; they are never edited.

    `certificate` is what was unlocked (UNLOCKED only); `until` is a waiver's end; `cases` are
    run ids that an alarm names.
    """

    number: int
    topic: str
    channel: str  # "" for a waiver of every channel
    kind: CertificateEventKind
    at: datetime
    by: str  # a person, or "the watch"
    why: str = ""
    certificate: Certificate | None = None
    until: datetime | None = None
    cases: tuple[str, ...] = ()
