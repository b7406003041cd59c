"""A helpdesk in plain Python, for tests of what uses one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from itertools import count
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from agent.core.conversation import (
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
    Teammate,
)
from agent.errors import HelpdeskConflict, HelpdeskMissing, HelpdeskRefused
from agent.ports import Clock, NewDraft

_P = ParamSpec("_P")
_T = TypeVar("_T")
MAX_BODY = 10_240  # characters of a note or message
_US = Author(kind=AuthorKind.SIDENOTE, id="5" * 24, name="Sidenote")
_FIRST_ID = 0x6B0_2000  # any; ids grow, as Kustomer's do


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a port's method. `about` is the id it was given first, "" when none."""

    method: str
    about: str


@dataclass(slots=True)
class _Fault:
    method: str | None
    left: int
    error: Exception
    applied: bool


def _call(
    method: "Callable[Concatenate[MemoryHelpdesk, _P], _T]",
) -> "Callable[Concatenate[MemoryHelpdesk, _P], _T]":
    """Record the call, take the lock, and raise the fault that is due, before or after it."""

    @wraps(method)
    def call(self: "MemoryHelpdesk", /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with self.lock:
            about = args[0] if args and isinstance(args[0], str) else ""
            fault = self.noticed(Request(method.__name__, about))
            if fault is not None and not fault.applied:
                raise fault.error
            outcome = method(self, *args, **kwargs)
            if fault is not None:
                raise fault.error
            return outcome

    return call


class MemoryHelpdesk:
    """Conversations, messages, notes and drafts. Threads may share it.

    Our own writes raise a conversation's `updated_at`, `rev` and counts, as Kustomer's do.
    `requests` lists every call of a port's method, failed ones too. Methods above the line
    "what the port says" are for tests and count as no request.
    """

    def __init__(self, clock: Clock, *, accounts: Sequence[OutboundAccount] = ()) -> None:
        self.lock = RLock()
        self.requests: list[Request] = []
        self.holds_deliveries = False  # True: released drafts wait for `deliver()`
        self._clock = clock
        self._accounts = tuple(accounts)
        self._ids = count(_FIRST_ID)
        self._faults: list[_Fault] = []
        self._conversations: dict[str, Conversation] = {}
        self._messages: dict[str, list[Message]] = {}
        self._notes: dict[str, list[Note]] = {}
        self._customers: dict[str, Customer] = {}
        self._drafts: dict[str, tuple[str, Draft]] = {}  # customer's id and the draft
        self._released: list[tuple[Draft, datetime]] = []
        self._recorded: set[str] = set()

    def add_customer(self, customer: Customer) -> None:
        """Insert or replace."""
        self._customers[customer.id] = customer

    def add(
        self,
        conversation: Conversation,
        messages: Sequence[Message] = (),
        notes: Sequence[Note] = (),
    ) -> Conversation:
        """Insert or replace a conversation; gives it with counts and newest messages filled in."""
        with self.lock:
            self._messages[conversation.id] = list(messages)
            self._notes[conversation.id] = list(notes)
            self._conversations[conversation.id] = conversation
            return self._count(conversation.id)

    def receive(self, conversation_id: str, text: str, **fields: Any) -> Message:  # noqa: ANN401 - fields of Message
        """The customer writes now. `fields` are others of `Message`."""
        author = Author(kind=AuthorKind.CUSTOMER, id=self._found(conversation_id).customer_id)
        return self._say(conversation_id, text, Direction.IN, author, **fields)

    def answer(self, conversation_id: str, text: str, **fields: Any) -> Message:  # noqa: ANN401 - fields of Message
        """A teammate writes now. `fields` are others of `Message`."""
        author = Author(kind=AuthorKind.TEAMMATE, id="7" * 24, name="Ben")
        return self._say(conversation_id, text, Direction.OUT, author, **fields)

    def change(self, conversation_id: str, **fields: Any) -> Conversation:  # noqa: ANN401 - fields of Conversation
        """Somebody changes these fields of a conversation now."""
        with self.lock:
            self._conversations[conversation_id] = replace(self._found(conversation_id), **fields)
            return self._touch(conversation_id)

    def remove(self, conversation_id: str) -> None:
        """The conversation is gone: reading it is a 404."""
        with self.lock:
            del self._conversations[conversation_id]
            del self._messages[conversation_id]
            del self._notes[conversation_id]

    def deliver(self) -> None:
        """Released drafts become messages."""
        with self.lock:
            waiting, self._released = self._released, []
            for draft, at in waiting:
                if draft.conversation_id is not None:
                    self._say(
                        draft.conversation_id,
                        draft.body,
                        Direction.OUT,
                        _US,
                        sent_at=at,
                        channel=draft.channel,
                        status="sent",
                        auto=True,
                    )

    def fail(
        self, error: Exception, *, on: str | None = None, nth: int = 1, applied: bool = False
    ) -> None:
        """Let the `nth` call from now raise `error`, once; `on` counts only that method.

        `applied` says that the call does its work first and only its answer is lost.
        """
        self._faults.append(_Fault(on, nth, error, applied))

    def noticed(self, request: Request) -> _Fault | None:
        """Record a call; gives the fault that is due now."""
        self.requests.append(request)
        due = None
        for fault in list(self._faults):
            if fault.method in {None, request.method}:
                fault.left -= 1
            if fault.left == 0 and due is None:
                due = fault
                self._faults.remove(fault)
        return due

    # what the port says

    @_call
    def current_user(self) -> Teammate:
        """See `HelpdeskReader`."""
        return Teammate(id=str(_US.id), name=_US.name)

    @_call
    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        """See `HelpdeskReader`. All pages show the same moment and count as one request."""
        found = [each for each in self._conversations.values() if each.updated_at >= since]
        found.sort(key=lambda each: (each.updated_at, each.id))
        return iter([tuple(found[at : at + page_size]) for at in range(0, len(found), page_size)])

    @_call
    def conversation(self, conversation_id: str) -> Conversation:
        """See `HelpdeskReader`."""
        return self._found(conversation_id)

    @_call
    def conversations(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        """See `HelpdeskReader`."""
        wanted = dict.fromkeys(conversation_ids)
        return tuple(self._conversations[id_] for id_ in wanted if id_ in self._conversations)

    @_call
    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """See `HelpdeskReader`."""
        self._found(conversation_id)
        return tuple(sorted(self._messages[conversation_id], key=_order))

    @_call
    def notes(self, conversation_id: str) -> tuple[Note, ...]:
        """See `HelpdeskReader`."""
        self._found(conversation_id)
        return tuple(sorted(self._notes[conversation_id], key=lambda n: (n.created_at, n.id)))

    @_call
    def customer(self, customer_id: str) -> Customer:
        """See `HelpdeskReader`."""
        if customer_id not in self._customers:
            raise HelpdeskMissing("There is no such customer.")
        return self._customers[customer_id]

    @_call
    def drafts(self, customer_id: str) -> tuple[Draft, ...]:
        """See `HelpdeskReader`."""
        return tuple(draft for owner, draft in self._drafts.values() if owner == customer_id)

    @_call
    def outbound_accounts(self) -> tuple[OutboundAccount, ...]:
        """See `HelpdeskReader`."""
        return self._accounts

    @_call
    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        """See `HelpdeskWriter`."""
        self._found(conversation_id)
        _must_fit(body)
        for note in (note for notes in self._notes.values() for note in notes):
            if note.marker == marker or note.id == note_id:
                raise HelpdeskConflict("A note with this marker or id exists.")
        note = Note(
            id=note_id or self._new_id(),
            body=body,
            created_at=self._clock.now(),
            author=_US,
            marker=marker,
        )
        self._notes[conversation_id].append(note)
        self._touch(conversation_id)
        return note

    @_call
    def delete_note(self, note_id: str) -> None:
        """See `HelpdeskWriter`. A note that is not ours is refused."""
        for conversation_id, notes in self._notes.items():
            for note in [note for note in notes if note.id == note_id]:
                if note.author.kind is not AuthorKind.SIDENOTE:
                    raise HelpdeskRefused("This note is a teammate's.")
                notes.remove(note)
                self._touch(conversation_id)

    @_call
    def stage_draft(self, draft: NewDraft) -> Draft:
        """See `HelpdeskWriter`."""
        self._found(draft.conversation_id)
        _must_fit(draft.body)
        staged = Draft(
            id=self._new_id(),
            channel=draft.channel,
            conversation_id=draft.conversation_id,
            body=draft.body,
            marker=draft.marker,
            created_by=_US.id,
            to=(draft.to,) if draft.to else (),
            sender=draft.sender or "",
        )
        self._drafts[staged.id] = (draft.customer_id, staged)
        self._touch(draft.conversation_id)
        return staged

    @_call
    def release_draft(
        self, draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        """See `HelpdeskWriter`."""
        if draft_id not in self._drafts:
            raise HelpdeskMissing("There is no such draft.")
        _, draft = self._drafts.pop(draft_id)
        self._released.append((draft, at))
        if not self.holds_deliveries:
            self.deliver()

    @_call
    def delete_draft(self, draft_id: str) -> None:
        """See `HelpdeskWriter`. A draft that is not ours is refused."""
        if draft_id in self._drafts:
            if self._drafts[draft_id][1].created_by != _US.id:
                raise HelpdeskRefused("This draft is a teammate's.")
            del self._drafts[draft_id]

    @_call
    def record_message(self, conversation_id: str, body: str, *, channel: str, marker: str) -> str:
        """See `HelpdeskWriter`."""
        self._found(conversation_id)
        _must_fit(body)
        if marker in self._recorded:
            raise HelpdeskConflict("A message with this marker exists.")
        self._recorded.add(marker)
        return self.receive(conversation_id, body, channel=channel, marker=marker).id

    @_call
    def add_tags(self, conversation_id: str, tags: Sequence[str]) -> None:
        """See `HelpdeskWriter`."""
        has = self._found(conversation_id).tags
        if not set(tags) <= set(has):
            self.change(conversation_id, tags=tuple(dict.fromkeys((*has, *tags))))

    def _found(self, conversation_id: str) -> Conversation:
        if conversation_id not in self._conversations:
            raise HelpdeskMissing("There is no such conversation.")
        return self._conversations[conversation_id]

    def _say(
        self,
        conversation_id: str,
        text: str,
        direction: Direction,
        author: Author,
        **fields: Any,  # noqa: ANN401 - fields of Message
    ) -> Message:
        with self.lock:
            now = self._clock.now()
            given = {
                "id": self._new_id(),
                "sent_at": now,
                "created_at": now,
                "author": author,
                "channel": next(iter(self._found(conversation_id).channels), ""),
                **fields,
            }
            message = Message(direction=direction, text=text, **given)
            self._messages[conversation_id].append(message)
            self._touch(conversation_id)
            return message

    def _touch(self, conversation_id: str) -> Conversation:
        held = self._found(conversation_id)
        self._conversations[conversation_id] = replace(
            held, updated_at=self._clock.now(), rev=(held.rev or 0) + 1
        )
        return self._count(conversation_id)

    def _count(self, conversation_id: str) -> Conversation:
        messages = sorted(self._messages[conversation_id], key=_order)
        self._conversations[conversation_id] = replace(
            self._conversations[conversation_id],
            message_count=len(messages),
            note_count=len(self._notes[conversation_id]),
            last_message_in=_newest(messages, Direction.IN),
            last_message_out=_newest(messages, Direction.OUT),
        )
        return self._conversations[conversation_id]

    def _new_id(self) -> str:
        return f"{next(self._ids):024x}"


def _must_fit(body: str) -> None:
    if not 1 <= len(body) <= MAX_BODY:
        raise HelpdeskRefused(f"A body has 1 to {MAX_BODY} characters, this one {len(body)}.")


def _order(message: Message) -> tuple[datetime, datetime, str]:
    return message.sent_at, message.created_at, message.id


def _newest(messages: Sequence[Message], direction: Direction) -> MessageRef | None:
    newest = next((each for each in reversed(messages) if each.direction is direction), None)
    return MessageRef(id=newest.id, sent_at=newest.sent_at) if newest else None
