"""What several rules look at: the turn's message, what the customer just said, the topic."""

from agent.core.conversation import AuthorKind, Direction, Message
from agent.core.policy import Facts
from agent.core.team_policy import Level, Topic


def turn_message(facts: Facts) -> Message | None:
    """The message this run handles, or None when it is not among the messages."""
    return next((m for m in facts.messages if m.id == facts.message_id), None)


def is_spoken_by_team(message: Message) -> bool:
    """Somebody or something answered: a teammate, or we. "We got your mail" does not count."""
    acknowledgement = message.auto and message.author.kind is not AuthorKind.SIDENOTE
    return message.direction is Direction.OUT and not acknowledgement


def burst(facts: Facts) -> tuple[Message, ...]:
    """What the customer said since the team last spoke, up to the turn's message; oldest first.

    Empty when the turn's message is not among the messages.
    """
    said: list[Message] = []
    for message in facts.messages:
        if is_spoken_by_team(message):
            said = []
        elif message.direction is Direction.IN:
            said.append(message)
        if message.id == facts.message_id:
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
