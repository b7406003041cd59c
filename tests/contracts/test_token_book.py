"""What a book of tokens promises, on SQLite and on PostgreSQL alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.store.tokens import KEYS_KEPT, open_tokens
from agent.core.tokens import Scope, Token, digest_of
from agent.token_port import Called, TokenBook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORDERS = Token(
    name="orders",
    digest=digest_of("sn_secret"),
    scopes=frozenset({Scope.SEND, Scope.READ}),
    created_at=NOON,
    expires_at=NOON + timedelta(days=90),
    by="Ada",
)


@pytest.fixture(params=["sqlite", "postgres"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TokenBook]:
    url = f"sqlite:///{tmp_path / 'sidenote.sqlite'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").new_database()
    book = open_tokens(url)
    yield book
    book.close()


def test_a_token_is_found_by_its_hash_and_comes_back_whole(book: TokenBook) -> None:
    assert book.add_token(ORDERS)

    assert book.token(ORDERS.digest) == ORDERS
    assert book.token(digest_of("sn_other")) is None
    assert book.tokens() == (ORDERS,)


def test_a_name_is_taken_once(book: TokenBook) -> None:
    book.add_token(ORDERS)

    assert not book.add_token(replace(ORDERS, digest=digest_of("sn_another")))
    assert book.tokens() == (ORDERS,)


def test_a_removed_token_opens_nothing(book: TokenBook) -> None:
    book.add_token(ORDERS)

    assert book.remove_token("orders")
    assert book.token(ORDERS.digest) is None
    assert not book.remove_token("orders")


def test_its_last_use_is_kept(book: TokenBook) -> None:
    book.add_token(ORDERS)

    book.used(ORDERS.digest, NOON)

    assert book.token(ORDERS.digest) == replace(ORDERS, used_at=NOON)


def test_a_key_stands_for_what_it_was_first_used_for(book: TokenBook) -> None:
    first = book.begin_call("k", "a lid", NOON)
    other = book.begin_call("k", "a kettle", NOON)

    assert first == other == Called(fingerprint="a lid", created=None)


def test_the_first_answer_stands(book: TokenBook) -> None:
    book.begin_call("k", "a lid", NOON)

    book.end_call("k", created=True)
    book.end_call("k", created=False)

    assert book.begin_call("k", "a lid", NOON) == Called(fingerprint="a lid", created=True)


def test_only_a_key_without_an_answer_is_forgotten(book: TokenBook) -> None:
    for key in ("done", "refused"):
        book.begin_call(key, "a lid", NOON)
    book.end_call("done", created=True)

    for key in ("done", "refused"):
        book.drop_call(key)

    assert book.begin_call("done", "a kettle", NOON).fingerprint == "a lid"
    assert book.begin_call("refused", "a kettle", NOON).fingerprint == "a kettle"


def test_old_keys_are_swept(book: TokenBook) -> None:
    book.begin_call("k", "a lid", NOON)

    later = NOON + KEYS_KEPT + timedelta(seconds=1)

    assert book.begin_call("k", "a kettle", later).fingerprint == "a kettle"
