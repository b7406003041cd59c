"""Proposed replies and certificates as a dictionary and a list: their part of `MemoryStore`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock

from agent.core.labels import Label, Outcome, Proposed
from agent.label_port import CertificateEvent, erased_id


class LabelMemory:
    """Proposals and certificates. `MemoryStore` calls `_forget_labels` when it is made."""

    def _open(self) -> RLock:
        raise NotImplementedError

    def _forget_labels(self) -> None:
        self._proposed: dict[str, Proposed] = {}
        self._certificates: list[CertificateEvent] = []

    def add_proposed(self, proposed: Proposed) -> bool:
        """See `LabelBook`."""
        return self.add_all_proposed((proposed,)) == 1

    def add_all_proposed(self, rows: Sequence[Proposed]) -> int:
        """See `LabelBook`."""
        with self._open():
            before = len(self._proposed)
            for row in rows:
                self._proposed.setdefault(row.run_id, row)
            return len(self._proposed) - before

    def proposed(self, run_id: str) -> Proposed | None:
        """See `LabelBook`."""
        with self._open():
            return self._proposed.get(run_id)

    def proposals(
        self, *, topic: str = "", channel: str = "", since: datetime | None = None
    ) -> tuple[Proposed, ...]:
        """See `LabelBook`."""
        with self._open():
            found = [
                row
                for row in self._proposed.values()
                if topic in {"", row.topic}
                and channel in {"", row.channel}
                and (since is None or row.at >= since)
            ]
        return tuple(sorted(found, key=lambda row: (row.at, row.run_id)))

    def label(self, run_id: str, label: Label, *, was: Label | None) -> bool:
        """See `LabelBook`."""
        with self._open():
            known = self._proposed.get(run_id)
            if known is None or known.label != was:
                return False
            self._proposed[run_id] = replace(known, label=label)
            return True

    def mark_sent(self, run_id: str, at: datetime) -> None:
        """See `LabelBook`."""
        with self._open():
            known = self._proposed.get(run_id)
            if known is not None and known.sent_at is None:
                self._proposed[run_id] = replace(known, sent_at=at)

    def set_outcome(self, run_id: str, outcome: Outcome, at: datetime) -> None:
        """See `LabelBook`."""
        with self._open():
            known = self._proposed.get(run_id)
            if known is None or (outcome is Outcome.QUIET and known.outcome is not None):
                return
            self._proposed[run_id] = replace(known, outcome=outcome, outcome_at=at)

    def certificate_events(self, *, topic: str = "") -> tuple[CertificateEvent, ...]:
        """See `LabelBook`."""
        with self._open():
            return tuple(each for each in self._certificates if topic in {"", each.topic})

    def add_certificate_event(self, event: CertificateEvent) -> bool:
        """See `LabelBook`."""
        with self._open():
            if event.number != len(self._certificates) + 1:
                return False
            self._certificates.append(event)
            return True


def forget_conversations(rows: dict[str, Proposed], conversation_ids: Sequence[str]) -> None:
    """Take the ids and the reasons off the rows of these conversations; the figures stay."""
    for row in list(rows.values()):
        if row.conversation_id in conversation_ids:
            del rows[row.run_id]
            unnamed = erased_id(row.run_id)
            rows[unnamed] = replace(
                row,
                run_id=unnamed,
                conversation_id="",
                message_id="",
                label=replace(row.label, reason="") if row.label else None,
            )
