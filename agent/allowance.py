"""May one more reply go out? Asked of the store, when a run decides and right before a release."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from agent.audit_port import AuditEntry, AuditKind
from agent.core.acquaintance import is_first_contact
from agent.core.limits import (
    ANSWERED_AT_ONCE,
    Ask,
    AutomaticReply,
    sender_digest,
    trips_breaker,
)
from agent.core.policy import Decision, Facts
from agent.core.situation import matched_topic, turn_message
from agent.core.team_policy import TeamPolicy
from agent.core.turn import Action, Turn, marker_of
from agent.limits_port import Breaker
from agent.log import logger
from agent.notes import NoteDesk
from agent.ports import DeliveryState, Store
from agent.replies import Refusal


def asked_of(facts: Facts, turn: Turn) -> AutomaticReply:
    """The reply to this turn, as the limits count it."""
    message, topic = turn_message(facts), matched_topic(facts)
    customer_id = facts.conversation.customer_id or ""
    return AutomaticReply(
        marker=marker_of(turn, Action.REPLY),
        conversation_id=turn.conversation_id,
        customer_id=customer_id,
        topic=topic.name if topic else "",
        sender=sender_digest(message.sender if message else "", customer_id),
        first_contact=is_first_contact(facts),
        message_at=message.sent_at if message else facts.now,
        at=facts.now,
    )


def open_breaker_if_tripped(store: Store, facts: Facts, asked: AutomaticReply) -> None:
    """One more reply would be too much for the whole organization: a person must look first."""
    ask = Ask(
        counts=store.reply_counts(asked),
        limits=facts.policy.limits,
        first_contact=asked.first_contact,
    )
    words = trips_breaker(ask)
    if words and store.open_breaker(words, asked.at):
        _tell_of_breaker(store, words, asked)


def note_quick_answer(store: Store, turn: Turn, facts: Facts, decision: Decision) -> None:
    """Remember a sender that wrote at once after our reply; twice is a machine."""
    at_once = any(f.applies and f.rule.id == ANSWERED_AT_ONCE for f in decision.findings)
    if not at_once:
        return
    asked = asked_of(facts, turn)
    store.note_quick_answer(asked.sender, marker=asked.marker, at=asked.message_at)


def reserve(desk: NoteDesk, asked: AutomaticReply | None, policy: TeamPolicy) -> Refusal | None:
    """Take a place for the reply, right before its release; or leave its draft to a teammate.

    Safe to call again: the same reply keeps its place.
    """
    if asked is None:
        return Refusal(why="it was not counted", withdraw=False)
    topic, now = policy.topic(asked.topic), desk.clock.now()
    refused = desk.store.reserve_reply(
        replace(asked, at=now), policy.limits, daily_cap=topic.daily_cap if topic else None
    )
    if refused is None:
        return None
    breaker = desk.store.breaker()
    if breaker is not None and breaker.opened_at == now:
        _tell_of_breaker(desk.store, breaker.reason, replace(asked, at=now))
    return Refusal(why=str(refused), withdraw=False)


def close_breaker(store: Store, *, by: str, now: datetime) -> Breaker | None:
    """A person has looked: replies may be sent again. Gives what was open, None when nothing was.

    Full windows go on limiting, and may open it again at the next reply.
    """
    breaker = store.breaker()
    if breaker is None or not store.close_breaker():
        return None
    content = {"state": "closed", "by": by, "reason": breaker.reason}
    store.append_audit(AuditEntry(kind=AuditKind.BREAKER, content=content), now)
    return breaker


def free_unless_released(store: Store, turn: Turn) -> None:
    """Give the place of a reply back that was never released. Safe to call again."""
    marker = marker_of(turn, Action.REPLY)
    delivery = store.delivery(marker)
    unsent = {DeliveryState.OVERTAKEN, DeliveryState.SAVED}
    if delivery is not None and delivery.releases == 0 and delivery.state in unsent:
        store.free_reply(marker)


def first_refusal(*asked: Callable[[], Refusal | None]) -> Callable[[], Refusal | None]:
    """Asks one after the other; the first refusal counts, and the rest are not asked."""
    return lambda: next((refusal for each in asked if (refusal := each()) is not None), None)


def _tell_of_breaker(store: Store, words: str, asked: AutomaticReply) -> None:
    content = {"state": "open", "reason": words}
    subjects = {"conversation": asked.conversation_id, "topic": asked.topic}
    entry = AuditEntry(kind=AuditKind.BREAKER, subjects=subjects, content=content)
    store.append_audit(entry, asked.at)
    logger().warning("breaker.opened", reason=words)
