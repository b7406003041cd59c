"""What is true at Kustomer: every version of every conversation, and every write that arrived.

Nothing here fails, lags or lies; `door.py` does that. Reads may ask for the past, and the search
sees a version only once it is indexed.
"""

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
    Status,
)
from agent.errors import HelpdeskConflict, HelpdeskMissing, HelpdeskRefused
from agent.ports import NewDraft
from tests.simulation.clockwork import Scheduler, moment
from tests.simulation.records import (
    BEN,
    TEAM,
    TEAM_ADDRESS,
    US,
    Arrival,
    Lying,
    Sent,
    Switches,
    Version,
    Written,
)


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
    lying: dict[str, Lying] = field(default_factory=dict)  # every draft there ever was
    writes: list[Written] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    looks: list[Arrival] = field(default_factory=list)
    note_texts: dict[str, Note] = field(default_factory=dict)  # every note of ours there ever was
    deleted_by_team: set[str] = field(default_factory=set)  # notes of ours
    sent: list[Sent] = field(default_factory=list)
    touched: dict[str, float] = field(default_factory=dict)  # drafts of ours, by a teammate, when
    changed_at: float = 0.0
    oldest_deleted: list[str] = field(default_factory=list)  # by us, though a younger one stood
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
        usual = {"sender": customer.emails[0].value, "to": (TEAM_ADDRESS,), "status": "received"}
        author = Author(kind=AuthorKind.CUSTOMER, id=customer.id)
        opened = replace(newest, conversation=replace(newest.conversation, status=Status.OPEN))
        return self._said(opened, text, Direction.IN, author, **{**usual, **fields})

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

    def drafts(self, customer_id: str, past: float) -> tuple[Draft, ...]:
        """Every unsent draft of a customer, as the list was `past` seconds ago."""
        at = self.scheduler.now - past
        shown = [d.as_of(at) for d in self.lying.values() if d.customer_id == customer_id]
        return tuple(draft for draft in shown if draft is not None)

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
                marker = self.note_texts[note_id].marker
                same = [note.id for note in newest.notes if note.marker == marker]
                if same[0] == note_id and len(same) > 1:
                    self.oldest_deleted.append(note_id)
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
        self.lying[staged.id] = Lying(
            draft=staged,
            customer_id=draft.customer_id,
            marker=draft.marker,
            since=self.scheduler.now,
        )
        self._touch(draft.conversation_id)
        return staged

    def release(self, draft_id: str, by: str) -> None:
        """What a PUT with `sendAt` does: the draft goes at once, the message comes later."""
        draft = self._taken(draft_id)
        lying, released = self.lying[draft_id], self.scheduler.now
        if self.random.random() < self.switches.vanishes:
            return
        seconds = self.random.uniform(*self.switches.delivery)
        self.scheduler.after(seconds, lambda: self._deliver(lying, draft, by, released))

    def withdraw(self, draft_id: str) -> None:
        """What a DELETE of a draft does."""
        self._taken(draft_id)

    def _taken(self, draft_id: str) -> Draft:
        lying = self.lying.get(draft_id)
        draft = lying.as_of(self.scheduler.now) if lying else None
        if lying is None or draft is None:
            raise HelpdeskMissing("There is no such draft.")
        lying.until = self.changed_at = self.scheduler.now
        return draft

    def _deliver(self, lying: Lying, draft: Draft, by: str, released: float) -> None:
        newest = self.newest(str(draft.conversation_id))
        if newest.gone:
            return
        bounced = self.random.random() < self.switches.bounces
        message = self._said(
            newest,
            draft.body,
            Direction.OUT,
            BEN if by == TEAM else US,
            status="error" if bounced else "sent",
            error="invalid-recipient" if bounced else "",
            to=draft.to,
            sender=draft.sender,
            auto=bool(lying.marker),
        )
        self.sent.append(
            Sent(
                message_id=message.id,
                draft_id=draft.id,
                conversation_id=newest.conversation.id,
                marker=lying.marker,
                to=(*draft.to, "")[0],
                text=draft.body,
                by=by,
                released=released,
            )
        )

    # --- a teammate in the composer -----------------------------------------------------------

    def compose(self, conversation_id: str, text: str) -> None:
        """A teammate begins a draft of their own."""
        draft = Draft(
            id=self.new_id(),
            channel="email",
            conversation_id=conversation_id,
            body=text,
            created_by=BEN.id,
        )
        customer_id = str(self.newest(conversation_id).conversation.customer_id)
        self.lying[draft.id] = Lying(draft=draft, customer_id=customer_id, since=self.scheduler.now)

    def meddle(self, conversation_id: str, how: str) -> None:
        """A teammate edits, sends or deletes a draft of ours there, if one lies there."""
        now = self.scheduler.now
        for lying in self.lying.values():
            draft = lying.as_of(now)
            if draft is None or not lying.marker or draft.conversation_id != conversation_id:
                continue
            self.touched[draft.id] = now
            if how == "edit":
                body = draft.body + " Best, Ben"
                lying.edits.append((now, replace(draft, body=body, modified_by=BEN.id)))
            elif how == "send":
                self.release(draft.id, TEAM)
            else:
                self.withdraw(draft.id)
            return

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
