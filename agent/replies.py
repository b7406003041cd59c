"""Releases a staged reply to the customer: look again, release, confirm.

Carries out `core/delivery.REPLY_NEXT`. Safe to call again at any time, also after a kill: "release
n started" is committed before the request, and only the one draft id we staged is ever released,
so it is one message at the most. What nobody can tell ends as unknown and is never sent again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.core.basis import (
    Basis,
    is_ours,
    moved_on,
    somebody_wrote,
    teammate_is_writing,
    touched,
)
from agent.core.conversation import Draft, Message
from agent.core.delivery import REPLY_NEXT, Next, Seen
from agent.drafts import stage
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
from agent.urgency import urgent

# Seconds after the release at which the messages are read; the sum is the settle time of 120 s.
CONFIRM_AFTER = (0.2, 0.3, 0.5, 1, 3, 5, 10, 20, 40, 40)
# From the beginning of a look to the release: an older look is no look, look once more.
LOOK_AGAIN_WITHIN = timedelta(seconds=2)
# Seconds before another look at what stops a reply before its release: one spoilt answer would end
# it for good, and leave its draft behind. Nothing is sent meanwhile.
DOUBTS = (1.0,)
DRAFT_DOUBTS = (1.0, 3.0, 8.0)  # the list of drafts may lag behind the one that we just staged
OVER = frozenset(
    {
        DeliveryState.ARRIVED,
        DeliveryState.OVERTAKEN,
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
    }
)


class LookTooOld(Exception):
    """Too long since the look: nothing was asked, look again first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a staged reply may not go after all. `withdraw`: nor stay as a draft."""

    why: str
    withdraw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply: what to write, and the conversation that it was decided upon.

    `refusal` is asked right before each release: a topic may have been lowered meanwhile, a limit
    reached.
    """

    intent: Delivery
    draft: NewDraft
    basis: Basis
    refusal: Callable[[], Refusal | None] = lambda: None


def deliver_reply(desk: NoteDesk, reply: Reply) -> Delivery:
    """Stage the draft, look again, release it and read back what became true.

    The delivery given back is `ARRIVED`, `OVERTAKEN` (the draft is withdrawn, or a teammate's
    business now), `SAVED` (it may not go, and waits for a teammate), `FAILED` (Kustomer reports
    that it could not be delivered) or `UNKNOWN`.

    Raises:
        Held: paused or stopping before the release; the draft lies unsent. Call again.
        HelpdeskUnavailable, HelpdeskBusy, HelpdeskLocked: not released; call again.
        HelpdeskRefused: Kustomer refuses the draft or its release; it lies unsent.
    """
    stored = desk.store.delivery(reply.intent.marker)
    if stored is None or (stored.state not in OVER and stored.releases == 0):
        stored = stage(desk, reply.intent, reply.draft)
    if stored.state in OVER:
        return stored
    claimed = desk.claim(stored)
    if claimed.state in OVER:
        return claimed
    with urgent():  # an old look is no look, and a customer waits
        return _Release(desk, reply, claimed).run()


