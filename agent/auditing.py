"""What a person must see to judge a reply that only texts were compared for.

The customer's question, the reply that was proposed, and what the teammate sent; never what the
matcher made of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from agent.core.afterwards import sent_text
from agent.core.audits import awaits_audit
from agent.core.cleaning import clean
from agent.core.conversation import Direction, Message
from agent.core.labels import Proposed
from agent.core.recipient import EMAIL
from agent.core.situation import burst_of
from agent.core.team_policy import TeamPolicy
from agent.errors import AgentError
from agent.ports import Store

Reading = Callable[[str], Sequence[Message]]  # the messages of a conversation, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One to judge. A text that cannot be had any more is ""; `sent` until the customer wrote."""

    row: Proposed
    question: str
    reply: str
    sent: str


def waiting(store: Store, *, topic: str = "", channel: str = "") -> tuple[Proposed, ...]:
    """What chance has picked and nobody has judged yet, oldest first."""
    rows = store.proposals(topic=topic, channel=channel)
    return tuple(row for row in rows if awaits_audit(row))


def case_of(store: Store, policy: TeamPolicy, row: Proposed, read: Reading) -> Case:
    """The texts of one: from its receipt, and Kustomer as it is now. Costs one request."""
    receipt = store.receipt(row.run_id) or {}
    messages = _messages(row, read)
    at = next((n for n, m in enumerate(messages) if m.id == row.message_id), len(messages))
    asked = burst_of(messages, row.message_id) if at < len(messages) else ()
    then = takewhile(lambda message: message.direction is Direction.OUT, messages[at + 1 :])
    return Case(
        row=row,
        question="\n".join(clean(one.text, email=one.channel == EMAIL).text for one in asked)
        or _question(row, receipt),
        reply=_reply(row, receipt, policy),
        sent=sent_text(tuple(then)),
    )


def _messages(row: Proposed, read: Reading) -> tuple[Message, ...]:
    try:
        return tuple(read(row.conversation_id)) if row.conversation_id else ()
    except AgentError:  # gone, or not to be read from here: what is kept must do
        return ()


def _question(row: Proposed, receipt: dict[str, Any]) -> str:
    messages = (receipt.get("read") or {}).get("messages") or ()
    return next((str(m["text"]) for m in messages if m["message_id"] == row.message_id), "")


def _reply(row: Proposed, receipt: dict[str, Any], policy: TeamPolicy) -> str:
    """As it was proposed; of a past conversation that was replayed, the answer with its gaps."""
    suggested = str((receipt.get("decided") or {}).get("suggested") or "")
    topic = policy.topic(row.topic)
    return suggested or (topic.answers.get(row.language, "") if topic else "")
