"""Builders of rows in a topic's history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.core.audits import is_audited
from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAKERS = MadeBy(engine="offline/1", prompt="", topic="t", answers="a", knowledge="k", rules="r")


def a_proposal(run_id: str = "r1", **changes: object) -> Proposed:
    """One without a label."""
    plain = Proposed(
        run_id=run_id,
        conversation_id="c1",
        message_id="m1",
        topic="order-status",
        channel="email",
        language="en",
        score=0.83,
        familiarity=0.7,
        at=NOON,
        made_by=MAKERS,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def a_label(
    judgement: Judgement = Judgement.AS_IS,
    source: Source = Source.CONSOLE,
    *,
    by: str = "Ada",
    at: datetime = NOON + timedelta(hours=1),
    reason: str = "",
) -> Label:
    return Label(judgement=judgement, source=source, by=by, at=at, reason=reason)


def a_compared(run_id: str, judgement: Judgement = Judgement.EDITED, **changes: object) -> Proposed:
    """One that only the matcher has looked at."""
    label = a_label(judgement, Source.MATCHED, by="")
    return a_proposal(run_id, label=label, **changes)


SAMPLED = tuple(each for each in (f"s{number}" for number in range(100)) if is_audited(each))
NOT_SAMPLED = tuple(each for each in (f"s{number}" for number in range(9)) if not is_audited(each))
