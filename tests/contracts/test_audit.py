"""What every store keeps of what was done, in memory, on SQLite and on PostgreSQL alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from agent.audit import verify
from agent.audit_port import AuditEntry, AuditKind
from agent.core.chain import GENESIS
from agent.core.turn import Action, Turn
from agent.ports import Delivery, DeliveryState, Disposition, Run, RunState, Store, Told
from agent.team_port import Approval, Verdict
from tests.contracts.test_store import DAY, MINUTE, NOON, ODD_TEXT, SECOND, a_run, claim

RECEIPT = {
    "conversation_id": "c1",
    "read": {"conversation": {"id": "c1", "customer_id": "k1"}},
    "texts": [ODD_TEXT, 0.5],
}
RAISED = AuditEntry(
    kind=AuditKind.LEVEL_CHANGED,
    subjects={"topic": "order-status"},
    content={"by": "Ada", "why": ODD_TEXT},
)


def done(store: Store, conversation: str = "c1", customer: str = "k1", *, ago: timedelta) -> Run:
    """A run that ended, with its receipt."""
    run = Run(
        id=Turn(conversation, "m1").run_id,
        turn=Turn(conversation, "m1"),
        message_at=NOON - ago,
        state=RunState.DONE,
        disposition=Disposition.NOTED,
        due_at=NOON - ago,
        created_at=NOON - ago,
        updated_at=NOON - ago,
        snapshot={"id": conversation, "customer_id": customer, "name": "Lid"},
    )
    store.save_run(run)
    read = {"conversation": {"id": conversation, "customer_id": customer}}
    store.save_receipt(
        run.id, {"conversation_id": conversation, "read": read, "note": "cracked lid"}, NOON - ago
    )
    return run


def reply(conversation: str = "c1", *, state: DeliveryState = DeliveryState.SAVED) -> Delivery:
    return Delivery(
        marker=f"reply-{conversation}",
        conversation_id=conversation,
        action=Action.REPLY,
        body="The lid is on its way.",
        created_at=NOON,
        updated_at=NOON,
        run_id="r1",
        state=state,
    )


def kinds(store: Store) -> list[str]:
    return [row.link.kind for row in store.audit_rows()]


def test_there_is_no_head_before_the_first_row(store: Store) -> None:
    assert (store.audit_head(), store.audit_rows()) == (None, ())


def test_rows_follow_each_other(new_store: Callable[[], Store]) -> None:
    first = new_store().append_audit(RAISED, NOON)
    second = new_store().append_audit(RAISED, NOON + SECOND)

    assert (first.sequence, first.previous) == (1, GENESIS)
    assert (second.sequence, second.previous) == (2, first.hash)
    assert new_store().audit_head() == second


def test_a_row_is_read_as_it_was_written(store: Store) -> None:
    link = store.append_audit(RAISED, NOON)

    (row,) = store.audit_rows()

    assert (row.link, row.content) == (link, RAISED.content)


def test_rows_are_read_page_by_page(store: Store) -> None:
    for _ in range(5):
        store.append_audit(RAISED, NOON)

    assert [row.link.sequence for row in store.audit_rows(after=1, limit=3)] == [2, 3, 4]


def test_a_receipt_is_recorded_with_whom_it_is_about(store: Store) -> None:
    store.save_receipt("r1", RECEIPT, NOON)

    (row,) = store.audit_rows()

    assert (row.link.kind, row.link.at, row.content) == ("run.finished", NOON, RECEIPT)
    assert row.link.subjects == {"run": "r1", "conversation": "c1", "customer": "k1"}


def test_what_is_learned_after_a_runs_end_is_recorded(store: Store) -> None:
    store.save_receipt("r1", RECEIPT, NOON)
    store.save_receipt("r1", {**RECEIPT, "did": {}}, NOON, kind=AuditKind.RUN_CHANGED)

    assert kinds(store) == ["run.finished", "run.changed"]
    assert verify(store).problem is None


def test_each_attempt_to_release_is_recorded(store: Store) -> None:
    claimed = claim(store, store.intend(reply()))
    store.start_release(claimed.marker, fence=claimed.fence, now=NOON)
    store.start_release(claimed.marker, fence=claimed.fence, now=NOON + SECOND)

    assert kinds(store) == ["reply.attempt", "reply.attempt"]
    assert store.audit_rows()[0].link.subjects == {
        "delivery": "reply-c1",
        "conversation": "c1",
        "run": "r1",
    }
    assert store.audit_rows()[0].content == {"body": "The lid is on its way."}


def test_workers_that_record_at_once_make_one_chain(new_store: Callable[[], Store]) -> None:
    stores = [new_store() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: stores[n % 4].append_audit(RAISED, NOON), range(40)))

    verified = verify(stores[0])

    assert (verified.rows, verified.problem) == (40, None)


# --- pruning -----------------------------------------------------------------------------------


def test_pruned_receipts_leave_a_chain_that_holds(store: Store) -> None:
    done(store, "c1", ago=2 * DAY)
    done(store, "c2", ago=MINUTE)
    store.append_audit(RAISED, NOON - 3 * DAY)

    store.prune(NOON - DAY, now=NOON)

    verified = verify(store)
    assert (verified.problem, verified.rows, verified.removed) == (None, 4, 1)
    assert kinds(store)[-1] == "pruned"


def test_who_raised_a_topic_is_never_pruned(store: Store) -> None:
    store.append_audit(RAISED, NOON - 3 * DAY)

    store.prune(NOON)

    assert store.audit_rows()[0].content == RAISED.content


def test_a_pruning_that_removed_nothing_is_not_recorded(store: Store) -> None:
    store.append_audit(RAISED, NOON - 3 * DAY)

    store.prune(NOON)

    assert kinds(store) == ["level.changed"]


# --- erasing -----------------------------------------------------------------------------------


def test_the_conversations_of_a_customer_are_those_that_runs_name(store: Store) -> None:
    done(store, "c1", "k1", ago=MINUTE)
    done(store, "c2", "k2", ago=MINUTE)
    done(store, "c3", "k1", ago=MINUTE)

    assert store.conversations_of("k1") == ("c1", "c3")
    assert store.conversations_of("k") == ()


def test_erasing_removes_every_text_and_keeps_the_chain(store: Store) -> None:
    run, other = done(store, "c1", "k1", ago=MINUTE), done(store, "c2", "k2", ago=MINUTE)
    store.intend(reply(state=DeliveryState.ARRIVED))
    store.save_told(Told(conversation_id="c1", last_message_id="m1", note_id="n1"), NOON)

    erased = store.erase("k1", ["c1"], NOON)

    assert (erased.receipts, erased.deliveries, erased.contents) == (1, 1, 1)
    assert erased.turns == (run.turn,)
    assert (store.receipt(run.id), store.receipt(other.id) is None) == (None, False)
    kept = store.run(run.id)
    assert kept is not None
    assert kept.snapshot == {}
    delivery = store.delivery("reply-c1")
    assert delivery is not None
    assert (delivery.body, delivery.state) == ("", DeliveryState.ARRIVED)
    assert (verify(store).problem, kinds(store)[-1]) == (None, "erased")


def test_erasing_keeps_what_stops_a_turn_from_running_twice(store: Store) -> None:
    done(store, "c1", "k1", ago=MINUTE)
    store.save_told(Told(conversation_id="c1", last_message_id="m1", note_id="n1"), NOON)

    store.erase("k1", ["c1"], NOON)

    told = store.told("c1")
    assert told is not None
    assert (told.last_message_id, told.note_id, told.statements) == ("m1", "n1", ())


def test_an_erased_text_that_was_never_written_is_not_written_any_more(store: Store) -> None:
    store.intend(reply(state=DeliveryState.INTENDED))

    store.erase("k1", ["c1"], NOON)

    delivery = store.delivery("reply-c1")
    assert delivery is not None
    assert (delivery.body, delivery.state) == ("", DeliveryState.OVERTAKEN)


def test_a_teammates_reason_is_erased_and_the_verdict_stays(store: Store) -> None:
    given = Approval(
        run_id="r1",
        conversation_id="c1",
        verdict=Verdict.REJECTED,
        by="Ada",
        at=NOON,
        reason="Mara wants the red one",
    )
    store.set_approval(given, was=None)

    store.erase("k1", ["c1"], NOON)

    assert store.approval("r1") == replace(given, reason="")


def test_erasing_twice_is_harmless(store: Store) -> None:
    done(store, "c1", "k1", ago=MINUTE)

    store.erase("k1", store.conversations_of("k1"), NOON)
    again = store.erase("k1", store.conversations_of("k1"), NOON)

    assert (again.conversations, again.receipts, again.contents) == (("c1",), 0, 0)
    assert verify(store).problem is None


def test_the_record_tells_who_erased_for_good(store: Store) -> None:
    done(store, "c1", "k1", ago=DAY)
    store.erase("k1", ["c1"], NOON - DAY, by="Ada")

    store.prune(NOON)
    store.erase("k1", ["c1"], NOON, by="Ben")

    told = [row.content for row in store.audit_rows() if row.link.kind == AuditKind.ERASED]
    assert told == [{"by": "Ada"}, {"by": "Ben"}]
    assert verify(store).problem is None


def test_a_customer_who_writes_again_is_kept_and_erased_again(store: Store) -> None:
    done(store, "c1", "k1", ago=DAY)
    store.erase("k1", ["c1"], NOON)
    later = a_run("c1", "m2", state=RunState.DONE)
    store.save_run(later)
    store.save_receipt(later.id, RECEIPT, NOON)
    store.scrub()

    assert store.receipt(later.id) == RECEIPT
    assert verify(store).problem is None
    assert store.erase("k1", ["c1"], NOON).receipts == 1
