"""Stages one unsent draft, effectively once. It reaches no customer: a teammate finds it.

Carries out `core/delivery.DRAFT_NEXT`. Safe to call again at any time, also after a kill: the
intent and "attempt n started" are committed before each request, and every call looks first.
"""

from dataclasses import replace

from agent.core.conversation import Draft
from agent.core.delivery import DRAFT_NEXT, Known, Step
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
)
from agent.notes import NoteDesk
from agent.ports import Delivery, DeliveryState, NewDraft

# Nothing is left to stage: it lies there, or a teammate's approval has sent it.
SETTLED = frozenset({DeliveryState.ARRIVED, DeliveryState.OVERTAKEN, DeliveryState.FAILED})
STANDING = frozenset(DeliveryState) - {DeliveryState.INTENDED}


def stage(desk: NoteDesk, intent: Delivery, draft: NewDraft) -> Delivery:
    """Save the draft, or find that it is there; gives what is known then.

    Raises:
        Held: paused, stopping, or another process stages this very draft.
        HelpdeskUnavailable, HelpdeskBusy: not taken after all attempts; call again later.
        HelpdeskLocked: the key is refused.
        HelpdeskRefused: the draft itself is refused; a person looks.
    """
    desk.guard()
    stored = desk.store.intend(intent)
    if stored.state in STANDING:
        return stored
    claimed = desk.claim(stored)
    if claimed.state in STANDING:
        # Frozen between reading and claiming, we missed that another worker staged it, and perhaps
        # sent it: then it is listed no more, and staging it anew would send it twice.
        return _let_go(desk, claimed)
    return _Staging(desk, claimed, replace(draft, body=claimed.body)).run()


def _let_go(desk: NoteDesk, claimed: Delivery) -> Delivery:
    if claimed.state in SETTLED:
        return claimed  # such a one cannot be claimed
    return desk.settle(
        claimed, claimed.state, made=0, remote_id=claimed.remote_id, error=claimed.error
    )


class _Staging:
    """One walk through the table."""

    def __init__(self, desk: NoteDesk, delivery: Delivery, draft: NewDraft) -> None:
        self.desk = desk
        self.delivery = delivery
        self.draft = draft
        self.known = Known.STARTED if delivery.attempts else Known.INTENDED
        self.made = 0
        self.ours: tuple[Draft, ...] = ()
        self.remote_id: str | None = None
        self.error: AgentError | None = None

    def run(self) -> Delivery:
        moves = {
            Step.WRITE: self.write,
            Step.LOOK: self.look,
            Step.WAIT: self.wait,
            Step.KEEP_OLDEST: self.keep_oldest,
            Step.STOP: self.stop,
        }
        try:
            while (step := DRAFT_NEXT[self.known]) in moves:
                self.known = moves[step]()
        except AgentError as error:
            self.settle(DeliveryState.INTENDED, error=str(error))
            raise
        saved = step is Step.SETTLE_SAVED
        return self.settle(DeliveryState.SAVED if saved else DeliveryState.OVERTAKEN)

    def write(self) -> Known:
        if self.made >= self.desk.retries.attempts:
            raise self.error or HelpdeskUnavailable("the draft was not taken")
        self.desk.guard()
        self.made += 1
        now = self.desk.clock.now()
        self.desk.store.start_attempt(self.delivery.marker, fence=self.delivery.fence, now=now)
        try:
            with self.desk.ending(self.delivery, now):
                staged = self.desk.writer.stage_draft(self.draft)
        except OutcomeUnknown as error:
            self.error = HelpdeskUnavailable(str(error))
            return Known.STARTED
        except (HelpdeskBusy, HelpdeskUnavailable) as error:
            self.error = error
            return Known.NOT_APPLIED
        except HelpdeskMissing:
            return Known.GONE
        except HelpdeskRefused as error:
            self.error = error
            return Known.REFUSED
        self.remote_id = staged.id
        return Known.APPLIED

    def look(self) -> Known:
        try:
            drafts = self.desk.reader.drafts(self.draft.customer_id)
        except HelpdeskMissing:
            return Known.GONE
        self.ours = tuple(d for d in drafts if d.marker == self.draft.marker)
        if not self.ours:
            self.ours = self.without_marker(drafts)
        if not self.ours:
            return Known.ABSENT
        self.remote_id = self.ours[0].id
        return Known.TWICE if len(self.ours) > 1 else Known.FOUND

    def without_marker(self, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
        """Ours, should Kustomer not keep the marker: same conversation, text and author."""
        if not self.delivery.attempts and not self.made:
            return ()  # we never asked for it, so none of them can be ours
        same = [
            d
            for d in drafts
            if not d.marker
            and d.conversation_id == self.draft.conversation_id
            and d.body == self.draft.body
        ]
        if not same:
            return ()
        own_id = self.desk.reader.current_user().id
        return tuple(d for d in same if d.created_by == own_id)

    def wait(self) -> Known:
        self.desk.wait_for_next(self.made, self.error)
        return Known.STARTED

    def keep_oldest(self) -> Known:
        for draft in self.ours[1:]:
            # Only those with our marker: a teammate's draft is never deleted.
            if draft.marker == self.draft.marker:
                self.desk.guard()
                self.desk.writer.delete_draft(draft.id)
        return Known.FOUND

    def stop(self) -> Known:
        raise self.error or HelpdeskRefused("the draft was refused")

    def settle(self, state: DeliveryState, *, error: str = "") -> Delivery:
        return self.desk.settle(
            self.delivery, state, made=self.made, remote_id=self.remote_id, error=error
        )
