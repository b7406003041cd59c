"""Removes every text of one customer, and says in the record that it did."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from agent.adapters.store.audit import append, chunks, remove_contents, rows_naming
from agent.adapters.store.database import Database
from agent.adapters.store.labels import forget_conversations
from agent.adapters.store.tables import approvals, conversations, deliveries, receipts, runs
from agent.audit_port import Erased, erased_entry
from agent.core.turn import Turn
from agent.ports import DeliveryState

WHY = "its customer was erased"


class Erasing:
    """Erasure and its traces on the disk."""

    _database: Database

    def erase(
        self, customer_id: str, conversation_ids: Sequence[str], now: datetime, *, by: str = ""
    ) -> Erased:
        """See `AuditLog`. A write that was never begun is not begun any more."""

        def work(connection: Connection) -> Erased:
            self._database.one_at_a_time(connection)
            erased = _erase(connection, customer_id, conversation_ids)
            entry = erased_entry(customer_id, erased.conversations, by)
            append(self._database, connection, entry, now)
            return erased

        return self._database.write(work)

    def scrub(self) -> None:
        """See `AuditLog`."""
        self._database.scrub()


def _erase(connection: Connection, customer_id: str, conversation_ids: Sequence[str]) -> Erased:
    named = {row.sequence: row for row in rows_naming(connection, "customer", customer_id)}
    turns: list[Turn] = []
    for conversation_id in conversation_ids:
        found = rows_naming(connection, "conversation", conversation_id)
        named |= {row.sequence: row for row in found}
        query = select(runs.c.message_id).where(runs.c.conversation_id == conversation_id)
        messages = connection.execute(query).scalars()
        turns += [Turn(conversation_id, message_id) for message_id in messages]
    run_ids = {turn.run_id for turn in turns}
    run_ids |= {row.subjects["run"] for row in named.values() if "run" in row.subjects}
    emptied = 0
    for chunk in chunks(conversation_ids):
        connection.execute(
            update(runs).where(runs.c.conversation_id.in_(chunk)).values(snapshot={})
        )
        connection.execute(
            update(conversations)
            .where(conversations.c.conversation_id.in_(chunk))
            .values(statements=[])
        )
        connection.execute(
            update(approvals).where(approvals.c.conversation_id.in_(chunk)).values(reason="")
        )
        forget_conversations(connection, chunk)
        ours = deliveries.c.conversation_id.in_(chunk)
        connection.execute(
            update(deliveries)
            .where(ours, deliveries.c.state == DeliveryState.INTENDED)
            .values(state=DeliveryState.OVERTAKEN, error=WHY)
        )
        emptied += connection.execute(
            update(deliveries).where(ours, deliveries.c.body != "").values(body="")
        ).rowcount
    return Erased(
        conversations=tuple(conversation_ids),
        turns=tuple(turns),
        receipts=sum(
            connection.execute(delete(receipts).where(receipts.c.run_id.in_(chunk))).rowcount
            for chunk in chunks(run_ids)
        ),
        deliveries=emptied,
        contents=remove_contents(connection, named),
    )
