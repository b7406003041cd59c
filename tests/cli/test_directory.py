"""`sidenote customers` and `sidenote conversations`, as typed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from agent.sandbox.faults import FaultRule
from agent.sandbox.server import Sandbox
from tests.cli.typed import Typed

MARA = ("--name", "Mara Lind", "--email", "mara+lid@example.test", "--external-id", "shop/77")


@pytest.fixture
def asked(typed: Typed) -> Callable[..., Any]:
    """The JSON of a command that goes well."""

    def ask(*arguments: str) -> Any:
        said = typed(*arguments, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)

    return ask


def created(sandbox: Sandbox, path: str) -> int:
    """How many creations reached the server."""
    return sum((r.method, r.path) == ("POST", path) for r in sandbox.world.requests)


# customers create


def test_create_prints_the_new_customer(asked: Callable[..., Any], sandbox: Sandbox) -> None:
    answer = asked("customers", "create", *MARA, "--phone", "+49 151 1234567")

    (customer,) = sandbox.world.customers.values()
    assert answer == {
        "data": {
            "id": customer.id,
            "attributes": {
                "name": "Mara Lind",
                "external_id": "shop/77",
                "emails": ["mara+lid@example.test"],
                "phones": ["+491511234567"],
            },
        },
        "created": True,
    }


def test_create_gives_the_one_that_exists(asked: Callable[..., Any], sandbox: Sandbox) -> None:
    first = asked("customers", "create", *MARA)
    again = asked("customers", "create", "--email", "mara+lid@example.test")

    assert again == {**first, "created": False}
    assert created(sandbox, "/v1/customers") == 1


def test_create_says_which_customers_the_keys_belong_to(typed: Typed, sandbox: Sandbox) -> None:
    typed("customers", "create", *MARA)
    typed("customers", "create", "--email", "ben@example.test")
    said = typed(
        "customers", "create", "--external-id", "shop/77", "--email", "ben@example.test", "--json"
    )

    assert (said.code, said.out) == (2, "")
    assert all(each in said.err for each in sandbox.world.customers)
    assert len(sandbox.world.customers) == 2


def test_create_without_a_key_needs_consent(typed: Typed, sandbox: Sandbox) -> None:
    said = typed("customers", "create", "--name", "Mara Lind")
    assert (said.code, sandbox.world.customers) == (2, {})

    said = typed("customers", "create", "--name", "Mara Lind", "--allow-duplicate")
    assert (said.code, len(sandbox.world.customers)) == (0, 1)


@pytest.mark.parametrize("fault", ["reset-after", "500-after"])
def test_create_finds_the_customer_of_a_request_without_an_answer(
    asked: Callable[..., Any], sandbox: Sandbox, fault: str
) -> None:
    sandbox.faults.set(FaultRule(name=fault, route="POST /v1/customers", count=1))

    assert asked("customers", "create", *MARA)["created"]
    assert (len(sandbox.world.customers), created(sandbox, "/v1/customers")) == (1, 1)


def test_create_writes_nothing_while_paused(typed: Typed, sandbox: Sandbox) -> None:
    typed("pause")
    said = typed("customers", "create", *MARA)

    assert (said.code, sandbox.world.customers) == (1, {})
    assert "paused" in said.err


def test_no_error_tells_an_address(typed: Typed, sandbox: Sandbox) -> None:
    sandbox.faults.set(FaultRule(name="403", route="GET *", count=99))
    said = typed("customers", "search", "--email", "mara@example.test")

    assert said.code == 1
    assert "mara" not in said.err


# customers search


@pytest.mark.parametrize(
    "by",
    [
        pytest.param(("--email", "mara+lid@example.test"), id="e-mail"),
        pytest.param(("--phone", "+49 151 1234567"), id="phone"),
        pytest.param(("--external-id", "shop/77"), id="external id"),
        pytest.param(("mara lind",), id="words"),
    ],
)
def test_search_finds_a_customer(asked: Callable[..., Any], by: tuple[str, ...]) -> None:
    made = asked("customers", "create", *MARA, "--phone", "+491511234567")

    assert asked("customers", "search", *by) == {"data": [made["data"]]}


@pytest.mark.parametrize("by", [("--email", "ben@example.test"), ("ben",)], ids=" ".join)
def test_search_that_finds_none_is_no_error(typed: Typed, by: tuple[str, ...]) -> None:
    said = typed("customers", "search", *by, "--json")

    assert (said.code, json.loads(said.out)) == (0, {"data": []})
    assert said.err == "No customer found.\n"


@pytest.mark.parametrize("by", [(), ("--email", "mara@example.test", "Mara")], ids=len)
def test_search_takes_one_way_of_finding(typed: Typed, by: tuple[str, ...]) -> None:
    assert typed("customers", "search", *by).code == 2


def test_search_shows_a_table(typed: Typed, asked: Callable[..., Any]) -> None:
    made = asked("customers", "create", "--name", "Mara \u202eLind", "--email", "mara@example.test")
    shown = typed("customers", "search", "--email", "mara@example.test").out

    assert made["data"]["id"] in shown
    assert "mara@example.test" in shown
    assert "\u202e" not in shown


def test_search_says_that_there_are_more(typed: Typed, sandbox: Sandbox) -> None:
    for number in range(51):
        sandbox.add_conversation(f"c{number}", "Hi", customer_name=f"Lind {number}")
    said = typed("customers", "search", "lind", "--json")

    assert len(json.loads(said.out)["data"]) == 50
    assert said.err == "Only 50 are shown; more words find fewer.\n"


# conversations create


def test_a_conversation_is_opened_once_for_its_external_id(
    asked: Callable[..., Any], sandbox: Sandbox
) -> None:
    customer = asked("customers", "create", *MARA)["data"]["id"]
    wanted = (
        *("conversations", "create", "--customer-id", customer, "--name", "New lid"),
        *("--external-id", "case/12", "--channel", "email"),
    )
    first = asked(*wanted)
    again = asked(*wanted)

    (conversation,) = sandbox.world.conversations.values()
    assert (first["created"], again["created"]) == (True, False)
    assert first["data"]["id"] == again["data"]["id"] == conversation.id
    attributes = first["data"]["attributes"]
    assert {
        name: attributes[name] for name in ("name", "customer_id", "external_id", "status")
    } == {
        "name": "New lid",
        "customer_id": customer,
        "external_id": "case/12",
        "status": "open",
    }


def test_a_conversation_is_opened_once_for_its_key(asked: Callable[..., Any]) -> None:
    customer = asked("customers", "create", *MARA)["data"]["id"]
    wanted = ("conversations", "create", "--customer-id", customer, "--key", "order 40-2291")

    assert [asked(*wanted)["created"] for _ in range(2)] == [True, False]


def test_a_conversation_without_either_needs_consent(typed: Typed) -> None:
    said = typed("conversations", "create", "--customer-id", "c" * 24)

    assert said.code == 2
    assert "--external-id or --key" in said.err


def test_a_customer_that_is_not_there_is_told(typed: Typed) -> None:
    said = typed("conversations", "create", "--customer-id", "c" * 24, "--key", "k", "--json")

    assert (said.code, said.out) == (1, "")
    assert "no customer cccccc" in said.err
