"""Looks after what was done: drafts that wait for a teammate, and replies that had arrived.

Each costs a request or two a look, so looks are spaced. Safe to call at any time and again after
a restart: what is learned is stored, what is not is looked for again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from agent.approving import (
    SENT,
    WITHDRAWN,
    carry_out,
    ended_with,
    take_back,
    waiting_draft,
)
from agent.core.afterwards import (
    DraftFate,
    answer_beside,
    bounce_of,
    fate_of,
    sender_of,
    sent_text,
)
from agent.core.basis import CUSTOMER_WROTE
from agent.core.turn import Action, marker_of
from agent.editing import carry_out_edit, is_being_edited
from agent.errors import Held, HelpdeskMissing, HelpdeskRefused, InputError
from agent.labelling import SENT_TEXT, catch_up
from agent.log import logger
from agent.notes import NoteDesk
from agent.ports import Delivery, Disposition, Run, RunError, RunState
from agent.team_port import Approval, Verdict
from agent.verdicts import end_run, give, write_down

DRAFT_EVERY = timedelta(minutes=5)
# Ages of a reply at which its message is read again: bounces come within seconds, or hours.
REPLY_AT = (timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=4))
WAITING_AT_MOST = 500  # drafts; a team with more has other worries
AT_ONCE = 20  # looks in one call, so that polling goes on
UNFINISHED_AT_MOST = timedelta(days=1)  # verdicts that are older and not carried out stay so
ANSWERED = "a teammate answered"  # why a draft is withdrawn
IN_KUSTOMER = "in-kustomer"  # the outcome of what a teammate did in the composer
ENDED = {
    DraftFate.SENT_AS_IS: (Verdict.SENT_AS_IS, Disposition.REPLIED),
    DraftFate.SENT_EDITED: (Verdict.SENT_EDITED, Disposition.LEFT),
    DraftFate.DELETED: (Verdict.DELETED, Disposition.LEFT),
    # Ignoring a draft is the easy way to reject it; what was sent instead is compared with it.
    DraftFate.ANSWERED: (Verdict.SENT_EDITED, Disposition.LEFT),
}


@dataclass(slots=True)
class Watching:
    """One daemon's. What it remembers only spares requests."""

    desk: NoteDesk
    _looked: dict[str, datetime] = field(default_factory=dict)
    _unsure: set[str] = field(default_factory=set)  # runs whose draft has to be looked at again
    _has_caught_up: bool = False  # with the labels that a kill left out

    def watch(self) -> None:
        """Look at what is due for a look. Raises TransientError; call again later."""
        store, now = self.desk.store, self.desk.clock.now()
        if not self._has_caught_up:
            catch_up(store, since=now - UNFINISHED_AT_MOST)
            self._has_caught_up = True
        looks: list[tuple[str, Callable[[], None]]] = [
            *(
                (f"verdict of {approval.run_id}", partial(self._go_on, approval))
                for approval in store.approvals(since=now - UNFINISHED_AT_MOST)
                if approval.outcome == ""
            ),
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
            except (Held, InputError):
                continue  # somebody else is at it, or it is over

    def _is_draft_due(self, run: Run, now: datetime) -> bool:
        last = self._looked.get(run.id)
        return last is None or now - last >= DRAFT_EVERY

    def _is_reply_due(self, reply: Delivery, now: datetime) -> bool:
        last = self._looked.get(reply.marker, reply.updated_at)
        return any(last < reply.updated_at + age <= now for age in REPLY_AT)

    # --- drafts ---------------------------------------------------------------------------------

    def _go_on(self, approval: Approval) -> None:
        """Carry out a verdict that was held or cut off."""
        run = self.desk.store.run(approval.run_id)
        if run is not None and run.state is RunState.AWAITING_APPROVAL:
            go_on = carry_out_edit if approval.verdict is Verdict.EDITED else carry_out
            go_on(self.desk, run, approval)

    def _look_at_draft(self, run: Run) -> None:
        delivery = self.desk.store.delivery(marker_of(run.turn, Action.REPLY))
        customer_id = run.snapshot.get("customer_id")
        if delivery is None or delivery.remote_id is None or not isinstance(customer_id, str):
            return
        if is_being_edited(self.desk.store.approval(run.id)):
            return  # the draft is gone because we took it back
        draft_id = delivery.remote_id
        drafts = self.desk.reader.drafts(customer_id)
        is_lying = any(draft.id == draft_id for draft in drafts)
        messages = self.desk.reader.messages(run.turn.conversation_id)
        newer = tuple(m for m in messages if m.created_at >= delivery.created_at)
        fate = fate_of(draft_id, delivery.body, drafts, newer)
        if fate is DraftFate.WAITING:
            if self._is_overtaken(run):
                self._take_back(run)
            return
        if self._is_unsure(run, fate, is_lying=is_lying):
            return
        if fate in ENDED and is_lying and not self._is_cleared_away(run):
            return
        said = answer_beside(newer) if is_lying else newer
        by = sender_of(delivery.body, said)
        learned = {"draft": fate.value, **({"by": by} if by else {})}
        if fate in {DraftFate.SENT_EDITED, DraftFate.ANSWERED}:
            learned[SENT_TEXT] = sent_text(said)
        write_down(self.desk, run, learned)
        if fate in ENDED:
            self._end(run, fate, by=by)

    def _is_unsure(self, run: Run, fate: DraftFate, *, is_lying: bool) -> bool:
        """Whether to look once more, since Kustomer sends, and lists drafts, in its own time.

        The message of a draft that is gone may be on its way; a draft may be listed though sent.
        """
        is_early = fate is DraftFate.DELETED or (fate in ENDED and is_lying)
        if not is_early or run.id in self._unsure:
            return False
        self._unsure.add(run.id)
        return True

    def _is_cleared_away(self, run: Run) -> bool:
        """Withdraw a draft that nobody needs any more; one that a teammate touched stays theirs.

        False while it is being sent. Raises Held while paused, or when somebody else is at it.
        """
        draft = waiting_draft(self.desk.store, run)
        if draft is None:
            return True
        if draft.delivery.releases:
            return False
        take_back(self.desk, draft, ANSWERED)
        return True

    def _is_overtaken(self, run: Run) -> bool:
        """The customer wrote again, and that message has a run of its own."""
        runs = self.desk.store.runs(conversation_id=run.turn.conversation_id)
        newest = max(runs, key=lambda each: (each.message_at, each.turn.message_id))
        return newest.id != run.id

    def _take_back(self, run: Run) -> None:
        draft = waiting_draft(self.desk.store, run)
        if draft is None or draft.delivery.releases:
            return
        if take_back(self.desk, draft, CUSTOMER_WROTE) is None:
            write_down(self.desk, run, {"draft": "overtaken", "reply_why": CUSTOMER_WROTE})
            end_run(self.desk, run, Disposition.OVERTAKEN, "draft-overtaken")

    def _end(self, run: Run, fate: DraftFate, *, by: str) -> None:
        verdict, disposition = ENDED[fate]
        stands = self.desk.store.approval(run.id)
        if stands is not None and stands.outcome in {SENT, WITHDRAWN}:
            ended_with(self.desk, run, stands)  # a kill came between the two
            return
        given = Approval(
            run_id=run.id,
            conversation_id=run.turn.conversation_id,
            topic=run.topic,
            verdict=verdict,
            by=by,
            at=self.desk.clock.now(),
            outcome=IN_KUSTOMER,
        )
        give(self.desk, given, was=stands)
        end_run(self.desk, run, disposition, f"draft-{fate.value}")

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
        write_down(self.desk, run, {"reply_state": "failed", "reply_why": words})
        failed = replace(
            run,
            state=RunState.FAILED,
            disposition=Disposition.FAILED,
            error=RunError(step="act", kind="DeliveryFailed", message=words, at=now),
            updated_at=now,
        )
        self.desk.store.move_run(failed, was=(RunState.DONE,))
