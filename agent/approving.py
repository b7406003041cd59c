"""Carries out a teammate's word on a draft: approve sends that very draft, reject withdraws it.

A verdict is committed first, bound to turn, recipient and text; then the draft is released under
the delivery table, so that of two who approve, or one who does twice, one message comes. A verdict
that could not be carried out, because of a pause or a kill, is gone on with by the daemon or by
saying it again; an approval lapses after half an hour.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from agent.core.basis import is_about_the_draft, touched
from agent.core.conversation import Draft
from agent.core.turn import Action, marker_of
from agent.errors import (
    AgentError,
    Held,
    HelpdeskMissing,
    HelpdeskUnavailable,
    InputError,
    OutcomeUnknown,
)
from agent.handover import Staged
from agent.notes import NoteDesk
from agent.plain import from_plain
from agent.ports import (
    Delivery,
    DeliveryState,
    Disposition,
    NewDraft,
    Run,
    RunError,
    RunState,
    Store,
)
from agent.replies import Refusal, Reply, deliver_reply
from agent.team_port import Approval, Verdict
from agent.verdicts import end_run, give, write_down

LAPSES_AFTER = timedelta(minutes=30)  # then the world has moved on further than a look shows
SENT, WITHDRAWN, OVERTAKEN, LEFT = "sent", "withdrawn", "overtaken", "left"
FAILED, UNKNOWN, LAPSED = "failed", "unknown", "lapsed"
_NOTHING: Mapping[str, str | None] = {}
FOR_GOOD = frozenset({SENT, FAILED, UNKNOWN})
ANEW = frozenset({OVERTAKEN, LAPSED, LEFT})  # outcomes after which somebody may say it again


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDraft:
    """A draft in the composer, and what an approval of it would send to whom."""

    run: Run
    delivery: Delivery
    staged: Staged

    @property
    def binds(self) -> str:
        """The turn, the recipient and the very text, as one hash."""
        parts = (
            self.run.turn.key,
            self.staged.customer_id,
            self.staged.channel,
            self.staged.to or "",
            self.delivery.body,
        )
        return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a verdict. `why` says what is in the way, in words without customer text."""

    run: Run
    approval: Approval
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Whether what the teammate wanted is true now."""
        wanted = {Verdict.APPROVED: SENT, Verdict.EDITED: SENT, Verdict.REJECTED: WITHDRAWN}
        return self.approval.outcome == wanted.get(self.approval.verdict)


def waiting_draft(store: Store, run: Run) -> WaitingDraft | None:
    """The draft of a run that waits, or None when what it rests on is not kept any more."""
    delivery = store.delivery(marker_of(run.turn, Action.REPLY))
    staged = ((store.receipt(run.id) or {}).get("did") or {}).get("staged")
    if delivery is None or delivery.remote_id is None or not delivery.body or staged is None:
        return None
    return WaitingDraft(run=run, delivery=delivery, staged=from_plain(Staged, staged))


def approve(desk: NoteDesk, run: Run, *, by: str) -> Ended:
    """Send the draft of that run, as it was written. Safe to call again: it is one message.

    Raises:
        InputError: nothing of that run waits, somebody rejected it, or nobody is named.
        Held: paused, or another process is at this very draft; the approval stands for 30 min.
        TransientError: it did not get through; call again.
    """
    stands = desk.store.approval(run.id)
    if stands is not None and stands.outcome in FOR_GOOD:
        return Ended(run=ended_with(desk, run, stands), approval=stands, why=before(stands))
    draft = must_wait(desk.store, run)
    now = desk.clock.now()
    if stands is not None and stands.verdict is Verdict.REJECTED and stands.outcome != LEFT:
        raise InputError(f"{stands.by} rejected this draft; nothing was sent")
    if stands is None or stands.outcome in ANEW or has_lapsed(stands, now):
        wanted = verdict_on(draft, Verdict.APPROVED, by=by, at=now)
        if not give(desk, wanted, was=stands):
            raise Held("somebody else decides about this draft right now; look at it again")
        stands = wanted
    return carry_out(desk, run, stands)


def reject(desk: NoteDesk, run: Run, *, by: str, reason: str) -> Ended:
    """Withdraw the draft of that run, if it is as we left it. Safe to call again.

    Raises as `approve`; InputError also once it was sent.
    """
    stands = desk.store.approval(run.id)
    if stands is not None and stands.outcome in {*FOR_GOOD, WITHDRAWN}:
        return Ended(run=ended_with(desk, run, stands), approval=stands, why=before(stands))
    draft = must_wait(desk.store, run)
    must_not_be_edited(stands, desk.clock.now())
    if draft.delivery.releases and stands is not None and stands.outcome == "":
        raise InputError(f"{stands.by} approved this draft and it is being sent")
    if stands is None or stands.verdict is not Verdict.REJECTED or stands.outcome:
        wanted = verdict_on(draft, Verdict.REJECTED, by=by, at=desk.clock.now(), reason=reason)
        if not give(desk, wanted, was=stands):
            raise Held("somebody else decides about this draft right now; look at it again")
        stands = wanted
    return carry_out(desk, run, stands)


def carry_out(desk: NoteDesk, run: Run, approval: Approval) -> Ended:
    """Go on with a verdict that stands, from wherever it was cut off. Raises as `approve`.

    One with a teammate's own words is gone on with by `editing.carry_out_edit`.
    """
    desk.guard()
    draft = must_wait(desk.store, run)
    must_not_be_edited(approval, desk.clock.now())
    if approval.verdict is Verdict.REJECTED:
        return _withdraw(desk, draft, approval)
    if approval.binds != draft.binds:
        return left_waiting(
            desk, draft, approval, OVERTAKEN, "the text or the recipient is another now"
        )
    in_the_way = _touched(desk, draft)
    if in_the_way is not None and not draft.delivery.releases:
        return left_waiting(desk, draft, approval, OVERTAKEN, in_the_way)
    return _release(desk, draft, approval)


def ended_with(
    desk: NoteDesk,
    run: Run,
    approval: Approval,
    *,
    learned: Mapping[str, str | None] = _NOTHING,
    why: str = "",
) -> Run:
    """The run as a verdict that was carried out ends it, and its receipt with what was `learned`.

    Safe to call again.
    """
    if run.state is not RunState.AWAITING_APPROVAL:
        return run
    if approval.outcome == FAILED:
        return _failed(desk, run, why or "Kustomer could not deliver it")
    disposition, because = {
        SENT: (Disposition.REPLIED, f"draft-{approval.verdict}"),
        UNKNOWN: (Disposition.UNKNOWN, f"draft-{approval.verdict}"),
        WITHDRAWN: (Disposition.LEFT, "draft-rejected"),
    }[approval.outcome]
    told = {"draft": approval.verdict.value, "by": approval.by}
    write_down(desk, run, {**told, **learned})
    return end_run(desk, run, disposition, because)


def _failed(desk: NoteDesk, run: Run, why: str) -> Run:
    now = desk.clock.now()
    error = RunError(step="act", kind="DeliveryFailed", message=why, at=now)
    failed = replace(
        run, state=RunState.FAILED, disposition=Disposition.FAILED, error=error, updated_at=now
    )
    desk.store.move_run(failed, was=(RunState.AWAITING_APPROVAL,))
    return failed


def has_lapsed(approval: Approval, now: datetime) -> bool:
    """Whether an approval is too old to be carried out."""
    sends = approval.verdict in {Verdict.APPROVED, Verdict.EDITED}
    return sends and approval.outcome == "" and now - approval.at > LAPSES_AFTER


def must_not_be_edited(stands: Approval | None, now: datetime) -> None:
    """Refuse while somebody's own words go out in place of the draft."""
    if stands is None or has_lapsed(stands, now):
        return
    if stands.verdict is Verdict.EDITED and stands.outcome == "":
        raise InputError(f"{stands.by} edited this draft and it is being sent")


