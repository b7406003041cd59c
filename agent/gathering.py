"""The second look: what is read only once a reply is in reach.

A run that ends as a note needs none of it, and Kustomer's request limit is shared.
"""

from dataclasses import replace

from agent.allowance import asked_of, open_breaker_if_tripped
from agent.composing import reply_channel
from agent.core.certificate import RightToSend
from agent.core.conversation import Conversation, Customer, Draft
from agent.core.labels import Proposed
from agent.core.limits import AutomaticReply
from agent.core.makers import made_by
from agent.core.policy import Autonomy, Facts
from agent.core.recipient import EMAIL
from agent.core.situation import matched_topic, turn_message
from agent.core.standing import MAY_SEND, right_to_send
from agent.core.team_policy import TeamPolicy
from agent.core.turn import Turn
from agent.errors import HelpdeskMissing
from agent.notes import NoteDesk
from agent.ports import Store
from agent.replies import Refusal


def second_look(
    desk: NoteDesk, turn: Turn, facts: Facts, *, first: Autonomy
) -> tuple[Facts, AutomaticReply]:
    """The facts with customer, drafts, own addresses, counts and the topic's right to send; and
    the reply as it is counted.

    The conversation is read again: what the poll found is older than the quiet time. What is gone
    stays None, and the rules limit. `first` is how far the first look went. Safe to call again.

    Raises as reading does: the run waits and comes back.
    """
    conversation = _conversation(desk, facts.conversation)
    customer, drafts = _customer(desk, conversation.customer_id)
    known = replace(
        facts,
        gathered=True,
        conversation=conversation,
        customer=customer,
        drafts=drafts,
        own_addresses=_own_addresses(desk, facts),
        right=_right(desk.store, facts),
    )
    asked = asked_of(known, turn)
    if first is Autonomy.SEND:
        open_breaker_if_tripped(desk.store, known, asked)
    return replace(known, counts=desk.store.reply_counts(asked)), asked


def _conversation(desk: NoteDesk, known: Conversation) -> Conversation:
    try:
        return desk.reader.conversation(known.id)
    except HelpdeskMissing:
        return replace(known, deleted=True)


def _customer(
    desk: NoteDesk, customer_id: str | None
) -> tuple[Customer | None, tuple[Draft, ...] | None]:
    if customer_id is None:
        return None, None
    try:
        return desk.reader.customer(customer_id), desk.reader.drafts(customer_id)
    except HelpdeskMissing:
        return None, None


def _right(store: Store, facts: Facts) -> RightToSend | None:
    """The right of the turn's topic on the channel of its reply; None where it has no topic."""
    topic = matched_topic(facts)
    if topic is None:
        return None
    return right_to_send(
        store.certificate_events(topic=topic.name),
        topic.name,
        reply_channel(facts.messages),
        made_by(facts.policy, topic.name, facts.proposal),
        facts.now,
        terms=facts.policy.certificates,
    )


def right_lost(desk: NoteDesk, row: Proposed | None, policy: TeamPolicy) -> Refusal | None:
    """Why a reply that was decided upon may not be released now; None when its right stands.

    `row` is what it counts as; None: a version that did not ask decided it, so a person does.
    """
    if row is None:
        return Refusal(why="whether it is certified was not read")
    told, now = desk.store.certificate_events(topic=row.topic), desk.clock.now()
    terms = policy.certificates
    right = right_to_send(told, row.topic, row.channel, row.made_by, now, terms=terms)
    is_earned = right.standing in MAY_SEND and row.score >= right.threshold
    return None if is_earned else Refusal(why=f"{row.topic} may not send now: {right.words}")


def _own_addresses(desk: NoteDesk, facts: Facts) -> frozenset[str]:
    message = turn_message(facts)
    if message is None or message.channel != EMAIL or not message.sender:
        return frozenset()
    accounts = desk.reader.outbound_accounts()
    return frozenset(each.account for each in accounts if each.channel == EMAIL)
