"""What is true at Kustomer: every version of every conversation, and every write that arrived.

Nothing here fails, lags or lies; `door.py` does that. Reads may ask for the past, and the search
sees a version only once it is indexed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from agent.core.conversation import (
    Address,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Draft,
    Message,
    MessageRef,
    Note,
    OutboundAccount,
    Status,
)
from agent.errors import HelpdeskConflict, HelpdeskMissing, HelpdeskRefused
from agent.ports import NewDraft
from tests.simulation.clockwork import Scheduler, moment

US = Author(kind=AuthorKind.SIDENOTE, id="5" * 24, name="Sidenote")
BEN = Author(kind=AuthorKind.TEAMMATE, id="7" * 24, name="Ben")
TEAM_ADDRESS = "help@kettles.example"
ACCOUNTS = (OutboundAccount(channel="email", account=TEAM_ADDRESS, name="Kettles"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What nobody knows of the real server, one way or the other."""

    ids: str = "honoured"  # a note's id: honoured | ignored | refused
    markers: str = "accepted"  # a second note with an externalId: accepted | refused
    skew: float = 0.0  # seconds that the server's clock is ahead
    delivery: tuple[float, float] = (0.2, 3.0)  # seconds from release to message
    bounces: float = 0.0  # share of sent replies that cannot be delivered
    vanishes: float = 0.0  # share of released drafts of which no message ever comes
    keeps_markers: bool = True  # of drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One conversation from a moment on. `indexed_at` is when the search shows it."""

    at: float
    indexed_at: float
    conversation: Conversation
    messages: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One write of ours that was applied. `began` is when the worker set about it."""

    kind: str  # note | delete-note | draft | release | delete-draft
    conversation_id: str
    id: str
    began: float
    applied: float
    by: str  # process and task
    late: bool = False


@dataclass
class Lying:
    """A draft in the composer."""

    draft: Draft
    customer_id: str
    by_us: bool
    listed_from: float = 0.0


@dataclass
class Truth:
    """The server. Times are seconds of the schedule; what it stores carries its own clock's."""

    scheduler: Scheduler
    random: Random
    switches: Switches
    lag: float = 0.0  # the most that the search lags, in seconds
    _last_id: int = 0x6B0_2000
    versions: dict[str, list[Version]] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    lying: dict[str, Lying] = field(default_factory=dict)
    writes: list[Written] = field(default_factory=list)
    note_texts: dict[str, Note] = field(default_factory=dict)  # every note of ours there ever was
    deleted_by_team: set[str] = field(default_factory=set)  # notes of ours
    sent: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # message: draft, to, by
    sent_by_team: set[str] = field(default_factory=set)  # drafts of ours
    touched_by_team: set[str] = field(default_factory=set)  # drafts of ours
    changed_at: float = 0.0
    late_until: float = 0.0  # when the last of the writes that are under way will be applied

    def now(self) -> datetime:
        """The server's own clock."""
        return moment(self.scheduler.now) + timedelta(seconds=self.switches.skew)

    # --- what people do -----------------------------------------------------------------------

    def open(self, customer: Customer, channel: str = "email") -> str:
        """A new conversation; gives its id."""
        self.customers[customer.id] = customer
        id_ = self.new_id()
        now = self.now()
        first = Conversation(
            id=id_,
            customer_id=customer.id,
            name="Kettle lid",
            status=Status.OPEN,
            channels=(channel,),
            created_at=now,
            updated_at=now,
            rev=0,
            message_count=0,
            note_count=0,
        )
        self.versions[id_] = []
        self._store(first, (), ())
        return id_

    def receive(self, conversation_id: str, text: str, **fields: Any) -> Message | None:
        """The customer writes; a done or snoozed conversation opens again."""
        newest = self.newest(conversation_id)
        if newest.gone:
            return None
        customer = self.customers[str(newest.conversation.customer_id)]
        address = customer.emails[0].value if customer.emails else ""
        message = self._said(
            newest,
            text,
            Direction.IN,
            Author(kind=AuthorKind.CUSTOMER, id=customer.id),
            sender=address,
            to=(TEAM_ADDRESS,),
            status="received",
            **fields,
        )
        if newest.conversation.status is not Status.OPEN:
            self.change(conversation_id, status=Status.OPEN)
        return message

    def answer(self, conversation_id: str, text: str, **fields: Any) -> Message | None:
        """A teammate writes."""
        newest = self.newest(conversation_id)
        if newest.gone:
            return None
        return self._said(newest, text, Direction.OUT, BEN, status="sent", **fields)

    def jot(self, conversation_id: str, text: str) -> None:
        """A teammate writes a note."""
        newest = self.newest(conversation_id)
        if not newest.gone:
            note = Note(id=self.new_id(), body=text, created_at=self.now(), author=BEN)
            self._store(newest.conversation, newest.messages, (*newest.notes, note))

    def unjot(self, conversation_id: str, *, of_ours: bool) -> None:
        """A teammate deletes a note: one of their own or one of ours."""
        newest = self.newest(conversation_id)
        fitting = [n for n in newest.notes if bool(n.marker) is of_ours]
        if fitting and not newest.gone:
            if of_ours:
                self.deleted_by_team.add(fitting[0].id)
            rest = tuple(n for n in newest.notes if n.id != fitting[0].id)
            self._store(newest.conversation, newest.messages, rest)

    def change(self, conversation_id: str, **fields: Any) -> None:
        """Somebody changes these fields of a conversation."""
        newest = self.newest(conversation_id)
        if not newest.gone:
            changed = replace(newest.conversation, **fields)
            self._store(changed, newest.messages, newest.notes)

    def remove(self, conversation_id: str) -> None:
        """Reading it is a 404 from now on."""
        newest = self.newest(conversation_id)
        now = self.scheduler.now
        gone = replace(newest, at=now, indexed_at=self._indexed_at(), gone=True)
        self.versions[conversation_id].append(gone)
        self.changed_at = now

    # --- reads --------------------------------------------------------------------------------

    def newest(self, conversation_id: str) -> Version:
        """As it is."""
        return self.versions[conversation_id][-1]

    def as_of(self, conversation_id: str, past: float) -> Version:
        """As it was `past` seconds ago. Raises HelpdeskMissing when it was not there."""
        if conversation_id not in self.versions:
            raise HelpdeskMissing("There is no such conversation.")
        before = self.scheduler.now - past
        seen = [v for v in self.versions[conversation_id] if v.at <= before]
        found = seen[-1] if seen else self.versions[conversation_id][0]
        if found.gone:
            raise HelpdeskMissing("There is no such conversation.")
        return found

    def indexed(self, since: datetime) -> list[Conversation]:
        """What the search knows of, updated at or after `since`, oldest update first."""
        now = self.scheduler.now
        found = []
        for versions in self.versions.values():
            visible = [v for v in versions if v.indexed_at <= now]
            if visible and not visible[-1].gone and visible[-1].conversation.updated_at >= since:
                found.append(visible[-1].conversation)
        return sorted(found, key=lambda each: (each.updated_at, each.id))

    def drafts(self, customer_id: str) -> tuple[Draft, ...]:
        """Every unsent draft of a customer."""
        return tuple(each.draft for each in self.lying.values() if each.customer_id == customer_id)

    # --- writes of ours -----------------------------------------------------------------------

    def write_note(self, conversation_id: str, body: str, marker: str, note_id: str | None) -> Note:
        """What a POST of a note does once it arrives."""
        newest = self.as_of(conversation_id, 0)
        if note_id is not None and self.switches.ids == "refused":
            raise HelpdeskRefused("badparam: id")
        taken = self.switches.ids == "honoured" and note_id in self.note_texts
        standing = any(note.marker == marker for note in newest.notes)
        if taken or (self.switches.markers == "refused" and standing):
            raise HelpdeskConflict("a note with this id or externalId exists")
        honoured = note_id is not None and self.switches.ids == "honoured"
        id_ = note_id if honoured and note_id else self.new_id()
        note = Note(id=id_, body=body, created_at=self.now(), author=US, marker=marker)
        self.note_texts[id_] = note
        self._store(newest.conversation, newest.messages, (*newest.notes, note))
        return note

    def delete_note(self, note_id: str) -> str:
        """What a DELETE of a note does; gives the conversation's id, "" when it was gone."""
        for conversation_id, versions in self.versions.items():
            newest = versions[-1]
            if not newest.gone and any(note.id == note_id for note in newest.notes):
                rest = tuple(note for note in newest.notes if note.id != note_id)
                self._store(newest.conversation, newest.messages, rest)
                return conversation_id
        return ""

    def stage(self, draft: NewDraft) -> Draft:
        """What a POST of a draft does."""
        self.as_of(draft.conversation_id, 0)
        staged = Draft(
            id=self.new_id(),
            channel=draft.channel,
            conversation_id=draft.conversation_id,
            body=draft.body,
            marker=draft.marker if self.switches.keeps_markers else "",
            created_by=US.id,
            to=(draft.to,) if draft.to else (),
            sender=draft.sender or "",
        )
        self.lying[staged.id] = Lying(staged, draft.customer_id, by_us=True)
        self._touch(draft.conversation_id)
        return staged

    def release(self, draft_id: str, by: str) -> None:
        """What a PUT with `sendAt` does: the draft goes at once, the message comes later."""
        if draft_id not in self.lying:
            raise HelpdeskMissing("There is no such draft.")
        lying = self.lying.pop(draft_id)
        self.changed_at = self.scheduler.now
        if self.random.random() < self.switches.vanishes:
            return
        seconds = self.random.uniform(*self.switches.delivery)
        self.scheduler.after(seconds, lambda: self._deliver(lying, by))

    def withdraw(self, draft_id: str) -> None:
        """What a DELETE of a draft does."""
        self.lying.pop(draft_id, None)
        self.changed_at = self.scheduler.now

    def _deliver(self, lying: Lying, by: str) -> None:
        draft = lying.draft
        newest = self.newest(str(draft.conversation_id))
        if newest.gone:
            return
        bounced = self.random.random() < self.switches.bounces
        message = self._said(
            newest,
            draft.body,
            Direction.OUT,
            US if by != "team" else BEN,
            status="error" if bounced else "sent",
            error="invalid-recipient" if bounced else "",
            to=draft.to,
            sender=draft.sender,
            auto=lying.by_us,
        )
        self.sent[message.id] = (draft.id, (*draft.to, "")[0], by)

    # --- a teammate in the composer -----------------------------------------------------------

    def compose(self, conversation_id: str, text: str) -> None:
        """A teammate begins a draft of their own."""
        newest = self.newest(conversation_id)
        customer_id = str(newest.conversation.customer_id)
        draft = Draft(
            id=self.new_id(),
            channel="email",
            conversation_id=conversation_id,
            body=text,
            created_by=BEN.id,
        )
        self.lying[draft.id] = Lying(draft, customer_id, by_us=False)

    def meddle(self, conversation_id: str, how: Callable[[Draft], Draft | None]) -> None:
        """A teammate edits one of our drafts there, or (None) sends or deletes it."""
        ours = [
            lying
            for lying in self.lying.values()
            if lying.by_us and lying.draft.conversation_id == conversation_id
        ]
        if ours:
            lying = ours[0]
            self.touched_by_team.add(lying.draft.id)
            changed = how(lying.draft)
            if changed is not None:
                lying.draft = replace(changed, modified_by=BEN.id)

    def send_by_hand(self, draft_id: str) -> None:
        """A teammate sends a draft from the composer."""
        self.sent_by_team.add(draft_id)
        self.release(draft_id, "team")

    # --- how ----------------------------------------------------------------------------------

    def new_id(self) -> str:
        """24 hex digits; they grow."""
        self._last_id += 1
        return f"{self._last_id:024x}"

    def _said(
        self, newest: Version, text: str, direction: Direction, author: Author, **fields: Any
    ) -> Message:
        now = self.now()
        given = {"sent_at": now, "created_at": now, "channel": "email", **fields}
        message = Message(id=self.new_id(), direction=direction, text=text, author=author, **given)
        self._store(newest.conversation, (*newest.messages, message), newest.notes)
        return message

    def _touch(self, conversation_id: str) -> None:
        newest = self.newest(conversation_id)
        self._store(newest.conversation, newest.messages, newest.notes)

    def _indexed_at(self) -> float:
        return self.scheduler.now + self.random.uniform(0, self.lag)

    def _store(
        self, conversation: Conversation, messages: tuple[Message, ...], notes: tuple[Note, ...]
    ) -> None:
        now = self.scheduler.now
        self.changed_at = now
        held = replace(
            conversation,
            updated_at=self.now(),
            rev=(conversation.rev or 0) + 1,
            message_count=len(messages),
            note_count=len(notes),
            last_message_in=_newest(messages, Direction.IN),
            last_message_out=_newest(messages, Direction.OUT),
        )
        version = Version(
            at=now,
            indexed_at=self._indexed_at(),
            conversation=held,
            messages=messages,
            notes=notes,
        )
        self.versions[conversation.id].append(version)


def customer(number: int) -> Customer:
    """Somebody made up, with one address."""
    address = Address(value=f"mara{number}@post.example", verified=True)
    return Customer(id=f"c{number:023x}", name=f"Mara {number}", emails=(address,))


def _newest(messages: tuple[Message, ...], direction: Direction) -> MessageRef | None:
    newest = next((each for each in reversed(messages) if each.direction is direction), None)
    return MessageRef(id=newest.id, sent_at=newest.sent_at) if newest else None
