"""From the tables of a scenario to the facts that the rules look at."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.core.certificate import RightToSend, Standing
from agent.core.conversation import (
    Address,
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Draft,
    Message,
    Note,
    Status,
)
from agent.core.policy import Facts
from agent.core.proposal import Proposal, TopicGuess
from agent.core.recipient import BY_ADDRESS, EMAIL
from agent.core.scoring import with_score
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript, transcript_of
from agent.ports import Model
from agent.scenarios.shape import (
    CertificateTable,
    ConversationTable,
    MessageTable,
    ProposalTable,
    ScenarioFile,
)

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday; when a scenario does not say
PACE = timedelta(minutes=40)  # between messages: longer than a teammate counts as active


def facts_of(given: ScenarioFile, key: str, policy: TeamPolicy, offline: Model) -> Facts:
    """All that the rules may look at, as after the second look; cleaned and proposed for real."""
    table, situation = given.conversation, given.situation
    now = situation.now or NOON
    conversation = _conversation(table, key, now)
    messages = tuple(_messages(table, now))
    transcript = transcript_of(conversation, messages)
    cleaned = {line.message_id: line.text for line in transcript.lines}
    proposal = _proposal(offline.propose(transcript, policy), given.proposal)
    unread = frozenset(situation.unread)
    return Facts(
        conversation=conversation,
        messages=tuple(replace(m, text=cleaned.get(m.id, m.text)) for m in messages),
        message_id=_turn(messages, situation.turn),
        proposal=_scored(given.proposal, proposal, transcript, policy),
        policy=policy,
        now=now,
        watermark=situation.first_start,
        paused=situation.paused,
        rehearsal=situation.rehearsal,
        quiet=timedelta(seconds=situation.quiet_seconds),
        notes=tuple(_notes(table, now)),
        gathered=True,
        customer=None if "customer" in unread else _customer(given),
        drafts=None if "drafts" in unread else tuple(_drafts(table, conversation.id)),
        counts=None if "counts" in unread else given.counts.counts(),
        own_addresses=frozenset(situation.own_addresses),
        right=None if "certificate" in unread else _right(given.certificate),
        already_noted=situation.already_noted,
        nothing_new=situation.nothing_new,
    )


def first_look(facts: Facts) -> Facts:
    """The same before anything was read that only a reply needs."""
    return replace(
        facts,
        gathered=False,
        customer=None,
        drafts=None,
        counts=None,
        own_addresses=frozenset(),
        right=None,
    )


def _turn(messages: tuple[Message, ...], number: int | None) -> str:
    """The newest customer message, unless the scenario names another one by its number."""
    if number is not None:
        return str(number)
    inbound = [m.id for m in messages if m.direction is Direction.IN]
    return inbound[-1] if inbound else "none"


def _conversation(table: ConversationTable, key: str, now: datetime) -> Conversation:
    return Conversation(
        id=table.key or key,
        updated_at=now,
        customer_id="customer",
        name=table.subject,
        status=Status(table.status),
        channels=(table.channel,),
        assigned_users=tuple(table.assigned),
        assigned_teams=tuple(table.teams),
        tags=tuple(table.tags),
        queue_id=table.queue or None,
        spam=table.spam,
        deleted=table.deleted,
        locked=table.locked,
        ended=table.ended,
        merged_into=table.merged_into or None,
    )


def _messages(table: ConversationTable, now: datetime) -> Iterator[Message]:
    for number, given in enumerate(table.messages):
        direction = Direction(given.direction)
        at = now - _ago(given, len(table.messages) - number)
        channel = given.channel or table.channel
        yield Message(
            id=str(number + 1),
            direction=direction,
            text=given.text,
            sent_at=at,
            created_at=at,
            author=_author(given, table),
            channel=channel,
            subject=table.subject if given.subject is None else given.subject,
            sender=_sender(given, table, channel),
            to=tuple(given.to),
            auto=given.auto,
            may_be_cut=given.may_be_cut,
            attachments=tuple(Attachment(id=name, name=name) for name in given.attachments),
            headers=tuple(given.headers.items()),
        )


def _ago(given: MessageTable, from_end: int) -> timedelta:
    if given.minutes_ago is None:
        return PACE * from_end
    return timedelta(minutes=given.minutes_ago)


def _author(given: MessageTable, table: ConversationTable) -> Author:
    if given.direction == Direction.IN:
        return Author(kind=AuthorKind.CUSTOMER, name=table.customer_name)
    return Author(kind=AuthorKind(given.author))


def _sender(given: MessageTable, table: ConversationTable, channel: str) -> str:
    if given.sender is not None:
        return given.sender
    if given.direction == Direction.OUT or channel not in BY_ADDRESS:
        return ""
    return table.customer_email if channel == EMAIL else table.customer_phone


def _notes(table: ConversationTable, now: datetime) -> Iterator[Note]:
    for number, given in enumerate(table.notes):
        yield Note(
            id=f"note-{number + 1}",
            body=given.text,
            created_at=now - timedelta(minutes=given.minutes_ago),
            author=Author(kind=AuthorKind(given.author)),
        )


def _drafts(table: ConversationTable, conversation_id: str) -> Iterator[Draft]:
    for number, given in enumerate(table.drafts):
        yield Draft(
            id=f"draft-{number + 1}",
            channel=table.channel,
            conversation_id="another" if given.elsewhere else conversation_id,
            body=given.text,
            marker="ours" if given.author == AuthorKind.SIDENOTE else "",
        )


def _customer(given: ScenarioFile) -> Customer:
    table, record = given.conversation, given.customer

    def address(value: str) -> tuple[Address, ...]:
        return (Address(value=value, verified=record.verified),) if value else ()

    return Customer(
        id="customer",
        name=table.customer_name,
        external_id="known" if record.known else None,
        emails=address(table.customer_email),
        phones=address(table.customer_phone),
        whatsapps=address(table.customer_phone),
        custom=dict(record.custom),
    )


def _scored(
    fixed: ProposalTable, proposal: Proposal, transcript: Transcript, policy: TeamPolicy
) -> Proposal:
    scored = with_score(proposal, transcript, policy)
    if fixed.score is None or scored.score is None:
        return scored
    return replace(scored, score=replace(scored.score, value=fixed.score))


def _right(given: CertificateTable) -> RightToSend:
    return RightToSend(
        standing=Standing(given.standing), words=given.words, threshold=given.threshold
    )


def _proposal(proposed: Proposal, fixed: ProposalTable) -> Proposal:
    guess = proposed.topic
    if fixed.topic is not None:
        guess = TopicGuess(name=fixed.topic or None, margin=1.0 if fixed.topic else 0.0)
    if fixed.margin is not None:
        guess = replace(guess, margin=fixed.margin)
    return replace(
        proposed,
        topic=guess,
        language=proposed.language if fixed.language is None else fixed.language,
        stood_in=fixed.stood_in,
        shortened=fixed.shortened,
        new_model=fixed.new_model,
    )
