"""The record of what was done, as a list: the part of `MemoryStore` for it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from typing import Any

from agent.adapters.memory.labels import forget_conversations
from agent.audit_port import (
    OF_RECEIPTS,
    AuditEntry,
    AuditKind,
    AuditRow,
    Erased,
    erased_entry,
    may_be_pruned,
)
from agent.core.chain import Link, digest_of, next_link
from agent.core.labels import Proposed
from agent.ports import Delivery, DeliveryState, Run, Told
from agent.team_port import Approval

WHY = "its customer was erased"


@dataclass(frozen=True, slots=True)
class _Content:
    key: str
    content: Mapping[str, Any]


class AuditMemory:
    """The record. `MemoryStore` calls `_forget_record` when it is made."""

    _runs: dict[str, Run]
    _receipts: dict[str, tuple[str, datetime]]
    _told: dict[str, tuple[Told, datetime]]
    _deliveries: dict[str, Delivery]
    _approvals: dict[str, Approval]
    _proposed: dict[str, Proposed]

    def _open(self) -> RLock:
        raise NotImplementedError

    def _forget_record(self) -> None:
        self._links: list[Link] = []
        self._contents: dict[int, _Content] = {}

    def append_audit(self, entry: AuditEntry, now: datetime) -> Link:
        """See `AuditLog`."""
        content = json.loads(json.dumps(dict(entry.content)))
        key = secrets.token_hex(32)
        with self._open():
            link = next_link(
                self._links[-1] if self._links else None,
                at=now,
                kind=str(entry.kind),
                subjects=entry.subjects,
                digest=digest_of(content, key),
            )
            self._links.append(link)
            self._contents[link.sequence] = _Content(key, content)
            return link

    def audit_head(self) -> Link | None:
        """See `AuditLog`."""
        with self._open():
            return self._links[-1] if self._links else None

    def audit_rows(self, *, after: int = 0, limit: int = 500) -> tuple[AuditRow, ...]:
        """See `AuditLog`."""
        with self._open():
            wanted = [link for link in self._links if link.sequence > after]
            return tuple(self._row(link) for link in wanted[:limit])

    def conversations_of(self, customer_id: str) -> tuple[str, ...]:
        """See `AuditLog`."""
        with self._open():
            of_runs = {
                run.turn.conversation_id
                for run in self._runs.values()
                if run.snapshot.get("customer_id") == customer_id
            }
            named = {
                link.subjects["conversation"]
                for link in self._links
                if link.subjects.get("customer") == customer_id and "conversation" in link.subjects
            }
            return tuple(sorted(of_runs | named))

    def erase(
        self, customer_id: str, conversations: Sequence[str], now: datetime, *, by: str = ""
    ) -> Erased:
        """See `AuditLog`. A write that was never begun is not begun any more."""
        with self._open():
            gone = [run for run in self._runs.values() if run.turn.conversation_id in conversations]
            for run in gone:
                self._runs[run.id] = replace(run, snapshot={})
            for run_id, approval in self._approvals.items():
                if approval.conversation_id in conversations:
                    self._approvals[run_id] = replace(approval, reason="")
            for conversation_id in set(conversations) & self._told.keys():
                told, at = self._told[conversation_id]
                self._told[conversation_id] = (replace(told, statements=()), at)
            forget_conversations(self._proposed, conversations)
            erased = Erased(
                conversations=tuple(conversations),
                turns=tuple(run.turn for run in gone),
                receipts=sum(self._receipts.pop(run.id, None) is not None for run in gone),
                deliveries=self._empty_deliveries(conversations),
                contents=self._remove_contents(
                    [
                        link
                        for link in self._links
                        if link.kind != AuditKind.ERASED
                        and (
                            link.subjects.get("customer") == customer_id
                            or link.subjects.get("conversation") in conversations
                        )
                    ]
                ),
            )
            self.append_audit(erased_entry(customer_id, conversations, by), now)
            return erased

    def scrub(self) -> None:
        """See `AuditLog`. There is no file."""

    def _empty_deliveries(self, conversations: Sequence[str]) -> int:
        emptied = 0
        for marker, delivery in self._deliveries.items():
            if delivery.conversation_id not in conversations or not delivery.body:
                continue
            emptied += 1
            self._deliveries[marker] = replace(delivery, body="")
            if delivery.state is DeliveryState.INTENDED:
                overtaken = replace(delivery, body="", state=DeliveryState.OVERTAKEN, error=WHY)
                self._deliveries[marker] = overtaken
        return emptied

    def _prune_contents(self, before: datetime) -> int:
        old = [
            link
            for link in self._links
            if link.at < before and may_be_pruned(link.kind, link.subjects)
        ]
        return self._remove_contents(old)

    def _remove_contents(self, links: Sequence[Link]) -> int:
        return sum(self._contents.pop(link.sequence, None) is not None for link in links)

    def _row(self, link: Link) -> AuditRow:
        held = self._contents.get(link.sequence)
        content: Mapping[str, Any] | None = held.content if held else None
        if link.kind in OF_RECEIPTS:
            stored = self._receipts.get(link.subjects["run"])
            content = json.loads(stored[0]) if stored else None
        if link.kind == AuditKind.REPLY_ATTEMPT:
            delivery = self._deliveries.get(link.subjects["delivery"])
            content = {"body": delivery.body} if delivery and delivery.body else None
        return AuditRow(link=link, key=held.key if held else None, content=content)
