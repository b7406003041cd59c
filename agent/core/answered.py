"""What a teammate wrote to the customer after a message, before the customer wrote again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from agent.core.conversation import AuthorKind, Direction, Message
from agent.core.situation import burst_of, is_by_teammate


@dataclass(frozen=True, slots=True)
class Answer:
    """A teammate's words, as the messages have them, and the customer's before.

    `is_over`: the customer wrote again, so that nothing more belongs to it.
    """

    text: str
    by: str  # "" when Kustomer does not tell
    last_at: datetime
    question: str
    is_over: bool


def answer_to(messages: Sequence[Message], message_id: str) -> Answer | None:
    """The team's own answer to that message; `messages` are oldest first.

    None when there is none yet, when the customer wrote again first, or when a reply of ours stands
    in between: then the teammate answers after that one. Acknowledgements are passed over.
    """
    ids = [message.id for message in messages]
    if message_id not in ids:
        return None
    said: list[Message] = []
    is_over = False
    for message in messages[ids.index(message_id) + 1 :]:
        if message.direction is Direction.IN:
            is_over = True
            break
        if message.author.kind is AuthorKind.SIDENOTE:
            return None
        if is_by_teammate(message):
            said.append(message)
    if not said:
        return None
    return Answer(
        text="\n".join(message.text for message in said),
        by=said[-1].author.name,
        last_at=said[-1].sent_at,
        question="\n".join(one.text for one in burst_of(tuple(messages), message_id)),
        is_over=is_over,
    )


def wrote_again_first(messages: Sequence[Message], message_id: str) -> bool:
    """Whether the customer's next message came before any answer."""
    ids = [message.id for message in messages]
    after = messages[ids.index(message_id) + 1 :] if message_id in ids else ()
    first = next((m for m in after if m.direction is Direction.IN or is_by_teammate(m)), None)
    return first is not None and first.direction is Direction.IN


def answered_in(messages: Sequence[Message]) -> list[int]:
    """Where the customer's messages stand that a teammate answered; `messages` oldest first."""
    said = [
        at
        for at, message in enumerate(messages)
        if message.direction is Direction.IN or is_by_teammate(message)
    ]
    return [
        at
        for at, following in pairwise(said)
        if messages[at].direction is Direction.IN and is_by_teammate(messages[following])
    ]
