"""The door to the history of proposed replies and certificates; a part of `ports.Store`."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from typing import Protocol

from agent.core.audits import is_audited
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import Label, Outcome, Proposed

__all__ = ["ERASED", "CertificateEvent", "CertificateEventKind", "LabelBook", "erased_id"]

ERASED = "erased:"  # begins what stands in place of the run id of a customer who was erased
_ERASED_BYTES = 8


def erased_id(run_id: str) -> str:
    """A random id in place of it; an audit if it was one, so that its label counts as before."""
    while True:
        unnamed = ERASED + token_hex(_ERASED_BYTES)
        if is_audited(unnamed) == is_audited(run_id):
            return unnamed


class LabelBook(Protocol):
    """Proposed replies, labels, outcomes and certificates. Raises StoreUnavailable.

    Old runs go, these rows stay. Erasing a customer takes ids and reasons off them (`run_id`
    becomes "erased:…"); the figures stay, and so do run ids that an alarm names.
    """

    def add_proposed(self, proposed: Proposed) -> bool:
        """Add it; False when a proposal of that run is there already, which stays as it is."""

    def add_all_proposed(self, rows: Sequence[Proposed]) -> int:
        """The same for many, all or none in one transaction. Gives how many are new."""

    def proposed(self, run_id: str) -> Proposed | None:
        """The proposal of a run, or None."""

    def proposals(
        self, *, topic: str = "", channel: str = "", since: datetime | None = None
    ) -> tuple[Proposed, ...]:
        """All that match, made at or after `since`; oldest first (by `at`, then run id)."""

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
