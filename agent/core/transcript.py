"""The text a model may see: messages in order, cleaned, each with a short reference.

Card numbers, passwords, codes and tokens are not in it, so they are in no note either. Same
input, same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate

from agent.core.cleaning import clean
from agent.core.conversation import Author, Conversation, Direction, Message
from agent.core.masking.hidden import hide_all
from agent.core.proposal import Statement

BUDGET_CHARACTERS = 24_000  # about 6,000 tokens: fits every model, and 300 chat messages
_STEPS = 8  # of a budget; what is given away for a prompt that stays the same is at most one
_UNSAID = 40  # characters a line costs besides its text: reference, author, time


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

    `left_out` counts the messages that did not fit the budget; `earlier` is what our last note
    said of them.
    """

    conversation_id: str
    subject: str
    lines: tuple[Line, ...]
    left_out: int = 0
    customer_id: str | None = None  # whose record says what is personal in it
    earlier: tuple[Statement, ...] = ()


def transcript_of(
    conversation: Conversation,
    messages: Sequence[Message],
    *,
    budget_characters: int = BUDGET_CHARACTERS,
) -> Transcript:
    """A conversation as a model may see it; any order of `messages` gives the same.

    References count all messages, so a gap in them shows what the budget left out. The first
    customer message and the newest of all are always kept, cut at half of the budget each.
    """
    return _transcript_of(conversation, tuple(messages), budget_characters)


# The steps of a run ask for the same one again and again, and a few runs go on at once.
@lru_cache(maxsize=8)
def _transcript_of(
    conversation: Conversation, messages: tuple[Message, ...], budget_characters: int
) -> Transcript:
    in_order = sorted(
        messages, key=lambda message: (message.sent_at, message.created_at, message.id)
    )
    whole = [_line(number, message) for number, message in enumerate(in_order, start=1)]
    subject, lines = _without_secrets(_one_line(_subject(conversation, in_order)), whole)
    kept = _within(lines, budget_characters)
    return Transcript(
        conversation_id=conversation.id,
        subject=subject,
        lines=kept,
        left_out=len(lines) - len(kept),
        customer_id=conversation.customer_id,
    )


def _without_secrets(subject: str, lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """What was folded keeps them: it goes to the receipt only."""
    texts = [subject]
    for line in lines:
        texts += line.text, *line.unread
    left = iter(hide_all(texts))
    return next(left), [
        replace(line, text=next(left), unread=tuple(next(left) for _ in line.unread))
        for line in lines
    ]


def _subject(conversation: Conversation, messages: Sequence[Message]) -> str:
    given = (message.subject for message in messages if message.subject.strip())
    return next(given, conversation.name)


def _line(number: int, message: Message) -> Line:
    cleaned = clean(message.text, email=message.channel == "email")
    return Line(
        ref=f"m{number}",
        message_id=message.id,
        direction=message.direction,
        author=replace(message.author, name=_one_line(message.author.name)),
        sent_at=message.sent_at,
        channel=message.channel,
        text=cleaned.text,
        folded=cleaned.folded,
        unread=tuple(
            _attachment_name(file.name, file.content_type) for file in message.attachments
        ),
    )


def _attachment_name(name: str, content_type: str) -> str:
    return _one_line(name) or _one_line(content_type) or "unnamed file"


def _one_line(text: str) -> str:
    """Names and subjects are the customer's own words too."""
    return clean(text, email=False).text.replace("\n", " ")


def shorter(transcript: Transcript, budget_characters: int) -> Transcript:
    """The same with the first request and the newest messages only, for a smaller window."""
    kept = _within(transcript.lines, budget_characters)
    left_out = transcript.left_out + len(transcript.lines) - len(kept)
    return replace(transcript, lines=kept, left_out=left_out)


def characters_of(transcript: Transcript) -> int:
    """How much of a budget it takes."""
    return sum(map(_cost, transcript.lines))


def _within(lines: Sequence[Line], budget: int) -> tuple[Line, ...]:
    """The first request, then the newest that fit; nothing between them is skipped over.

    Where those begin moves on in steps, so that what a model's server has cached of the last
    prompt fits the next one too.
    """
    if sum(map(_cost, lines)) <= budget or not lines:
        return tuple(lines)
    whole = [_cut(line, budget // 2) for line in lines]
    first = next((at for at, line in enumerate(whole) if line.direction is Direction.IN), 0)
    newest = len(whole) - 1
    start, spent = newest, sum(_cost(whole[at]) for at in {first, newest})
    while start and spent <= budget:
        start -= 1
        spent += _cost(whole[start]) if start != first else 0
    start += spent > budget
    start = next((at for at in _steps(whole, budget) if start <= at <= newest), newest)
    return tuple(whole[at] for at in sorted({first, *range(start, newest + 1)}))


def _steps(lines: Sequence[Line], budget: int) -> Iterator[int]:
    """Where a message begins a new block of text; messages that come later change none."""
    block = max(budget // _STEPS, 1)
    before = list(accumulate(map(_cost, lines), initial=0))
    yield 0
    yield from (at for at in range(1, len(lines)) if before[at] // block > before[at - 1] // block)


def _cost(line: Line) -> int:
    return len(line.text) + _UNSAID


def _cut(line: Line, limit: int) -> Line:
    if len(line.text) <= limit:
        return line
    rest = line.text[limit:].strip()
    return replace(line, text=line.text[:limit].rstrip(), folded=f"{line.folded}\n{rest}".strip())
