"""A whole run with a writer that cannot write: what would have been noted, drafted and sent.

Not a switch on the real pipeline but other types. A rehearsing pipeline takes only a desk whose
writer refuses everything and whose reader can do nothing but read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

from agent.answering import NotApproved, Planned, plan_reply
from agent.composing import internal_texts
from agent.core.conversation import (
    Conversation,
    Customer,
    Draft,
    Message,
    Note,
    OutboundAccount,
    Teammate,
)
from agent.core.policy import decide
from agent.core.proposal import Proposal
from agent.core.recipient import NoRecipient
from agent.core.turn import Turn
from agent.errors import PermanentError
from agent.handover import Decided, Reading, Would, decided_from
from agent.notes import NoteDesk
from agent.pipeline import Pipeline, Plain
from agent.plain import from_plain, to_plain
from agent.ports import HelpdeskReader, NewDraft


class RehearsalOnly(PermanentError):
    """Something tried to write in a rehearsal. Nothing was written."""


class CannotWrite:
    """A `HelpdeskWriter` that holds no helpdesk: every method raises `RehearsalOnly`."""

    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        """Refused."""
        _refuse("a note")

    def delete_note(self, note_id: str) -> None:
        """Refused."""
        _refuse("the deletion of a note")

    def stage_draft(self, draft: NewDraft) -> Draft:
        """Refused."""
        _refuse("a draft")

    def release_draft(
        self, draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        """Refused."""
        _refuse("a reply")

    def delete_draft(self, draft_id: str) -> None:
        """Refused."""
        _refuse("the deletion of a draft")

    def record_message(self, conversation_id: str, body: str, *, channel: str, marker: str) -> str:
        """Refused."""
        _refuse("a message")

    def add_tags(self, conversation_id: str, tags: Sequence[str]) -> None:
        """Refused."""
        _refuse("tags")


def _refuse(what: str) -> NoReturn:
    raise RehearsalOnly(f"a rehearsal writes nothing, and {what} was asked for")


@dataclass(frozen=True, slots=True)
class OnlyReads:
    """The reading half of a helpdesk, and nothing else of it. See `HelpdeskReader`."""

    _reader: HelpdeskReader

    def current_user(self) -> Teammate:
        """As the port says, like all below."""
        return self._reader.current_user()

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        """Page by page."""
        return self._reader.changed_conversations(since, page_size=page_size)

    def conversation(self, conversation_id: str) -> Conversation:
        """One."""
        return self._reader.conversation(conversation_id)

    def conversations(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        """Several."""
        return self._reader.conversations(conversation_ids)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Oldest first."""
        return self._reader.messages(conversation_id)

    def notes(self, conversation_id: str) -> tuple[Note, ...]:
        """Oldest first."""
        return self._reader.notes(conversation_id)

    def customer(self, customer_id: str) -> Customer:
        """One."""
        return self._reader.customer(customer_id)

    def drafts(self, customer_id: str) -> tuple[Draft, ...]:
        """All unsent."""
        return self._reader.drafts(customer_id)

    def outbound_accounts(self) -> tuple[OutboundAccount, ...]:
        """The team's."""
        return self._reader.outbound_accounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalDesk(NoteDesk):
    """A desk from which nothing can go out."""

    reader: OnlyReads
    writer: CannotWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsingPipeline(Pipeline):
    """The steps of a run; its decision is that of the rule `rehearsal`, with what would have been.

    Needs a database of its own: a turn that was rehearsed there is new to the real one.
    """

    desk: RehearsalDesk

    def decide(self, turn: Turn, read: Plain, proposed: Plain) -> Plain:
        """Decide as the real run would, keep that, and then go nowhere."""
        # Not super(): a dataclass with slots is another class than the one written here.
        real = from_plain(Decided, Pipeline.decide(self, turn, read, proposed))
        if real.seen is None:
            return to_plain(real)  # overtaken, or noted in an earlier life: nothing to rehearse
        reading, proposal = from_plain(Reading, read), from_plain(Proposal, proposed)
        facts = replace(self._facts(turn, reading, proposal), rehearsal=True)
        lowered = decided_from(decide(facts, self.rules), facts)
        would = self._would(turn, reading, real)
        return to_plain(replace(lowered, seen=real.seen, level=real.level, would=would))

    def _would(self, turn: Turn, reading: Reading, real: Decided) -> Would:
        would = Would(
            autonomy=real.autonomy,
            because=real.because,
            findings=real.findings,
            note=real.note,
            why=real.reply_why,
        )
        if not real.reply or real.composed is None:
            return would
        planned = Planned(
            composed=real.composed,
            policy=self.team_policy(),
            internal=internal_texts(reading, real.note),
        )
        try:
            draft = plan_reply(
                self.desk,
                turn,
                planned,
                conversation=reading.conversation,
                messages=reading.messages,
            ).draft
        except (NoRecipient, NotApproved) as error:
            return replace(would, why=str(error))
        return replace(would, reply=draft.body, channel=draft.channel, to=draft.to or "")


WAYS = ("send", "draft", "note", "hold")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rehearsed runs would have ended so, and which rules made it, most frequent first."""

    way: str
    runs: int
    because: tuple[tuple[str, int], ...]


def tally(receipts: Sequence[Mapping[str, Any]]) -> tuple[Tally, ...]:
    """One for each of `WAYS`, in that order; receipts of no rehearsal are left out."""
    found: dict[str, list[tuple[str, ...]]] = {way: [] for way in WAYS}
    for receipt in receipts:
        would = (receipt.get("decided") or {}).get("would")
        if would is not None:
            found[way_of(would)].append(tuple(would.get("because") or ()))
    return tuple(Tally(way, len(each), _counted(each)) for way, each in found.items())


def way_of(would: Mapping[str, Any]) -> str:
    """What would have come of it: a reply that could not be made leaves the note."""
    if would["autonomy"] == "nothing":
        return "hold"
    return str(would["autonomy"]) if would.get("reply") else "note"


def _counted(reasons: Sequence[tuple[str, ...]]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for rule in (rule for because in reasons for rule in because):
        counts[rule] = counts.get(rule, 0) + 1
    return tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
