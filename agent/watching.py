"""Looks after what was done: drafts that wait for a teammate, and replies that had arrived.

Each costs a request or two a look, so looks are spaced. Safe to call at any time and again after
a restart: what is learned is stored, what is not is looked for again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from agent.core.afterwards import DraftFate, bounce_of, fate_of
from agent.core.conversation import Message
from agent.core.turn import Action, marker_of
from agent.errors import HelpdeskMissing, HelpdeskRefused
from agent.log import logger
from agent.notes import NoteDesk
from agent.ports import Delivery, Disposition, Run, RunError, RunState

DRAFT_EVERY = timedelta(minutes=5)
# Ages of a reply at which its message is read again: bounces come within seconds, or hours.
REPLY_AT = (timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=4))
AT_ONCE = 20  # looks in one call, so that polling goes on
ENDED = {
    DraftFate.SENT_AS_IS: Disposition.REPLIED,
    DraftFate.SENT_EDITED: Disposition.LEFT,
    DraftFate.DELETED: Disposition.LEFT,
}


@dataclass(slots=True)
class Watching:
    """One daemon's. What it remembers only spares requests."""

    desk: NoteDesk
    _looked: dict[str, datetime] = field(default_factory=dict)
    _gone: set[str] = field(default_factory=set)  # runs whose draft was gone at the last look

    def watch(self) -> None:
        """Look at what is due for a look. Raises TransientError; call again later."""
        store, now = self.desk.store, self.desk.clock.now()
        waiting = store.runs(states=(RunState.AWAITING_APPROVAL,), limit=500)
        sent = store.runs(states=(RunState.DONE,), limit=500)
        due = [
            *(run for run in waiting if self._is_due(run, now, DRAFT_EVERY)),
            *(run for run in sent if self._is_reply_due(run, now)),
        ]
        for run in due[:AT_ONCE]:
            self._looked[run.id] = now
            try:
                self._look(run)
            except (HelpdeskMissing, HelpdeskRefused):
                continue  # deleted or merged: there is nothing left to look after

    def _is_due(self, run: Run, now: datetime, every: timedelta) -> bool:
        last = self._looked.get(run.id)
        return last is None or now - last >= every

    def _is_reply_due(self, run: Run, now: datetime) -> bool:
        if run.disposition is not Disposition.REPLIED:
            return False
        last = self._looked.get(run.id, run.updated_at)
        return any(last < run.updated_at + age <= now for age in REPLY_AT)

    def _look(self, run: Run) -> None:
        delivery = self.desk.store.delivery(marker_of(run.turn, Action.REPLY))
        if delivery is None or delivery.remote_id is None:
            return
        if run.state is RunState.AWAITING_APPROVAL:
            self._look_at_draft(run, delivery, delivery.remote_id)
        else:
            self._look_at_reply(run, delivery, delivery.remote_id)

    # --- drafts ---------------------------------------------------------------------------------

    def _look_at_draft(self, run: Run, delivery: Delivery, draft_id: str) -> None:
        customer_id = run.snapshot.get("customer_id")
        if not isinstance(customer_id, str):
            return
        drafts = self.desk.reader.drafts(customer_id)
        messages: tuple[Message, ...] = ()
        if all(draft.id != draft_id for draft in drafts):
            messages = self.desk.reader.messages(run.turn.conversation_id)
        newer = tuple(m for m in messages if m.created_at >= delivery.created_at)
        fate = fate_of(draft_id, delivery.body, drafts, newer)
        if fate is DraftFate.WAITING:
            return
        if fate is DraftFate.DELETED and run.id not in self._gone:
            # Kustomer sends in its own time: the message may be on its way. Looked for once more.
            self._gone.add(run.id)
            return
        self._write_down(run, {"draft": fate.value})
        if fate in ENDED:
            self._end(run, ENDED[fate], fate)

    def _end(self, run: Run, disposition: Disposition, fate: DraftFate) -> None:
        now = self.desk.clock.now()
        ended = replace(
            run,
            state=RunState.DONE,
            disposition=disposition,
            because=(*run.because, f"draft-{fate.value}"),
            updated_at=now,
        )
        if self.desk.store.move_run(ended, was=(RunState.AWAITING_APPROVAL,)):
            logger().info("draft.ended", run=run.id, fate=fate.value)

    # --- replies --------------------------------------------------------------------------------

    def _look_at_reply(self, run: Run, delivery: Delivery, message_id: str) -> None:
        messages = self.desk.reader.messages(run.turn.conversation_id)
        reason = bounce_of(message_id, messages)
        if reason is None:
            return
        now = self.desk.clock.now()
        words = f"Kustomer could not deliver it: {reason}"
        self.desk.store.bounce_delivery(delivery.marker, error=words, now=now)
        self._write_down(run, {"reply_state": "failed", "reply_why": words})
        failed = replace(
            run,
            state=RunState.FAILED,
            disposition=Disposition.FAILED,
            error=RunError(step="act", kind="DeliveryFailed", message=words, at=now),
            updated_at=now,
        )
        if self.desk.store.move_run(failed, was=(RunState.DONE,)):
            logger().warning("reply.bounced", run=run.id)

    def _write_down(self, run: Run, learned: Mapping[str, Any]) -> None:
        receipt = self.desk.store.receipt(run.id)
        if receipt is not None:
            receipt["did"] = {**receipt.get("did", {}), **learned}
            self.desk.store.save_receipt(run.id, receipt, self.desk.clock.now())
