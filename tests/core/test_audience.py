"""Who is not to be answered by a reply, and in which words that is said."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.core.audience import needs_customer, outside
from agent.core.conversation import Address, Conversation, Customer
from agent.core.team_policy import Audience


def conversation(**changes: Any) -> Conversation:
    """One with a tag, a team and a queue."""
    plain = {"tags": ("shop",), "assigned_teams": ("north",), "queue_id": "mail"}
    return Conversation(id="c1", updated_at=datetime(2026, 3, 4, tzinfo=UTC), **(plain | changes))


def customer(email: str = "mara@home.example", **custom: object) -> Customer:
    return Customer(id="k1", name="Mara", emails=(Address(value=email),), custom=custom)


def names(*them: str) -> frozenset[str]:
    return frozenset(them)


def test_without_an_audience_everybody_is_answered() -> None:
    assert outside(Audience(), conversation(), None) is None


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        pytest.param(Audience(never_tags=names("shop")), "tag shop", id="a tag"),
        pytest.param(Audience(never_tags=names("SHOP")), "tag SHOP", id="whatever its case"),
        pytest.param(Audience(never_teams=names("north")), "team north", id="a team"),
        pytest.param(Audience(never_queues=names("mail")), "queue mail", id="a queue"),
        pytest.param(
            Audience(only_tags=names("vip", "beta")), "none of the tags beta, vip", id="only tags"
        ),
        pytest.param(
            Audience(only_teams=names("south")), "none of the teams south", id="only a team"
        ),
        pytest.param(
            Audience(only_queues=names("chat")), "none of the queues chat", id="only a queue"
        ),
        pytest.param(
            Audience(only_tags=names("shop"), never_teams=names("north")),
            "team north",
            id="one list lets in, another holds back",
        ),
    ],
)
def test_a_conversation_is_held_back_by(audience: Audience, told: str) -> None:
    assert outside(audience, conversation(), customer()) == told


@pytest.mark.parametrize(
    "audience",
    [
        pytest.param(Audience(never_tags=names("sho")), id="part of a tag"),
        pytest.param(Audience(only_tags=names("Shop", "vip")), id="one of the only tags"),
        pytest.param(Audience(only_queues=names("mail")), id="the only queue"),
        pytest.param(Audience(never_queues=names("chat")), id="another queue"),
    ],
)
def test_a_conversation_is_answered_with(audience: Audience) -> None:
    assert outside(audience, conversation(), customer()) is None


def test_a_conversation_in_no_queue_is_not_in_the_only_one() -> None:
    told = outside(Audience(only_queues=names("mail")), conversation(queue_id=None), customer())

    assert told == "none of the queues mail"


# --- the customer --------------------------------------------------------------------------------

PRESS = Audience(never_domains=names("press.example"))
GOLD = Audience(attributes=(("tierStr", names("gold", "platinum")), ("vipBool", names("true"))))


@pytest.mark.parametrize(
    ("email", "told"),
    [
        pytest.param("mara@press.example", "an address at press.example", id="that domain"),
        pytest.param("mara@PRESS.example", "an address at press.example", id="in capitals"),
        pytest.param("mara@news.press.example", "an address at press.example", id="below it"),
        pytest.param("mara@express.example", None, id="one that ends alike"),
        pytest.param("press.example@home.example", None, id="the name in front of the @"),
    ],
)
def test_a_domain_holds_back_its_own_addresses(email: str, told: str | None) -> None:
    assert outside(PRESS, conversation(), customer(email)) == told


def test_one_address_of_many_is_enough() -> None:
    both = Customer(
        id="k1", emails=(Address(value="a@home.example"), Address(value="a@press.example"))
    )

    assert outside(PRESS, conversation(), both) == "an address at press.example"


@pytest.mark.parametrize(
    ("custom", "told"),
    [
        pytest.param({"tierStr": "Gold"}, "customer's tierStr is gold", id="a text"),
        pytest.param({"vipBool": True}, "customer's vipBool is true", id="true"),
        pytest.param({"tierStr": ["new", "gold"]}, "customer's tierStr is gold", id="one of many"),
        pytest.param({"vipBool": False}, None, id="another value"),
        pytest.param({"tierStr": "golden"}, None, id="a value that begins alike"),
        pytest.param({"tierStr": None}, None, id="no value"),
        pytest.param({}, None, id="a customer without the field"),
    ],
)
def test_a_custom_field_holds_back(custom: dict[str, object], told: str | None) -> None:
    assert outside(GOLD, conversation(), customer("mara@home.example", **custom)) == told


@pytest.mark.parametrize("audience", [PRESS, GOLD])
def test_an_unread_customer_is_outside_where_the_policy_asks_for_one(audience: Audience) -> None:
    assert needs_customer(audience)
    assert outside(audience, conversation(), None) == "the customer was not read"


def test_an_unread_customer_does_no_harm_where_nothing_is_asked_of_one() -> None:
    audience = Audience(never_tags=names("vip"))

    assert not needs_customer(audience)
    assert outside(audience, conversation(), None) is None


def test_the_words_never_come_from_the_customer() -> None:
    told = outside(PRESS, conversation(), customer("mara.secret@news.press.example"))

    assert told is not None
    assert "secret" not in told
