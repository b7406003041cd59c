"""Sends a teammate's own words in place of a draft: to the same person, once, or not at all.

Kustomer keeps a draft's text for whoever opens the composer, so ours is never rewritten there: it
is taken back, and the teammate's words are staged under a key of their own, looked at again and
released like every reply. The words are committed first, then the verdict, so that the daemon goes
on with it after a pause or a kill.
"""

from hashlib import sha256

from agent.answering import MAIL_HEADERS
from agent.approving import (
    ANEW,
    FAILED,
    FOR_GOOD,
    LAPSED,
    LEFT,
    OVERTAKEN,
    SENT,
    UNKNOWN,
    Ended,
    WaitingDraft,
    approve,
    before,
    closed,
    ended_with,
    has_lapsed,
    left_waiting,
    must_wait,
    take_back,
    verdict_on,
)
from agent.core.recipient import EMAIL
from agent.core.turn import Action, edited_marker, marker_of
from agent.errors import Held, HelpdeskRefused, InputError
from agent.handover import Staged
from agent.notes import NoteDesk
from agent.ports import Delivery, DeliveryState, Disposition, NewDraft, Run, Store
from agent.replies import Refusal, Reply, deliver_reply
from agent.reviewing import Shown, look, must_be_as_shown
from agent.team_port import Approval, Verdict
from agent.verdicts import end_run, give, write_down
from agent.wanted import SendDirection, Wanted, check

TAKEN_BACK = "a teammate's own words went in its place"
LAPSED_WORDS = "the approval lapsed after 30 minutes; say it again"


def edit(desk: NoteDesk, run: Run, text: str, *, shown: Shown, by: str) -> Ended:
    """Send `text` instead of the draft that was shown. Said again, it is one message.

    Raises:
        InputError: it cannot be sent so, something has changed since, or the draft is another.
            Nothing was done.
        Held: paused, or somebody else decides about the draft right now.
        TransientError: it did not get through; the daemon goes on, or say it again.
    """
    stands = desk.store.approval(run.id)
    if stands is not None and stands.outcome in FOR_GOOD:
        return Ended(run=ended_with(desk, run, stands), approval=stands, why=before(stands))
    draft = must_wait(desk.store, run)
    must_be_as_shown(desk, run, shown)
    words = _words(text)
    if words == draft.delivery.body.strip():
        return approve(desk, run, by=by)
    desk.guard()
    if draft.delivery.releases:
        raise InputError("a release of the draft was begun already; look at the conversation")
    _must_be_sendable(desk, draft, words)
    wanted = _verdict(desk, draft, words, by=by)
    if stands is None or stands.outcome in ANEW or has_lapsed(stands, wanted.at):
        desk.store.intend(_intent(draft, wanted, words))
        if not give(desk, wanted, was=stands):
            raise Held("somebody else decides about this draft right now; look at it again")
        return carry_out_edit(desk, run, wanted)
    if stands.binds == wanted.binds:
        return carry_out_edit(desk, run, stands)
    raise InputError(f"{stands.by} {stands.verdict} this draft already")


def other_words_went(store: Store, ended: Ended, text: str) -> bool:
    """Whether this run's reply was sent with other words than these, by a word before this one."""
    approval, turn = ended.approval, ended.run.turn
    if approval.outcome != SENT:
        return False
    edited = approval.verdict is Verdict.EDITED
    marker = edited_marker(turn, approval.binds) if edited else marker_of(turn, Action.REPLY)
    sent = store.delivery(marker)
    return sent is None or _words(sent.body) != _words(text)


def is_being_edited(approval: Approval | None) -> bool:
    """Whether a teammate's own words are on their way."""
    return approval is not None and approval.verdict is Verdict.EDITED and approval.outcome == ""


def carry_out_edit(desk: NoteDesk, run: Run, approval: Approval) -> Ended:
    """Go on with a teammate's own words, from wherever it was cut off. Raises as `edit`."""
    desk.guard()
    draft = must_wait(desk.store, run)
    own = desk.store.delivery(edited_marker(run.turn, approval.binds))
    if own is None or not own.body:
        return _over(desk, run, approval, "the words are not kept any more")
    if has_lapsed(approval, desk.clock.now()) and own.attempts == 0 and not _is_taken_back(draft):
        return left_waiting(desk, draft, approval, LAPSED, LAPSED_WORDS)
    why = None if _is_taken_back(draft) else take_back(desk, draft, TAKEN_BACK)
    if why is not None:
        return left_waiting(desk, draft, approval, LEFT, why)
    return _release(desk, run, approval, _reply(desk, draft.staged, own, approval))


