"""Rules on teammates: never write over somebody who is at it."""

from datetime import datetime, timedelta

from agent.core.basis import teammate_is_writing
from agent.core.conversation import AuthorKind, Direction
from agent.core.policy import Facts
from agent.core.situation import is_by_teammate, is_spoken_by_team

TEAMMATE_ACTIVE = timedelta(minutes=30)  # a teammate who wrote so recently is still on it
ASSIGNED_ACTIVE = timedelta(hours=8)  # a working day: whose conversation it is means to go on


def team_spoke_last(facts: Facts) -> str | None:
    """The team has answered already."""
    spoken = (m for m in facts.messages if m.direction is Direction.IN or is_spoken_by_team(m))
    directions = [m.direction for m in spoken]
    return "last message is the team's" if directions[-1:] == [Direction.OUT] else None


def teammate_active(facts: Facts) -> str | None:
    """A teammate is writing with the customer, or about them, right now."""
    at = _teammate_wrote_at(facts)
    if at is None or at <= facts.now - TEAMMATE_ACTIVE:
        return None
    return f"a teammate wrote within {TEAMMATE_ACTIVE // timedelta(minutes=1)} minutes"


def teammate_assigned(facts: Facts) -> str | None:
    """It is somebody's conversation, and a teammate was on it today."""
    at = _teammate_wrote_at(facts)
    if not facts.conversation.assigned_users or at is None or at <= facts.now - ASSIGNED_ACTIVE:
        return None
    hours = ASSIGNED_ACTIVE // timedelta(hours=1)
    return f"assigned to a teammate, and a teammate wrote within {hours} hours"


def teammate_draft(facts: Facts) -> str | None:
    """Somebody has begun to answer."""
    if not facts.gathered:
        return None
    if facts.drafts is None:
        return "the drafts could not be read"
    writing = teammate_is_writing(facts.drafts, facts.conversation.id, draft_id="")
    return "a teammate's draft is open" if writing else None


def _teammate_wrote_at(facts: Facts) -> datetime | None:
    messages = [m.sent_at for m in facts.messages if is_by_teammate(m)]
    notes = [n.created_at for n in facts.notes if n.author.kind is AuthorKind.TEAMMATE]
    return max([*messages, *notes], default=None)
