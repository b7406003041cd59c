"""A teammate's word on a draft: that very text to that very person, once, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.approving import LAPSES_AFTER, Ended, approve, reject, waiting_draft
from agent.audit_port import AuditKind
from agent.core.team_policy import Level
from agent.errors import Held, HelpdeskUnavailable, InputError, OutcomeUnknown
from agent.ports import DeliveryState, Disposition, Pause, Run, RunState
from agent.team_port import Approval, Verdict
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at

A_MOMENT = timedelta(minutes=2)


@pytest.fixture
def world() -> SmallWorld:
    """A daemon that has left a draft for a teammate."""
    return world_at(Level.DRAFT)


@pytest.fixture
def conversation(world: SmallWorld) -> str:
    asked = ask(world)
    world.live()
    assert world.run(asked).state is RunState.AWAITING_APPROVAL
    return asked


def body(world: SmallWorld) -> str:
    ((_, draft),) = world.helpdesk._drafts.values()
    return draft.body


def approved(world: SmallWorld, conversation: str, by: str = "Ada") -> Ended:
    return approve(world.desk, world.run(conversation), by=by)


def rejected(world: SmallWorld, conversation: str) -> Ended:
    return reject(world.desk, world.run(conversation), by="Ben", reason="she called already")


def verdict(world: SmallWorld, run: Run) -> Approval:
    found = world.store.approval(run.id)
    assert found is not None
    return found


def edit(world: SmallWorld) -> None:
    ((draft_id, (customer, draft)),) = world.helpdesk._drafts.items()
    world.helpdesk._drafts[draft_id] = (customer, replace(draft, body="Dear Mara, …"))


def test_an_approved_draft_is_sent_as_it_was_written(world: SmallWorld, conversation: str) -> None:
    text = body(world)

    ended = approved(world, conversation)

    assert replies(world, conversation) == [text]
    assert world.helpdesk._drafts == {}
    assert (ended.is_done, ended.run.disposition) == (True, Disposition.REPLIED)


def test_the_run_says_who_approved_it(world: SmallWorld, conversation: str) -> None:
    run = approved(world, conversation).run

    assert (run.state, run.because[-1]) == (RunState.DONE, "draft-approved")
    receipt = world.store.receipt(run.id)
    assert receipt is not None
    assert (receipt["did"]["draft"], receipt["did"]["by"]) == ("approved", "Ada")


def test_the_verdict_is_kept_with_who_and_when(world: SmallWorld, conversation: str) -> None:
    now = world.clock.now()
    run = approved(world, conversation).run

    kept = verdict(world, run)
    assert (kept.verdict, kept.by, kept.outcome) == (Verdict.APPROVED, "Ada", "sent")
    assert kept.at - now < A_MOMENT
    assert kept.topic == "order-status"


def test_every_word_stands_in_the_record(world: SmallWorld, conversation: str) -> None:
    approved(world, conversation)

    rows = [r for r in world.store.audit_rows() if r.link.kind == AuditKind.APPROVAL]
    told = [(r.content["by"], r.content["outcome"]) for r in rows if r.content is not None]
    assert told == [("Ada", ""), ("Ada", "sent")]


def test_approved_twice_it_is_one_message(world: SmallWorld, conversation: str) -> None:
    approved(world, conversation)
    again = approved(world, conversation, by="Ben")

    assert len(replies(world, conversation)) == 1
    assert (again.is_done, again.why) == (True, "Ada approved it already: sent")


def test_two_who_approve_at_the_same_moment_send_one_message(
    world: SmallWorld, conversation: str
) -> None:
    run = world.run(conversation)
    second = replace(world.desk, owner="command/second")

    def meanwhile() -> None:
        world.helpdesk.noticed = noticed  # type: ignore[method-assign]
        with pytest.raises(Held):
            approve(second, run, by="Ben")

    noticed = world.helpdesk.noticed

    def at_the_release(request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if request.method == "release_draft":
            meanwhile()
        return noticed(request)

    world.helpdesk.noticed = at_the_release  # type: ignore[method-assign]
    approve(world.desk, run, by="Ada")

    assert len(replies(world, conversation)) == 1
    assert verdict(world, run).by == "Ada"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            lambda w, c: w.helpdesk.receive(c, "And my other order?"),
            "the customer wrote again",
            id="the customer wrote",
        ),
        pytest.param(
            lambda w, c: w.helpdesk.answer(c, "It left us this morning."),
            "a teammate answered",
            id="a teammate answered",
        ),
        pytest.param(
            lambda w, c: w.helpdesk.change(c, assigned_users=("u1",)),
            "the assignee changed",
            id="assigned",
        ),
        pytest.param(
            lambda w, c: w.helpdesk.change(c, merged_into="c9"),
            "the conversation was merged",
            id="merged",
        ),
        pytest.param(lambda w, c: edit(w), "the draft was edited in Kustomer", id="edited"),
    ],
)
def test_what_has_changed_since_cannot_be_approved(
    world: SmallWorld,
    conversation: str,
    change: Callable[[SmallWorld, str], object],
    words: str,
) -> None:
    text = body(world)
    change(world, conversation)

    ended = approved(world, conversation)

    assert not ended.is_done
    assert ended.why == words
    assert text not in replies(world, conversation)


def test_an_edited_draft_is_left_where_it_is(world: SmallWorld, conversation: str) -> None:
    edit(world)

    run = approved(world, conversation).run

    assert len(world.helpdesk._drafts) == 1
    assert run.state is RunState.AWAITING_APPROVAL


def test_a_pause_holds_an_approval_and_the_daemon_sends_it_afterwards(
    world: SmallWorld, conversation: str
) -> None:
    world.store.pause(Pause(by="Eve", at=world.clock.now()))
    with pytest.raises(Held, match="paused by Eve"):
        approved(world, conversation)
    world.live(A_MOMENT)
    assert replies(world, conversation) == []

    world.store.resume()
    world.live(A_MOMENT)

    assert len(replies(world, conversation)) == 1
    assert world.run(conversation).disposition is Disposition.REPLIED


def test_an_approval_that_was_held_for_long_lapses(world: SmallWorld, conversation: str) -> None:
    world.store.pause(Pause(by="Eve", at=world.clock.now()))
    with pytest.raises(Held):
        approved(world, conversation)
    world.clock.advance(LAPSES_AFTER + A_MOMENT)
    world.store.resume()
    world.live(A_MOMENT)

    assert replies(world, conversation) == []
    run = world.run(conversation)
    assert (run.state, verdict(world, run).outcome) == (RunState.AWAITING_APPROVAL, "lapsed")


def test_a_lapsed_approval_can_be_given_again(world: SmallWorld, conversation: str) -> None:
    test_an_approval_that_was_held_for_long_lapses(world, conversation)

    assert approved(world, conversation, by="Ben").is_done
    assert len(replies(world, conversation)) == 1


def test_a_release_whose_answer_is_lost_is_confirmed(world: SmallWorld, conversation: str) -> None:
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft", applied=True)

    assert approved(world, conversation).is_done
    assert len(replies(world, conversation)) == 1


def test_what_was_cut_off_after_the_release_is_gone_on_with(
    world: SmallWorld, conversation: str
) -> None:
    world.helpdesk.fail(HelpdeskUnavailable("500"), on="messages", nth=2)
    with pytest.raises(HelpdeskUnavailable):
        approved(world, conversation)
    world.live(A_MOMENT)

    assert len(replies(world, conversation)) == 1
    assert world.run(conversation).because[-1] == "draft-approved"


def test_a_bounce_is_a_failure_that_says_so(world: SmallWorld, conversation: str) -> None:
    say = world.helpdesk._say

    def bounce(*args: object, **fields: object):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return say(*args, **(fields | {"status": "error", "error": "invalid-recipient"}))  # type: ignore[arg-type]

    world.helpdesk._say = bounce  # type: ignore[method-assign]

    ended = approved(world, conversation)

    assert "invalid-recipient" in ended.why
    assert ended.run.state is RunState.FAILED


def test_a_rejected_draft_is_withdrawn(world: SmallWorld, conversation: str) -> None:
    ended = rejected(world, conversation)

    assert (ended.is_done, world.helpdesk._drafts) == (True, {})
    assert (ended.run.disposition, ended.run.because[-1]) == (Disposition.LEFT, "draft-rejected")
    assert verdict(world, ended.run).reason == "she called already"


def test_rejected_twice_is_fine(world: SmallWorld, conversation: str) -> None:
    rejected(world, conversation)

    assert rejected(world, conversation).is_done


def test_what_was_rejected_cannot_be_approved(world: SmallWorld, conversation: str) -> None:
    rejected(world, conversation)

    with pytest.raises(InputError, match=r"nothing of run .* waits"):
        approved(world, conversation)
    assert replies(world, conversation) == []


def test_what_was_approved_cannot_be_rejected(world: SmallWorld, conversation: str) -> None:
    approved(world, conversation)

    assert rejected(world, conversation).why == "Ada approved it already: sent"
    assert len(replies(world, conversation)) == 1


def test_a_teammates_edit_is_never_deleted(world: SmallWorld, conversation: str) -> None:
    edit(world)

    ended = rejected(world, conversation)

    assert (ended.is_done, len(world.helpdesk._drafts)) == (False, 1)
    assert ended.why == "the draft was edited in Kustomer"


def test_a_rejection_takes_back_an_approval_that_is_held(
    world: SmallWorld, conversation: str
) -> None:
    world.store.pause(Pause(by="Eve", at=world.clock.now()))
    with pytest.raises(Held):
        approved(world, conversation)
    with pytest.raises(Held):
        rejected(world, conversation)
    world.store.resume()
    world.live(A_MOMENT)

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert world.run(conversation).because[-1] == "draft-rejected"


def test_a_deletion_whose_answer_is_lost_is_tried_again(
    world: SmallWorld, conversation: str
) -> None:
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="delete_draft")
    with pytest.raises(HelpdeskUnavailable):
        rejected(world, conversation)

    assert rejected(world, conversation).is_done
    assert world.helpdesk._drafts == {}


@pytest.mark.parametrize("by", ["", "  "])
def test_somebody_must_answer_for_it(world: SmallWorld, conversation: str, by: str) -> None:
    with pytest.raises(InputError, match="--by"):
        approved(world, conversation, by=by)
    assert world.store.approvals() == ()


def test_a_run_that_does_not_wait_cannot_be_approved() -> None:
    world = world_at(Level.NOTE)
    conversation = ask(world)
    world.live()

    with pytest.raises(InputError, match="it is noted"):
        approved(world, conversation)


def test_the_binding_names_text_recipient_and_turn(world: SmallWorld, conversation: str) -> None:
    draft = waiting_draft(world.store, world.run(conversation))
    assert draft is not None
    others = (
        replace(draft, delivery=replace(draft.delivery, body="Dear Mara, …")),
        replace(draft, staged=replace(draft.staged, to="ben@mail.example")),
        replace(draft, staged=replace(draft.staged, channel="sms")),
        replace(draft, run=replace(draft.run, turn=replace(draft.run.turn, message_id="m9"))),
    )

    assert draft.delivery.state is DeliveryState.SAVED
    assert len({draft.binds, *(other.binds for other in others)}) == len(others) + 1


def at_request(world: SmallWorld, method: str, what: Callable[[], object]) -> None:
    """Do it once, right before the helpdesk is asked so."""
    noticed, left = world.helpdesk.noticed, [what]

    def noticing(request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if request.method == method and left:
            left.pop()()
        return noticed(request)

    world.helpdesk.noticed = noticing  # type: ignore[method-assign]


def test_rejected_during_the_last_look_it_is_not_sent(world: SmallWorld, conversation: str) -> None:
    run, second = world.run(conversation), replace(world.desk, owner="command/second")

    def reject_meanwhile() -> None:
        with pytest.raises(Held, match="another process"):
            reject(second, run, by="Ben", reason="she called already")

    at_request(world, "conversation", reject_meanwhile)
    ended = approved(world, conversation)

    assert (replies(world, conversation), ended.is_done) == ([], False)
    assert verdict(world, run).verdict is Verdict.REJECTED


@pytest.mark.parametrize(("part", "other"), [("to", "ben@else.example"), ("channel", "sms")])
def test_what_was_approved_for_another_recipient_is_not_sent(
    world: SmallWorld, conversation: str, part: str, other: str
) -> None:
    world.store.pause(Pause(by="Eve", at=world.clock.now()))
    with pytest.raises(Held):
        approved(world, conversation)
    run = world.run(conversation)
    receipt = world.store.receipt(run.id)
    assert receipt is not None
    receipt["did"]["staged"][part] = other
    world.store.save_receipt(run.id, receipt, world.clock.now())
    world.store.resume()
    world.live(A_MOMENT)

    assert replies(world, conversation) == []


def test_of_two_verdicts_at_the_same_moment_the_second_is_told(
    world: SmallWorld, conversation: str
) -> None:
    run, set_approval = world.run(conversation), world.store.set_approval
    theirs = Approval(
        run_id=run.id,
        conversation_id=conversation,
        verdict=Verdict.REJECTED,
        by="Ben",
        at=world.clock.now(),
    )

    def set_after_them(approval: Approval, *, was: Approval | None) -> bool:
        set_approval(theirs, was=None)
        return set_approval(approval, was=was)

    world.store.set_approval = set_after_them  # type: ignore[method-assign]

    with pytest.raises(Held, match="somebody else decides"):
        approved(world, conversation)
    assert (replies(world, conversation), verdict(world, run)) == ([], theirs)
