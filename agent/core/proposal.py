"""What a model gave back, parsed; not yet allowed."""

from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.score import Score


class Section(StrEnum):
    """The parts of a note, in the order in which they are printed."""

    REQUEST = "request"
    DONE = "done"
    OPEN = "open"
    NEXT = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of a summary, with the messages it rests on (never none).

    `quotes` are words of those messages, as they stand there. `unverified` says why grounding
    let it pass with doubt; "" when it had none. `digests`, one for each message, are what
    `core/amended.py` knows those messages again by; only what was told has them.
    """

    section: Section
    text: str
    message_ids: tuple[str, ...]
    quotes: tuple[str, ...] = ()
    unverified: str = ""
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that the customer wants, in a few words, and where it stands.

    `is_open` says that nobody on the team has answered it yet.
    """

    text: str
    message_id: str
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotGuess:
    """Words of the customer's own message that would fill a slot; code checks them."""

    name: str
    quote: str  # as it stands in the message
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicGuess:
    """The nearest topic of the policy's list.

    `margin` is 0..1: how far it is ahead of the next one; 0 when there is none.
    """

    name: str | None = None
    margin: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a model call cost, as the server told it."""

    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A summary with references and a topic.

    `engine` is "offline" or the name of the model that answered. `stood_in` says why the offline
    engine had to step in for a configured model, in words without customer text; "" when it did
    not. `dropped` are statements that grounding took out, each with the reason; `left_out` are the
    conversation's asks and amounts that no statement tells of, each with its kind in front.

    `shortened` says that the model was shown only a part of the transcript, because its window
    is small, and `unshown` counts the messages that it never saw. `new_model` says that another
    model answered than before, which no person has accepted yet. Both are "" when it was not so.
    """

    statements: tuple[Statement, ...]
    engine: str
    topic: TopicGuess = field(default_factory=TopicGuess)
    asks: tuple[Ask, ...] = ()
    slots: tuple[SlotGuess, ...] = ()
    mood: str = ""  # "calm" | "worried" | "angry" | "" when not clear; a hint, never a gate
    language: str = ""  # ISO 639-1 of the customer's newest message, "" when not clear
    stood_in: str = ""
    prompt_version: str = ""
    usage: Usage = field(default_factory=Usage)
    dropped: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    shortened: str = ""
    unshown: int = 0
    new_model: str = ""
    score: Score | None = None  # of the reply it would make; None when it would make none
