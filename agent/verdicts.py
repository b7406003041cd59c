"""What a teammate made of a draft, written down: the run's end, its receipt, the verdict.

The run ends last of all, so that a kill before it only repeats this.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.audit_port import AuditEntry, AuditKind
from agent.labelling import label_verdict
from agent.log import logger
from agent.notes import NoteDesk
from agent.ports import Disposition, Run, RunState, Store
from agent.team_port import Approval


def write_down(desk: NoteDesk, run: Run, learned: Mapping[str, Any]) -> None:
    """Add to what the receipt says was done. A receipt that was removed stays so."""
    receipt = desk.store.receipt(run.id)
    if receipt is None:
        return
    did = receipt.get("did", {})
    if all(did.get(name) == value for name, value in learned.items()):
        return
    receipt["did"] = {**did, **learned}
    now = desk.clock.now()
    desk.store.save_receipt(run.id, receipt, now, kind=AuditKind.RUN_CHANGED)


def give(desk: NoteDesk, approval: Approval, *, was: Approval | None) -> bool:
    """Store, record and label the verdict; False when somebody else gave one meanwhile."""
    return keep(desk.store, approval, was=was, now=desk.clock.now())


def keep(store: Store, approval: Approval, *, was: Approval | None, now: datetime) -> bool:
    """The same where nothing of Kustomer is needed."""
    if not store.set_approval(approval, was=was):
        return False
    entry = AuditEntry(
        kind=AuditKind.APPROVAL,
        subjects={"run": approval.run_id, "conversation": approval.conversation_id},
        content={
            "verdict": approval.verdict.value,
            "outcome": approval.outcome,
            "by": approval.by,
            "reason": approval.reason,
            "binds": approval.binds,
        },
    )
    store.append_audit(entry, now)
    label_verdict(store, approval)
    return True


def end_run(desk: NoteDesk, run: Run, disposition: Disposition, because: str) -> Run:
    """The run is done: nothing of it waits for a teammate any more. Gives it as it is now."""
    ended = replace(
        run,
        state=RunState.DONE,
        disposition=disposition,
        because=run.because if because in run.because else (*run.because, because),
        updated_at=desk.clock.now(),
    )
    if desk.store.move_run(ended, was=(RunState.AWAITING_APPROVAL,)):
        logger().info("draft.ended", run=run.id, how=because)
    return desk.store.run(run.id) or ended
