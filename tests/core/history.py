"""Builders of a topic's reviewed history, for tests of certificates."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.core.labels import Judgement, Label, MadeBy, Outcome, Proposed, Source

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAKERS = MadeBy(
    engine="offline/1", prompt="p1", topic="t1", answers="a1", knowledge="k1", rules="r1"
)


def proposed(
    number: int,
    judgement: Judgement | None = Judgement.AS_IS,
    *,
    score: float = 0.8,
    familiarity: float = 0.7,
    source: Source = Source.CONSOLE,
    matched: Judgement | None = None,
    made_by: MadeBy = MAKERS,
    outcome: Outcome | None = None,
) -> Proposed:
    """The proposal number so and so, made that many minutes after noon and labelled at once."""
    at = NOON + timedelta(minutes=number)
    label = None
    if judgement is not None:
        label = Label(judgement=judgement, source=source, by="Mara", at=at, matched=matched)
    return Proposed(
        run_id=f"run{number:06}",
        conversation_id=f"c{number}",
        message_id=f"m{number}",
        topic="order-status",
        channel="email",
        language="en",
        score=score,
        familiarity=familiarity,
        at=at,
        made_by=made_by,
        label=label,
        outcome=outcome,
    )


def clean(count: int, *, start: int = 0, score: float = 0.8) -> list[Proposed]:
    """So many reviews without a fault."""
    return [proposed(number, score=score) for number in range(start, start + count)]


def sent(outcomes: Iterable[Outcome | None]) -> list[Proposed]:
    """Replies that went out by themselves, one a minute, and what became of each."""
    replies = [proposed(number, None, outcome=each) for number, each in enumerate(outcomes)]
    return [replace(each, sent_at=each.at) for each in replies]