def must_wait(store: Store, run: Run) -> WaitingDraft:
    """The draft of a run that waits for a teammate.

    Raises:
        InputError: it does not wait, or what the draft rests on is not kept any more.
    """
    if run.state is not RunState.AWAITING_APPROVAL:
        how = run.disposition or run.state
        raise InputError(f"nothing of run {run.id} waits for a teammate: it is {how}")
    draft = waiting_draft(store, run)
    if draft is None:
        raise InputError(
            f"what the draft of run {run.id} rests on is not kept any more; send or delete it in "
            "Kustomer's composer"
        )
    return draft


def verdict_on(
    draft: WaitingDraft, verdict: Verdict, *, by: str, at: datetime, reason: str = ""
) -> Approval:
    """The verdict, bound to the draft as it is. Raises InputError when nobody is named."""
    if not by.strip():
        raise InputError("--by must name who decides this")
    return Approval(
        run_id=draft.run.id,
        conversation_id=draft.run.turn.conversation_id,
        topic=draft.run.topic,
        verdict=verdict,
        by=by,
        at=at,
        reason=reason,
        binds=draft.binds,
    )


def before(approval: Approval) -> str:
    """What was decided already, and what became of it."""
    return f"{approval.by} {approval.verdict} it already: {approval.outcome}"


def _ours(desk: NoteDesk, draft: WaitingDraft) -> Draft | None:
    drafts = desk.reader.drafts(draft.staged.customer_id)
    return next((d for d in drafts if d.id == draft.delivery.remote_id), None)


def _touched(desk: NoteDesk, draft: WaitingDraft) -> str | None:
    try:
        ours = _ours(desk, draft)
    except HelpdeskMissing:
        return "the customer is gone"
    return touched(ours, draft.delivery.body, draft.staged.to)


# --- sending ------------------------------------------------------------------------------------


