"""The text a model may see: messages in order, cleaned, each with a short reference.

Same input, same bytes.
"""

from dataclasses import dataclass
from datetime import datetime

from agent.core.conversation import Author, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message as a model may see it. `text` is what is left after cleaning, never None.

    `ref` is how the prompt names it ("m1", "m2", …); `message_id` is Kustomer's id.
    """

    ref: str
    message_id: str
    direction: Direction
    author: Author
    sent_at: datetime
    channel: str
    text: str
    folded: str = ""  # what cleaning took out: quoted thread, signature; kept for the receipt
    unread: tuple[str, ...] = ()  # names of attachments, which nobody here reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All of a conversation that a model may see, oldest first.

    `left_out` counts the messages that did not fit the budget.
    """

    conversation_id: str
    subject: str
    lines: tuple[Line, ...]
    left_out: int = 0
