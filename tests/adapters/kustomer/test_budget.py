"""Our share of the request limit holds over threads, processes and restarts."""

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.kustomer import Kind, SharedBudget, Write, Written, open_budget
from agent.adapters.kustomer.budget import BudgetSpent
from agent.errors import HelpdeskBusy, StoreUnavailable
from agent.retries import DEFAULT_RETRIES
from tests.adapters.kustomer.fakes import (
    C1,
    NOON,
    FakeClock,
    answering,
    conversation_json,
    kustomer,
    one,
    refused,
)
from tests.postgres import shared_postgres

NO_WAIT = timedelta(0)
MARAS_NOTE = Write(Written.NOTES, "mara")
LIMIT_1000 = {"x-ratelimit-limit": "1000"}


@pytest.fixture(params=["sqlite", "postgres"])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/budget.sqlite"
    return shared_postgres(tmp_path_factory).new_database()


Open = Callable[..., SharedBudget]


@pytest.fixture
def opened(url: str) -> Iterator[Open]:
    """Opens the same budget once more, as another worker would."""
    budgets: list[SharedBudget] = []

    def new(
        *, clock: FakeClock | None = None, wish: int | None = None, patience: timedelta = NO_WAIT
    ) -> SharedBudget:
        budgets.append(
            open_budget(
                url, clock=clock or FakeClock(), requests_per_minute=wish, patience=patience
            )
        )
        return budgets[-1]

    yield new
    for budget in budgets:
        budget.close()


def _places(budget: SharedBudget, kind: Kind = Kind.URGENT) -> int:
    """How many requests go out before the budget says no."""
    for taken in range(2_000):
        try:
            budget.take(kind)
        except BudgetSpent:
            return taken
    raise AssertionError("no end")


def test_before_any_answer_ninety_requests_a_minute_go_out(opened: Open) -> None:
    assert _places(opened()) == 90


def test_our_share_is_thirty_percent_of_the_reported_limit(opened: Open) -> None:
    budget = opened()
    budget.learn(LIMIT_1000)

    assert _places(budget) == 300


@pytest.mark.parametrize(("wish", "reported", "places"), [(50, 40, 40), (50, 1000, 50)])
def test_a_share_of_your_own_is_used_whole_but_never_above_the_limit(
    opened: Open, wish: int, reported: int, places: int
) -> None:
    budget = opened(wish=wish)
    budget.learn({"x-ratelimit-limit": str(reported)})

    assert _places(budget) == places


def test_a_share_of_your_own_needs_no_answer_first(opened: Open) -> None:
    assert _places(opened(wish=120)) == 120


@pytest.mark.parametrize("text", ["", "many", "-1", "0", "1e3", "٣٠٠", "99999999999999999999"])
def test_a_limit_that_makes_no_sense_is_not_learned(opened: Open, text: str) -> None:
    budget = opened(wish=5)
    budget.learn({"x-ratelimit-limit": text})

    assert _places(budget) == 5


def test_other_workers_and_a_restart_know_the_limit_and_what_was_used(opened: Open) -> None:
    first = opened()
    first.learn(LIMIT_1000)
    for _ in range(100):
        first.take(Kind.URGENT)

    assert _places(opened()) == 200


def test_a_limit_that_was_lowered_holds_for_all(opened: Open) -> None:
    one_worker, another = opened(), opened()
    one_worker.learn(LIMIT_1000)
    another.learn({"x-ratelimit-limit": "300"})

    assert _places(one_worker) == 90


def test_a_worker_puts_right_what_another_learned(opened: Open) -> None:
    one_worker, another = opened(), opened()
    one_worker.learn(LIMIT_1000)
    another.learn({"x-ratelimit-limit": "300"})

    one_worker.take(Kind.URGENT)
    one_worker.learn(LIMIT_1000)

    assert _places(another) == 299


def test_places_come_free_a_minute_after_they_were_taken(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock, wish=10)
    assert _places(budget) == 10

    clock.sleep(61.4)  # the second in which they were taken, and half a one for late arrivals
    assert _places(budget) == 0
    clock.sleep(0.1)
    assert _places(budget) == 10


def test_no_window_of_a_minute_ever_holds_more_than_our_share(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock, wish=20, patience=timedelta(minutes=10))
    taken = []
    for _ in range(100):
        budget.take(Kind.URGENT)
        taken.append(clock.monotonic())
        clock.sleep(0.7)

    windows = [sum(start <= each < start + 60 for each in taken) for start in taken]
    assert max(windows) == 20


def test_a_full_window_is_waited_out(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock, wish=10, patience=timedelta(seconds=90))
    for _ in range(10):
        budget.take(Kind.URGENT)

    budget.take(Kind.URGENT)

    assert clock.slept == [61.5]


