"""What all workers know of the model: alike in memory, on SQLite and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.memory.model_book import MemoryModelBook
from agent.adapters.store.model_book import open_model_book
from agent.core.spending import Call, Caps, OverCap, Spent
from agent.model_port import ModelBook

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
CAPS = Caps(tokens_per_hour=10_000)
ASKED = "https://models.example.org/v1 kettle"


def call(number: int = 1, *, minutes: int = 0, conversation: str = "c1") -> Call:
    at = NOON + timedelta(minutes=minutes)
    return Call(
        id=f"w/{number}-{minutes}", conversation_id=conversation, at=at, tokens=4_000, cost=7
    )


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def new_book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], ModelBook]]:
    """Gives the same book, opened once more; memory gives the same object."""
    opened: list[ModelBook] = []
    if request.param == "memory":
        only = MemoryModelBook()
        yield lambda: only
        return
    url = f"sqlite:///{tmp_path}/sidenote.sqlite-budget"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").new_database()

    def new() -> ModelBook:
        opened.append(open_model_book(url))
        return opened[-1]

    yield new
    for book in opened:
        book.close()


@pytest.fixture
def book(new_book: Callable[[], ModelBook]) -> ModelBook:
    return new_book()


def test_calls_count_until_the_cap(book: ModelBook) -> None:
    refused = [book.reserve(call(n), CAPS) for n in (1, 2, 3)]

    assert refused[:2] == [None, None]
    assert refused[2] == OverCap("the model's cap of 10,000 tokens an hour is reached", True)
    assert book.spent("c1", NOON) == Spent(conversation=8_000, hour=8_000, day=14)


def test_what_a_call_really_cost_replaces_its_worst(book: ModelBook) -> None:
    book.reserve(call(), CAPS)
    book.settle(call().id, tokens=900, cost=2)

    assert book.spent("c1", NOON) == Spent(conversation=900, hour=900, day=2)


def test_a_call_that_is_not_known_settles_nothing(book: ModelBook) -> None:
    book.settle("w/99", tokens=900, cost=2)

    assert book.spent("c1", NOON) == Spent()


def test_a_conversation_counts_for_itself(book: ModelBook) -> None:
    caps = Caps(tokens_per_conversation=5_000)
    book.reserve(call(1), caps)

    assert book.reserve(call(2), caps) is not None
    assert book.reserve(call(3, conversation="c2"), caps) is None


@pytest.mark.parametrize(
    ("minutes", "spent"),
    [
        (59, Spent(conversation=4_000, hour=4_000, day=7)),
        (60, Spent(conversation=4_000, day=7)),
        (24 * 60 - 1, Spent(conversation=4_000, day=7)),
        (24 * 60, Spent()),
    ],
)
def test_an_hour_and_a_day_pass(book: ModelBook, minutes: int, spent: Spent) -> None:
    book.reserve(call(), CAPS)

    assert book.spent("c1", NOON + timedelta(minutes=minutes)) == spent


def test_what_no_longer_counts_is_forgotten(book: ModelBook) -> None:
    book.reserve(call(), CAPS)
    book.reserve(call(minutes=25 * 60), CAPS)

    assert book.spent("c1", NOON + timedelta(minutes=1)).day == 7


def test_workers_count_together(new_book: Callable[[], ModelBook]) -> None:
    workers = [new_book() for _ in range(4)]
    caps = Caps(tokens_per_hour=40_000)

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(lambda n: workers[n % 4].reserve(call(n), caps), range(32)))

    assert refused.count(None) == 10


def test_the_first_name_that_answers_is_accepted_and_another_is_not(book: ModelBook) -> None:
    assert book.answered(ASKED, "kettle-1", NOON)
    assert not book.answered(ASKED, "kettle-2", NOON + timedelta(hours=1))
    assert book.answered(ASKED, "kettle-1", NOON + timedelta(hours=2))
    assert [(one.answered, one.accepted) for one in book.answering(ASKED)] == [
        ("kettle-1", True),
        ("kettle-2", False),
    ]
    assert book.answering(ASKED)[0].since == NOON


def test_a_new_name_stays_unaccepted_until_a_person_says_otherwise(book: ModelBook) -> None:
    book.answered(ASKED, "kettle-1", NOON)
    again = [book.answered(ASKED, "kettle-2", NOON) for _ in range(3)]

    assert again == [False, False, False]
    assert book.accept(ASKED) == ("kettle-2",)
    assert book.answered(ASKED, "kettle-2", NOON)
    assert book.accept(ASKED) == ()


def test_another_model_or_server_is_known_for_itself(book: ModelBook) -> None:
    book.answered(ASKED, "kettle-1", NOON)

    assert book.answered("https://other.example.org/v1 kettle", "kettle-2", NOON)


def test_a_dialect_is_kept_for_a_while(new_book: Callable[[], ModelBook]) -> None:
    new_book().save_dialect(ASKED, "old", NOON)
    new_book().save_dialect(ASKED, "plain", NOON + timedelta(hours=1))
    book = new_book()

    assert book.dialect(ASKED, NOON) == "plain"
    assert book.dialect(ASKED, NOON + timedelta(hours=2)) == ""
    assert book.dialect("another", NOON) == ""


def test_what_was_settled_is_counted_for_good(book: ModelBook) -> None:
    for day in range(3):
        one = call(day, minutes=day * 24 * 60 + day)
        book.reserve(one, CAPS)
        book.settle(one.id, tokens=1_000, cost=5)

    assert book.total() == (3_000, 15)
