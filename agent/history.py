"""A run's proposed reply as the history of its topic keeps it; certificates rest on that."""

from dataclasses import replace
from datetime import datetime

from agent.composing import reply_channel
from agent.core.labels import Proposed
from agent.core.makers import made_by
from agent.core.proposal import Proposal
from agent.core.team_policy import TeamPolicy
from agent.core.turn import Turn
from agent.handover import Reading
from agent.ports import Store


def row_of(
    turn: Turn, reading: Reading, proposal: Proposal, policy: TeamPolicy, *, now: datetime
) -> Proposed:
    """The row of a proposal whose topic has an approved answer in the customer's language.

    Raises:
        ValueError: its topic is not in the policy.
    """
    topic = proposal.topic.name or ""
    score, margin = proposal.score, proposal.topic.margin  # the margin: made by an older version
    return Proposed(
        run_id=turn.run_id,
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        topic=topic,
        channel=reply_channel(reading.messages),
        language=proposal.language or policy.note.language,
        score=score.value if score else margin,
        familiarity=score.familiarity if score else margin,
        at=now,
        made_by=made_by(policy, topic, proposal),
    )


def keep_row(store: Store, row: Proposed, *, sent_at: datetime | None) -> None:
    """Add it. `sent_at` says when it was released without a teammate. Safe to call again."""
    is_new = store.add_proposed(replace(row, sent_at=sent_at))
    if sent_at is not None and not is_new:  # an earlier life of the run had not got so far
        store.mark_sent(row.run_id, sent_at)