@dataclass
class _Release:
    """One walk through the table."""

    desk: NoteDesk
    reply: Reply
    delivery: Delivery
    tries: int = 0  # looks that were to end in a release
    doubts: int = 0  # looks in a row that said that something has changed
    made: int = 0  # releases started
    unheard: bool = False  # some release may be applied that we heard nothing of
    given_up: bool = False  # it is not to be released any more
    withdrawn: bool = False
    looked_at: tuple[datetime, float] | None = None  # by the wall, and by the clock that is steady
    why: str = ""
    message: Message | None = None
    error: AgentError | None = None
    seen: Seen = field(init=False)

    def __post_init__(self) -> None:
        self.unheard = self.delivery.releases > 0
        self.seen = Seen.RELEASE_STARTED if self.unheard else Seen.STAGED

    def run(self) -> Delivery:
        moves = {
            Next.LOOK_AGAIN: self.look_again,
            Next.RELEASE: self.release,
            Next.CHECK_DRAFT: self.check_draft,
            Next.WITHDRAW: self.withdraw,
            Next.CONFIRM: self.confirm,
        }
        try:
            while (step := REPLY_NEXT[self.seen]) in moves:
                self.seen = moves[step]()
        except AgentError as error:
            self.settle(self.delivery.state, error=str(error))
            raise
        return self.end(step)

    @property
    def draft_id(self) -> str:
        if self.delivery.remote_id is None:
            raise HelpdeskUnavailable("the draft's id is not known")
        return self.delivery.remote_id

    def our_draft(self) -> tuple[Draft | None, tuple[Draft, ...]]:
        drafts = self.desk.reader.drafts(self.reply.draft.customer_id)
        return next((d for d in drafts if d.id == self.draft_id), None), drafts

    def look_again(self) -> Seen:
        """Read everything the decision rests on; the conversation's messages last."""
        desk, basis = self.desk, self.reply.basis
        self.looked_at = desk.clock.now(), desk.clock.monotonic()
        try:
            ours, drafts = self.our_draft()
            conversation = desk.reader.conversation(basis.conversation_id)
            messages = desk.reader.messages(basis.conversation_id)
        except HelpdeskMissing:
            self.why = "the conversation is gone"
            return Seen.MOVED_ON
        if any(is_ours(m, basis, self.delivery.body) for m in messages):
            # Sent already: by an earlier release of ours, or by a teammate from the composer.
            self.why = "the draft was sent in Kustomer"
            return Seen.GONE if self.unheard else Seen.TOUCHED
        wrote = somebody_wrote(basis, messages) is not None  # a message that was seen is there
        self.why = touched(ours, self.delivery.body, self.reply.draft.to) or ""
        if self.why:
            doubts = () if wrote else DOUBTS if ours else DRAFT_DOUBTS
            return self.once_sure(self.how_touched(ours), doubts)
        self.why = moved_on(basis, conversation, messages) or ""
        if not self.why and teammate_is_writing(
            drafts, basis.conversation_id, draft_id=self.draft_id
        ):
            self.why = "a teammate is writing a reply"
        if self.why:
            return self.once_sure(Seen.MOVED_ON, () if wrote else DOUBTS)
        self.doubts = 0
        return self.if_allowed()

    def once_sure(self, seen: Seen, doubts: Sequence[float]) -> Seen:
        """`seen`, once further looks after so many seconds each said that something has changed."""
        if seen is Seen.GONE or self.doubts >= len(doubts):  # what is gone is confirmed anyway
            return seen
        self.desk.clock.sleep(doubts[self.doubts])
        self.doubts += 1
        return Seen.DOUBTED

    def if_allowed(self) -> Seen:
        """Asked last: nothing but the release itself comes after it."""
        refusal = self.reply.refusal()
        if refusal is None:
            return Seen.UNCHANGED
        self.why = refusal.why
        return Seen.MOVED_ON if refusal.withdraw else Seen.NOT_ALLOWED

    def how_touched(self, ours: Draft | None) -> Seen:
        if ours is None:
            return Seen.GONE if self.has_released else Seen.TOUCHED
        if self.unheard:
            self.why += "; a release of it may still be under way"
            return Seen.TOUCHED_UNHEARD
        return Seen.TOUCHED

    @property
    def has_released(self) -> bool:
        return bool(self.delivery.releases or self.made)

    def release(self) -> Seen:
        desk = self.desk
        if self.tries >= desk.retries.attempts:
            raise self.error or HelpdeskUnavailable("it took too long to look again")
        self.tries += 1
        now = desk.clock.now()
        if self.age_of_look() >= LOOK_AGAIN_WITHIN:
            return Seen.STILL_LISTED
        desk.store.start_release(self.delivery.marker, fence=self.delivery.fence, now=now)
        self.made += 1
        return self.ask_to_send(now)

    def ask_to_send(self, now: datetime) -> Seen:
        desk, channel = self.desk, self.reply.draft.channel
        try:
            with desk.ending(self.delivery, now, is_release=True):
                # Last of all, so that nothing is released once a pause is committed, nor on an old
                # look because the database was slow or we were stopped meanwhile.
                desk.guard()
                left = LOOK_AGAIN_WITHIN - self.age_of_look()
                if left <= timedelta():
                    raise LookTooOld  # noqa: TRY301 - it is how this attempt ended
                desk.writer.release_draft(self.draft_id, channel, at=now, within=left)
        except LookTooOld:
            return Seen.STILL_LISTED
        except OutcomeUnknown as error:
            self.unheard = True
            self.error = HelpdeskUnavailable(str(error))
            return Seen.RELEASE_STARTED
        except (HelpdeskBusy, HelpdeskUnavailable) as error:
            self.error = error
            desk.wait_for_next(self.made, error)
            return Seen.RELEASE_STARTED
        except HelpdeskMissing:
            return Seen.GONE
        return Seen.RELEASED

    def age_of_look(self) -> timedelta:
        """By whichever clock moved more: the wall's may jump, the steady one stand in a sleep."""
        if self.looked_at is None:
            return timedelta.max
        (at, steadily_at), clock = self.looked_at, self.desk.clock
        steady = timedelta(seconds=clock.monotonic() - steadily_at)
        return max(abs(clock.now() - at), steady)

    def check_draft(self) -> Seen:
        ours, _ = self.our_draft()
        return Seen.GONE if ours is None else Seen.STILL_LISTED

    def withdraw(self) -> Seen:
        """Delete our own draft, if it still is our own."""
        self.given_up = True
        try:
            ours, _ = self.our_draft()
        except HelpdeskMissing:
            ours = None
        if ours is not None and not touched(ours, self.delivery.body, self.reply.draft.to):
            self.desk.guard()
            try:
                self.desk.writer.delete_draft(ours.id)
                self.withdrawn = True
            except OutcomeUnknown as error:
                raise HelpdeskUnavailable(str(error)) from None
            except HelpdeskRefused:
                self.why += "; the draft could not be withdrawn"
        # A release that we know nothing of may have been quicker than the withdrawal.
        return Seen.GONE if self.has_released else Seen.TOUCHED

    def confirm(self) -> Seen:
        """Read the messages until ours is there; twice more after a read that failed."""
        for seconds in CONFIRM_AFTER:
            self.desk.clock.sleep(seconds)
            try:
                messages = self.desk.reader.messages(self.reply.basis.conversation_id)
            except HelpdeskMissing:
                return Seen.NOT_VISIBLE
            ours = [m for m in messages if is_ours(m, self.reply.basis, self.delivery.body)]
            if ours:
                self.message = ours[0]
                return Seen.BOUNCED if ours[0].status == "error" else Seen.VISIBLE
        if self.withdrawn:
            return Seen.TOUCHED
        if not self.given_up and self.still_lies_there():
            raise HelpdeskUnavailable("released, but Kustomer has not sent the draft yet")
        self.why = "released, but not seen in the conversation within two minutes"
        return Seen.NOT_VISIBLE

    def still_lies_there(self) -> bool:
        """Whether our draft is listed after all: not sent, so it may be released again."""
        try:
            ours, _ = self.our_draft()
        except HelpdeskMissing:
            return False
        return ours is not None

    def end(self, step: Next) -> Delivery:
        state = {
            Next.SETTLE_ARRIVED: DeliveryState.ARRIVED,
            Next.SETTLE_SAVED: DeliveryState.SAVED,
            Next.SETTLE_OVERTAKEN: DeliveryState.OVERTAKEN,
            Next.SETTLE_FAILED: DeliveryState.FAILED,
            Next.SETTLE_UNKNOWN: DeliveryState.UNKNOWN,
        }[step]
        if state is DeliveryState.FAILED and self.message is not None:
            self.why = f"Kustomer could not deliver it: {self.message.error or 'no reason given'}"
        if state is DeliveryState.ARRIVED:
            self.why = ""
        return self.settle(state, error=self.why)

    def settle(self, state: DeliveryState, *, error: str) -> Delivery:
        remote_id = self.message.id if self.message is not None else None
        now = self.desk.clock.now()
        self.desk.store.settle_delivery(
            self.delivery.marker,
            fence=self.delivery.fence,
            state=state,
            remote_id=remote_id,
            error=error,
            now=now,
        )
        return replace(
            self.delivery,
            state=state,
            remote_id=remote_id or self.delivery.remote_id,
            releases=self.delivery.releases + self.made,
            error=error,
            updated_at=now,
        )
