"""Builders for policy tests: one plain conversation, of which each test changes one thing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.core.certificate import RightToSend, Standing
from agent.core.conversation import (
    Address,
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Message,
    Status,
)
from agent.core.limits import Counts
from agent.core.policy import Decision, Facts, decide
from agent.core.proposal import Proposal, TopicGuess
from agent.core.rules import RULES
from agent.core.team_policy import Level, TeamPolicy, Topic

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUSTOMER = Author(kind=AuthorKind.CUSTOMER, name="Mara")
TEAMMATE = Author(kind=AuthorKind.TEAMMATE, id="u1", name="Ben")
SIDENOTE = Author(kind=AuthorKind.SIDENOTE, id="u9", name="Sidenote")


def said(text: str = "Where is my order?", *, ago: timedelta = HOUR, **changes: Any) -> Message:
    """A customer's message, an hour old."""
    at = NOON - ago
    message = Message(
        id="",
        direction=Direction.IN,
        text=text,
        sent_at=at,
        created_at=at,
        author=CUSTOMER,
        channel="email",
        sender="mara@home.example",
    )
    return replace(message, **changes)


def answered(text: str = "I will look.", *, ago: timedelta = 2 * HOUR, **changes: Any) -> Message:
    """A teammate's message, two hours old."""
    return said(text, ago=ago, **{"direction": Direction.OUT, "author": TEAMMATE, **changes})


def file(name: str) -> Attachment:
    return Attachment(id="a1", name=name)


THREAD = (
    said("Hello, I ordered a kettle.", ago=3 * HOUR),
    answered("Thank you for your order."),
    said(),
)


ANSWER = "You can follow it with the tracking link."


def policy(level: Level = Level.NOTE, *, share: int = 100, **changes: Any) -> TeamPolicy:
    topic = Topic(
        name="order-status",
        description="where an order is",
        level=level,
        answers={"en": ANSWER},
        share=share,
    )
    return replace(TeamPolicy(topics=(topic,), min_margin=0.4, send_margin=0.4), **changes)


def facts(
    *messages: Message,
    topic: str | None = None,
    margin: float = 0.4,
    stood_in: str = "",
    language: str = "en",
    conversation: dict[str, Any] | None = None,
    **changes: Any,
) -> Facts:
    """An open conversation; the turn is the newest customer message. No topic was named."""
    numbered = tuple(replace(m, id=f"m{n}") for n, m in enumerate(messages or THREAD, start=1))
    turns = [m.id for m in numbered if m.direction is Direction.IN]
    thread = Conversation(id="c1", updated_at=NOON, status=Status.OPEN)
    guess = TopicGuess(name=topic, margin=margin if topic else 0.0)
    plain = Facts(
        conversation=replace(thread, **(conversation or {})),
        messages=numbered,
        message_id=turns[-1] if turns else numbered[-1].id,
        proposal=Proposal(
            statements=(), engine="offline", topic=guess, language=language, stood_in=stood_in
        ),
        policy=policy(),
        now=NOON,
    )
    return replace(plain, **changes)


def routine(
    level: Level = Level.SEND,
    *messages: Message,
    share: int = 100,
    languages: tuple[str, ...] = (),
    **changes: Any,
) -> Facts:
    """A routine question, the topic just clear enough, at the given level."""
    theirs = policy(level, share=share, languages=frozenset(languages))
    return facts(*messages, **{"topic": "order-status", "policy": theirs, **changes})


def customer(*, verified: bool = True, **changes: Any) -> Customer:
    """Mara, whose address is verified."""
    mara = Customer(id="k1", emails=(Address(value="mara@home.example", verified=verified),))
    return replace(mara, **changes)


def certified(standing: Standing = Standing.CERTIFIED, **changes: Any) -> RightToSend:
    return RightToSend(standing=standing, **{"words": "valid until 1 May 2026", **changes})


def looked(given: Facts, *, counts: dict[str, Any] | None = None, **changes: Any) -> Facts:
    """The same at the second look: Mara is verified, no drafts lie there, no replies were sent.

    The topic is certified for every score.
    """
    found = replace(
        given,
        gathered=True,
        customer=customer(),
        drafts=(),
        counts=Counts(**(counts or {})),
        own_addresses=frozenset({"help@shop.example"}),
        right=certified(),
    )
    return replace(found, **changes)


def decided(given: Facts) -> Decision:
    return decide(given, RULES)


def applying(given: Facts) -> dict[str, str]:
    """Ids and evidence of the rules that apply."""
    return {f.rule.id: f.evidence for f in decided(given).findings if f.applies}
