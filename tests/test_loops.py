"""Two machines that answer each other, and floods of strangers: silence, in good time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from agent.adapters.memory import ManualClock
from agent.allowance import reserve
from agent.core.conversation import (
    Address,
    Conversation,
    Customer,
    Direction,
    Message,
    OutboundAccount,
    Status,
)
from agent.core.limits import LIMITS
from agent.core.policy import Autonomy, Facts, Kind, decide
from agent.core.proposal import Proposal, TopicGuess
from agent.core.rules import RULES
from agent.core.team_policy import Level, ReplyLimits, TeamPolicy
from agent.core.transcript import Transcript
from agent.core.turn import Turn
from agent.gathering import second_look
from agent.policy_file import load_policy
from agent.ports import Disposition
from tests.core.facts import NOON, facts, policy, said
from tests.small_world import SmallWorld
from tests.waived import waive_all

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ROBOT = "robot@partner.example"
OURS = "help@shop.example"
WITHOUT = ()
WITH = (("Auto-Submitted", "auto-replied"),)


class Believes:
    """The worst model for this: whatever is written, it is sure that it is a routine question."""

    name = "sure"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        guess = TopicGuess(name="order-status", margin=1.0)
        return Proposal(statements=(), engine=self.name, topic=guess, language="en")


@dataclass
class Robot:
    """An auto-responder at the other end, whom Kustomer knows well. It began the conversation."""

    world: SmallWorld
    headers: tuple[tuple[str, str], ...]
    delay: timedelta
    text: Callable[[int], str]
    threads: bool  # else each answer opens a new conversation
    answered: int = 0

    def __post_init__(self) -> None:
        known = Customer(id="k" * 24, emails=(Address(value=ROBOT, verified=True),))
        self.world.helpdesk.add_customer(known)
        self.conversations = [self.writes()]

    def writes(self) -> str:
        number = len(self.world.helpdesk._conversations) + 1
        at = self.world.clock.now()
        conversation = Conversation(
            id=f"{number:024x}",
            customer_id="k" * 24,
            status=Status.OPEN,
            channels=("email",),
            created_at=at,
            updated_at=at,
        )
        self.world.helpdesk.add(conversation)
        self.say(conversation.id)
        return conversation.id

    def say(self, conversation_id: str) -> None:
        self.world.helpdesk.receive(
            conversation_id,
            self.text(self.answered),
            channel="email",
            sender=ROBOT,
            to=(OURS,),
            headers=self.headers,
        )

    def replies(self) -> list[Message]:
        everything = [m for c in self.conversations for m in self.world.helpdesk._messages[c]]
        return [m for m in everything if m.direction is Direction.OUT]

    def tick(self) -> None:
        due = [r for r in self.replies() if r.sent_at + self.delay <= self.world.clock.now()]
        if len(due) <= self.answered:
            return
        self.answered += 1
        if self.threads:
            self.say(self.conversations[-1])
        else:
            self.conversations.append(self.writes())

    def live(self, span: timedelta) -> None:
        """Closely where something may happen, in hours where nothing does."""
        end = self.world.clock.now() + span
        while self.world.clock.now() < end:
            for _ in range(12):
                self.world.live(MINUTE / 3)
                self.tick()
            self.world.clock.advance(HOUR - 4 * MINUTE)


def world_that_sends(**changes: object) -> SmallWorld:
    starter = load_policy(None)
    topics = tuple(replace(topic, level=Level.SEND) for topic in starter.topics)
    world = SmallWorld(policy=replace(starter, topics=topics, **changes), model=Believes())  # type: ignore[arg-type]
    world.helpdesk._accounts = (OutboundAccount(channel="email", account=OURS),)
    world.daemon.poller.poll()
    waive_all(world.store, world.policy, world.clock.now())
    return world


def same(_: int) -> str:
    return "Thank you for your message. Where is my order? We will be in touch."


def changing(number: int) -> str:
    words = ("Where is it?", "Any news on the delivery?", "When does it arrive?")
    return f"{words[number % 3]} Reference {number * 7919}, {'again ' * (number % 5)}please."


@pytest.mark.parametrize("headers", [WITHOUT, WITH], ids=["without headers", "with headers"])
@pytest.mark.parametrize("text", [same, changing])
@pytest.mark.parametrize("delay", [timedelta(0), 2 * MINUTE, 3 * HOUR], ids=str)
@pytest.mark.parametrize("threads", [True, False], ids=["in its thread", "in new conversations"])
def test_two_auto_responders_exchange_one_reply_a_week_at_the_most(
    headers: tuple[tuple[str, str], ...],
    text: Callable[[int], str],
    delay: timedelta,
    threads: bool,
) -> None:
    robot = Robot(world_that_sends(), headers, delay, text, threads)

    robot.live(timedelta(days=7))

    assert len(robot.replies()) == (0 if headers else 1)


def test_an_answer_at_once_is_not_answered_in_whatever_conversation_it_comes() -> None:
    robot = Robot(world_that_sends(), WITHOUT, timedelta(0), changing, threads=False)

    robot.live(HOUR)

    assert "answered-at-once" in robot.world.run(robot.conversations[-1]).because


def test_a_sender_that_answers_at_once_twice_is_suppressed_for_a_day() -> None:
    robot = Robot(world_that_sends(), WITHOUT, timedelta(0), changing, threads=True)
    robot.live(HOUR)
    (reply,) = robot.replies()
    at_once = reply.sent_at + MINUTE / 2
    robot.world.helpdesk.receive(
        robot.conversations[0], "And another one.", sender=ROBOT, sent_at=at_once, channel="email"
    )

    robot.live(HOUR)

    assert "ping-pong" in applied(robot.world, robot.conversations[0])


def applied(world: SmallWorld, conversation_id: str) -> list[str]:
    """The rules that applied in the newest run."""
    receipt = world.store.receipt(world.run(conversation_id).id)
    assert receipt is not None
    return [f[0] for f in receipt["decided"]["findings"] if f[3]]


# --- floods ---------------------------------------------------------------------------------------


FORGED = 10_000
# Nothing but the limits, so that nothing else holds the flood back.
LIMITS_ONLY = tuple(rule for rule in RULES if rule.id in LIMITS or rule.kind is Kind.GRANT)


def answered(limits: ReplyLimits) -> tuple[int, SmallWorld]:
    """How many of the strangers got a reply, each with a conversation and a sender of its own."""
    world, team = SmallWorld(clock=ManualClock(NOON)), policy(Level.SEND, limits=limits)
    waive_all(world.store, team, NOON)
    sent = 0
    for number in range(FORGED):
        world.clock.advance(HOUR / FORGED)
        given = stranger(world, number, team)
        turn = Turn(given.conversation.id, given.message_id)
        known, asked = second_look(world.desk, turn, given, first=Autonomy.SEND)
        may_send = decide(known, LIMITS_ONLY).autonomy is Autonomy.SEND
        sent += may_send and reserve(world.desk, asked, team) is None
    return sent, world


def stranger(world: SmallWorld, number: int, team: TeamPolicy) -> Facts:
    sender, at = f"victim{number}@elsewhere.example", world.clock.now()
    conversation = Conversation(
        id=f"c{number}", customer_id=f"k{number}", updated_at=at, status=Status.OPEN
    )
    world.helpdesk.add(conversation)
    world.helpdesk.add_customer(Customer(id=f"k{number}", emails=(Address(value=sender),)))
    question = said(sender=sender, sent_at=at - 2 * MINUTE)
    given = facts(question, topic="order-status", policy=team, now=at)
    return replace(given, conversation=conversation)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("limits", "replies", "is_open"),
    [
        pytest.param(ReplyLimits(), 0, False, id="by default none"),
        pytest.param(ReplyLimits(first_contacts_hour=10), 10, True, id="switched on, ten at most"),
    ],
)
def test_of_ten_thousand_forged_first_contacts_in_an_hour_are_answered(
    limits: ReplyLimits, replies: int, *, is_open: bool
) -> None:
    sent, world = answered(limits)

    assert (sent, world.store.breaker() is not None) == (replies, is_open)


def test_a_flood_of_known_customers_opens_the_breaker_and_the_rest_is_drafted() -> None:
    world = world_that_sends()
    conversations = [known_customer(world, number) for number in range(35)]

    world.live(8 * MINUTE)

    outcomes = Counter(world.run(each).disposition for each in conversations)
    assert outcomes == {Disposition.REPLIED: 30, Disposition.DRAFTED: 5}
    assert world.store.breaker() is not None


def known_customer(world: SmallWorld, number: int) -> str:
    conversation = world.conversation("Where is my order 40-2291?", minutes_ago=0)
    customer_id = world.helpdesk._conversations[conversation].customer_id or ""
    address = Address(value=f"mara{number}@home.example", verified=True)
    world.helpdesk.add_customer(Customer(id=customer_id, emails=(address,)))
    return conversation
