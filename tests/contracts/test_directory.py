"""What any Directory does: the client against the sandbox, and the one in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from agent.adapters.kustomer import KustomerDirectory, Patience, Unlimited, kustomer_client
from agent.adapters.memory import ManualClock, MemoryDirectory
from agent.core.conversation import Status
from agent.errors import HelpdeskMissing, HelpdeskRefused
from agent.ports import CustomerKey, Directory, NewConversation, NewCustomer
from agent.retries import NO_RETRIES
from agent.sandbox.server import Sandbox
from tests.contracts.helpdesks import NOON

MARA = NewCustomer(
    name="Mara Lind",
    emails=("mara+lid@example.test", "m.lind@example.test"),
    phones=("+491511234567",),
    external_id="shop/77 #4?",
)
NOWHERE = "0" * 23 + "9"
KEYS = [
    pytest.param(CustomerKey.EMAIL, "mara+lid@example.test", id="first e-mail"),
    pytest.param(CustomerKey.EMAIL, "m.lind@example.test", id="another e-mail"),
    pytest.param(CustomerKey.EMAIL, "Mara+Lid@Example.test", id="e-mail in capitals"),
    pytest.param(CustomerKey.PHONE, "+491511234567", id="phone"),
    pytest.param(CustomerKey.EXTERNAL_ID, "shop/77 #4?", id="external id"),
]


@contextmanager
def over_http(**switches: str) -> Iterator[Directory]:
    """The client of a fresh sandbox whose searches see every change at once."""
    with (
        Sandbox(frozen_at=NOON, switches={"index-lag": "0", **switches}) as sandbox,
        kustomer_client(sandbox.url, sandbox.key) as http,
    ):
        patience = Patience(retries=NO_RETRIES)
        yield KustomerDirectory(
            http, clock=ManualClock(NOON), budget=Unlimited(), patience=patience
        )


@pytest.fixture(params=["memory", "kustomer"])
def directory(request: pytest.FixtureRequest) -> Iterator[Directory]:
    if request.param == "memory":
        yield MemoryDirectory(ManualClock(NOON))
        return
    with over_http() as directory:
        yield directory


def _opened(directory: Directory, **changes: str | None) -> NewConversation:
    """A conversation with a customer that exists."""
    customer = directory.create_customer(MARA)
    new = NewConversation(customer_id=customer.id, name="New lid", external_id="case/12")
    return replace(new, **changes)  # type: ignore[arg-type]


def test_a_new_customer_has_what_was_given(directory: Directory) -> None:
    made = directory.create_customer(MARA)

    assert (made.name, made.external_id) == (MARA.name, MARA.external_id)
    assert tuple(each.value for each in made.emails) == MARA.emails
    assert tuple(each.value for each in made.phones) == MARA.phones


def test_a_customer_may_have_nothing_but_a_name(directory: Directory) -> None:
    made = directory.create_customer(NewCustomer(name="Mara Lind"))

    assert (made.name, made.external_id, made.emails, made.phones) == ("Mara Lind", None, (), ())


@pytest.mark.parametrize(("key", "value"), KEYS)
def test_a_customer_is_found_by_each_key(
    directory: Directory, key: CustomerKey, value: str
) -> None:
    made = directory.create_customer(MARA)
    directory.create_customer(NewCustomer(name="Ben", emails=("ben@example.test",)))

    found = directory.customer_by(key, value)

    assert found is not None
    assert found.id == made.id


@pytest.mark.parametrize("key", CustomerKey)
def test_a_key_of_nobody_finds_none(directory: Directory, key: CustomerKey) -> None:
    directory.create_customer(MARA)

    assert directory.customer_by(key, "+49000") is None


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(replace(MARA, emails=(), phones=()), id="external id"),
        pytest.param(NewCustomer(emails=(MARA.emails[1],)), id="e-mail"),
    ],
)
def test_a_key_that_exists_is_refused(directory: Directory, again: NewCustomer) -> None:
    directory.create_customer(MARA)

    with pytest.raises(HelpdeskRefused):
        directory.create_customer(again)


def test_customers_are_found_by_words_of_their_name(directory: Directory) -> None:
    made = directory.create_customer(MARA)
    directory.create_customer(NewCustomer(name="Ben Lind"))

    assert [each.id for each in directory.customers_like("lind mara")] == [made.id]


def test_a_search_gives_no_more_than_asked_for(directory: Directory) -> None:
    for number in range(4):
        directory.create_customer(NewCustomer(name=f"Lind {number}"))

    assert len(directory.customers_like("lind", limit=3)) == 3


def test_a_new_conversation_has_what_was_given(directory: Directory) -> None:
    new = _opened(directory, status="done")

    made = directory.create_conversation(new)

    assert (made.customer_id, made.name, made.external_id, made.status) == (
        new.customer_id,
        "New lid",
        "case/12",
        Status.DONE,
    )


def test_a_conversation_is_found_by_its_external_id(directory: Directory) -> None:
    made = directory.create_conversation(_opened(directory))

    found = directory.conversation_by_external_id("case/12")

    assert found is not None
    assert found.id == made.id
    assert directory.conversation_by_external_id("case") is None


def test_an_external_id_that_exists_is_refused(directory: Directory) -> None:
    new = _opened(directory)
    directory.create_conversation(new)

    with pytest.raises(HelpdeskRefused):
        directory.create_conversation(new)


def test_conversations_without_external_id_are_different_ones(directory: Directory) -> None:
    new = _opened(directory, external_id=None)

    assert directory.create_conversation(new).id != directory.create_conversation(new).id


def test_a_conversation_with_nobody_is_missing_its_customer(directory: Directory) -> None:
    with pytest.raises(HelpdeskMissing):
        directory.create_conversation(NewConversation(customer_id=NOWHERE))


@pytest.mark.parametrize("answer", ["409", "400"])
def test_kustomer_may_refuse_a_duplicate_in_two_ways(answer: str) -> None:
    with over_http(**{"duplicate-external-id": answer}) as directory:
        directory.create_customer(MARA)

        with pytest.raises(HelpdeskRefused):
            directory.create_customer(MARA)
