"""Attempts at steps and writes, kept alike in memory, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta

from agent.attempt_port import Attempt
from agent.errors import HelpdeskUnavailable
from agent.ports import Delivery, DeliveryState, RunState, Store
from tests.contracts.test_store import DAY, NOON, SECOND, a_delivery, a_run, claim


def an_attempt(
    step: str = "read", *, after: timedelta = timedelta(), run_id: str = "r1"
) -> Attempt:
    return Attempt(run_id=run_id, step=step, began_at=NOON + after)


def a_reply(store: Store) -> Delivery:
    reply = Delivery(
        marker="sidenote-reply",
        conversation_id="c1",
        action="reply",
        body="It is on its way.",
        created_at=NOON,
        updated_at=NOON,
        run_id="r1",
    )
    return claim(store, store.intend(reply))


def test_a_run_that_nothing_was_tried_for_has_no_attempts(store: Store) -> None:
    assert store.attempts("r1") == ()


def test_attempts_come_in_the_order_they_began(store: Store) -> None:
    first, second = an_attempt("propose"), an_attempt("act", after=SECOND)
    store.save_attempts([second, an_attempt(run_id="r2")])
    store.save_attempts([first])

    assert store.attempts("r1") == (first, second)


def test_an_attempt_that_ended_takes_the_place_of_its_beginning(
    new_store: Callable[[], Store],
) -> None:
    store, begun = new_store(), an_attempt("act")
    store.save_attempts([begun])
    error = HelpdeskUnavailable("POST /notes: 503")
    error.status = 503
    ended = begun.over(NOON + SECOND, error)
    store.save_attempts([ended])

    assert new_store().attempts("r1") == (ended,)
    assert (ended.ended, ended.status) == ("HelpdeskUnavailable", 503)


def test_only_the_newest_are_kept_where_that_is_asked(store: Store) -> None:
    tried = [an_attempt(after=SECOND * number) for number in range(5)]
    other = an_attempt(run_id="r2")
    store.save_attempts([*tried, other])
    store.save_attempts([tried[-1]], most=3)

    assert store.attempts("r1") == tuple(tried[-3:])
    assert store.attempts("r2") == (other,)


def test_fewer_than_the_most_are_all_kept(store: Store) -> None:
    tried = [an_attempt(after=SECOND * number) for number in range(3)]
    store.save_attempts(tried, most=3)

    assert store.attempts("r1") == tuple(tried)


def test_a_write_that_begins_is_an_attempt_of_its_run(store: Store) -> None:
    note = claim(store, store.intend(a_delivery(run_id="r1")))
    store.start_attempt(note.marker, fence=note.fence, now=NOON)
    store.start_attempt(note.marker, fence=note.fence, now=NOON + SECOND)

    assert [(each.step, each.began_at, each.marker) for each in store.attempts("r1")] == [
        ("note", NOON, note.marker),
        ("note", NOON + SECOND, note.marker),
    ]


def test_a_reply_is_staged_and_released(store: Store) -> None:
    reply = a_reply(store)
    store.start_attempt(reply.marker, fence=reply.fence, now=NOON)
    store.start_release(reply.marker, fence=reply.fence, now=NOON + SECOND)

    assert [each.step for each in store.attempts("r1")] == ["draft", "release"]


def test_what_a_person_sends_without_a_run_leaves_no_attempt(store: Store) -> None:
    sent = claim(store, store.intend(a_delivery()))

    assert store.start_attempt(sent.marker, fence=sent.fence, now=NOON) == 1
    assert store.attempts("") == ()


def test_attempts_are_pruned_with_their_run(store: Store) -> None:
    old = a_run("c1", "m1", state=RunState.DONE, updated=NOON - DAY)
    young = a_run("c2", "m2", state=RunState.DONE, updated=NOON)
    for run in (old, young):
        store.save_run(run)
        store.save_attempts([an_attempt(run_id=run.id)])
    store.prune(NOON - SECOND)

    assert store.attempts(old.id) == ()
    assert len(store.attempts(young.id)) == 1


def test_what_is_kept_of_an_erased_customer_holds_ids_alone(store: Store) -> None:
    run = a_run("c1", "m1", state=RunState.DONE)
    store.save_run(run)
    note = claim(store, store.intend(a_delivery(run_id=run.id)))
    store.start_attempt(note.marker, fence=note.fence, now=NOON)
    store.settle_delivery(note.marker, fence=note.fence, state=DeliveryState.ARRIVED, now=NOON)
    store.erase("u1", ("c1",), NOON)

    assert store.attempts(run.id) == (
        Attempt(run_id=run.id, step="note", began_at=NOON, marker=note.marker),
    )