def test_one_that_would_wait_too_long_is_told_when_to_come_back(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock, wish=1, patience=timedelta(seconds=30))
    budget.take(Kind.URGENT)

    with pytest.raises(HelpdeskBusy) as raised:
        budget.take(Kind.URGENT)

    assert raised.value.retry_at == NOON + timedelta(seconds=61.5)
    assert clock.slept == []


def test_searches_have_a_limit_of_their_own(opened: Open) -> None:
    budget = opened(wish=1_000)

    assert _places(budget, Kind.SEARCH) == 100
    assert _places(budget, Kind.URGENT) == 900


def test_reading_the_past_leaves_half_to_live_work(opened: Open) -> None:
    budget = opened(wish=50)

    assert _places(budget, Kind.BACKGROUND) == 25
    assert _places(budget, Kind.SEARCH) == 20
    assert _places(budget, Kind.BACKGROUND) == 0


def test_while_live_work_uses_half_the_past_waits(opened: Open) -> None:
    budget = opened(wish=50)
    for _ in range(25):
        budget.take(Kind.OTHER)

    assert _places(budget, Kind.BACKGROUND) == 0


def test_searches_leave_room_for_the_rest_and_the_rest_for_what_is_urgent(opened: Open) -> None:
    budget = opened(wish=50)

    assert _places(budget, Kind.SEARCH) == 45
    assert _places(budget, Kind.OTHER) == 4
    assert _places(budget, Kind.URGENT) == 1


def test_a_share_of_one_request_can_be_used(opened: Open) -> None:
    assert _places(opened(wish=1), Kind.SEARCH) == 1


def test_while_places_are_few_those_that_come_free_are_for_urgent_requests(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock, wish=50)
    budget.take(Kind.OTHER)
    clock.sleep(10)
    assert _places(budget, Kind.OTHER) == 48
    assert _places(budget, Kind.URGENT) == 1

    clock.sleep(51.5)  # the first place is free again

    assert _places(budget, Kind.OTHER) == 0
    assert _places(budget, Kind.URGENT) == 1


# --- what each customer has a limit for ----------------------------------------------------------


def _writes(budget: SharedBudget, write: Write) -> int:
    """How many such writes go out before the budget says no."""
    for taken in range(2_000):
        try:
            budget.take(Kind.OTHER, write)
        except BudgetSpent:
            return taken
    raise AssertionError("no end")


def test_a_customer_gets_120_notes_a_minute_at_most(opened: Open) -> None:
    budget = opened(wish=1_000)

    assert _writes(budget, MARAS_NOTE) == 120


@pytest.mark.parametrize("other", [Write(Written.NOTES, "ben"), Write(Written.DRAFTS, "mara")])
def test_a_full_minute_of_one_customers_notes_holds_up_nothing_else(
    opened: Open, other: Write
) -> None:
    budget = opened(wish=1_000)
    _writes(budget, MARAS_NOTE)

    assert _writes(budget, other) == 120


def test_a_write_that_found_no_place_takes_none_of_our_share(opened: Open) -> None:
    budget = opened(wish=200)
    _writes(budget, MARAS_NOTE)
    _writes(budget, MARAS_NOTE)

    assert _places(budget, Kind.URGENT) == 80


def test_all_workers_count_a_customers_writes_together(opened: Open) -> None:
    one_worker, another = opened(wish=1_000), opened(wish=1_000)
    for _ in range(50):
        one_worker.take(Kind.OTHER, MARAS_NOTE)

    assert _writes(another, MARAS_NOTE) == 70


def test_a_write_counted_afterwards_counts_the_same(opened: Open) -> None:
    budget = opened(wish=1_000)
    budget.count(MARAS_NOTE)

    assert _writes(budget, MARAS_NOTE) == 119


