"""What several rules look at: the turn's message, what the customer just said, the topic."""

import re
from collections.abc import Callable

from agent.core.conversation import AuthorKind, Direction, Message
from agent.core.outgoing_text import folded
from agent.core.policy import Facts
from agent.core.team_policy import Level, Topic

Test = Callable[[Facts], str | None]

_SLOT = re.compile(r"\{\{.*?\}\}")


def turn_message(facts: Facts) -> Message | None:
    """The message this run handles, or None when it is not among the messages."""
    return next((m for m in facts.messages if m.id == facts.message_id), None)


def is_spoken_by_team(message: Message) -> bool:
    """Somebody or something answered: a teammate, or we. "We got your mail" does not count."""
    acknowledgement = message.auto and message.author.kind is not AuthorKind.SIDENOTE
    return message.direction is Direction.OUT and not acknowledgement


def is_by_teammate(message: Message) -> bool:
    """A person on the team wrote it to the customer."""
    by_person = message.author.kind is AuthorKind.TEAMMATE and not message.auto
    return by_person and message.direction is Direction.OUT


def answered_before(facts: Facts, approved: str) -> bool:
    """The team has sent that approved text in this conversation, whatever filled its slots."""
    parts = [folded(part) for part in _SLOT.split(approved)]
    texts = [folded(m.text) for m in facts.messages if m.direction is Direction.OUT]
    wanted = [part for part in parts if part]
    return any(wanted and all(part in text for part in wanted) for text in texts)


def burst(facts: Facts) -> tuple[Message, ...]:
    """What the customer said since the team last spoke, up to the turn's message; oldest first.

    Empty when the turn's message is not among the messages.
    """
    return burst_of(facts.messages, facts.message_id)


def burst_of(messages: tuple[Message, ...], message_id: str) -> tuple[Message, ...]:
    """The same, of messages that are oldest first."""
    said: list[Message] = []
    for message in messages:
        if is_spoken_by_team(message):
            said = []
        elif message.direction is Direction.IN:
            said.append(message)
        if message.id == message_id:
            return tuple(said)
    return ()


def from_customer(facts: Facts) -> tuple[Message, ...]:
    """All of the customer's messages, newest first."""
    return tuple(m for m in reversed(facts.messages) if m.direction is Direction.IN)


def matched_topic(facts: Facts) -> Topic | None:
    """The routine topic that the proposal names, if it is clear enough and not off."""
    topic = facts.policy.topic(facts.proposal.topic.name)
    if topic is None or topic.level is Level.OFF:
        return None
    return topic if facts.proposal.topic.margin >= facts.policy.min_margin else None
