"""The check of the record: a thousand ways of tampering with a database, all of them found."""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.memory import MemoryStore
from agent.adapters.store import open_store
from agent.audit import verify
from agent.audit_port import AuditEntry, AuditKind
from agent.core.turn import Action
from agent.ports import Delivery, Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TAMPERINGS = 1000
ROWS = 24

Tampering = Callable[[sqlite3.Connection, random.Random], object]


def fill(store: Store) -> None:
    """Eight runs, a reply and a raised topic each."""
    for number in range(ROWS // 3):
        at = NOON + number * MINUTE
        read = {"conversation": {"customer_id": f"k{number}"}}
        receipt = {"conversation_id": f"c{number}", "read": read, "note": f"lid {number}"}
        store.save_receipt(f"r{number}", receipt, at)
        delivery = Delivery(
            marker=f"reply-{number}",
            conversation_id=f"c{number}",
            action=Action.REPLY,
            body=f"Lid {number} is on its way.",
            created_at=at,
            updated_at=at,
        )
        store.intend(delivery)
        claimed = store.claim_delivery(delivery.marker, owner="w", now=at, ttl=MINUTE)
        assert claimed is not None
        store.start_release(delivery.marker, fence=claimed.fence, now=at)
        store.append_audit(
            AuditEntry(
                kind=AuditKind.LEVEL_CHANGED,
                subjects={"topic": "lid"},
                content={"by": "Ada", "number": number},
            ),
            at,
        )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "sidenote.sqlite"
    with closing(open_store(f"sqlite:///{path}")) as store:
        fill(store)
    return path


def a_row(chance: random.Random) -> int:
    return chance.randint(1, ROWS)


def edit(connection: sqlite3.Connection, chance: random.Random) -> None:
    row = a_row(chance)
    column = chance.choice(["at", "kind", "subjects", "digest", "previous", "hash"])
    found = connection.execute(
        f"SELECT {column} FROM sidenote_audit WHERE sequence = ?", (row,)
    ).fetchone()[0]
    if column == "at":
        other = found + chance.choice([-1, 1, 10**6])
    elif column == "subjects":
        other = json.dumps({**json.loads(found), "run": "forged"})
    else:
        other = found[:-1] + ("0" if found[-1] != "0" else "1")
    connection.execute(f"UPDATE sidenote_audit SET {column} = ? WHERE sequence = ?", (other, row))


def take_out(connection: sqlite3.Connection, chance: random.Random) -> None:
    # The newest stays: what is taken off the end is a test of its own.
    row = chance.randint(1, ROWS - 1)
    connection.execute("DELETE FROM sidenote_audit WHERE sequence = ?", (row,))


def take_out_and_close_the_gap(connection: sqlite3.Connection, chance: random.Random) -> None:
    row = chance.randint(1, ROWS - 1)
    for table in ("sidenote_audit", "sidenote_audit_contents"):
        connection.execute(f"DELETE FROM {table} WHERE sequence = ?", (row,))
        connection.execute(
            f"UPDATE {table} SET sequence = -(sequence - 1) WHERE sequence > ?", (row,)
        )
        connection.execute(f"UPDATE {table} SET sequence = -sequence WHERE sequence < 0")


def swap(connection: sqlite3.Connection, chance: random.Random) -> None:
    one, other = chance.sample(range(1, ROWS + 1), 2)
    for table in ("sidenote_audit", "sidenote_audit_contents"):
        for was, now in ((one, -1), (other, one), (-1, other)):
            connection.execute(f"UPDATE {table} SET sequence = ? WHERE sequence = ?", (now, was))


def change_a_receipt(connection: sqlite3.Connection, chance: random.Random) -> None:
    run = f"r{chance.randrange(ROWS // 3)}"
    connection.execute(
        "UPDATE sidenote_receipts SET content = replace(content, 'lid', 'refund') WHERE run_id = ?",
        (run,),
    )


def remove_a_receipt(connection: sqlite3.Connection, chance: random.Random) -> None:
    run = f"r{chance.randrange(ROWS // 3)}"
    connection.execute("DELETE FROM sidenote_receipts WHERE run_id = ?", (run,))


def change_what_was_sent(connection: sqlite3.Connection, chance: random.Random) -> None:
    marker = f"reply-{chance.randrange(ROWS // 3)}"
    connection.execute(
        "UPDATE sidenote_deliveries SET body = '\"Another text\"' WHERE marker = ?", (marker,)
    )


def change_who_said_it(connection: sqlite3.Connection, chance: random.Random) -> None:
    row = 3 * chance.randint(1, ROWS // 3)
    connection.execute(
        "UPDATE sidenote_audit_contents SET content = replace(content, 'Ada', 'Eve') "
        "WHERE sequence = ?",
        (row,),
    )


def remove_a_content(connection: sqlite3.Connection, chance: random.Random) -> None:
    connection.execute("DELETE FROM sidenote_audit_contents WHERE sequence = ?", (a_row(chance),))


WAYS: tuple[Tampering, ...] = (
    edit,
    edit,
    take_out,
    take_out_and_close_the_gap,
    swap,
    change_a_receipt,
    remove_a_receipt,
    change_what_was_sent,
    change_who_said_it,
    remove_a_content,
)


def test_a_record_as_it_was_written_holds(filled: Path) -> None:
    with closing(open_store(f"sqlite:///{filled}")) as store:
        verified = verify(store)

    assert (verified.problem, verified.rows, verified.contents) == (None, ROWS, ROWS)


def test_a_thousand_tamperings_are_all_found(filled: Path) -> None:
    chance = random.Random(17)  # the same thousand each time
    missed = []
    with (
        closing(open_store(f"sqlite:///{filled}")) as store,
        closing(sqlite3.connect(filled, isolation_level=None)) as other,
    ):
        untouched = list(other.iterdump())
        for number in range(TAMPERINGS):
            tamper = chance.choice(WAYS)
            tamper(other, chance)
            if verify(store).problem is None:
                missed.append((number, tamper.__name__))
            restore(other, untouched)
        assert verify(store).problem is None

    assert missed == []


def restore(connection: sqlite3.Connection, dump: list[str]) -> None:
    connection.execute("BEGIN")
    wanted = ("audit", "audit_contents", "receipts", "deliveries")
    for table in wanted:
        connection.execute(f"DELETE FROM sidenote_{table}")
    for line in dump:
        if line.startswith(tuple(f'INSERT INTO "sidenote_{table}"' for table in wanted)):
            connection.execute(line)
    connection.execute("COMMIT")


# --- what the chain alone cannot show ----------------------------------------------------------


def shortened(path: Path, rows: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        for table in ("sidenote_audit", "sidenote_audit_contents"):
            other.execute(f"DELETE FROM {table} WHERE sequence > ?", (ROWS - rows,))


def test_rows_taken_off_the_end_show_against_a_head_from_the_log(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/a.sqlite")) as store:
        fill(store)
        head = verify(store).head
        shortened(tmp_path / "a.sqlite", 3)

        without, against = verify(store), verify(store, head=head)

    assert without.problem is None
    assert against.problem is not None
    assert against.problem.sequence == ROWS - 2
    assert "missing at the end" in against.problem.why


def test_an_older_head_is_still_in_a_chain_that_grew() -> None:
    store = MemoryStore()
    fill(store)
    head = verify(store).head
    fill(store)

    assert verify(store, head=head).problem is None


def test_nothing_recorded_is_missing_against_a_head() -> None:
    assert verify(MemoryStore(), head="a" * 64).problem is not None


# --- what was removed, and says so -------------------------------------------------------------


def test_an_erased_content_is_explained_only_for_what_came_before() -> None:
    store = MemoryStore()
    store.erase("k1", ["c1"], NOON)
    fill(store)
    del store._receipts["r1"]

    found = verify(store).problem

    assert found is not None
    assert "no row says why" in found.why


def test_another_customers_erasure_explains_nothing() -> None:
    store = MemoryStore()
    fill(store)
    store.erase("k1", ["c1"], NOON)
    del store._receipts["r2"]

    found = verify(store).problem

    assert found is not None
    assert found.sequence == 7


def test_a_content_newer_than_the_pruning_is_not_explained_by_it() -> None:
    store = MemoryStore()
    fill(store)
    store.append_audit(
        AuditEntry(kind=AuditKind.PRUNED, subjects={"before": NOON.isoformat()}), NOON
    )
    del store._receipts["r7"]

    assert verify(store).problem is not None


def test_progress_is_told_on_long_records() -> None:
    store, told = MemoryStore(), list[int]()
    for _ in range(450):
        store.append_audit(AuditEntry(kind=AuditKind.PAUSED), NOON)

    verify(store, progress=told.append)

    assert told == [200, 400]
