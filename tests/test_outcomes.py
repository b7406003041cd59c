"""The watch learns what became of replies that went out by themselves, with few requests."""

from datetime import timedelta

import pytest

from agent.core.conversation import Status
from agent.core.labels import Outcome
from agent.core.team_policy import Level
from agent.errors import HelpdeskUnavailable
from agent.objecting import object_to
from agent.ports import Disposition
from tests.small_world import SmallWorld
from tests.test_answering import QUESTION, ask, world_at

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def replied(world: SmallWorld | None = None) -> tuple[SmallWorld, str]:
    """A world in which a routine question was answered by itself, and that conversation."""
    world = world or world_at(Level.SEND)
    conversation = ask(world)
    world.live()
    assert world.run(conversation).disposition is Disposition.REPLIED
    return world, conversation


def outcome(world: SmallWorld, conversation: str) -> Outcome | None:
    """Of the first reply of that conversation."""
    rows = [row for row in world.store.proposals() if row.conversation_id == conversation]
    assert rows[0].sent_at is not None
    return rows[0].outcome


def pass_time(world: SmallWorld, span: timedelta) -> None:
    """Time in which nothing is due but the watch; then two rounds of it."""
    world.clock.advance(span)
    world.live(6 * MINUTE)


def test_a_reply_has_no_outcome_at_first() -> None:
    world, conversation = replied()

    assert outcome(world, conversation) is None


def test_after_a_silent_week_it_is_quiet() -> None:
    world, conversation = replied()

    pass_time(world, 6 * DAY)
    assert outcome(world, conversation) is None
    pass_time(world, DAY)

    assert outcome(world, conversation) is Outcome.QUIET


def test_a_customer_who_asks_the_same_again_is_noticed_without_a_request() -> None:
    world, conversation = replied()
    world.clock.advance(10 * MINUTE)
    world.helpdesk.receive(conversation, QUESTION)
    before = world.requests("conversations")
    world.live(10 * MINUTE)

    assert outcome(world, conversation) is Outcome.ASKED_AGAIN
    assert world.requests("conversations") == before


def test_a_customer_who_asks_the_same_in_another_conversation_is_noticed() -> None:
    world, conversation = replied()
    customer = world.helpdesk._conversations[conversation].customer_id
    world.clock.advance(10 * MINUTE)
    other = world.conversation(QUESTION, minutes_ago=0)
    world.helpdesk.change(other, customer_id=customer)
    world.live(10 * MINUTE)

    assert outcome(world, conversation) is Outcome.ASKED_AGAIN


def test_another_customer_with_the_same_question_is_none() -> None:
    world, conversation = replied()
    ask(world, address="ben@mail.example")
    world.live(10 * MINUTE)

    assert outcome(world, conversation) is None


def test_a_complaint_is_noticed() -> None:
    world, conversation = replied()
    world.clock.advance(10 * MINUTE)
    world.helpdesk.receive(conversation, "This is unacceptable, I am furious.")
    world.live(10 * MINUTE)

    assert outcome(world, conversation) is Outcome.COMPLAINED


def test_thanks_are_no_outcome() -> None:
    world, conversation = replied()
    world.clock.advance(10 * MINUTE)
    world.helpdesk.receive(conversation, "Thank you so much!")
    world.live(10 * MINUTE)

    assert outcome(world, conversation) is None


def test_a_teammate_who_says_something_else_corrects_it() -> None:
    world, conversation = replied()
    world.helpdesk.answer(conversation, said_otherwise(world))
    pass_time(world, HOUR)

    assert outcome(world, conversation) is Outcome.CORRECTED


def answer(world: SmallWorld) -> str:
    topic = world.policy.topic("order-status")
    assert topic is not None
    return topic.answers["en"]


def said_otherwise(world: SmallWorld) -> str:
    """Our own reply, as the customer got it, with the opposite of one of its sentences."""
    return answer(world).replace("You can follow", "You cannot follow")


VAGUE = "Our answer was wrong, since Monday other rules hold."


def test_a_teammate_who_writes_unasked_corrects_it_in_whatever_words() -> None:
    world, conversation = replied()
    world.helpdesk.answer(conversation, VAGUE)
    pass_time(world, HOUR)

    assert outcome(world, conversation) is Outcome.CORRECTED


