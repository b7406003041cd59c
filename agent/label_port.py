"""The door to the history of proposed replies and certificates; a part of `ports.Store`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from agent.core.certificate import Certificate
from agent.core.labels import Label, Outcome, Proposed


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


class LabelBook(Protocol):
    """Proposed replies, labels, outcomes and certificates. Raises StoreUnavailable."""

    def add_proposed(self, proposed: Proposed) -> bool:
        """Add it; False when a proposal of that run is there already, which stays as it is."""

    def proposed(self, run_id: str) -> Proposed | None:
        """The proposal of a run, or None."""

    def proposals(
        self, *, topic: str = "", channel: str = "", since: datetime | None = None
    ) -> tuple[Proposed, ...]:
        """All that match, oldest first (by `at`, then run id)."""

    def label(self, run_id: str, label: Label, *, was: Label | None) -> bool:
        """Set the label, if what stands is still `was`; else False."""

    def mark_sent(self, run_id: str, at: datetime) -> None:
        """It was released without a teammate. The first time stays; no such run is fine."""

    def set_outcome(self, run_id: str, outcome: Outcome, at: datetime) -> None:
        """What became of it. A bad outcome is never replaced by QUIET."""

    def certificate_events(self, *, topic: str = "") -> tuple[CertificateEvent, ...]:
        """All, or one topic's; oldest first."""

    def add_certificate_event(self, event: CertificateEvent) -> bool:
        """Add it, if its `number` is the next one; False when somebody else was quicker."""
