"""Looks after what was done: drafts that wait for a teammate, and replies that had arrived.

Each costs a request or two a look, so looks are spaced. Safe to call at any time and again after
a restart: what is learned is stored, what is not is looked for again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from agent.audit_port import AuditKind
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
WAITING_AT_MOST = 500  # drafts; a team with more has other worries
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
        looks: list[tuple[str, Callable[[], None]]] = [
            *(
                (run.id, partial(self._look_at_draft, run))
                for run in store.runs(states=(RunState.AWAITING_APPROVAL,), limit=WAITING_AT_MOST)
                if self._is_draft_due(run, now)
            ),
            *(
                (reply.marker, partial(self._look_at_reply, reply))
                for reply in store.arrived_replies(now - REPLY_AT[-1] - DRAFT_EVERY)
                if self._is_reply_due(reply, now)
            ),
        ]
        for name, look in looks[:AT_ONCE]:
            self._looked[name] = now
            try:
                look()
            except (HelpdeskMissing, HelpdeskRefused):
                continue  # deleted or merged: there is nothing left to look after

    def _is_draft_due(self, run: Run, now: datetime) -> bool:
        last = self._looked.get(run.id)
        return last is None or now - last >= DRAFT_EVERY

    def _is_reply_due(self, reply: Delivery, now: datetime) -> bool:
        last = self._looked.get(reply.marker, reply.updated_at)
        return any(last < reply.updated_at + age <= now for age in REPLY_AT)

    # --- drafts ---------------------------------------------------------------------------------

    def _look_at_draft(self, run: Run) -> None:
        delivery = self.desk.store.delivery(marker_of(run.turn, Action.REPLY))
        customer_id = run.snapshot.get("customer_id")
        if delivery is None or delivery.remote_id is None or not isinstance(customer_id, str):
            return
        draft_id = delivery.remote_id
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

    def _look_at_reply(self, delivery: Delivery) -> None:
        messages = self.desk.reader.messages(delivery.conversation_id)
        reason = bounce_of(delivery.remote_id or "", messages)
        if reason is None:
            return
        words = f"Kustomer could not deliver it: {reason}"
        self.desk.store.bounce_delivery(delivery.marker, error=words, now=self.desk.clock.now())
        logger().warning("reply.bounced", conversation=delivery.conversation_id)
        run = self.desk.store.run(delivery.run_id) if delivery.run_id else None
        if run is not None:
            self._fail(run, words)

    def _fail(self, run: Run, words: str) -> None:
        now = self.desk.clock.now()
        self._write_down(run, {"reply_state": "failed", "reply_why": words})
        failed = replace(
            run,
            state=RunState.FAILED,
            disposition=Disposition.FAILED,
            error=RunError(step="act", kind="DeliveryFailed", message=words, at=now),
            updated_at=now,
        )
        self.desk.store.move_run(failed, was=(RunState.DONE,))

    def _write_down(self, run: Run, learned: Mapping[str, Any]) -> None:
        receipt = self.desk.store.receipt(run.id)
        if receipt is not None:
            receipt["did"] = {**receipt.get("did", {}), **learned}
            now, learned_later = self.desk.clock.now(), AuditKind.RUN_CHANGED
            self.desk.store.save_receipt(run.id, receipt, now, kind=learned_later)
