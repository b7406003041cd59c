"""What a teammate did with a draft is noticed, and so is a reply that bounced later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.labels import Judgement
from agent.core.team_policy import Level
from agent.core.turn import Action, marker_of
from agent.daemon import WATCH_EVERY
from agent.ports import DeliveryState, Disposition, Pause, Run, RunState
from agent.sending import send
from agent.team_port import Verdict
from agent.wanted import SendDirection, Wanted
from agent.watching import DRAFT_EVERY, Watching
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at

HALF_AN_HOUR = timedelta(minutes=30)
OUT = SendDirection.OUT


@pytest.fixture
def world() -> SmallWorld:
    """A daemon that has left a draft for a teammate."""
    return world_at(Level.DRAFT)


@pytest.fixture
def conversation(world: SmallWorld) -> str:
    asked = ask(world)
    world.live()
    assert len(world.helpdesk._drafts) == 1
    return asked


def draft_said(world: SmallWorld, conversation: str) -> object:
    receipt = world.store.receipt(world.run(conversation).id)
    assert receipt is not None
    return receipt["did"].get("draft")


def test_a_draft_that_lies_there_goes_on_waiting(world: SmallWorld, conversation: str) -> None:
    world.live(HALF_AN_HOUR)

    assert world.run(conversation).state is RunState.AWAITING_APPROVAL
    assert draft_said(world, conversation) is None


def test_sent_as_it_was(world: SmallWorld, conversation: str) -> None:
    ((_, draft),) = world.helpdesk._drafts.values()
    world.helpdesk._drafts.clear()
    world.helpdesk.answer(conversation, draft.body)
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.DONE, Disposition.REPLIED)
    assert draft_said(world, conversation) == "sent-as-is"


def test_sent_and_still_on_its_way_it_is_not_taken_for_deleted(
    world: SmallWorld, conversation: str
) -> None:
    ((_, draft),) = world.helpdesk._drafts.values()
    world.helpdesk._drafts.clear()
    world.live(DRAFT_EVERY + WATCH_EVERY)
    world.helpdesk.answer(conversation, draft.body)
    world.live(HALF_AN_HOUR)

    assert draft_said(world, conversation) == "sent-as-is"


def test_sent_after_an_edit(world: SmallWorld, conversation: str) -> None:
    world.helpdesk._drafts.clear()
    world.helpdesk.answer(conversation, "It left us this morning, dear Mara.")
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.DONE, Disposition.LEFT)
    assert draft_said(world, conversation) == "sent-edited"
    kept = world.store.approval(run.id)
    assert kept is not None
    assert (kept.verdict, kept.by, kept.outcome) == (Verdict.SENT_EDITED, "Ben", "in-kustomer")


def test_deleted(world: SmallWorld, conversation: str) -> None:
    world.helpdesk._drafts.clear()
    world.live(HALF_AN_HOUR)

    assert world.run(conversation).disposition is Disposition.LEFT
    assert draft_said(world, conversation) == "deleted"


def test_edited_it_still_waits(world: SmallWorld, conversation: str) -> None:
    ((draft_id, (customer, draft)),) = world.helpdesk._drafts.items()
    world.helpdesk._drafts[draft_id] = (customer, replace(draft, body="Dear Mara, …"))
    world.live(HALF_AN_HOUR)

    assert world.run(conversation).state is RunState.AWAITING_APPROVAL
    assert draft_said(world, conversation) == "edited"


def test_a_customer_who_writes_again_overtakes_the_draft(
    world: SmallWorld, conversation: str
) -> None:
    first = world.run(conversation)
    world.helpdesk.receive(conversation, "And does it come to my office, number 14?")
    world.live(HALF_AN_HOUR)

    run = world.store.run(first.id)
    assert run is not None
    assert (run.state, run.disposition) == (RunState.DONE, Disposition.OVERTAKEN)
    assert len(world.helpdesk._drafts) <= 1
    assert all(
        draft.marker != marker_of(first.turn, Action.REPLY)
        for _, draft in world.helpdesk._drafts.values()
    )


def test_an_edited_draft_stays_though_the_customer_writes_again(
    world: SmallWorld, conversation: str
) -> None:
    ((draft_id, (customer, draft)),) = world.helpdesk._drafts.items()
    world.helpdesk._drafts[draft_id] = (customer, replace(draft, body="Dear Mara, …"))
    world.helpdesk.receive(conversation, "And does it come to my office, number 14?")
    world.live(HALF_AN_HOUR)

    assert draft_id in world.helpdesk._drafts


def label_of(world: SmallWorld, run: Run) -> Judgement | None:
    row = world.store.proposed(run.id)
    assert row is not None
    return row.label.judgement if row.label else None


def test_a_draft_left_lying_beside_a_teammates_own_answer_is_withdrawn_and_labelled(
    world: SmallWorld, conversation: str
) -> None:
    world.helpdesk.answer(conversation, "It was lost. You get 40 euros back.")
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.DONE, Disposition.LEFT)
    assert run.because[-1] == "draft-answered"
    assert world.helpdesk._drafts == {}
    assert replies(world, conversation) == ["It was lost. You get 40 euros back."]
    kept = world.store.approval(run.id)
    assert kept is not None
    assert (kept.verdict, kept.by, kept.outcome) == (Verdict.SENT_EDITED, "Ben", "in-kustomer")
    assert draft_said(world, conversation) == "answered"
    assert label_of(world, run) is Judgement.CHANGED


def test_an_answer_beside_the_draft_with_the_same_facts_is_as_good_as_an_edit(
    world: SmallWorld, conversation: str
) -> None:
    ((_, draft),) = world.helpdesk._drafts.values()
    world.helpdesk.answer(conversation, f"Hello,\n\n{draft.body}")
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert run.because[-1] == "draft-answered"
    assert label_of(world, run) is Judgement.EDITED


def test_the_drafts_own_text_sent_beside_it_counts_as_sent(
    world: SmallWorld, conversation: str
) -> None:
    ((_, draft),) = world.helpdesk._drafts.values()
    world.helpdesk.answer(conversation, draft.body)
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert run.disposition is Disposition.REPLIED
    assert world.helpdesk._drafts == {}
    assert label_of(world, run) is Judgement.AS_IS


def test_a_draft_still_listed_right_after_it_was_sent_is_not_deleted(
    world: SmallWorld, conversation: str
) -> None:
    ((_, draft),) = world.helpdesk._drafts.values()
    world.helpdesk.answer(conversation, draft.body)
    world.live(DRAFT_EVERY + WATCH_EVERY)
    world.helpdesk._drafts.clear()
    world.live(HALF_AN_HOUR)

    assert world.run(conversation).because[-1] == "draft-sent-as-is"
    assert world.requests("delete_draft") == 0


def test_a_touched_draft_is_left_alone_though_a_teammate_answered(
    world: SmallWorld, conversation: str
) -> None:
    ((draft_id, (customer, draft)),) = world.helpdesk._drafts.items()
    world.helpdesk._drafts[draft_id] = (customer, replace(draft, body="Dear Mara, …"))
    world.helpdesk.answer(conversation, "It was lost. You get 40 euros back.")
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert run.because[-1] == "draft-answered"
    assert list(world.helpdesk._drafts) == [draft_id]
    assert label_of(world, run) is Judgement.CHANGED


def test_an_answer_before_the_customer_wrote_again_is_still_a_label(
    world: SmallWorld, conversation: str
) -> None:
    first = world.run(conversation)
    world.helpdesk.answer(conversation, "It was lost. You get 40 euros back.")
    world.clock.advance(timedelta(seconds=1))
    world.helpdesk.receive(conversation, "Thank you. When will the money arrive?")
    world.live(HALF_AN_HOUR)

    run = world.store.run(first.id)
    assert run is not None
    assert (run.disposition, run.because[-1]) == (Disposition.LEFT, "draft-answered")
    assert label_of(world, run) is Judgement.CHANGED


def test_an_answer_to_what_the_customer_wrote_after_the_draft_is_no_label(
    world: SmallWorld, conversation: str
) -> None:
    first = world.run(conversation)
    world.helpdesk.receive(conversation, "And does it come to my office, number 14?")
    world.live(timedelta(minutes=2))
    world.helpdesk.answer(conversation, "It does, to number 14.")
    world.live(HALF_AN_HOUR)

    run = world.store.run(first.id)
    assert run is not None
    assert run.disposition is Disposition.OVERTAKEN
    assert label_of(world, run) is None


def test_an_automatic_message_is_no_answer_to_a_draft(world: SmallWorld, conversation: str) -> None:
    world.helpdesk.answer(conversation, "We got your mail.", auto=True)
    world.live(HALF_AN_HOUR)

    assert world.run(conversation).state is RunState.AWAITING_APPROVAL
    assert len(world.helpdesk._drafts) == 1


def test_a_paused_daemon_deletes_no_draft_that_was_answered(
    world: SmallWorld, conversation: str
) -> None:
    world.helpdesk.answer(conversation, "It was lost. You get 40 euros back.")
    watching = Watching(world.desk)
    world.store.pause(Pause(by="Ada", at=world.clock.now()))
    watching.watch()
    world.clock.advance(DRAFT_EVERY)
    watching.watch()

    assert world.run(conversation).state is RunState.AWAITING_APPROVAL
    assert len(world.helpdesk._drafts) == 1


def test_looking_is_rare(world: SmallWorld, conversation: str) -> None:
    before = world.requests("drafts")
    world.live(HALF_AN_HOUR)

    assert world.requests("drafts") - before <= 7


def test_a_reply_that_bounces_later_is_a_failure_that_says_so() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.live()
    assert world.run(conversation).disposition is Disposition.REPLIED
    messages = world.helpdesk._messages[conversation]
    messages[-1] = replace(messages[-1], status="error", error="invalid-recipient")
    world.live(HALF_AN_HOUR)

    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.FAILED, Disposition.FAILED)
    assert run.error is not None
    assert "invalid-recipient" in run.error.message


def test_a_reply_that_stands_is_left_in_peace() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.live(timedelta(hours=6))

    assert world.run(conversation).disposition is Disposition.REPLIED
    # The run's own reads, and one look at each of three ages.
    assert world.requests("messages") <= 8


def test_a_bounce_of_what_a_person_sent_is_noticed_too() -> None:
    world = world_at(Level.NOTE)
    conversation = ask(world)
    sent = send(world.desk, Wanted(conversation_id=conversation, body="Tomorrow.", direction=OUT))
    assert sent.state is DeliveryState.ARRIVED
    messages = world.helpdesk._messages[conversation]
    messages[-1] = replace(messages[-1], status="error", error="invalid-recipient")
    world.live(HALF_AN_HOUR)

    (reply,) = [d for d in world.store.deliveries() if d.action == "reply"]
    assert reply.state is DeliveryState.FAILED
    assert "invalid-recipient" in reply.error
