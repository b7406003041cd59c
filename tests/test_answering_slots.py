"""A run whose approved answer has slots, and what the outbound gate makes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent.answering import Planned, answer, plan_reply
from agent.core.conversation import Address, Customer
from agent.core.disclosure import LINES
from agent.core.note import ReplyOutcome
from agent.core.policy import Autonomy
from agent.core.team_policy import Level, ReplySettings, Slot, SlotKind, TeamPolicy
from agent.core.turn import Turn
from agent.handover import Decided, Reading
from agent.plain import from_plain
from agent.ports import Delivery, DeliveryState, Disposition
from tests.small_world import SmallWorld
from tests.test_answering import policy_at, replies, world_at

ORDER = Slot(name="order", source="message", kind=SlotKind.ORDER_NUMBER)
NAME = Slot(name="name", source="customer.first_name", kind=SlotKind.NAME)
ANSWER = "Hello {{name}}, order {{order}} shows at shop.example/track."
QUESTION = "Where is my order 40-2291? I ordered last week and have no tracking number."


def policy_with(answer: str = ANSWER, *, level: Level = Level.SEND, **reply: Any) -> TeamPolicy:
    """The starter policy, whose order-status answer has slots."""
    plain = policy_at(level)
    topics = tuple(
        replace(topic, answers={"en": answer}, slots=(ORDER, NAME))
        if topic.name == "order-status"
        else topic
        for topic in plain.topics
    )
    settings = ReplySettings(**{"links": frozenset({"shop.example"}), **reply})
    return replace(plain, topics=topics, reply=settings)


def use(world: SmallWorld, policy: TeamPolicy) -> SmallWorld:
    """From now on that policy holds."""
    world.pipeline = replace(world.pipeline, policy=policy)
    world.daemon.runner = replace(world.daemon.runner, pipeline=world.pipeline)
    world.daemon.start()
    return world


def asked(world: SmallWorld, text: str = QUESTION, *, name: str = "Mara Ames") -> str:
    """A known customer asks now."""
    conversation_id = world.conversation(text, minutes_ago=0)
    rename(world, conversation_id, name)
    return conversation_id


def rename(world: SmallWorld, conversation_id: str, name: str) -> None:
    customer_id = world.helpdesk._conversations[conversation_id].customer_id
    assert customer_id is not None
    address = Address(value="mara@mail.example", verified=True)
    world.helpdesk.add_customer(Customer(id=customer_id, name=name, emails=(address,)))


def world_with(policy: TeamPolicy) -> SmallWorld:
    return use(world_at(Level.SEND), policy)


def receipt(world: SmallWorld, conversation_id: str) -> dict[str, Any]:
    found = world.store.receipt(world.run(conversation_id).id)
    assert found is not None
    return found


def note(world: SmallWorld, conversation_id: str) -> str:
    return world.notes(conversation_id)[0].body


def test_the_customers_number_and_name_stand_in_the_reply() -> None:
    world = world_with(policy_with())
    conversation = asked(world)

    world.live()

    text = f"Hello Mara, order 40-2291 shows at shop.example/track.\n\n{LINES['en']}"
    assert replies(world, conversation) == [text]
    assert receipt(world, conversation)["decided"]["objections"] == []


def test_what_cannot_be_filled_is_no_reply_and_the_note_says_why() -> None:
    world = world_with(policy_with())
    conversation = asked(world, QUESTION.replace(" 40-2291", ""))

    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert world.run(conversation).disposition is Disposition.NOTED
    assert "No reply was sent (order-status): slot order: none stands" in note(world, conversation)


def test_what_the_gate_refuses_is_no_reply_and_the_receipt_holds_why() -> None:
    world = world_with(policy_with(links=frozenset()))
    conversation = asked(world)

    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert "the outbound gate refused it: a link to a host" in note(world, conversation)
    decided = receipt(world, conversation)["decided"]
    assert [one["check"] for one in decided["objections"]] == ["link"]
    assert (decided["reply"], decided["composed"]["values"][0]["text"]) == ("", "Mara")


def test_a_draft_passes_the_same_gate() -> None:
    world = world_with(policy_with(level=Level.DRAFT, links=frozenset()))
    conversation = asked(world)

    world.live()

    assert world.helpdesk._drafts == {}
    assert "the outbound gate refused it" in note(world, conversation)


def after_decide(world: SmallWorld, change: Any) -> None:
    """Something changes between the decision and the reply."""
    changed: list[str] = []

    def hook(step: str, turn: object) -> None:
        if step == "decide" and not changed:
            changed.append(step)
            change()

    world.engine._after_step = hook


def test_a_record_that_changes_before_the_reply_is_staged_stops_it() -> None:
    world = world_with(policy_with())
    conversation = asked(world)
    after_decide(world, lambda: rename(world, conversation, "Ben Ames"))

    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert "slot name is not what its source says" in note(world, conversation)


def test_an_answer_that_changes_before_the_reply_is_staged_stops_it() -> None:
    world = world_with(policy_with())
    conversation = asked(world)
    after_decide(world, lambda: use(world, policy_with("We are closed, {{name}}.")))

    world.live()

    assert (replies(world, conversation), world.helpdesk._drafts) == ([], {})
    assert "the answer is not the one that the policy holds" in note(world, conversation)


# --- after a kill: what an earlier life of the run left behind -----------------------------------


def decided(world: SmallWorld) -> tuple[Turn, Reading, Planned]:
    """A run that was decided upon, and not carried out yet."""
    conversation = asked(world)
    world.clock.advance(timedelta(minutes=2))  # the customer has finished typing
    return decided_again(world, Turn(conversation, world.helpdesk._messages[conversation][-1].id))


def begin(world: SmallWorld, turn: Turn, reading: Reading, planned: Planned) -> Delivery:
    """The intent is committed and the draft was asked for; then the process died."""
    reply = plan_reply(
        world.desk,
        turn,
        planned,
        conversation=reading.conversation,
        messages=reading.messages,
    )
    now = world.clock.now()
    world.store.intend(reply.intent)
    marker = reply.intent.marker
    claimed = world.store.claim_delivery(marker, owner="dead", now=now, ttl=timedelta(seconds=1))
    assert claimed is not None
    world.store.start_attempt(marker, fence=claimed.fence, now=now)
    world.clock.advance(timedelta(minutes=1))
    return claimed


def test_a_reply_that_may_be_out_is_never_called_unsent() -> None:
    world = world_with(policy_with())
    turn, reading, planned = decided(world)
    begun = begin(world, turn, reading, planned)
    world.store.start_release(begun.marker, fence=begun.fence, now=world.clock.now())
    rename(world, turn.conversation_id, "Ben Ames")  # now the gate refuses what was released

    answered = answer(world.desk, turn, reading, planned, Autonomy.SEND)

    assert (answered.outcome, answered.state) == (ReplyOutcome.UNKNOWN, DeliveryState.UNKNOWN)


def test_a_draft_that_may_lie_there_is_told() -> None:
    world = world_with(policy_with())
    turn, reading, planned = decided(world)
    begin(world, turn, reading, planned)
    rename(world, turn.conversation_id, "Ben Ames")

    answered = answer(world.desk, turn, reading, planned, Autonomy.SEND)

    assert answered.outcome is ReplyOutcome.NO_REPLY
    assert answered.why.endswith("a draft of it may lie in the composer, unsent")
    assert world.helpdesk._drafts == {}


def test_another_text_than_the_one_on_record_is_not_staged() -> None:
    world = world_with(policy_with())
    turn, reading, planned = decided(world)
    begin(world, turn, reading, planned)
    rename(world, turn.conversation_id, "Ben Ames")
    _, _, other = decided_again(world, turn)

    answered = answer(world.desk, turn, reading, other, Autonomy.SEND)

    assert answered.why == "another text was staged for this message before"
    assert (replies(world, turn.conversation_id), world.helpdesk._drafts) == ([], {})


def decided_again(world: SmallWorld, turn: Turn) -> tuple[Turn, Reading, Planned]:
    """The same turn, decided upon anew on what the records say now."""
    read = world.pipeline.read(turn)
    plain = world.pipeline.decide(turn, read, world.pipeline.propose(turn, read))
    composed = from_plain(Decided, plain).composed
    assert composed is not None
    return turn, from_plain(Reading, read), Planned(composed=composed, policy=world.pipeline.policy)


# --- suggestions in notes ------------------------------------------------------------------------


def test_the_suggestion_in_a_note_is_filled_and_says_nothing_of_an_assistant() -> None:
    world = world_with(policy_with(level=Level.NOTE))
    conversation = asked(world)

    world.live()

    text = note(world, conversation)
    assert "Hello Mara, order 40-2291 shows at shop.example/track." in text
    assert LINES["en"] not in text


def test_a_suggestion_that_cannot_be_filled_is_left_out_with_the_reason() -> None:
    world = world_with(policy_with(level=Level.NOTE))
    conversation = asked(world, QUESTION.replace("40-2291?", "40-2291 or 40-2292?"))

    world.live()

    text = note(world, conversation)
    assert "No reply is suggested (order-status): slot order: 2 different ones stand" in text
    assert "Hello" not in text


def test_a_note_reads_the_customer_only_for_a_slot_of_theirs() -> None:
    for approved, reads in ((ANSWER, 1), ("Order {{order}} is on its way.", 0)):
        world = world_with(policy_with(approved, level=Level.NOTE))
        asked(world)

        world.live()

        assert world.requests("customer") == reads
