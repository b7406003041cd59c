"""What the databases keep of the doorbell, and of failed sign-ins."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import TypeVar

import pytest

from agent.adapters.store.access import SqlAccess, open_access
from agent.adapters.store.doorbell import SqlDoorbell, open_doorbell
from agent.core.access import TRIES_EVERY, TRIES_OF_ADDRESS
from agent.doorbell_port import MOST_RINGS, Installed
from tests.adapters.store.builders import NOON

T = TypeVar("T")
SECOND = timedelta(seconds=1)
INSTALLED = Installed(webhook_id="w1", url="https://a.example/h", token="t", made_at=NOON)


@pytest.fixture
def new_bell(url: str) -> Iterator[Callable[[], SqlDoorbell]]:
    """The same database, opened once more."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(_of(SqlDoorbell, open_doorbell(url))))


@pytest.fixture
def new_access(url: str) -> Iterator[Callable[[], SqlAccess]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(_of(SqlAccess, open_access(url))))


def _of(kind: type[T], opened: object) -> T:
    assert isinstance(opened, kind)
    return opened


def test_the_webhook_that_is_kept_replaces_the_one_before_until_it_is_forgotten(
    new_bell: Callable[[], SqlDoorbell],
) -> None:
    book = new_bell()
    before = book.installed()
    book.save_installed(Installed(webhook_id="w0", url="u", token="o", made_at=NOON))
    book.save_installed(INSTALLED)
    kept = new_bell().installed()
    book.save_installed(None)

    assert (before, kept, book.installed()) == (None, INSTALLED, None)


def test_rings_are_taken_once_oldest_first(new_bell: Callable[[], SqlDoorbell]) -> None:
    book = new_bell()
    for number, each in enumerate(("c2", "c1", "c2", "c3")):
        book.ring(each, NOON + number * SECOND)

    assert (book.take_rings(2), book.take_rings(9), book.take_rings(9)) == (
        ("c2", "c1"),
        ("c3",),
        (),
    )


def test_two_workers_take_no_ring_twice(new_bell: Callable[[], SqlDoorbell]) -> None:
    books = [new_bell(), new_bell()]
    for number in range(40):
        books[0].ring(f"c{number}", NOON)

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda n: books[n % 2].take_rings(5), range(40)))

    everything = [each for some in taken for each in some]
    assert sorted(everything) == sorted({f"c{n}" for n in range(40)})


def test_so_many_rings_wait_and_no_more(new_bell: Callable[[], SqlDoorbell]) -> None:
    book = new_bell()
    for number in range(MOST_RINGS + 3):
        book.ring(f"c{number}", NOON)

    assert len(book.take_rings(2 * MOST_RINGS)) == MOST_RINGS


def test_tries_of_several_processes_at_once_are_counted_one_by_one(
    new_access: Callable[[], SqlAccess],
) -> None:
    books = [new_access(), new_access()]

    with ThreadPoolExecutor(8) as threads:
        taken = list(
            threads.map(lambda n: books[n % 2].take_try(f"n{n}", "10.0.0.1", NOON), range(60))
        )

    assert sum(taken) == TRIES_OF_ADDRESS


def test_a_try_that_is_forgiven_or_old_does_not_count(new_access: Callable[[], SqlAccess]) -> None:
    book = new_access()
    for number in range(TRIES_OF_ADDRESS):
        book.take_try(f"n{number}", "10.0.0.1", NOON + number * SECOND)
    full = book.take_try("n", "10.0.0.1", NOON + 30 * SECOND)

    book.forgive("n3", "10.0.0.1", NOON + 3 * SECOND)

    assert (full, book.take_try("n", "10.0.0.1", NOON + 30 * SECOND)) == (False, True)
    assert book.take_try("m", "10.0.0.1", NOON + TRIES_EVERY + 60 * SECOND)
