"""A run whose topic may draft or send: the reply first, then a note that says what became of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.conversation import Address, Customer, Direction, OutboundAccount
from agent.core.disclosure import LINES
from agent.core.team_policy import Level, TeamPolicy
from agent.core.turn import Turn
from agent.errors import HelpdeskUnavailable
from agent.policy_file import load_policy
from agent.ports import Disposition, Pause, RunState
from agent.retries import NO_RETRIES
from tests.small_world import SmallWorld
from tests.waived import waive_all

QUESTION = "Where is my order? I ordered last week and have no tracking number."


def policy_at(level: Level) -> TeamPolicy:
    """The starter policy with every topic at one level."""
    starter = load_policy(None)
    return replace(starter, topics=tuple(replace(t, level=level) for t in starter.topics))


def world_at(level: Level) -> SmallWorld:
    world = SmallWorld(policy=policy_at(level))
    world.daemon.poller.poll()  # the first start: what comes after it is no backlog
    world.helpdesk._accounts = (OutboundAccount(channel="email", account="help@shop.example"),)
    world.daemon.runner = replace(world.daemon.runner, pipeline=world.pipeline)
    world.daemon.start()
    if level is Level.SEND:
        waive_all(world.store, world.policy, world.clock.now())
    return world


def ask(world: SmallWorld, *, address: str = "mara@mail.example") -> str:
    """A known customer asks a routine question now, and is quiet for a while."""
    conversation_id = world.conversation(QUESTION, minutes_ago=0)
    customer_id = world.helpdesk._conversations[conversation_id].customer_id
    assert customer_id is not None
    world.helpdesk.add_customer(
        Customer(id=customer_id, emails=(Address(value=address, verified=True),))
    )
    return conversation_id


def replies(world: SmallWorld, conversation_id: str) -> list[str]:
    messages = world.helpdesk._messages[conversation_id]
    return [m.text for m in messages if m.direction is Direction.OUT]


def test_at_send_the_approved_answer_is_sent_once_and_noted() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)

    world.live()

    approved = world.policy.topic("order-status")
    assert approved is not None
    assert replies(world, conversation) == [f"{approved.answers['en']}\n\n{LINES['en']}"]
    assert world.run(conversation).disposition is Disposition.REPLIED
    assert "Replied to the customer (order-status)." in world.notes(conversation)[0].body


def test_at_draft_it_waits_for_a_teammate() -> None:
    world = world_at(Level.DRAFT)
    conversation = ask(world)

    world.live()

    run = world.run(conversation)
    assert (run.state, run.disposition) == (RunState.AWAITING_APPROVAL, Disposition.DRAFTED)
    assert replies(world, conversation) == []
    assert len(world.helpdesk._drafts) == 1
    assert "it waits in the composer" in world.notes(conversation)[0].body


def test_at_note_it_is_only_suggested() -> None:
    world = world_at(Level.NOTE)
    conversation = ask(world)

    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert "Check and send the suggested reply" in world.notes(conversation)[0].body


def test_without_a_certain_recipient_there_is_a_note_that_says_so() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    customer_id = world.helpdesk._conversations[conversation].customer_id
    assert customer_id is not None
    both = tuple(Address(value=f"mara@{each}.example", verified=True) for each in ("home", "work"))
    world.helpdesk.add_customer(Customer(id=customer_id, emails=both))

    world.live()

    assert replies(world, conversation) == []
    assert world.run(conversation).disposition is Disposition.NOTED
    assert "No reply was sent (order-status)" in world.notes(conversation)[0].body


def test_a_teammate_who_answers_first_turns_the_reply_into_a_note() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.after_step = lambda name, turn: None
    world.live(timedelta(seconds=30))

    def answer_after_decide(name: str, turn: object) -> None:
        if name == "decide":
            world.helpdesk.answer(conversation, "It left us this morning.")

    world.engine._after_step = answer_after_decide
    world.live()

    assert replies(world, conversation) == ["It left us this morning."]
    assert world.helpdesk._drafts == {}
    assert "a teammate answered" in world.notes(conversation)[0].body


def test_a_customer_who_writes_again_overtakes_the_reply() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    wrote: list[str] = []

    def write_after_decide(name: str, turn: object) -> None:
        if name == "decide" and not wrote:
            wrote.append(name)
            world.helpdesk.receive(conversation, "Sorry, I meant order 40-2291. Where is it?")

    world.engine._after_step = write_after_decide
    world.live(timedelta(minutes=10))

    dispositions = sorted(str(run.disposition) for run in world.store.runs())
    assert "overtaken" in dispositions
    assert len(replies(world, conversation)) <= 1


@pytest.mark.parametrize("customer", ["silent", "writes again"])
def test_a_reply_that_was_sent_is_told_however_late_its_note(customer: str) -> None:
    # The customer's next message made the run overtaken, as if nothing had been sent.
    world = world_at(Level.SEND)
    conversation = ask(world)
    turn = world.helpdesk._messages[conversation][-1].id
    for nth in (1, 2):
        world.helpdesk.fail(HelpdeskUnavailable("500"), on="write_note", nth=nth)
    world.desk = replace(world.desk, retries=NO_RETRIES)
    world.pipeline = replace(world.pipeline, desk=world.desk)
    world.daemon.runner = replace(world.daemon.runner, pipeline=world.pipeline)
    world.daemon.start()
    world.live(timedelta(seconds=80))
    world.store.pause(Pause(by="Ada", at=world.clock.now()))
    world.live()
    assert (len(replies(world, conversation)), world.notes(conversation)) == (1, ())
    if customer == "writes again":
        world.helpdesk.receive(conversation, "And can it come to my office, number 14?")
    world.live()
    world.store.resume()
    world.live(timedelta(minutes=10))

    run = world.store.run_of(Turn(conversation, turn))
    assert run is not None
    assert run.disposition is Disposition.REPLIED
    assert "Replied to the customer" in world.notes(conversation)[0].body
    assert len(replies(world, conversation)) == 1


@pytest.mark.parametrize("with_reply", [True, False])
def test_the_note_beside_a_reply_can_be_turned_off(with_reply: bool) -> None:
    world = world_at(Level.SEND)
    note = replace(world.policy.note, with_reply=with_reply)
    world.pipeline = replace(world.pipeline, policy=replace(world.policy, note=note))
    world.daemon.runner = replace(world.daemon.runner, pipeline=world.pipeline)
    world.daemon.start()
    conversation = ask(world)

    world.live()

    assert len(replies(world, conversation)) == 1
    assert len(world.notes(conversation)) == int(with_reply)
