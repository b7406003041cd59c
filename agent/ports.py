"""The doors through which the pipeline reaches the world.

Each has a real adapter and one in `adapters/memory.py`; both pass the same tests in
`tests/contracts/`. Errors are those of `errors.py`; a method that says nothing else may raise
`TransientError` or `PermanentError`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from agent.attempt_port import AttemptLog
from agent.audit_port import AuditKind, AuditLog
from agent.core.conversation import (
    Conversation,
    Customer,
    Draft,
    Message,
    Note,
    OutboundAccount,
    Teammate,
)
from agent.core.proposal import Proposal, Statement
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.core.turn import Turn
from agent.label_port import LabelBook
from agent.limits_port import ReplyLog
from agent.team_port import TeamWords

# --- Kustomer ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """A reply to stage. It carries no `sendAt`, so it reaches nobody until it is released."""

    conversation_id: str
    customer_id: str
    channel: str
    body: str
    marker: str
    to: str | None = None
    sender: str | None = None
    headers: tuple[tuple[str, str], ...] = ()  # e-mail only


class HelpdeskReader(Protocol):
    """What we may read. Every call is safe to repeat; reads retry by themselves."""

    def current_user(self) -> Teammate:
        """The machine user of our key."""

    def changed_conversations(
        self, since: datetime, *, page_size: int = 100
    ) -> Iterator[tuple[Conversation, ...]]:
        """Conversations updated at or after `since`, oldest update first, page by page.

        None is given twice within one call at the same `updated_at`; none is left out because
        many share a timestamp or because there are more than 100 pages.
        """

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation. Raises HelpdeskMissing when it is gone."""

    def conversations(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        """Several in one request; those that are gone are left out."""

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """All messages of all pages, oldest first (sent, created, id)."""

    def notes(self, conversation_id: str) -> tuple[Note, ...]:
        """All notes, oldest first."""

    def customer(self, customer_id: str) -> Customer:
        """One customer. Raises HelpdeskMissing when it is gone."""

    def drafts(self, customer_id: str) -> tuple[Draft, ...]:
        """All unsent drafts of a customer, teammates' included."""

    def outbound_accounts(self) -> tuple[OutboundAccount, ...]:
        """The addresses the team sends from."""


class HelpdeskWriter(Protocol):
    """What we may write. Nothing here retries by itself.

    Raises `OutcomeUnknown` when the write may or may not have been applied; any other error of
    ours means that it was not.
    """

    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        """Post an internal note (1..10,240 characters, plain text).

        `marker` becomes its externalId; `note_id`, when given, is offered as its id. Raises
        HelpdeskConflict when a note with either exists.
        """

    def delete_note(self, note_id: str) -> None:
        """Delete a note of our own. Gone already is fine."""

    def stage_draft(self, draft: NewDraft) -> Draft:
        """Save an unsent draft."""

    def release_draft(
        self, draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        """Send that draft (PUT with `sendAt`).

        Raises HelpdeskUnavailable when the request could not be on its way `within` that span of
        the call: what it rests on would be too old.
        """

    def delete_draft(self, draft_id: str) -> None:
        """Withdraw a draft of our own. Gone already is fine."""

    def record_message(self, conversation_id: str, body: str, *, channel: str, marker: str) -> str:
        """Record, not deliver, a customer's message; gives its id."""

    def add_tags(self, conversation_id: str, tags: Sequence[str]) -> None:
        """Add labels; those it has are kept. Safe to repeat."""


class Helpdesk(HelpdeskReader, HelpdeskWriter, Protocol):
    """Both halves, as the client offers them."""


class CustomerKey(StrEnum):
    """What tells one customer from all others."""

    EXTERNAL_ID = "externalId"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to create. Phones as +491234, at most 10 of each; nothing is required."""

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConversation:
    """A conversation to open. `channel` is the one that replies go out on."""

    customer_id: str
    name: str = ""
    external_id: str | None = None
    channel: str | None = None
    status: str = "open"  # open | done


class Directory(Protocol):
    """Who the customers are, and new ones. Look-ups are safe to repeat and retry by themselves.

    What creates is sent once, raises as `HelpdeskWriter` does, and HelpdeskConflict or
    HelpdeskRefused for a key that exists: which of the two is not documented.
    """

    def customer_by(self, key: CustomerKey, value: str) -> Customer | None:
        """The customer with that key, None when there is none."""

    def customers_like(self, text: str, *, limit: int = 50) -> tuple[Customer, ...]:
        """At most `limit` customers whose details hold these words."""

    def conversation_by_external_id(self, external_id: str) -> Conversation | None:
        """The conversation with that external id, None when there is none."""

    def create_customer(self, new: NewCustomer) -> Customer:
        """Create a customer."""

    def create_conversation(self, new: NewConversation) -> Conversation:
        """Open a conversation. Raises HelpdeskMissing when there is no such customer."""


# --- the model step ----------------------------------------------------------------------------


class Model(Protocol):
    """Summarises a transcript and names a topic. No side effect, so it may be called again."""

    @property
    def name(self) -> str:
        """The engine, as notes and receipts name it: "offline" or the model's name."""

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """Raises ModelUnavailable or ModelUnusable; the offline engine raises neither."""


# --- our own database --------------------------------------------------------------------------


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"  # for quiet, or for its place in the queue
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting-approval"
    HELD = "held"  # pause, outage, exhausted budget: it goes on by itself
    DONE = "done"
    FAILED = "failed"  # a person looks; `sidenote retry`


class Disposition(StrEnum):
    """What became true."""

    NOTED = "noted"
    DRAFTED = "drafted"
    REPLIED = "replied"
    LEFT = "left"
    OVERTAKEN = "overtaken"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """Where and why a run stopped, in words without customer text."""

    step: str
    kind: str  # class name of the error
    message: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One handling of one turn."""

    id: str
    turn: Turn
    message_at: datetime
    state: RunState
    due_at: datetime  # not started before
    created_at: datetime
    updated_at: datetime
    disposition: Disposition | None = None
    autonomy: str = ""  # "nothing" | "note" | "draft" | "send", "" before the decision
    because: tuple[str, ...] = ()
    error: RunError | None = None
    tries: int = 0  # times it was started or continued
    note_id: str | None = None
    topic: str = ""  # the routine topic that its message matched, if it was clear enough
    snapshot: Mapping[str, Any] = field(default_factory=dict)  # the conversation, as search gave it


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTurn:
    """A turn that the poller found, with the conversation as the search gave it (JSON values)."""

    turn: Turn
    message_at: datetime
    due_at: datetime
    snapshot: Mapping[str, Any] = field(default_factory=dict)


class DeliveryState(StrEnum):
    """What is known of one write."""

    INTENDED = "intended"
    SAVED = "saved"  # draft or note exists
    SENT = "sent"  # Kustomer took it
    ARRIVED = "arrived"  # we read it back
    UNKNOWN = "unknown"
    OVERTAKEN = "overtaken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One write and what is known of it. `marker` is its key.

    `attempts` counts the attempts that were *started*: more than 0 without a `remote_id` means
    look before acting. `fence` rises with every claim; a write with an older fence is refused.
    """

    marker: str
    conversation_id: str
    action: str  # "note" | "reply" | "in"
    body: str
    created_at: datetime
    updated_at: datetime
    run_id: str | None = None
    state: DeliveryState = DeliveryState.INTENDED
    remote_id: str | None = None
    attempts: int = 0
    channel: str = ""  # of a reply or a recorded message
    releases: int = 0  # how often the release of a reply's draft was *started*
    fence: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What we know and have said of a conversation. Never pruned, though emptied of text.

    `note_count` is how many notes we know it to have, ours included; `statements` are those of
    our newest note.
    """

    conversation_id: str
    last_message_id: str | None = None  # newest customer message that was handled
    last_message_at: datetime | None = None
    note_count: int = 0
    note_id: str | None = None
    noted_at: datetime | None = None
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who stopped everything, when and why."""

    by: str
    at: datetime
    reason: str = ""


class Store(AuditLog, TeamWords, ReplyLog, AttemptLog, LabelBook, Protocol):
    """Our own tables, on SQLite or PostgreSQL. Raises StoreUnavailable when it cannot.

    Every method is one transaction. Times come from the caller.
    """

    # poller
    def watermark(self, now: datetime) -> datetime:
        """When this database first started; set to `now` by the first call ever."""

    def cursor(self) -> datetime | None:
        """How far the poller has read, or None before the first poll."""

    def save_poll(
        self, turns: Sequence[SeenTurn], *, cursor: datetime | None, now: datetime
    ) -> tuple[Run, ...]:
        """Store new turns as waiting and move the cursor, in one transaction.

        A turn that is known is left as it is, but for a waiting one's snapshot, which is made
        newer. A waiting (or held) run of the same conversation
        with an older customer message becomes done, overtaken. The cursor never moves back;
        None leaves it. Gives the runs that are new.
        """

    # runs
    def run(self, run_id: str) -> Run | None:
        """By id or by a prefix that only one run has."""

    def run_of(self, turn: Turn) -> Run | None:
        """The run of a turn, or None."""

    def runs(
        self,
        *,
        states: Sequence[RunState] = (),
        conversation_id: str | None = None,
        updated_before: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[Run, ...]:
        """Newest first."""

    def due_runs(self, now: datetime, *, limit: int) -> tuple[Run, ...]:
        """Waiting and held runs with `due_at` not after `now`, oldest `due_at` first."""

    def count_runs(self) -> Mapping[RunState, int]:
        """How many runs are in each state."""

    def save_run(self, run: Run) -> None:
        """Insert, or replace by id."""

    def move_run(self, run: Run, *, was: Sequence[RunState]) -> bool:
        """Replace, if it is still in one of the states `was`; else False."""

    # receipts
    def save_receipt(
        self,
        run_id: str,
        content: Mapping[str, Any],
        now: datetime,
        *,
        kind: AuditKind = AuditKind.RUN_FINISHED,
    ) -> None:
        """Keep what a run read, proposed, decided and did (JSON values), and record that.

        The newest replaces the older ones. A run cut off right after it may do it twice.
        """

    def receipt(self, run_id: str) -> dict[str, Any] | None:
        """The receipt, or None when there is none or it was pruned."""

    # conversations
    def told(self, conversation_id: str) -> Told | None:
        """What we know of a conversation, or None when it is new to this database."""

    def told_of(self, conversation_ids: Sequence[str]) -> Mapping[str, Told]:
        """The same for many, in one statement."""

    def save_told(self, told: Told, now: datetime) -> None:
        """Insert or replace."""

    # deliveries
    def intend(self, delivery: Delivery) -> Delivery:
        """Commit an intent. Known marker: gives the stored one, unchanged."""

    def delivery(self, marker: str) -> Delivery | None:
        """By marker."""

    def deliveries(
        self, *, run_id: str | None = None, conversation_id: str | None = None
    ) -> tuple[Delivery, ...]:
        """Newest first."""

    def arrived_replies(self, since: datetime) -> tuple[Delivery, ...]:
        """Replies that arrived and were last changed at or after `since`, oldest first."""

    def claim_delivery(
        self, marker: str, *, owner: str, now: datetime, ttl: timedelta
    ) -> Delivery | None:
        """Take the delivery for a while, raising its fence. None: another owner holds it."""

    def start_attempt(self, marker: str, *, fence: int, now: datetime) -> int:
        """Commit "attempt n started"; gives n. Raises StoreUnavailable when the fence is old."""

    def start_release(self, marker: str, *, fence: int, now: datetime) -> int:
        """Commit and record "release n started"; gives n. Raises as `start_attempt`."""

    def settle_delivery(
        self,
        marker: str,
        *,
        fence: int,
        state: DeliveryState,
        remote_id: str | None = None,
        error: str = "",
        now: datetime,
    ) -> None:
        """Write what is known and let go of the claim. A settled one stays settled: `ARRIVED`,
        `OVERTAKEN` and `FAILED` are never left by this. Raises StoreUnavailable when the fence is
        old.
        """

    def bounce_delivery(self, marker: str, *, error: str, now: datetime) -> bool:
        """An arrived one failed after all, says the helpdesk. False: it had not arrived."""

    def claim_owners(self) -> tuple[str, ...]:
        """The names of all who have claimed a delivery and not let go of it."""

    def free_claims(self, owners: str, *, but: str) -> int:
        """Let go of every claim whose owner's name begins with `owners`, except `but`'s.

        For owners that are known to be dead. Gives how many there were.
        """

    # the team's controls
    def pause(self, pause: Pause) -> None:
        """Stop all writes."""

    def resume(self) -> None:
        """Go on."""

    def paused(self) -> Pause | None:
        """Who paused, or None."""

    # workers
    def take_slot(self, worker: str, *, owner: str, now: datetime, ttl: timedelta) -> bool:
        """Take or renew the lease of a worker slot. False: another live owner has it."""

    def leave_slot(self, worker: str, *, owner: str) -> None:
        """Let the lease run out now: the slot is dead until it is taken again."""

    def dead_slots(self, now: datetime, *, ttl: timedelta) -> tuple[str, ...]:
        """Workers without a living lease; runs they left unfinished are to be taken over."""

    def live_slots(self, now: datetime, *, ttl: timedelta) -> tuple[str, ...]:
        """Workers with a living lease: not run out, nor longer than a lease of `ttl` can be."""

    # upkeep
    def schema_version(self) -> int:
        """Number of the newest migration applied."""

    def prune(self, before: datetime, *, now: datetime | None = None) -> int:
        """Remove the content of runs that ended before: receipts, runs, attempts, bodies of
        deliveries, statements. Keeps deliveries' markers and each conversation's last handled
        message, and records that (at `now`). Gives how many runs went.
        """

    def close(self) -> None:
        """Let go of every connection."""


# --- time --------------------------------------------------------------------------------------


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> datetime:
        """Aware UTC."""

    def monotonic(self) -> float:
        """Seconds that never jump."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
