"""Proposals that were reviewed, for tests of certificates. Each test changes one thing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.core.labels import Judgement, Label, MadeBy, Outcome, Proposed, Source
from agent.core.makers import makers_of
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.ports import Store

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ENOUGH = 320  # clean reviews: more than a certificate of 2 % at 95 % takes


def policy(level: Level = Level.DRAFT, *, answer: str = "It left us.") -> TeamPolicy:
    """A policy with one topic, order-status."""
    topic = Topic(
        name="order-status",
        description="Where is it?",
        examples=("Where is my order?",),
        level=level,
        answers={"en": answer},
    )
    return TeamPolicy(topics=(topic,))


def makers(held: TeamPolicy | None = None, *, engine: str = "offline") -> MadeBy:
    """The makers of its proposals."""
    return makers_of(held or policy(), "order-status", engine=engine)


def proposed(number: int, **changes: object) -> Proposed:
    """One proposal by e-mail, not reviewed. `number` tells it from others."""
    plain = Proposed(
        run_id=f"{number:012x}",
        conversation_id=f"{number:024x}",
        message_id=f"{number:023x}a",
        topic="order-status",
        channel="email",
        language="en",
        score=0.95,
        familiarity=0.9,
        at=NOON,
        made_by=makers(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def reviewed(number: int, at: datetime, judgement: Judgement = Judgement.AS_IS) -> Proposed:
    """The same, with Ada's word."""
    label = Label(judgement=judgement, source=Source.CONSOLE, by="Ada", at=at)
    return proposed(number, at=at, label=label)


def reviews(count: int = ENOUGH, *, since: datetime = NOON, first: int = 1) -> tuple[Proposed, ...]:
    """So many clean reviews, a minute apart."""
    return tuple(
        reviewed(first + number, since + timedelta(minutes=number)) for number in range(count)
    )


def sent(number: int, at: datetime, outcome: Outcome | None = None) -> Proposed:
    """A reply that went out by itself, and what became of it."""
    known = at + timedelta(hours=1) if outcome is not None else None
    return proposed(number, at=at, sent_at=at, outcome=outcome, outcome_at=known)


def keep(store: Store, *rows: Proposed) -> None:
    """Add them as they are."""
    store.add_all_proposed(rows)
