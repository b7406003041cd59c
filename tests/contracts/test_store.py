"""What every store promises, in memory, on SQLite and on PostgreSQL alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.proposal import Section, Statement
from agent.core.turn import Action, Turn, marker_of
from agent.errors import PermanentError, StoreUnavailable
from agent.ports import (
    Delivery,
    DeliveryState,
    Disposition,
    Pause,
    Run,
    RunError,
    RunState,
    SeenTurn,
    Store,
    Told,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ODD_TEXT = 'Mara\x00 \ud83d "Où" أين 🫖 \\ \n'  # NUL, half a surrogate pair, quotes, scripts


def seen(
    conversation: str = "c1",
    message: str = "m1",
    *,
    at: datetime = NOON,
    due: datetime = NOON,
    name: str = "",
) -> SeenTurn:
    turn = Turn(conversation, message)
    return SeenTurn(turn=turn, message_at=at, due_at=due, snapshot={"name": name})


def a_run(
    conversation: str = "c1",
    message: str = "m1",
    *,
    run_id: str | None = None,
    state: RunState = RunState.WAITING,
    at: datetime = NOON,
    due: datetime = NOON,
    updated: datetime = NOON,
    message_at: datetime = NOON,
    name: str | None = None,
) -> Run:
    turn = Turn(conversation, message)
    return Run(
        snapshot={} if name is None else {"name": name},
        id=run_id or turn.run_id,
        turn=turn,
        message_at=message_at,
        state=state,
        due_at=due,
        created_at=at,
        updated_at=updated,
    )


def a_delivery(
    message: str = "m1",
    *,
    conversation: str = "c1",
    at: datetime = NOON,
    state: DeliveryState = DeliveryState.INTENDED,
    run_id: str | None = None,
) -> Delivery:
    return Delivery(
        marker=marker_of(Turn(conversation, message), Action.NOTE),
        conversation_id=conversation,
        action="note",
        body="Asks for a lid.",
        created_at=at,
        updated_at=at,
        run_id=run_id,
        state=state,
    )


def claim(store: Store, delivery: Delivery, owner: str = "w1", *, now: datetime = NOON) -> Delivery:
    taken = store.claim_delivery(delivery.marker, owner=owner, now=now, ttl=MINUTE)
    assert taken is not None
    return taken


def states(store: Store) -> dict[str, RunState]:
    return {run.turn.message_id: run.state for run in store.runs()}


# --- poller ------------------------------------------------------------------------------------


def test_the_watermark_is_the_first_start_ever(new_store: Callable[[], Store]) -> None:
    assert new_store().watermark(NOON) == NOON

    assert new_store().watermark(NOON + DAY) == NOON


def test_there_is_no_cursor_before_the_first_poll(store: Store) -> None:
    assert store.cursor() is None


def test_the_cursor_never_moves_back(store: Store) -> None:
    store.save_poll([], cursor=NOON, now=NOON)
    store.save_poll([], cursor=NOON - SECOND, now=NOON)

    assert store.cursor() == NOON


def test_the_cursor_moves_on(store: Store) -> None:
    store.save_poll([], cursor=NOON, now=NOON)
    store.save_poll([], cursor=NOON + SECOND, now=NOON)

    assert store.cursor() == NOON + SECOND


def test_a_poll_without_a_cursor_leaves_it(store: Store) -> None:
    store.save_poll([], cursor=NOON, now=NOON)
    store.save_poll([seen()], cursor=None, now=NOON)

    assert store.cursor() == NOON


def test_a_new_turn_becomes_a_waiting_run(store: Store) -> None:
    new = store.save_poll([seen(due=NOON + MINUTE)], cursor=NOON, now=NOON)

    assert new == (a_run(due=NOON + MINUTE, name=""),)
    assert store.runs() == new


def test_a_turn_seen_again_is_left_as_it_is(store: Store) -> None:
    (run,) = store.save_poll([seen()], cursor=NOON, now=NOON)
    store.save_run(replace(run, state=RunState.RUNNING, tries=1))

    new = store.save_poll([seen(due=NOON + MINUTE)], cursor=NOON, now=NOON + MINUTE)

    assert new == ()
    assert store.runs() == (replace(run, state=RunState.RUNNING, tries=1),)


def test_a_waiting_turn_seen_again_gets_the_newer_snapshot(store: Store) -> None:
    store.save_poll([seen(name="old"), seen("c2")], cursor=NOON, now=NOON)

    new = store.save_poll([seen(name=ODD_TEXT)], cursor=NOON, now=NOON + MINUTE)

    assert new == ()
    assert store.run_of(Turn("c1", "m1")) == a_run(name=ODD_TEXT)
    assert store.run_of(Turn("c2", "m1")) == a_run("c2", name="")


def test_a_turn_that_started_keeps_its_snapshot(store: Store) -> None:
    store.save_run(a_run(state=RunState.RUNNING, name="old"))

    store.save_poll([seen(name="new")], cursor=NOON, now=NOON)

    assert store.runs() == (a_run(state=RunState.RUNNING, name="old"),)


def test_the_same_turn_twice_in_one_poll_is_one_run(store: Store) -> None:
    assert len(store.save_poll([seen(), seen()], cursor=NOON, now=NOON)) == 1
    assert len(store.runs()) == 1


def test_a_poll_gives_the_new_runs_in_the_order_of_its_turns(store: Store) -> None:
    store.save_poll([seen("c2")], cursor=NOON, now=NOON)

    new = store.save_poll([seen("c9"), seen("c2"), seen("c1")], cursor=NOON, now=NOON)

    assert [run.turn.conversation_id for run in new] == ["c9", "c1"]


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.HELD])
def test_a_newer_customer_message_overtakes_a_run_not_started(
    store: Store, state: RunState
) -> None:
    older = a_run("c1", "m1", state=state, message_at=NOON - MINUTE)
    store.save_run(older)

    store.save_poll([seen("c1", "m2")], cursor=NOON, now=NOON + SECOND)

    assert store.run_of(older.turn) == replace(
        older,
        state=RunState.DONE,
        disposition=Disposition.OVERTAKEN,
        updated_at=NOON + SECOND,
    )


def test_a_customer_message_leaves_runs_of_other_conversations_alone(store: Store) -> None:
    store.save_poll([seen("c2", "m1", at=NOON - MINUTE)], cursor=NOON, now=NOON)

    store.save_poll([seen("c1", "m2")], cursor=NOON, now=NOON)

    assert states(store) == {"m1": RunState.WAITING, "m2": RunState.WAITING}


@pytest.mark.parametrize(
    "state", [RunState.RUNNING, RunState.AWAITING_APPROVAL, RunState.DONE, RunState.FAILED]
)
def test_a_run_that_started_is_not_overtaken_by_a_poll(store: Store, state: RunState) -> None:
    started = a_run("c1", "m1", state=state, message_at=NOON - MINUTE)
    store.save_run(started)

    store.save_poll([seen("c1", "m2")], cursor=NOON, now=NOON + SECOND)

    assert store.run_of(started.turn) == started


@pytest.mark.parametrize(
    ("action", "attempts", "state"),
    [
        pytest.param(Action.REPLY, 1, RunState.HELD, id="reply begun"),
        pytest.param(Action.REPLY, 0, RunState.DONE, id="reply intended"),
        pytest.param(Action.NOTE, 1, RunState.DONE, id="note begun"),
    ],
)
def test_a_held_run_with_a_reply_begun_goes_on_to_its_end(
    store: Store, action: Action, attempts: int, state: RunState
) -> None:
    held = a_run("c1", "m1", state=RunState.HELD, message_at=NOON - MINUTE)
    store.save_run(held)
    store.intend(replace(a_delivery(run_id=held.id), action=action, attempts=attempts))

    store.save_poll([seen("c1", "m2")], cursor=NOON, now=NOON + SECOND)

    assert states(store)["m1"] is state


def test_an_older_message_found_late_is_overtaken_at_once(store: Store) -> None:
    store.save_poll([seen("c1", "m2")], cursor=NOON, now=NOON)

    (late,) = store.save_poll([seen("c1", "m1", at=NOON - MINUTE)], cursor=NOON, now=NOON)

    assert (late.state, late.disposition) == (RunState.DONE, Disposition.OVERTAKEN)
    assert states(store) == {"m1": RunState.DONE, "m2": RunState.WAITING}


def test_of_two_messages_of_one_instant_the_later_id_counts(store: Store) -> None:
    store.save_poll([seen("c1", "m2"), seen("c1", "m1")], cursor=NOON, now=NOON)

    assert states(store) == {"m1": RunState.DONE, "m2": RunState.WAITING}


def test_a_poll_of_many_turns_is_stored_whole(store: Store) -> None:
    turns = [seen(f"c{number}", f"m{number}") for number in range(2500)]

    assert len(store.save_poll(turns, cursor=NOON, now=NOON)) == 2500
    assert store.count_runs()[RunState.WAITING] == 2500


def test_a_poll_that_cannot_be_stored_leaves_runs_and_cursor(store: Store) -> None:
    naive = NOON.replace(tzinfo=None)
    store.save_poll([seen("c1")], cursor=NOON, now=NOON)

    with pytest.raises(TypeError):
        store.save_poll([seen("c2")], cursor=naive, now=NOON)

    assert (store.cursor(), len(store.runs())) == (NOON, 1)


def test_two_pollers_at_once_store_every_turn_once(new_store: Callable[[], Store]) -> None:
    stores = [new_store(), new_store()]
    turns = [seen(f"c{number}") for number in range(20)]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda store: store.save_poll(turns, cursor=NOON, now=NOON), stores))

    assert sum(len(new) for new in found) == 20


# --- runs --------------------------------------------------------------------------------------


def test_a_run_comes_back_as_it_was_saved(store: Store) -> None:
    run = replace(
        a_run(state=RunState.FAILED, at=NOON + timedelta(microseconds=1)),
        disposition=Disposition.FAILED,
        autonomy="note",
        because=("no-grant", "attachment-unread"),
        error=RunError(step="act", kind="HelpdeskRefused", message=ODD_TEXT, at=NOON),
        tries=3,
        note_id="a" * 24,
        snapshot={"name": ODD_TEXT, "rev": 3, "tags": ["vip"], "spam": False, "queue": None},
    )

    store.save_run(run)

    assert store.run(run.id) == run


def test_saving_a_run_again_replaces_it(store: Store) -> None:
    store.save_run(a_run())
    store.save_run(a_run(state=RunState.DONE))

    assert store.runs() == (a_run(state=RunState.DONE),)


def test_a_turn_has_one_run(store: Store) -> None:
    store.save_run(a_run())

    with pytest.raises(PermanentError):
        store.save_run(a_run(run_id="another"))

    assert store.runs() == (a_run(),)


def test_a_run_is_found_by_a_prefix_of_its_id(store: Store) -> None:
    store.save_run(a_run("c1", run_id="7f3a11"))
    store.save_run(a_run("c2", run_id="8f3a11"))

    assert store.run("7f3") == a_run("c1", run_id="7f3a11")


def test_a_prefix_that_two_runs_share_finds_none(store: Store) -> None:
    store.save_run(a_run("c1", run_id="7f3a11"))
    store.save_run(a_run("c2", run_id="7f3b22"))

    assert store.run("7f3") is None


def test_an_exact_id_is_found_though_another_begins_with_it(store: Store) -> None:
    store.save_run(a_run("c1", run_id="7f3"))
    store.save_run(a_run("c2", run_id="7f3b22"))

    assert store.run("7f3") == a_run("c1", run_id="7f3")


@pytest.mark.parametrize("typed", ["", "%", "7f_a", "7F3A11", "f3a11", "7f3a11x"])
def test_what_is_no_prefix_finds_no_run(store: Store, typed: str) -> None:
    store.save_run(a_run(run_id="7f3a11"))

    assert store.run(typed) is None


def test_the_run_of_an_unknown_turn_is_none(store: Store) -> None:
    store.save_run(a_run("c1", "m1"))

    assert store.run_of(Turn("c1", "m2")) is None


def test_runs_are_listed_newest_first(store: Store) -> None:
    for minutes, conversation in [(1, "c1"), (3, "c3"), (2, "c2")]:
        store.save_run(a_run(conversation, at=NOON + minutes * MINUTE))

    assert [run.turn.conversation_id for run in store.runs()] == ["c3", "c2", "c1"]
    assert [run.turn.conversation_id for run in store.runs(limit=2)] == ["c3", "c2"]


def test_runs_are_listed_by_state_and_conversation(store: Store) -> None:
    store.save_run(a_run("c1", "m1", state=RunState.DONE))
    store.save_run(a_run("c1", "m2", state=RunState.FAILED))
    store.save_run(a_run("c2", "m3", state=RunState.FAILED))

    failed = store.runs(states=[RunState.FAILED, RunState.HELD])
    of_c1 = store.runs(states=[RunState.FAILED], conversation_id="c1")

    assert {run.turn.message_id for run in failed} == {"m2", "m3"}
    assert [run.turn.message_id for run in of_c1] == ["m2"]
    assert len(store.runs(conversation_id="c1")) == 2


def test_runs_are_listed_that_were_not_touched_since(store: Store) -> None:
    store.save_run(a_run("c1", updated=NOON - SECOND))
    store.save_run(a_run("c2", updated=NOON))

    assert [run.turn.conversation_id for run in store.runs(updated_before=NOON)] == ["c1"]


def test_due_runs_are_those_not_started_whose_time_has_come(store: Store) -> None:
    store.save_run(a_run("later", due=NOON + SECOND))
    store.save_run(a_run("now", due=NOON))
    store.save_run(a_run("held", due=NOON - MINUTE, state=RunState.HELD))
    store.save_run(a_run("running", due=NOON - MINUTE, state=RunState.RUNNING))

    due = store.due_runs(NOON, limit=10)

    assert [run.turn.conversation_id for run in due] == ["held", "now"]
    assert store.due_runs(NOON, limit=1) == due[:1]


def test_a_run_put_off_by_a_clock_that_was_an_hour_ahead_is_due(store: Store) -> None:
    ahead = NOON + timedelta(hours=1)
    store.save_run(a_run("ahead", due=ahead + MINUTE, updated=ahead, state=RunState.HELD))
    store.save_run(a_run("apart", due=NOON + MINUTE, updated=NOON + 2 * SECOND))

    assert [run.turn.conversation_id for run in store.due_runs(NOON, limit=10)] == ["ahead"]


def test_runs_are_counted_by_state(store: Store) -> None:
    store.save_run(a_run("c1", state=RunState.DONE))
    store.save_run(a_run("c2", state=RunState.DONE))
    store.save_run(a_run("c3", state=RunState.HELD))

    assert store.count_runs() == dict.fromkeys(RunState, 0) | {RunState.DONE: 2, RunState.HELD: 1}


def test_a_run_moves_when_it_is_still_where_we_think(store: Store) -> None:
    store.save_run(a_run())

    moved = store.move_run(a_run(state=RunState.RUNNING), was=[RunState.WAITING, RunState.HELD])

    assert moved
    assert store.runs() == (a_run(state=RunState.RUNNING),)


@pytest.mark.parametrize("was", [[RunState.WAITING, RunState.HELD], []])
def test_a_run_that_moved_meanwhile_is_left(store: Store, was: list[RunState]) -> None:
    store.save_run(a_run(state=RunState.DONE))

    assert not store.move_run(a_run(state=RunState.RUNNING), was=was)
    assert store.runs() == (a_run(state=RunState.DONE),)


def test_an_unknown_run_does_not_move(store: Store) -> None:
    assert not store.move_run(a_run(), was=list(RunState))
    assert store.runs() == ()


def test_of_ten_threads_that_take_a_run_one_gets_it(store: Store) -> None:
    store.save_run(a_run())
    running = a_run(state=RunState.RUNNING)

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(lambda _: store.move_run(running, was=[RunState.WAITING]), range(10)))

    assert sum(taken) == 1


# --- receipts ----------------------------------------------------------------------------------


def test_the_newest_receipt_replaces(store: Store) -> None:
    store.save_receipt("r1", {"read": 1}, NOON)
    store.save_receipt("r1", {"read": 2, "texts": [ODD_TEXT, None, 0.5, True]}, NOON)

    assert store.receipt("r1") == {"read": 2, "texts": [ODD_TEXT, None, 0.5, True]}


def test_a_receipt_holds_json_values(store: Store) -> None:
    store.save_receipt("r1", {"because": ("no-grant",)}, NOON)

    assert store.receipt("r1") == {"because": ["no-grant"]}
    with pytest.raises(TypeError):
        store.save_receipt("r1", {"at": NOON}, NOON)


def test_an_unknown_receipt_is_none(store: Store) -> None:
    assert store.receipt("r1") is None


# --- conversations -----------------------------------------------------------------------------


def told(conversation: str = "c1", *, noted: datetime | None = NOON) -> Told:
    return Told(
        conversation_id=conversation,
        last_message_id="m1",
        last_message_at=NOON,
        note_count=2,
        note_id="a" * 24,
        noted_at=noted,
        statements=(
            Statement(
                section=Section.REQUEST,
                text=ODD_TEXT,
                message_ids=("m1", "m2"),
                digests=("0a1b2c3d4e5f", "5f4e3d2c1b0a"),
            ),
            Statement(section=Section.NEXT, text="Send the lid.", message_ids=("m1",)),
        ),
    )


def test_what_we_told_comes_back_as_it_was_saved(store: Store) -> None:
    store.save_told(told(), NOON)

    assert store.told("c1") == told()


def test_a_conversation_new_to_us_is_none(store: Store) -> None:
    assert store.told("c1") is None


def test_saving_what_we_told_again_replaces_it(store: Store) -> None:
    store.save_told(told(), NOON)
    store.save_told(Told(conversation_id="c1"), NOON)

    assert store.told("c1") == Told(conversation_id="c1")


def test_many_conversations_are_told_of_at_once(store: Store) -> None:
    store.save_told(told("c1"), NOON)
    store.save_told(told("c2"), NOON)

    assert store.told_of(["c2", "c3"]) == {"c2": told("c2")}
    assert store.told_of([]) == {}


# --- deliveries --------------------------------------------------------------------------------


def test_an_intent_comes_back_as_it_was_committed(new_store: Callable[[], Store]) -> None:
    delivery = replace(a_delivery(run_id="r1"), body=ODD_TEXT, error=ODD_TEXT, channel="email")

    assert new_store().intend(delivery) == delivery
    assert new_store().delivery(delivery.marker) == delivery


def test_a_known_marker_gives_the_stored_delivery_unchanged(store: Store) -> None:
    store.intend(a_delivery())

    again = store.intend(replace(a_delivery(), body="Something else", created_at=NOON + DAY))

    assert again == a_delivery()


def test_an_unknown_marker_gives_none(store: Store) -> None:
    assert store.delivery("nothing") is None
    assert store.claim_delivery("nothing", owner="w1", now=NOON, ttl=MINUTE) is None


def test_deliveries_are_listed_newest_first(store: Store) -> None:
    first = store.intend(a_delivery("m1", run_id="r1"))
    second = store.intend(a_delivery("m2", run_id="r2", at=NOON + SECOND))
    other = store.intend(a_delivery("m3", conversation="c2", at=NOON + MINUTE))

    assert store.deliveries() == (other, second, first)
    assert store.deliveries(conversation_id="c1") == (second, first)
    assert store.deliveries(run_id="r1") == (first,)


def test_a_claim_raises_the_fence(store: Store) -> None:
    delivery = store.intend(a_delivery())

    assert claim(store, delivery) == replace(delivery, fence=1)
    assert claim(store, delivery) == replace(delivery, fence=2)
    assert store.delivery(delivery.marker) == replace(delivery, fence=2)


def test_a_claimed_delivery_is_nobody_elses(store: Store) -> None:
    delivery = store.intend(a_delivery())
    claim(store, delivery, "w1")

    almost = NOON + MINUTE - SECOND
    assert store.claim_delivery(delivery.marker, owner="w2", now=almost, ttl=MINUTE) is None


def test_a_claim_that_ran_out_can_be_taken(store: Store) -> None:
    delivery = store.intend(a_delivery())
    claim(store, delivery, "w1")

    assert claim(store, delivery, "w2", now=NOON + MINUTE).fence == 2


def test_a_claim_of_a_clock_that_was_an_hour_ahead_holds_nobody_up(store: Store) -> None:
    delivery = store.intend(a_delivery())
    claim(store, delivery, "w1", now=NOON + timedelta(hours=1))

    assert claim(store, delivery, "w2").fence == 2


def test_a_claim_of_a_clock_two_seconds_ahead_stands(store: Store) -> None:
    delivery = store.intend(a_delivery())
    claim(store, delivery, "w1", now=NOON + 2 * SECOND)

    assert store.claim_delivery(delivery.marker, owner="w2", now=NOON, ttl=MINUTE) is None


def test_who_has_claimed_something_is_known_by_name_until_it_is_let_go(store: Store) -> None:
    for number, owner in enumerate(("w2", "w1", "w1")):
        claim(store, store.intend(a_delivery(f"m{number}")), owner)
    assert store.claim_owners() == ("w1", "w2")

    store.free_claims("w1", but="")

    assert store.claim_owners() == ("w2",)


def test_claims_of_owners_that_are_dead_are_let_go_at_once(store: Store) -> None:
    deliveries = [store.intend(a_delivery(f"m{number}")) for number in range(4)]
    for delivery, owner in zip(
        deliveries, ("daemon/w_1/old", "daemon/w_1/new", "daemon/w11/old", "command/x"), strict=True
    ):
        claim(store, delivery, owner)

    freed = store.free_claims("daemon/w_1/", but="daemon/w_1/new")

    taken = [
        store.claim_delivery(delivery.marker, owner="other", now=NOON, ttl=MINUTE)
        for delivery in deliveries
    ]
    assert freed == 1
    assert [one is not None for one in taken] == [True, False, False, False]


def test_an_owner_whose_claim_was_let_go_can_go_on_until_another_takes_it(store: Store) -> None:
    delivery = claim(store, store.intend(a_delivery()), "daemon/w1/old")
    store.free_claims("daemon/w1/", but="daemon/w1/new")

    assert store.start_attempt(delivery.marker, fence=delivery.fence, now=NOON) == 1

    claim(store, delivery, "daemon/w1/new")
    with pytest.raises(StoreUnavailable):
        store.start_attempt(delivery.marker, fence=delivery.fence, now=NOON)


def test_of_ten_threads_that_claim_a_delivery_one_gets_it(store: Store) -> None:
    marker = store.intend(a_delivery()).marker

    with ThreadPoolExecutor(10) as pool:
        taken = list(
            pool.map(
                lambda number: store.claim_delivery(
                    marker, owner=f"w{number}", now=NOON, ttl=MINUTE
                ),
                range(10),
            )
        )

    assert len([each for each in taken if each]) == 1


def test_attempts_are_counted_as_they_start(store: Store) -> None:
    delivery = claim(store, store.intend(a_delivery()))

    assert store.start_attempt(delivery.marker, fence=1, now=NOON + SECOND) == 1
    assert store.start_attempt(delivery.marker, fence=1, now=NOON + MINUTE) == 2
    assert store.delivery(delivery.marker) == replace(
        delivery, attempts=2, updated_at=NOON + MINUTE
    )


def test_arrived_replies_are_found_by_when_they_arrived(store: Store) -> None:
    for number, (action, at) in enumerate(
        [("reply", NOON), ("reply", NOON + MINUTE), ("note", NOON + MINUTE)]
    ):
        one = store.intend(replace(a_delivery(), marker=f"m{number}", action=action))
        fence = claim(store, one).fence
        store.settle_delivery(one.marker, fence=fence, state=DeliveryState.ARRIVED, now=at)
    store.intend(replace(a_delivery(), marker="m9", action="reply"))

    assert [d.marker for d in store.arrived_replies(NOON)] == ["m0", "m1"]
    assert [d.marker for d in store.arrived_replies(NOON + SECOND)] == ["m1"]


def test_an_arrived_delivery_may_bounce_and_no_other(store: Store) -> None:
    delivery = claim(store, store.intend(a_delivery()))
    assert not store.bounce_delivery(delivery.marker, error="no mailbox", now=NOON)
    store.settle_delivery(
        delivery.marker, fence=delivery.fence, state=DeliveryState.ARRIVED, now=NOON
    )

    assert store.bounce_delivery(delivery.marker, error="no mailbox", now=NOON)

    found = store.delivery(delivery.marker)
    assert found is not None
    assert (found.state, found.error) == (DeliveryState.FAILED, "no mailbox")


def test_releases_are_counted_as_they_start(store: Store) -> None:
    delivery = claim(store, store.intend(a_delivery()))

    assert store.start_release(delivery.marker, fence=1, now=NOON + SECOND) == 1
    assert store.start_release(delivery.marker, fence=1, now=NOON + MINUTE) == 2
    assert store.delivery(delivery.marker) == replace(
        delivery, releases=2, updated_at=NOON + MINUTE
    )


def test_no_attempt_starts_without_a_claim(store: Store) -> None:
    delivery = store.intend(a_delivery())

    with pytest.raises(StoreUnavailable):
        store.start_attempt(delivery.marker, fence=0, now=NOON)

    assert store.delivery(delivery.marker) == delivery


def test_an_older_fence_starts_no_attempt(store: Store) -> None:
    delivery = store.intend(a_delivery())
    old = claim(store, delivery, "w1")
    claim(store, delivery, "w2", now=NOON + MINUTE)

    with pytest.raises(StoreUnavailable):
        store.start_attempt(delivery.marker, fence=old.fence, now=NOON + MINUTE)

    assert store.delivery(delivery.marker) == replace(delivery, fence=2)


def test_a_fence_that_was_never_given_is_no_fence(store: Store) -> None:
    delivery = claim(store, store.intend(a_delivery()))

    with pytest.raises(StoreUnavailable):
        store.start_attempt(delivery.marker, fence=delivery.fence + 1, now=NOON)


def test_an_older_fence_settles_nothing(store: Store) -> None:
    delivery = store.intend(a_delivery())
    old = claim(store, delivery, "w1")
    claim(store, delivery, "w2", now=NOON + MINUTE)

    with pytest.raises(StoreUnavailable):
        store.settle_delivery(
            delivery.marker, fence=old.fence, state=DeliveryState.FAILED, now=NOON
        )

    assert store.delivery(delivery.marker) == replace(delivery, fence=2)


def test_settling_writes_what_is_known_and_lets_go(store: Store) -> None:
    delivery = claim(store, store.intend(a_delivery()), "w1")

    store.settle_delivery(
        delivery.marker,
        fence=1,
        state=DeliveryState.SAVED,
        remote_id="n1",
        error="late",
        now=NOON + SECOND,
    )

    saved = replace(
        delivery,
        state=DeliveryState.SAVED,
        remote_id="n1",
        error="late",
        updated_at=NOON + SECOND,
    )
    assert store.delivery(delivery.marker) == saved
    assert claim(store, delivery, "w2") == replace(saved, fence=2)


def test_settling_without_an_id_keeps_the_one_that_is_known(store: Store) -> None:
    marker = store.intend(replace(a_delivery(), remote_id="n1")).marker

    store.settle_delivery(marker, fence=0, state=DeliveryState.SENT, now=NOON)

    found = store.delivery(marker)
    assert found is not None
    assert (found.state, found.remote_id) == (DeliveryState.SENT, "n1")


SETTLED = [DeliveryState.ARRIVED, DeliveryState.OVERTAKEN, DeliveryState.FAILED]


@pytest.mark.parametrize("state", SETTLED)
def test_a_settled_delivery_stays_settled(store: Store, state: DeliveryState) -> None:
    settled = store.intend(a_delivery(state=state))

    store.settle_delivery(settled.marker, fence=0, state=DeliveryState.SENT, now=NOON + DAY)

    assert store.delivery(settled.marker) == settled


@pytest.mark.parametrize("state", SETTLED)
def test_a_settled_delivery_is_given_but_not_claimed(store: Store, state: DeliveryState) -> None:
    settled = store.intend(a_delivery(state=state))

    assert claim(store, settled, "w1") == settled
    assert claim(store, settled, "w2") == settled


@pytest.mark.parametrize("state", SETTLED)
def test_no_attempt_starts_on_a_settled_delivery(store: Store, state: DeliveryState) -> None:
    # A worker with an old row once sent a finished turn again: the fence fitted, the state not.
    marker = store.intend(a_delivery()).marker
    fence = claim(store, a_delivery()).fence
    store.settle_delivery(marker, fence=fence, state=state, now=NOON)

    with pytest.raises(StoreUnavailable):
        store.start_attempt(marker, fence=fence, now=NOON)


@pytest.mark.parametrize(
    "state", [state for state in DeliveryState if state not in SETTLED], ids=str
)
def test_what_is_not_settled_can_be_claimed(store: Store, state: DeliveryState) -> None:
    delivery = store.intend(a_delivery(state=state))

    assert claim(store, delivery).fence == 1


# --- the team's controls -----------------------------------------------------------------------


def test_a_pause_stands_until_somebody_resumes(new_store: Callable[[], Store]) -> None:
    pause = Pause(by="Ben", at=NOON, reason=ODD_TEXT)

    new_store().pause(pause)
    assert new_store().paused() == pause

    new_store().resume()
    assert new_store().paused() is None


def test_a_newer_pause_replaces(store: Store) -> None:
    store.pause(Pause(by="Ben", at=NOON))
    store.pause(Pause(by="Ana", at=NOON + SECOND))

    assert store.paused() == Pause(by="Ana", at=NOON + SECOND)


def test_resuming_without_a_pause_is_fine(store: Store) -> None:
    store.resume()

    assert store.paused() is None


# --- workers -----------------------------------------------------------------------------------


def take(store: Store, owner: str, *, now: datetime = NOON) -> bool:
    return store.take_slot("worker-1", owner=owner, now=now, ttl=MINUTE)


def test_a_slot_has_one_live_owner(store: Store) -> None:
    assert take(store, "a")
    assert not take(store, "b", now=NOON + MINUTE - SECOND)


def test_the_owner_renews_its_slot(store: Store) -> None:
    take(store, "a")

    assert take(store, "a", now=NOON + MINUTE - SECOND)
    assert not take(store, "b", now=NOON + MINUTE)


def test_a_dead_slot_can_be_taken(store: Store) -> None:
    take(store, "a")

    assert take(store, "b", now=NOON + MINUTE)
    assert not take(store, "a", now=NOON + MINUTE)


def test_a_slot_that_was_left_is_dead_at_once_and_free(store: Store) -> None:
    take(store, "a")
    store.leave_slot("worker-1", owner="a")

    assert store.dead_slots(NOON, ttl=MINUTE) == ("worker-1",)
    assert take(store, "b")


def test_only_the_owner_leaves_a_slot(store: Store) -> None:
    take(store, "a")
    store.leave_slot("worker-1", owner="b")

    assert not take(store, "b")


HOUR_AHEAD = NOON + timedelta(hours=1)


def test_a_lease_of_a_clock_that_was_an_hour_ahead_holds_nobody_up(store: Store) -> None:
    # It stood for the whole hour: no daemon could start, and nobody took the dead one's runs over.
    take(store, "a", now=HOUR_AHEAD)

    assert store.dead_slots(NOON, ttl=MINUTE) == ("worker-1",)
    assert store.live_slots(NOON, ttl=MINUTE) == ()
    assert take(store, "b")


def test_a_lease_of_a_clock_two_seconds_ahead_stands(store: Store) -> None:
    take(store, "a", now=NOON + 2 * SECOND)

    assert store.live_slots(NOON, ttl=MINUTE) == ("worker-1",)
    assert not take(store, "b")


def test_dead_slots_are_those_whose_lease_ran_out(store: Store) -> None:
    take(store, "a")
    store.take_slot("worker-2", owner="b", now=NOON + SECOND, ttl=MINUTE)

    assert store.dead_slots(NOON + MINUTE, ttl=MINUTE) == ("worker-1",)
    assert store.live_slots(NOON + MINUTE, ttl=MINUTE) == ("worker-2",)


# --- upkeep ------------------------------------------------------------------------------------

OLD = NOON - DAY


def test_pruning_removes_runs_that_ended_before_and_their_receipts(store: Store) -> None:
    for number, state in enumerate([RunState.DONE, RunState.FAILED]):
        run = a_run(f"c{number}", state=state, updated=OLD)
        store.save_run(run)
        store.save_receipt(run.id, {"read": 1}, OLD)

    assert store.prune(NOON) == 2
    assert store.runs() == ()
    assert store.receipt(run.id) is None


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(a_run(state=RunState.DONE, updated=NOON), id="ended at that time"),
        pytest.param(a_run(state=RunState.WAITING, updated=OLD), id="waits"),
        pytest.param(a_run(state=RunState.HELD, updated=OLD), id="held"),
        pytest.param(a_run(state=RunState.RUNNING, updated=OLD), id="runs"),
        pytest.param(a_run(state=RunState.AWAITING_APPROVAL, updated=OLD), id="awaits approval"),
    ],
)
def test_pruning_keeps_runs_that_are_newer_or_go_on(store: Store, run: Run) -> None:
    store.save_run(run)
    store.save_receipt(run.id, {"read": 1}, OLD)

    assert store.prune(NOON) == 0
    assert store.runs() == (run,)
    assert store.receipt(run.id) == {"read": 1}


def test_pruning_removes_receipts_whose_run_is_gone(store: Store) -> None:
    store.save_receipt("old", {"read": 1}, OLD)
    store.save_receipt("new", {"read": 1}, NOON)

    store.prune(NOON)

    assert (store.receipt("old"), store.receipt("new")) == (None, {"read": 1})


def test_pruning_empties_deliveries_and_keeps_their_markers(store: Store) -> None:
    run = a_run(state=RunState.DONE, updated=OLD)
    store.save_run(run)
    of_run = store.intend(a_delivery("m1", run_id=run.id, at=OLD))
    alone = store.intend(a_delivery("m2", at=OLD, state=DeliveryState.ARRIVED))

    store.prune(NOON)

    assert store.delivery(of_run.marker) == replace(of_run, body="")
    assert store.delivery(alone.marker) == replace(alone, body="")


@pytest.mark.parametrize(
    "delivery",
    [
        pytest.param(a_delivery(at=NOON, state=DeliveryState.ARRIVED), id="newer"),
        pytest.param(a_delivery(at=OLD), id="still to be made"),
        pytest.param(a_delivery(at=OLD, run_id="other"), id="of a run that goes on"),
    ],
)
def test_pruning_keeps_the_body_of_other_deliveries(store: Store, delivery: Delivery) -> None:
    store.save_run(a_run(run_id="other", updated=OLD))
    store.intend(delivery)

    store.prune(NOON)

    assert store.delivery(delivery.marker) == delivery


def test_pruning_empties_what_we_told_and_keeps_the_last_message(store: Store) -> None:
    store.save_told(told("noted", noted=OLD), NOON)
    store.save_told(told("silent", noted=None), OLD)
    store.save_told(told("new", noted=NOON), OLD)

    store.prune(NOON)

    assert store.told_of(["noted", "silent", "new"]) == {
        "noted": replace(told("noted", noted=OLD), statements=()),
        "silent": replace(told("silent", noted=None), statements=()),
        "new": told("new", noted=NOON),
    }


def test_a_pruned_marker_is_still_known(store: Store) -> None:
    store.intend(a_delivery(at=OLD, state=DeliveryState.ARRIVED))
    store.prune(NOON)

    assert store.intend(a_delivery(at=NOON)).state is DeliveryState.ARRIVED


def test_a_store_has_a_schema_version(store: Store) -> None:
    assert store.schema_version() >= 1


def test_a_closed_store_is_unavailable(store: Store) -> None:
    store.close()

    with pytest.raises(StoreUnavailable):
        store.cursor()
