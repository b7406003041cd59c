"""One conversation, summarised now because a person asked for it. Nothing is written here.

What a person asked for is summarised also where a note would otherwise be noise.
"""

import re
from dataclasses import dataclass, fields, replace
from typing import Any

from agent.core.conversation import Conversation, Message, Note
from agent.core.note_words import WORDS
from agent.core.proposal import Proposal
from agent.core.turn import Action, Turn, marker_of
from agent.errors import HelpdeskMissing, InputError, PermanentError
from agent.handover import Decided, Reading
from agent.pipeline import Pipeline, newest_from_customer
from agent.plain import from_plain, to_plain
from agent.ports import Clock, HelpdeskReader, Told

ASKED_FOR = "asked-for"  # named in `because` where the rules would have had no note
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")

Plain = dict[str, Any]


class NothingToSummarize(PermanentError):
    """The conversation has no customer message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was found and said of one conversation. `because` names the deciding rules."""

    conversation_id: str
    proposal: Proposal
    note: str
    because: tuple[str, ...]
    note_id: str | None = None  # of the note that stands for the newest customer message
    posted: bool = False  # whether this very call wrote it


def parse_conversation_id(text: str) -> str:
    """A conversation's id as typed.

    Raises:
        InputError: it is an address, or nothing that an id may look like.
    """
    wanted = text.strip()
    if _ID.fullmatch(wanted):
        return wanted
    found = _OBJECT_ID.findall(wanted)
    hint = f" Is it {found[-1]}?" if found else " An id has 24 hex digits."
    raise InputError(f"Give the conversation's id alone, not an address or a name.{hint}")


def in_language(pipeline: Pipeline, language: str | None) -> Pipeline:
    """The same steps with notes in that language (ISO 639-1); None leaves the team's.

    Raises:
        InputError: notes are not written in it.
    """
    if language is None:
        return pipeline
    if language not in WORDS:
        raise InputError(f"--language {language!r}: choose one of {', '.join(WORDS)}")
    note = replace(pipeline.policy.note, language=language)
    return replace(pipeline, policy=replace(pipeline.policy, note=note))


def summarize(pipeline: Pipeline, conversation_id: str) -> Summary:
    """Read and summarise. Safe to repeat.

    Raises:
        HelpdeskMissing: no such conversation.
        NothingToSummarize: the customer has not written.
    """
    asked = Asked.of(pipeline)
    found = read_conversation(pipeline.desk.reader, conversation_id)
    reading = found.reading(pipeline.desk.clock)
    read = to_plain(reading)
    proposed = asked.propose(found.turn, read)
    decided = asked.decide(found.turn, read, proposed)
    marker = marker_of(found.turn, Action.NOTE)
    return Summary(
        conversation_id=conversation_id,
        proposal=from_plain(Proposal, proposed),
        note=decided["note"],
        because=tuple(decided["because"]),
        note_id=next((note.id for note in found.notes if note.marker == marker), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A conversation as it stands; `turn` is its newest customer message."""

    turn: Turn
    conversation: Conversation
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]

    def reading(self, clock: Clock, told: Told | None = None) -> Reading:
        """The same as a run's read step hands it on, whatever notes stand already."""
        return Reading(
            conversation=self.conversation,
            messages=self.messages,
            notes=self.notes,
            note_count=len(self.notes),
            read_at=clock.now(),
            told=told,
        )


def read_conversation(reader: HelpdeskReader, conversation_id: str) -> Found:
    """Read it with its messages, and its notes if it has any.

    Raises:
        HelpdeskMissing: no such conversation.
        NothingToSummarize: the customer has not written.
    """
    try:
        conversation = reader.conversation(conversation_id)
        messages = reader.messages(conversation_id)
        notes = reader.notes(conversation_id) if conversation.note_count != 0 else ()
    except HelpdeskMissing as error:
        raise HelpdeskMissing(
            f"Kustomer has no conversation {conversation_id}: check the id and the organization"
        ) from error
    newest = newest_from_customer(messages)
    if newest is None:
        raise NothingToSummarize(
            f"conversation {conversation_id} has no message from the customer, so there is "
            "nothing to summarise"
        )
    turn = Turn(conversation.id, newest.id)
    return Found(turn=turn, conversation=conversation, messages=messages, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Pipeline):
    """The steps of a run that a person asked for: no rule against noise keeps the note back."""

    @classmethod
    def of(cls, pipeline: Pipeline) -> "Asked":
        """The same parts."""
        return cls(**{each.name: getattr(pipeline, each.name) for each in fields(Pipeline)})

    def propose(self, turn: Turn, read: Plain) -> Plain:
        """Summarise whatever the rules will say, unless there is nothing to write on."""
        reading = from_plain(Reading, read)
        if _is_settled(reading):
            return Pipeline.propose(self, turn, read)
        return to_plain(self.summary(reading)[1])

    def decide(self, turn: Turn, read: Plain, proposed: Plain) -> Plain:
        """As always, but a note is written."""
        plain = Pipeline.decide(self, turn, read, proposed)
        reading, decided = from_plain(Reading, read), from_plain(Decided, plain)
        if decided.note or _is_settled(reading):
            return plain
        note = self.note_text(turn, reading, from_plain(Proposal, proposed), None)
        because = (ASKED_FOR, *decided.because)
        return to_plain(replace(decided, autonomy="note", because=because, note=note))


def _is_settled(reading: Reading) -> bool:
    return bool(reading.newer or reading.gone or reading.adopted)
