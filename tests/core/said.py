"""Builders: a conversation as a list of who said what, one message an hour from noon on."""

from datetime import UTC, datetime, timedelta

from agent.core.conversation import (
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
)
from agent.core.transcript import Transcript, transcript_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MARA = Author(kind=AuthorKind.CUSTOMER, name="Mara")
BEN = Author(kind=AuthorKind.TEAMMATE, name="Ben")


def message(
    text: str,
    *,
    direction: Direction = Direction.IN,
    at: datetime = NOON,
    id: str = "1",  # noqa: A002 - the field's name
    channel: str = "chat",
    subject: str = "",
    files: tuple[str, ...] = (),
) -> Message:
    return Message(
        id=id,
        direction=direction,
        text=text,
        sent_at=at,
        created_at=at,
        author=MARA if direction is Direction.IN else BEN,
        channel=channel,
        subject=subject,
        attachments=tuple(Attachment(id=f"a-{name}", name=name) for name in files),
    )


def conversation(name: str = "") -> Conversation:
    return Conversation(id="c1", updated_at=NOON, name=name)


def said(*lines: str, channel: str = "chat") -> tuple[Message, ...]:
    """Messages from lines such as "in: Where is it?"; ids are "1", "2", …"""
    messages = []
    for number, line in enumerate(lines):
        direction, _, text = line.partition(": ")
        messages.append(
            message(
                text,
                direction=Direction(direction),
                at=NOON + timedelta(hours=number),
                id=str(number + 1),
                channel=channel,
            )
        )
    return tuple(messages)


def transcript(*lines: str, channel: str = "chat") -> Transcript:
    return transcript_of(conversation(), said(*lines, channel=channel))