def test_a_teammate_who_sends_the_same_once_more_corrects_nothing() -> None:
    world, conversation = replied()
    world.helpdesk.answer(conversation, f"Hello,\n\n{answer(world)}\n\nBest regards, Ben")
    pass_time(world, HOUR)

    assert outcome(world, conversation) is None


def answers_thanks(world: SmallWorld, conversation: str, text: str) -> None:
    """The customer says thanks, and a teammate writes after that."""
    world.clock.advance(MINUTE)
    world.helpdesk.receive(conversation, "Thank you so much!")
    world.clock.advance(MINUTE)
    world.helpdesk.answer(conversation, text)


def test_a_teammate_who_answers_a_newer_message_without_a_contradiction_corrects_nothing() -> None:
    world, conversation = replied()
    answers_thanks(world, conversation, VAGUE)
    pass_time(world, HOUR)

    assert outcome(world, conversation) is None


def test_a_teammate_who_contradicts_the_reply_after_a_newer_message_corrects_it() -> None:
    world, conversation = replied()
    answers_thanks(world, conversation, said_otherwise(world))
    pass_time(world, HOUR)

    assert outcome(world, conversation) is Outcome.CORRECTED


def test_a_customers_out_of_office_is_no_newer_message() -> None:
    world, conversation = replied()
    world.clock.advance(MINUTE)
    world.helpdesk.receive(conversation, "I am out of the office.", auto=True)
    world.clock.advance(MINUTE)
    world.helpdesk.answer(conversation, VAGUE)
    pass_time(world, HOUR)

    assert outcome(world, conversation) is Outcome.CORRECTED


def test_an_acknowledgement_that_goes_out_by_itself_corrects_nothing() -> None:
    world, conversation = replied()
    world.helpdesk.answer(conversation, "We got your message.", auto=True)
    pass_time(world, HOUR)

    assert outcome(world, conversation) is None


def reopened(world: SmallWorld, conversation: str, times: int) -> None:
    world.helpdesk.change(conversation, status=Status.OPEN, reopen_count=times)


def test_a_teammate_who_opens_it_again_is_noticed() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    reopened(world, conversation, 0)
    world.live()

    reopened(world, conversation, 1)
    pass_time(world, HOUR)

    assert outcome(world, conversation) is Outcome.REOPENED


def test_a_customer_whose_thanks_opened_it_again_is_none() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    reopened(world, conversation, 0)
    world.live()
    world.helpdesk.receive(conversation, "Thank you so much!")
    reopened(world, conversation, 1)
    pass_time(world, HOUR)

    assert outcome(world, conversation) is None


def test_called_wrong_it_is_wrong_however_late() -> None:
    world, conversation = replied()
    pass_time(world, 7 * DAY)
    assert outcome(world, conversation) is Outcome.QUIET

    now = world.clock.now()
    object_to(world.store, world.run(conversation), by="Ada", reason="old address", at=now)
    world.live(2 * MINUTE)

    assert outcome(world, conversation) is Outcome.WRONG


def test_a_quiet_week_costs_one_request_for_each_age() -> None:
    world, _ = replied()
    before = world.requests("conversations")
    for _hour in range(8 * 24):
        world.clock.advance(HOUR)
        world.daemon.watch()

    assert world.requests("conversations") - before == 4


def test_a_helpdesk_that_is_silent_is_asked_again() -> None:
    world, conversation = replied()
    world.helpdesk.answer(conversation, said_otherwise(world))
    world.helpdesk.fail(HelpdeskUnavailable("GET conversations: 503"), on="conversations")
    pass_time(world, HOUR)

    world.live(6 * MINUTE)
    assert outcome(world, conversation) is Outcome.CORRECTED


@pytest.mark.parametrize("level", [Level.DRAFT, Level.NOTE])
def test_what_was_not_sent_by_itself_is_not_watched(level: Level) -> None:
    world = world_at(level)
    ask(world)
    world.live()
    pass_time(world, 8 * DAY)

    assert all(row.outcome is None for row in world.store.proposals())
