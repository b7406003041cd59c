"""Each run that has a reply to propose leaves one row in the history of its topic."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.labels import Proposed
from agent.core.makers import makers_of
from agent.core.proposal import Proposal
from agent.core.team_policy import Level, TeamPolicy
from agent.core.turn import Turn
from agent.history import keep_row
from agent.plain import from_plain
from agent.ports import Disposition
from tests.small_world import SmallWorld
from tests.test_answering import QUESTION, ask, replies, world_at


def asked(level: Level) -> tuple[SmallWorld, str]:
    """A routine question, handled with every topic at that level."""
    world = world_at(level)
    conversation = ask(world)
    world.live()
    return world, conversation


def the_row(world: SmallWorld) -> Proposed:
    (row,) = world.store.proposals()
    return row


def test_a_suggestion_in_a_note_counts() -> None:
    world, conversation = asked(Level.NOTE)

    run, row = world.run(conversation), the_row(world)
    assert run.disposition is Disposition.NOTED
    assert (row.run_id, row.conversation_id, row.message_id) == (
        run.id,
        run.turn.conversation_id,
        run.turn.message_id,
    )
    assert (row.topic, row.channel, row.language) == ("order-status", "email", "en")
    assert row.made_by == makers_of(world.policy, "order-status", engine="offline")
    assert (row.label, row.outcome, row.sent_at) == (None, None, None)


def test_its_score_is_the_proposals_own() -> None:
    world = world_at(Level.NOTE)
    conversation = world.conversation("My order has not come yet, where is it?", minutes_ago=0)
    world.live()

    receipt = world.store.receipt(world.run(conversation).id)
    assert receipt is not None
    proposal = from_plain(Proposal, receipt["proposed"])
    score = proposal.score
    assert score is not None
    assert score.value not in {score.familiarity, proposal.topic.margin}
    assert (the_row(world).score, the_row(world).familiarity) == (score.value, score.familiarity)


def test_the_receipt_keeps_the_text_that_a_note_suggested() -> None:
    world, conversation = asked(Level.NOTE)

    receipt = world.store.receipt(world.run(conversation).id)
    topic = world.policy.topic("order-status")
    assert receipt is not None
    assert topic is not None
    assert receipt["decided"]["suggested"] == topic.answers["en"]


def test_a_draft_counts_and_was_not_sent() -> None:
    world, _ = asked(Level.DRAFT)

    assert len(world.helpdesk._drafts) == 1
    assert the_row(world).sent_at is None


def test_what_was_sent_by_itself_says_when() -> None:
    world, conversation = asked(Level.SEND)

    assert len(replies(world, conversation)) == 1
    assert the_row(world).sent_at == world.run(conversation).updated_at


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("The lid of my kettle is cracked and it drips on the table.", id="no topic"),
        pytest.param(f"{QUESTION} I will call my lawyer!", id="no reply fits"),
    ],
)
def test_a_run_without_a_reply_to_propose_leaves_no_row(question: str) -> None:
    world = world_at(Level.SEND)
    conversation = world.conversation(question, minutes_ago=0)

    world.live()

    assert world.run(conversation).disposition in {Disposition.NOTED, Disposition.LEFT}
    assert world.store.proposals() == ()


def without_english(policy: TeamPolicy) -> TeamPolicy:
    topics = (replace(t, answers={"de": t.answers["de"]}) for t in policy.topics)
    return replace(policy, topics=tuple(topics))


def test_a_topic_without_an_answer_in_the_customers_language_leaves_no_row() -> None:
    world = world_at(Level.NOTE)
    world.policy = without_english(world.policy)
    world.restart()
    ask(world)

    world.live()

    assert world.store.proposals() == ()


def test_what_the_customer_overtook_leaves_no_row_of_its_own() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    written: list[Turn] = []

    def writes_again(step: str, turn: Turn) -> None:
        if step == "decide" and not written:
            written.append(turn)
            world.helpdesk.receive(conversation, "It is order 40-2291.")

    world.after_step = writes_again
    world.restart()
    world.daemon.runner = replace(world.daemon.runner, pipeline=world.pipeline)
    world.live(timedelta(minutes=10))

    first = min(world.store.runs(), key=lambda run: run.message_at)
    assert first.disposition is Disposition.OVERTAKEN
    assert first.id not in {row.run_id for row in world.store.proposals()}


def a_row() -> Proposed:
    world, _ = asked(Level.NOTE)
    return the_row(world)


def test_a_row_of_an_earlier_life_of_the_run_stays_and_learns_that_it_was_sent() -> None:
    world, row = SmallWorld(), a_row()
    now = world.clock.now()
    keep_row(world.store, row, sent_at=None)

    keep_row(world.store, replace(row, score=0.0), sent_at=now)
    keep_row(world.store, row, sent_at=now + timedelta(hours=1))

    assert world.store.proposals() == (replace(row, sent_at=now),)
