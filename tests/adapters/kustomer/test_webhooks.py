"""A call is genuine when its signature is that of exactly its bytes; of it only ids are read."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agent.adapters.kustomer import Patience, Unlimited, kustomer_client
from agent.adapters.kustomer.webhooks import EVENTS, KustomerWebhooks, is_signed, parse_call
from agent.adapters.memory import FixedClock
from agent.doorbell_port import Call
from agent.errors import HelpdeskRefused, OutcomeUnknown
from agent.retries import NO_RETRIES
from agent.sandbox.faults import FaultRule
from agent.sandbox.ringing import signature_of
from agent.sandbox.server import Sandbox
from tests.adapters.kustomer.fakes import NOON

TOKEN = "f00d" * 12
CONVERSATION = "a1" * 12
EVENT = "c3" * 12
FORGED = 10_000
HERE = "http://127.0.0.1:8321/hooks/kustomer"


def event(**more: object) -> dict[str, Any]:
    """A new message, as Kustomer's envelope tells of it."""
    conversation = {"data": {"type": "conversation", "id": CONVERSATION}}
    data = {"type": "message", "id": "b2" * 12, "relationships": {"conversation": conversation}}
    return {"id": EVENT, "name": EVENTS[0], "data": data, **more}


def body(**more: object) -> bytes:
    return json.dumps(event(**more)).encode()


def test_a_call_as_kustomer_signs_it_is_genuine() -> None:
    assert is_signed(body(), signature_of(body(), TOKEN), TOKEN)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "0" * 64,
        signature_of(body(), TOKEN).upper(),
        signature_of(body(), TOKEN)[:-1],
        f"sha256={signature_of(body(), TOKEN)}",
        f" {signature_of(body(), TOKEN)}",
        signature_of(body(), "another token"),
        signature_of(b"", TOKEN),
        "é" * 64,
        "\ud800",
    ],
)
def test_any_other_signature_is_not(signature: str) -> None:
    assert not is_signed(body(), signature, TOKEN)


def _changed_body(dice: random.Random, right: str) -> tuple[bytes, str]:
    spoiled = bytearray(body())
    spoiled[dice.randrange(len(spoiled))] ^= 1 << dice.randrange(8)
    return bytes(spoiled), right


def _longer_body(dice: random.Random, right: str) -> tuple[bytes, str]:
    return body() + bytes([dice.randrange(256)]), right


def _shorter_body(dice: random.Random, right: str) -> tuple[bytes, str]:
    return body()[: dice.randrange(len(body()))], right


def _changed_signature(dice: random.Random, right: str) -> tuple[bytes, str]:
    place = dice.randrange(len(right))
    other = dice.choice([c for c in "0123456789abcdef" if c != right[place]])
    return body(), right[:place] + other + right[place + 1 :]


def _made_up_signature(dice: random.Random, _right: str) -> tuple[bytes, str]:
    return body(), dice.randbytes(32).hex()


def _guessed_token(dice: random.Random, _right: str) -> tuple[bytes, str]:
    return body(), signature_of(body(), dice.randbytes(24).hex())


FORGERIES: tuple[Callable[[random.Random, str], tuple[bytes, str]], ...] = (
    _changed_body,
    _longer_body,
    _shorter_body,
    _changed_signature,
    _made_up_signature,
    _guessed_token,
)


def test_of_ten_thousand_forged_or_changed_calls_none_is_genuine() -> None:
    dice, right = random.Random(5), signature_of(body(), TOKEN)
    calls = (FORGERIES[n % len(FORGERIES)](dice, right) for n in range(FORGED))

    assert [call for call in calls if is_signed(*call, TOKEN)] == []


def test_a_message_names_its_conversation() -> None:
    assert parse_call(body()) == Call(event_id=EVENT, conversation_id=CONVERSATION)


def test_a_conversation_names_itself() -> None:
    call = parse_call(body(data={"type": "conversation", "id": CONVERSATION}))

    assert call == Call(event_id=EVENT, conversation_id=CONVERSATION)


@pytest.mark.parametrize("event_id", [None, 7, "", "x" * 201])
def test_an_event_without_a_usable_id_goes_by_its_bytes(event_id: object) -> None:
    first, again, other = (
        parse_call(body(id=event_id, client=client)) for client in ("web", "web", "api")
    )

    assert first == again
    assert first is not None
    assert other is not None
    assert first.event_id != other.event_id


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        body(data=None),
        body(data=[]),
        body(data={"type": "message"}),
        body(data={"type": "customer", "id": CONVERSATION}),
        body(data={"type": "conversation", "id": "../../customers/1"}),
        body(data={"type": "conversation", "id": CONVERSATION + "0"}),
        body(data={"type": "conversation", "id": f"{CONVERSATION}\n"}),
        body(data={"type": "conversation", "id": 5}),
        body(data={"type": "message", "relationships": {"conversation": {"data": "x"}}}),
    ],
)
def test_a_call_that_names_no_conversation_names_none(spoiled: bytes) -> None:
    assert parse_call(spoiled) is None


# registering


@pytest.fixture
def webhooks(sandbox: Sandbox) -> Iterator[KustomerWebhooks]:
    with kustomer_client(sandbox.url, sandbox.key) as http:
        yield KustomerWebhooks(
            http,
            clock=FixedClock(NOON),
            budget=Unlimited(),
            patience=Patience(retries=NO_RETRIES),
        )


def test_what_is_created_is_listed_until_it_is_deleted(webhooks: KustomerWebhooks) -> None:
    made, token = webhooks.create("Doorbell", HERE)

    assert webhooks.webhooks() == (made,)
    assert (made.name, made.url, made.events, made.is_enabled) == ("Doorbell", HERE, EVENTS, True)
    assert token
    webhooks.delete(made.id)
    assert webhooks.webhooks() == ()


def test_the_token_is_not_in_what_is_printed_of_a_webhook(webhooks: KustomerWebhooks) -> None:
    made, token = webhooks.create("Doorbell", HERE)

    assert token not in repr((made, webhooks.webhooks()))


def test_an_address_that_kustomer_does_not_take_is_refused(webhooks: KustomerWebhooks) -> None:
    with pytest.raises(HelpdeskRefused):
        webhooks.create("Doorbell", "http://hooks.example.com/hooks/kustomer")


def test_a_webhook_that_may_have_been_made_is_said_to_be_unknown(
    sandbox: Sandbox, webhooks: KustomerWebhooks
) -> None:
    sandbox.faults.set(FaultRule(name="500-after", route="POST */outbound-webhooks"))

    with pytest.raises(OutcomeUnknown):
        webhooks.create("Doorbell", HERE)