def test_a_customer_may_have_the_next_note_a_minute_later(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(wish=1_000, clock=clock)
    _writes(budget, MARAS_NOTE)

    clock.sleep(61.5)

    assert _writes(budget, MARAS_NOTE) == 120


@pytest.mark.parametrize(("written", "near"), [(59, False), (60, True)])
def test_half_a_customers_minute_is_near_the_limit(
    opened: Open, *, written: int, near: bool
) -> None:
    budget = opened(wish=1_000)
    for _ in range(written):
        budget.take(Kind.OTHER, MARAS_NOTE)

    assert budget.is_near(Written.NOTES) is near
    assert not budget.is_near(Written.MESSAGES)


def test_many_customers_with_few_notes_each_are_not_near_it(opened: Open) -> None:
    budget = opened(wish=1_000)
    for number in range(100):
        budget.take(Kind.OTHER, Write(Written.NOTES, f"customer {number}"))

    assert not budget.is_near(Written.NOTES)


def test_a_pause_holds_every_worker_until_it_is_over(opened: Open) -> None:
    clock = FakeClock()
    one_worker, another = opened(clock=clock), opened(clock=clock)

    one_worker.pause(NOON + timedelta(seconds=30))

    assert _places(another) == 0
    clock.sleep(30)
    assert _places(another) == 90


def test_a_shorter_pause_does_not_end_a_longer_one(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock)
    budget.pause(NOON + timedelta(seconds=30))
    budget.pause(NOON + timedelta(seconds=1))
    clock.sleep(29)

    assert _places(budget) == 0


def test_a_pause_of_hours_is_a_broken_clock_and_ends_after_minutes(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock)
    budget.pause(NOON + timedelta(hours=5))
    clock.sleep(300)

    assert _places(budget) == 90


def test_a_clock_that_was_set_back_does_not_block_us(opened: Open) -> None:
    clock = FakeClock(time=NOON + timedelta(hours=1))
    budget = opened(clock=clock, wish=10)
    _places(budget)
    budget.pause(clock.now() + timedelta(minutes=1))
    clock.time = NOON

    assert _places(budget) == 10


def test_a_429_pauses_the_other_workers_too(opened: Open) -> None:
    client = kustomer(answering(refused(429, {"retry-after": "20"})), budget=opened())

    with pytest.raises(HelpdeskBusy):
        client.conversation(C1)

    with pytest.raises(BudgetSpent) as raised:
        opened().take(Kind.URGENT)
    assert raised.value.retry_at == NOON + timedelta(seconds=20)


def test_a_request_without_a_place_is_not_sent(opened: Open) -> None:
    server, clock = answering(one(conversation_json())), FakeClock()
    client = kustomer(server, budget=opened(wish=1), clock=clock, retries=DEFAULT_RETRIES)
    client.conversation(C1)

    with pytest.raises(BudgetSpent):
        client.conversation(C1)

    assert (len(server.seen), clock.slept) == (1, [])  # the budget has waited long enough


def test_ten_threads_share_one_window(opened: Open) -> None:
    budget, found = opened(wish=95), []
    threads = [threading.Thread(target=lambda: found.append(_places(budget))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(found) == 95


class PatientClock(FakeClock):
    """Stands still, but really sleeps: the others need the time."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _worker(url: str, results: "multiprocessing.SimpleQueue[int]") -> None:
    budget = open_budget(url, clock=PatientClock(), requests_per_minute=95, patience=NO_WAIT)
    results.put(_places(budget))
    budget.close()


def test_four_processes_share_one_window(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    results: multiprocessing.SimpleQueue[int] = spawn.SimpleQueue()
    processes = [spawn.Process(target=_worker, args=(url, results)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert sum(results.get() for _ in processes) == 95


def test_old_counts_are_cleaned_up(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "budget.sqlite"
    budget = open_budget(f"sqlite:///{path}", clock=clock)
    for _ in range(1_000):
        budget.take(Kind.URGENT, MARAS_NOTE)
        clock.sleep(1)
    budget.close()

    with sqlite3.connect(path) as connection:
        (used,) = connection.execute("SELECT count(*) FROM request_budget_used").fetchone()
        (notes,) = connection.execute("SELECT count(*) FROM request_budget_written").fetchone()
    connection.close()
    assert (used < 300, notes < 300) == (True, True)


def test_requests_are_counted_for_good_though_their_seconds_are_forgotten(opened: Open) -> None:
    clock = FakeClock()
    budget = opened(clock=clock)
    for _ in range(300):
        budget.take(Kind.URGENT)
        clock.sleep(1)

    used = budget.used()

    assert (used.ever, used.per_minute) == (300, 90)
    assert 59 <= used.last_minute <= 61


def test_a_database_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_budget(f"sqlite:///{tmp_path}/no/such/folder/budget.sqlite", clock=FakeClock())


def _broken(tmp_path: Path) -> SharedBudget:
    path = tmp_path / "budget.sqlite"
    budget = open_budget(f"sqlite:///{path}", clock=FakeClock())
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE request_budget")
    connection.close()
    return budget


def test_a_broken_database_holds_every_request(tmp_path: Path) -> None:
    budget = _broken(tmp_path)

    with pytest.raises(StoreUnavailable):
        budget.take(Kind.URGENT)
    budget.close()


def test_a_broken_database_does_not_make_a_done_request_fail(tmp_path: Path) -> None:
    budget = _broken(tmp_path)

    budget.learn(LIMIT_1000)
    budget.pause(NOON + timedelta(seconds=30))
    budget.count(MARAS_NOTE)
    budget.close()
