"""The ways out of one worker's process: helpdesk, database and model, each with its faults.

Every call is a point where the process may die or stop before and after, and where others go on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from agent.core.conversation import (
    Conversation,
    Customer,
    Draft,
    Message,
    Note,
    OutboundAccount,
    Teammate,
)
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskLocked,
    HelpdeskMissing,
    HelpdeskUnavailable,
    OutcomeUnknown,
    ReplyUnreadable,
    StoreUnavailable,
)
from agent.ports import NewDraft
from tests.simulation.clockwork import Killed, Process, Scheduler
from tests.simulation.fate import Fate, Fault
from tests.simulation.records import ACCOUNTS, US, Arrival, Written
from tests.simulation.server import Truth

T = TypeVar("T")

PAGE = 3  # conversations to a page: "a server may give smaller pages than asked for"
TRAVEL = (0.02, 0.3)  # seconds of a request, and of its answer
PATIENCE = 30.0  # seconds after which a write is given up
COMMIT = (0.001, 0.02)
LATE = (1.0, 300.0)


@dataclass(frozen=True, slots=True)
class Passage:
    """Where the calls of one process meet the scheduler and their fate."""

    scheduler: Scheduler
    process: Process
    fate: Fate
    random: Random

    def point(self, call: str, side: str) -> None:
        """The process may die or be stopped here."""
        self.fate.at_point(self.process, call, side)
        if not self.process.alive:
            raise Killed

    def wait(self, span: tuple[float, float]) -> None:
        """Others go on for so long."""
        self.scheduler.wait(self.random.uniform(*span), self.process)

    def enter(self, call: str, span: tuple[float, float]) -> Fault:
        """The way out, up to where the other side has the request; gives the fault it meets."""
        if not self.process.alive or self.scheduler.over:
            raise Killed
        self.point(call, "before")
        fault = self.fate.fault(self.process, call)
        self.wait(span)
        return fault

    def trace(self, call: str, about: str, outcome: str) -> None:
        """What this call met."""
        self.scheduler.trace(f"{self.process.name} {call} {about} {outcome}")


class Door:
    """`agent.ports.Helpdesk` for one process, over the truth."""

    def __init__(self, passage: Passage, truth: Truth) -> None:
        self._passage = passage
        self._truth = truth

    # --- reads --------------------------------------------------------------------------------

    def current_user(self) -> Teammate:
        return self._read("current_user", "", lambda past: Teammate(id=str(US.id), name=US.name))

    def conversation(self, conversation_id: str) -> Conversation:
        return self._read(
            "conversation",
            conversation_id,
            lambda past: self._truth.as_of(conversation_id, past).conversation,
        )

    def conversations(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        def look(past: float) -> tuple[Conversation, ...]:
            found = []
            for id_ in dict.fromkeys(conversation_ids):
                try:
                    found.append(self._truth.as_of(id_, past).conversation)
                except HelpdeskMissing:
                    continue
            return tuple(found)

        return self._read("conversations", ",".join(conversation_ids), look)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        def look(past: float) -> tuple[Message, ...]:
            found = self._truth.as_of(conversation_id, past).messages
            return tuple(sorted(found, key=lambda m: (m.sent_at, m.created_at, m.id)))

        return self._read("messages", conversation_id, look)

    def notes(self, conversation_id: str) -> tuple[Note, ...]:
        def look(past: float) -> tuple[Note, ...]:
            self._looked(conversation_id)
            found = self._truth.as_of(conversation_id, past).notes
            return tuple(sorted(found, key=lambda n: (n.created_at, n.id)))

        return self._read("notes", conversation_id, look)

    def customer(self, customer_id: str) -> Customer:
        return self._read("customer", customer_id, lambda past: self._truth.customers[customer_id])

    def drafts(self, customer_id: str) -> tuple[Draft, ...]:
        def look(past: float) -> tuple[Draft, ...]:
            self._looked(customer_id)
            return self._truth.drafts(customer_id, past)

        return self._read("drafts", customer_id, look)

    def outbound_accounts(self) -> tuple[OutboundAccount, ...]:
        return self._read("outbound_accounts", "", lambda past: ACCOUNTS)

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        given: set[tuple[str, datetime]] = set()
        start = since
        while True:
            page, muddled = self._page(start, given)
            fresh = tuple(c for c in page if (c.id, c.updated_at) not in given)
            given.update((c.id, c.updated_at) for c in fresh)
            if fresh:
                yield muddled or fresh
            if len(page) < PAGE:
                return
            start = max(c.updated_at for c in page)

    def _page(
        self, start: datetime, given: set[tuple[str, datetime]]
    ) -> tuple[tuple[Conversation, ...], tuple[Conversation, ...]]:
        def look(past: float) -> tuple[Conversation, ...]:
            fresh = [c for c in self._truth.indexed(start) if (c.id, c.updated_at) not in given]
            return tuple(fresh[:PAGE])

        fault = self._passage.enter("changed_conversations", TRAVEL)
        page = self._answer("changed_conversations", start.isoformat(), fault, look)
        if fault is not Fault.MUDDLED:
            return page, ()
        muddled = [*page, *page[:1]]
        self._passage.random.shuffle(muddled)
        return page, tuple(muddled)

    def _read(self, call: str, about: str, look: Callable[[float], T]) -> T:
        return self._answer(call, about, self._passage.enter(call, TRAVEL), look)

    def _answer(self, call: str, about: str, fault: Fault, look: Callable[[float], T]) -> T:
        passage = self._passage
        passage.trace(call, about, fault)
        if fault is Fault.UNAVAILABLE:
            passage.wait((1, 20))
            raise HelpdeskUnavailable(f"{call}: no answer")
        refusal = self._refusal(call, fault)
        if refusal is not None:
            raise refusal
        past = passage.random.uniform(0, 10) if fault is Fault.STALE else 0.0
        found = look(past)
        passage.wait(TRAVEL)
        passage.point(call, "after")
        if fault is Fault.UNREADABLE:
            raise ReplyUnreadable(f"{call}: a field is missing")
        return found

    def _looked(self, about: str) -> None:
        passage = self._passage
        look = Arrival("", about, passage.scheduler.now, passage.process.name)
        self._truth.looks.append(look)

    def _refusal(self, call: str, fault: Fault) -> AgentError | None:
        if fault is Fault.LOCKED:
            return HelpdeskLocked(f"{call}: 401")
        if fault is Fault.BUSY:
            wait = timedelta(seconds=self._passage.random.uniform(1, 60))
            return HelpdeskBusy(f"{call}: 429", retry_at=self._truth.now() + wait)
        return None

    # --- writes -------------------------------------------------------------------------------

    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        def work() -> tuple[Note, str, str]:
            note = self._truth.write_note(conversation_id, body, marker, note_id)
            return note, conversation_id, note.id

        return self._write("write_note", conversation_id, work, marker=marker)

    def delete_note(self, note_id: str) -> None:
        def work() -> tuple[None, str, str]:
            return None, self._truth.delete_note(note_id), note_id

        self._write("delete_note", note_id, work)

    def stage_draft(self, draft: NewDraft) -> Draft:
        def work() -> tuple[Draft, str, str]:
            staged = self._truth.stage(draft)
            return staged, draft.conversation_id, staged.id

        return self._write("stage_draft", draft.customer_id, work, marker=draft.marker)

    def release_draft(
        self, draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        def work() -> tuple[None, str, str]:
            self._truth.release(draft_id, self._passage.process.name)
            return None, str(self._truth.lying[draft_id].draft.conversation_id), draft_id

        self._write("release_draft", draft_id, work)

    def delete_draft(self, draft_id: str) -> None:
        def work() -> tuple[None, str, str]:
            self._truth.withdraw(draft_id)
            return None, str(self._truth.lying[draft_id].draft.conversation_id), draft_id

        try:
            self._write("delete_draft", draft_id, work)
        except HelpdeskMissing:
            return

    def record_message(self, conversation_id: str, body: str, *, channel: str, marker: str) -> str:
        raise NotImplementedError("no run records messages")

    def add_tags(self, conversation_id: str, tags: Sequence[str]) -> None:
        raise NotImplementedError("no run adds tags")

    def _write(
        self, call: str, about: str, work: Callable[[], tuple[T, str, str]], *, marker: str = ""
    ) -> T:
        passage, began = self._passage, self._passage.scheduler.now
        by = f"{passage.process.name}/{passage.scheduler.task}"
        fault = passage.enter(call, TRAVEL)
        passage.trace(call, about, fault)

        def apply(*, late: bool = False) -> T:
            if marker:
                arrival = Arrival(marker, about, began, passage.process.name)
                self._truth.arrivals.append(arrival)
            outcome, conversation_id, id_ = work()
            self._truth.writes.append(
                Written(
                    kind=call,
                    conversation_id=conversation_id,
                    id=id_,
                    began=began,
                    applied=passage.scheduler.now,
                    by=by,
                    late=late,
                )
            )
            return outcome

        self._fail_before(call, fault, lambda: apply(late=True))
        outcome = apply()
        passage.point(call, "applied")
        passage.wait(TRAVEL)
        if fault is Fault.UNANSWERED:
            passage.wait((0.0, PATIENCE))
            raise OutcomeUnknown(f"{call}: no answer")
        if fault is Fault.ERROR_AFTER:
            raise OutcomeUnknown(f"{call}: 502")
        passage.point(call, "after")
        return outcome

    def _fail_before(self, call: str, fault: Fault, apply: Callable[[], object]) -> None:
        passage = self._passage
        refusal = self._refusal(call, fault)
        if refusal is not None:
            raise refusal
        if fault is Fault.REFUSED:
            raise HelpdeskUnavailable(f"{call}: connection refused")
        if fault is Fault.CONFLICT:
            raise HelpdeskConflict(f"{call}: 409")
        if fault is Fault.ERROR_BEFORE:
            raise OutcomeUnknown(f"{call}: 503")
        if fault in {Fault.LOST, Fault.LATE}:
            if fault is Fault.LATE:
                self._apply_later(apply)
            passage.wait((PATIENCE, PATIENCE + 0.1))
            raise OutcomeUnknown(f"{call}: timeout")

    def _apply_later(self, apply: Callable[[], object]) -> None:
        scheduler = self._passage.scheduler
        seconds = PATIENCE + self._passage.random.uniform(*LATE)
        self._truth.late_until = max(self._truth.late_until, scheduler.now + seconds)
        scheduler.after(seconds, lambda: _quietly(apply))


def _quietly(apply: Callable[[], object]) -> None:
    """Nobody hears what became of a write that was given up on."""
    try:
        apply()
    except AgentError:
        return


class StoreDoor:
    """`agent.ports.Store` for one process: the same tables for all, with a database's faults."""

    def __init__(self, passage: Passage, store: Callable[[], object]) -> None:
        self._passage = passage
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        passage = self._passage

        def call(*args: Any, **kwargs: Any) -> Any:
            fault = passage.enter(name, COMMIT)
            if fault is Fault.BEFORE_COMMIT:
                passage.trace(name, "", fault)
                raise StoreUnavailable("the database is gone")
            outcome = getattr(self._store(), name)(*args, **kwargs)
            passage.point(name, "after")
            if fault is Fault.AFTER_COMMIT:
                passage.trace(name, "", fault)
                raise StoreUnavailable("the database is gone")
            return outcome

        return call
