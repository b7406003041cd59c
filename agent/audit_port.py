"""The door to the record of what was done: rows in a chain of hashes that nobody changes.

Every store keeps it; see `core/chain.py` for the chain and `audit.py` for its check.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from agent.core.chain import Link
from agent.core.turn import Turn


class AuditKind(StrEnum):
    """What a row of the record tells of."""

    RUN_FINISHED = "run.finished"  # its content is the run's receipt
    RUN_CHANGED = "run.changed"  # the same, when something was learned after its end
    REPLY_ATTEMPT = "reply.attempt"  # a release is about to be asked for; its content is the body
    LEVEL_CHANGED = "level.changed"
    CERTIFICATE = "certificate"  # unlocked, lapsed, void, taken back, waived: its content says
    APPROVAL = "approval"
    LABEL = "label"  # a person judged proposed replies in an audit, or brought judgements along
    PAUSED = "paused"
    RESUMED = "resumed"
    RETRIED = "retried"  # a person let a failed run go on; its content says who
    BREAKER = "breaker"
    API_CALL = "api.call"  # a program asks for a change; its content says which token, and what
    TOKEN_CHANGED = "token.changed"  # noqa: S105 - a name, no secret
    ACCOUNT = "account"  # somebody may sign in to the console, may no more, or as something else
    WEBHOOK = "webhook"  # the doorbell was registered at Kustomer, or removed
    PRUNED = "pruned"
    ERASED = "erased"


OF_RECEIPTS = (AuditKind.RUN_FINISHED, AuditKind.RUN_CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something to record.

    `subjects` are ids, never texts: they stay for good. Names used: "run", "conversation",
    "customer", "delivery", "topic". `content` (JSON values: who, why, …) is kept apart, and goes
    when the customer is erased or, where it belongs to a run or a conversation, with old runs.
    """

    kind: AuditKind
    subjects: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A row with what is left of its content. No `key`: the content was removed."""

    link: Link
    key: str | None
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was removed of a customer. `turns` are the runs whose steps the engine still holds."""

    conversations: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    receipts: int = 0
    deliveries: int = 0
    contents: int = 0  # of rows of the record


class AuditLog(Protocol):
    """The record's part of `ports.Store`: appended to, read, and nothing else."""

    def append_audit(self, entry: AuditEntry, now: datetime) -> Link:
        """Record it. Each call adds a row; several workers never make two chains of it.

        Finished runs and attempts to release are recorded by `save_receipt` and `start_release`.
        """

    def audit_head(self) -> Link | None:
        """The newest row, or None before the first."""

    def audit_rows(self, *, after: int = 0, limit: int = 500) -> tuple[AuditRow, ...]:
        """Rows with a higher sequence than `after`, oldest first.

        Content of a receipt or a delivery is what that is *now*.
        """

    def conversations_of(self, customer_id: str) -> tuple[str, ...]:
        """Conversations of that customer which runs, receipts or the record name."""

    def erase(
        self, customer_id: str, conversations: Sequence[str], now: datetime, *, by: str = ""
    ) -> Erased:
        """Remove every text of the customer and these conversations, in one transaction.

        Receipts, what runs keep of a conversation, bodies of deliveries, statements told, and the
        contents of rows of the record; ids and the chain stay. A row says that it was done, and
        by whom. Safe to call again. Gone for good only after `scrub`.
        """

    def scrub(self) -> None:
        """Take what was deleted out of the files as well; may take seconds.

        Raises:
            StoreUnavailable: another process is at the database and does not let us; try again.
        """


def receipt_entry(kind: AuditKind, run_id: str, content: Mapping[str, Any]) -> AuditEntry:
    """The entry for a run's receipt, with the ids that the receipt itself names."""
    read = content.get("read")
    conversation = read.get("conversation") if isinstance(read, Mapping) else None
    customer = conversation.get("customer_id") if isinstance(conversation, Mapping) else None
    named = {"run": run_id, "conversation": content.get("conversation_id"), "customer": customer}
    return AuditEntry(
        kind=kind, subjects={k: v for k, v in named.items() if isinstance(v, str)}, content=content
    )


def release_entry(marker: str, conversation_id: str, run_id: str | None, body: str) -> AuditEntry:
    """The entry for an attempt to release a reply's draft."""
    subjects = {"delivery": marker, "conversation": conversation_id}
    return AuditEntry(
        kind=AuditKind.REPLY_ATTEMPT,
        subjects=subjects | ({"run": run_id} if run_id else {}),
        content={"body": body},
    )


def pruned_entry(before: datetime) -> AuditEntry:
    """The entry for a pruning of what is older."""
    return AuditEntry(kind=AuditKind.PRUNED, subjects={"before": before.isoformat()})


def erased_entry(customer_id: str, conversations: Sequence[str], by: str) -> AuditEntry:
    """The entry for an erasure."""
    subjects = {"customer": customer_id, "conversations": " ".join(conversations)}
    return AuditEntry(kind=AuditKind.ERASED, subjects=subjects, content={"by": by} if by else {})


def may_be_pruned(kind: str, subjects: Mapping[str, str]) -> bool:
    """Whether the content behind such a row goes with old runs: it belongs to one customer.

    Who erased one is a teammate's word, and stays.
    """
    return kind != AuditKind.ERASED and not subjects.keys().isdisjoint(
        {"run", "conversation", "customer"}
    )