def _words(text: str) -> str:
    return "\n".join(text.splitlines()).strip()


def _is_taken_back(draft: WaitingDraft) -> bool:
    delivery = draft.delivery
    return delivery.state is DeliveryState.OVERTAKEN and delivery.error == TAKEN_BACK


def _must_be_sendable(desk: NoteDesk, draft: WaitingDraft, words: str) -> None:
    """The checks of the send action, and that the conversation is the one that was shown."""
    check(
        Wanted(
            conversation_id=draft.delivery.conversation_id,
            body=words,
            direction=SendDirection.OUT,
            channel=draft.staged.channel,
        )
    )
    changes = (
        () if is_being_edited(desk.store.approval(draft.run.id)) else look(desk, draft).changes
    )
    if changes:
        raise InputError(f"nothing was sent: {changes[0]}")


def _verdict(desk: NoteDesk, draft: WaitingDraft, words: str, *, by: str) -> Approval:
    approval = verdict_on(draft, Verdict.EDITED, by=by, at=desk.clock.now())
    bound = f"{draft.binds}\0{words}".encode("utf-8", "surrogatepass")
    return Approval(
        run_id=approval.run_id,
        conversation_id=approval.conversation_id,
        topic=approval.topic,
        verdict=approval.verdict,
        by=approval.by,
        at=approval.at,
        binds=sha256(bound).hexdigest(),
    )


def _intent(draft: WaitingDraft, approval: Approval, words: str) -> Delivery:
    return Delivery(
        marker=edited_marker(draft.run.turn, approval.binds),
        conversation_id=draft.delivery.conversation_id,
        action=Action.REPLY,
        body=words,
        channel=draft.staged.channel,
        run_id=draft.run.id,
        created_at=approval.at,
        updated_at=approval.at,
    )


def _reply(desk: NoteDesk, staged: Staged, own: Delivery, approval: Approval) -> Reply:
    def refusal() -> Refusal | None:
        """The verdict as it stands right before the release. Else the words do not stay there."""
        if desk.store.approval(approval.run_id) != approval:
            return Refusal(why="the approval was taken back", withdraw=True)
        if has_lapsed(approval, desk.clock.now()):
            return Refusal(why=LAPSED_WORDS, withdraw=True)
        return None

    new = NewDraft(
        conversation_id=own.conversation_id,
        customer_id=staged.customer_id,
        channel=staged.channel,
        body=own.body,
        marker=own.marker,
        to=staged.to,
        sender=staged.sender,
        headers=MAIL_HEADERS if staged.channel == EMAIL else (),
    )
    return Reply(intent=own, draft=new, basis=staged.basis, refusal=refusal)


def _release(desk: NoteDesk, run: Run, approval: Approval, reply: Reply) -> Ended:
    try:
        delivery = deliver_reply(desk, reply)
    except HelpdeskRefused as error:  # asking again would be refused again
        return _ended(desk, run, approval, FAILED, why=str(error))
    learned = {"reply_state": delivery.state.value, "reply_id": delivery.remote_id}
    if delivery.state is DeliveryState.ARRIVED:
        return _ended(desk, run, approval, SENT, learned=learned)
    if delivery.state in {DeliveryState.FAILED, DeliveryState.UNKNOWN}:
        outcome = FAILED if delivery.state is DeliveryState.FAILED else UNKNOWN
        return _ended(desk, run, approval, outcome, learned=learned, why=delivery.error)
    return _over(desk, run, approval, delivery.error)


def _ended(
    desk: NoteDesk,
    run: Run,
    approval: Approval,
    outcome: str,
    *,
    learned: dict[str, str | None] | None = None,
    why: str = "",
) -> Ended:
    told = closed(desk, approval, outcome)
    if why:
        write_down(desk, run, {"reply_why": why})
    return Ended(
        run=ended_with(desk, run, told, learned=learned or {}, why=why), approval=told, why=why
    )


def _over(desk: NoteDesk, run: Run, approval: Approval, why: str) -> Ended:
    """Neither the draft nor the words are there any more: nothing of the run waits."""
    told = closed(desk, approval, OVERTAKEN)
    write_down(desk, run, {"draft": OVERTAKEN, "reply_why": why})
    ended = end_run(desk, run, Disposition.OVERTAKEN, "draft-overtaken")
    return Ended(run=ended, approval=told, why=why)