def _release(desk: NoteDesk, draft: WaitingDraft, approval: Approval) -> Ended:
    def refusal() -> Refusal | None:
        """The approval as it stands right before the release."""
        if desk.store.approval(draft.run.id) != approval:
            return Refusal(why="the approval was taken back")
        if has_lapsed(approval, desk.clock.now()):
            return Refusal(why="the approval lapsed after 30 minutes; approve it again")
        return None

    delivery = deliver_reply(desk, _reply(draft, refusal))
    if delivery.state is DeliveryState.ARRIVED:
        return _sent(desk, draft, approval, delivery)
    if delivery.state is DeliveryState.SAVED:
        return left_waiting(desk, draft, approval, LAPSED, delivery.error)
    if delivery.state is DeliveryState.OVERTAKEN:
        return _overtaken(desk, draft, approval, delivery)
    return _went_wrong(desk, draft, approval, delivery)


def _reply(draft: WaitingDraft, refusal: Callable[[], Refusal | None]) -> Reply:
    staged, delivery = draft.staged, draft.delivery
    new = NewDraft(
        conversation_id=delivery.conversation_id,
        customer_id=staged.customer_id,
        channel=staged.channel,
        body=delivery.body,
        marker=delivery.marker,
        to=staged.to,
        sender=staged.sender,
    )
    return Reply(intent=delivery, draft=new, basis=staged.basis, refusal=refusal)


def _sent(desk: NoteDesk, draft: WaitingDraft, approval: Approval, delivery: Delivery) -> Ended:
    ended = closed(desk, approval, SENT)
    learned = {"reply_state": delivery.state.value, "reply_id": delivery.remote_id}
    return Ended(run=ended_with(desk, draft.run, ended, learned=learned), approval=ended)


def _overtaken(
    desk: NoteDesk, draft: WaitingDraft, approval: Approval, delivery: Delivery
) -> Ended:
    """The look before the release found something new."""
    ended = closed(desk, approval, OVERTAKEN)
    run, why = draft.run, delivery.error
    if not is_about_the_draft(why):  # else it is a teammate's now, and watched until it ends
        write_down(desk, run, {"draft": OVERTAKEN, "reply_why": why})
        run = end_run(desk, run, Disposition.OVERTAKEN, "draft-overtaken")
    return Ended(run=run, approval=ended, why=why)


def _went_wrong(
    desk: NoteDesk, draft: WaitingDraft, approval: Approval, delivery: Delivery
) -> Ended:
    failed = delivery.state is DeliveryState.FAILED
    ended = closed(desk, approval, FAILED if failed else UNKNOWN)
    write_down(desk, draft.run, {"reply_state": delivery.state.value, "reply_why": delivery.error})
    run = ended_with(desk, draft.run, ended, why=delivery.error)
    return Ended(run=run, approval=ended, why=delivery.error)


# --- withdrawing --------------------------------------------------------------------------------


def _withdraw(desk: NoteDesk, draft: WaitingDraft, approval: Approval) -> Ended:
    why = take_back(desk, draft, "the draft was rejected")
    if why is not None:  # what became of it is watched until it ends
        return left_waiting(desk, draft, approval, LEFT, why)
    ended = closed(desk, approval, WITHDRAWN)
    return Ended(run=ended_with(desk, draft.run, ended), approval=ended)


def take_back(desk: NoteDesk, draft: WaitingDraft, why: str) -> str | None:
    """Delete the draft if it is as we left it; gives what is in the way, or None.

    Nobody releases it meanwhile, and nobody does afterwards: it is settled as overtaken, for `why`.
    """
    claimed = desk.claim(draft.delivery)
    try:
        in_the_way = _touched(desk, draft)
        if in_the_way is None:
            _delete(desk, claimed)
    except AgentError as error:
        _let_go(desk, claimed, claimed.state, str(error))
        raise
    if in_the_way is not None:
        _let_go(desk, claimed, claimed.state, "")
        return in_the_way
    _let_go(desk, claimed, DeliveryState.OVERTAKEN, why)
    return None


def _delete(desk: NoteDesk, claimed: Delivery) -> None:
    desk.guard()
    try:
        desk.writer.delete_draft(claimed.remote_id or "")
    except OutcomeUnknown as error:
        raise HelpdeskUnavailable(f"the draft may still be there: {error}") from None


def _let_go(desk: NoteDesk, claimed: Delivery, state: DeliveryState, why: str) -> None:
    now = desk.clock.now()
    desk.store.settle_delivery(claimed.marker, fence=claimed.fence, state=state, error=why, now=now)


# --- the verdict --------------------------------------------------------------------------------


def closed(desk: NoteDesk, approval: Approval, outcome: str) -> Approval:
    """The verdict with its outcome. What was sent is written over a newer word that came late."""
    told = replace(approval, outcome=outcome)
    if give(desk, told, was=approval):
        return told
    stands = desk.store.approval(approval.run_id)
    is_late = stands is not None and stands.outcome not in FOR_GOOD
    if is_late and outcome in FOR_GOOD and give(desk, told, was=stands):
        return told
    return desk.store.approval(approval.run_id) or told


def left_waiting(
    desk: NoteDesk, draft: WaitingDraft, approval: Approval, outcome: str, why: str
) -> Ended:
    """Nothing was sent, and the run goes on waiting."""
    return Ended(run=draft.run, approval=closed(desk, approval, outcome), why=why)
