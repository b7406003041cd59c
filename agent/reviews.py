"""Labels that a person gives by hand: one after a look, or a file of them; both on the record."""

from collections.abc import Sequence
from datetime import datetime

from agent.audit_port import AuditEntry, AuditKind
from agent.core.labels import Judgement, Label, Outcome, Proposed, Source
from agent.errors import InputError
from agent.labelling import give_label
from agent.ports import Store


def give(
    store: Store, row: Proposed, judgement: Judgement, *, by: str, reason: str, at: datetime
) -> Label:
    """Keep a person's own judgement of a proposal. The newest word stands; gives the label.

    Raises:
        InputError: nobody is named.
        Held: others label it right now.
    """
    if not by.strip():
        raise InputError("--by must name who judges this")
    label = Label(judgement=judgement, source=Source.CONSOLE, by=by, at=at, reason=reason)
    if give_label(store, row, label):
        store.append_audit(
            AuditEntry(
                kind=AuditKind.LABEL,
                subjects={
                    "run": row.run_id,
                    "conversation": row.conversation_id,
                    "topic": row.topic,
                },
                content={"judgement": judgement.value, "by": by, "reason": reason},
            ),
            at,
        )
    if judgement is Judgement.WRONG and row.sent_at is not None:
        store.set_outcome(row.run_id, Outcome.WRONG, at)
    return label


def import_labels(store: Store, rows: Sequence[Proposed], *, file: str, at: datetime) -> int:
    """Add those that are not there yet, all or none; gives how many. Safe to call again."""
    added = store.add_all_proposed(rows)
    if added:
        content = {"file": file, "lines": len(rows), "new": added}
        store.append_audit(AuditEntry(kind=AuditKind.LABEL, content=content), at)
    return added
