"""The record of what was done: appended to in the transaction of what it tells of."""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, delete, func, select

from agent.adapters.store.columns import to_json
from agent.adapters.store.database import Database
from agent.adapters.store.tables import audit, audit_contents, deliveries, receipts, runs
from agent.audit_port import (
    OF_RECEIPTS,
    AuditEntry,
    AuditKind,
    AuditRow,
    may_be_pruned,
)
from agent.core.chain import Link, digest_of, next_link

KEY_BYTES = 32
ELSEWHERE = (*OF_RECEIPTS, AuditKind.REPLY_ATTEMPT)  # their content lies in tables of its own
_CHUNK = 500  # values in one IN list; both databases have an upper limit


class AuditTables:
    """The record."""

    _database: Database

    def append_audit(self, entry: AuditEntry, now: datetime) -> Link:
        """See `AuditLog`."""
        return self._database.write(lambda c: append(self._database, c, entry, now))

    def audit_head(self) -> Link | None:
        """See `AuditLog`."""
        return self._database.read(_head)

    def audit_rows(self, *, after: int = 0, limit: int = 500) -> tuple[AuditRow, ...]:
        """See `AuditLog`."""

        def work(connection: Connection) -> tuple[AuditRow, ...]:
            query = (
                select(audit, audit_contents.c.key, audit_contents.c.content)
                .outerjoin(audit_contents, audit_contents.c.sequence == audit.c.sequence)
                .where(audit.c.sequence > after)
                .order_by(audit.c.sequence)
                .limit(limit)
            )
            rows = connection.execute(query).all()
            elsewhere = _contents_elsewhere(connection, rows)
            return tuple(_row(row, elsewhere) for row in rows)

        return self._database.read(work)

    def conversations_of(self, customer_id: str) -> tuple[str, ...]:
        """See `AuditLog`. Looks through all rows, so it may take a second."""

        def work(connection: Connection) -> tuple[str, ...]:
            return tuple(sorted(set(_conversations_of(connection, customer_id))))

        return self._database.read(work)


def append(database: Database, connection: Connection, entry: AuditEntry, now: datetime) -> Link:
    """Add a row within a transaction. Call it before the transaction locks anything else."""
    database.one_at_a_time(connection)
    key = secrets.token_hex(KEY_BYTES)
    content = json.loads(to_json(entry.content))
    link = next_link(
        _head(connection),
        at=now,
        kind=str(entry.kind),
        subjects=entry.subjects,
        digest=digest_of(content, key),
    )
    connection.execute(
        audit.insert(),
        {
            "sequence": link.sequence,
            "at": link.at,
            "kind": link.kind,
            "subjects": dict(link.subjects),
            "digest": link.digest,
            "previous": link.previous,
            "hash": link.hash,
        },
    )
    kept = None if entry.kind in ELSEWHERE else content
    connection.execute(
        audit_contents.insert(), {"sequence": link.sequence, "key": key, "content": kept}
    )
    return link


def prune_contents(connection: Connection, before: datetime) -> int:
    """Remove keys and contents that belong to old runs; gives how many."""
    query = (
        select(audit.c.sequence, audit.c.kind, audit.c.subjects)
        .join(audit_contents, audit_contents.c.sequence == audit.c.sequence)
        .where(audit.c.at < before)
    )
    rows = connection.execute(query)
    old = [row.sequence for row in rows if may_be_pruned(row.kind, row.subjects)]
    return remove_contents(connection, old)


def remove_contents(connection: Connection, sequences: Iterable[int]) -> int:
    """Remove keys and contents of these rows; gives how many were there."""
    return sum(
        connection.execute(
            delete(audit_contents).where(audit_contents.c.sequence.in_(chunk))
        ).rowcount
        for chunk in chunks(sequences)
    )


def rows_naming(connection: Connection, subject: str, value: str) -> list[Row[Any, Any]]:
    """Rows of the chain whose subject is that id, without those that tell of an erasure."""
    query = select(audit.c.sequence, audit.c.subjects).where(
        audit.c.kind != AuditKind.ERASED,
        cast(audit.c.subjects, Text).contains(to_json(value), autoescape=True),
    )
    rows = connection.execute(query).all()
    return [row for row in rows if row.subjects.get(subject) == value]


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """In pieces that fit into one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _head(connection: Connection) -> Link | None:
    newest = select(func.max(audit.c.sequence)).scalar_subquery()
    row = connection.execute(select(audit).where(audit.c.sequence == newest)).one_or_none()
    return _link(row) if row else None


def _link(row: Row[Any]) -> Link:
    return Link(
        sequence=row.sequence,
        at=row.at,
        kind=row.kind,
        subjects=row.subjects,
        digest=row.digest,
        previous=row.previous,
        hash=row.hash,
    )


def _row(row: Row[Any], elsewhere: dict[tuple[str, str], Any]) -> AuditRow:
    content = row.content
    if row.kind in ELSEWHERE:
        content = elsewhere.get(_place(row))
    return AuditRow(link=_link(row), key=row.key, content=content)


def _place(row: Row[Any]) -> tuple[str, str]:
    """Where the content of such a row lies: the subject and its id."""
    subject = "run" if row.kind in OF_RECEIPTS else "delivery"
    return subject, row.subjects.get(subject, "")


def _contents_elsewhere(
    connection: Connection, rows: Sequence[Row[Any]]
) -> dict[tuple[str, str], Any]:
    places = [_place(row) for row in rows if row.kind in ELSEWHERE]
    found: dict[tuple[str, str], Any] = {}
    for ids in chunks({value for subject, value in places if subject == "run"}):
        query = select(receipts.c.run_id, receipts.c.content).where(receipts.c.run_id.in_(ids))
        found |= {("run", row.run_id): row.content for row in connection.execute(query)}
    for ids in chunks({value for subject, value in places if subject == "delivery"}):
        bodies = select(deliveries.c.marker, deliveries.c.body).where(deliveries.c.marker.in_(ids))
        # An empty body was removed: a reply is never empty.
        found |= {
            ("delivery", row.marker): {"body": row.body}
            for row in connection.execute(bodies)
            if row.body
        }
    return found


def _conversations_of(connection: Connection, customer_id: str) -> Iterator[str]:
    named = f'"customer_id":{to_json(customer_id)}'
    of_runs = select(runs.c.conversation_id, runs.c.snapshot).where(
        cast(runs.c.snapshot, Text).contains(named, autoescape=True)
    )
    for row in connection.execute(of_runs).all():
        if row.snapshot.get("customer_id") == customer_id:
            yield row.conversation_id
    of_receipts = select(receipts.c.content).where(
        cast(receipts.c.content, Text).contains(named, autoescape=True)
    )
    for content in connection.execute(of_receipts).scalars():
        read = content.get("read") or {}
        if (read.get("conversation") or {}).get("customer_id") == customer_id:
            yield content["conversation_id"]
    for named_row in rows_naming(connection, "customer", customer_id):
        if conversation_id := named_row.subjects.get("conversation"):
            yield conversation_id
