"""Switches that other files do not try already: each answer is really given."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.errors import InputError
from agent.sandbox.records import ConversationRecord
from agent.sandbox.server import Sandbox
from agent.sandbox.switches import SWITCHES, Switches


@pytest.fixture
def conversation(sandbox: Sandbox) -> ConversationRecord:
    return sandbox.add_conversation("kettle", "Where is it?", customer_email="m@customers.example")


def note(http: httpx.Client, conversation: ConversationRecord, **fields: Any) -> httpx.Response:
    path = f"/v1/conversations/{conversation.id}/notes"
    return http.post(path, json={"body": "x", **fields})


def sent(sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord) -> dict[str, Any]:
    """The attributes of the message that a released draft became."""
    path = f"/v1/customers/{conversation.customer_id}/drafts"
    fields = {"channel": "email", "conversation": conversation.id, "body": "Hi", "sendAt": "now"}
    assert http.post(path, json=fields).status_code == 200
    sandbox.advance(timedelta(minutes=1))
    attributes: dict[str, Any] = http.get(f"/v1/conversations/{conversation.id}/messages").json()[
        "data"
    ][-1]["attributes"]
    return attributes


@pytest.mark.parametrize(
    ("value", "kept"), [("kept", "<b>1 < 2</b>"), ("stripped", "1 < 2"), ("escaped", "&lt;b&gt;")]
)
def test_html_in_a_note(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    value: str,
    kept: str,
) -> None:
    sandbox.switch("note-html", value)

    body = note(http, conversation, body="<b>1 < 2</b>").json()["data"]["attributes"]["body"]

    assert body.startswith(kept)


def test_the_order_of_notes(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    for number in range(3):
        note(http, conversation, body=str(number))
    sandbox.switch("note-order", "desc")

    listed = http.get(f"/v1/conversations/{conversation.id}/notes").json()["data"]

    assert [n["attributes"]["body"] for n in listed] == ["2", "1", "0"]


@pytest.mark.parametrize(("value", "has_body"), [("errors", True), ("empty", False)])
def test_what_a_conflict_carries(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    value: str,
    has_body: bool,
) -> None:
    sandbox.switch("conflict-body", value)
    note(http, conversation, externalId="m")

    conflict = note(http, conversation, externalId="m")

    assert (conflict.status_code, bool(conflict.content)) == (409, has_body)


def test_a_request_id(sandbox: Sandbox, http: httpx.Client) -> None:
    assert "x-request-id" not in http.get("/v1/users/current").headers

    sandbox.switch("request-id", "present")

    assert http.get("/v1/users/current").headers["x-request-id"]


def test_a_list_that_lags_behind(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.switch("read-lag", "5")
    note(http, conversation)
    path = f"/v1/conversations/{conversation.id}/notes"

    assert http.get(path).json()["data"] == []

    sandbox.advance(timedelta(seconds=5))
    assert len(http.get(path).json()["data"]) == 1


def test_a_lower_object_limit(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.switch("object-limit", "1")

    assert [note(http, conversation).status_code for _ in range(2)] == [201, 429]


def test_a_lower_search_limit(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.switch("search-limit", "1")
    body = {"queryContext": "conversation"}

    statuses = [http.post("/v1/customers/search", json=body).status_code for _ in range(2)]

    assert statuses == [200, 429]


def test_a_sender_that_is_not_told(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    path = f"/v1/messages/{conversation.messages[0].id}"
    told = http.get(path).json()["data"]["attributes"]["meta"]
    sandbox.switch("sender-in-meta", "no")

    silent = http.get(path).json()["data"]["attributes"]["meta"]

    assert told["from"] == "m@customers.example"
    assert "from" not in silent


@pytest.mark.parametrize(
    ("switch", "value", "shown"),
    [
        ("send-attempted-at", "present", True),
        ("send-attempted-at", "absent", False),
        ("draft-link", "present", True),
        ("draft-link", "absent", False),
    ],
)
def test_what_a_sent_message_tells_of_its_draft(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    switch: str,
    value: str,
    shown: bool,
) -> None:
    sandbox.switch(switch, value)

    attributes = sent(sandbox, http, conversation)

    field = "sendAttemptedAt" if switch == "send-attempted-at" else "draft"
    assert (field in attributes or field in attributes["meta"]) is shown


@pytest.mark.parametrize(("value", "status"), [("filled", 200), ("refused", 400)])
def test_a_draft_released_without_from_and_to(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    value: str,
    status: int,
) -> None:
    sandbox.switch("draft-defaults", value)
    path = f"/v1/customers/{conversation.customer_id}/drafts"
    fields = {"channel": "email", "conversation": conversation.id, "body": "Hi"}

    assert http.post(path, json={**fields, "sendAt": "now"}).status_code == status
    assert len(http.get(path).json()["data"]) == (status == 200)


@pytest.mark.parametrize("status", ["draft", "scheduled"])
def test_the_status_of_a_draft_that_waits_to_be_sent(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord, status: str
) -> None:
    sandbox.switch("draft-status", status)
    path = f"/v1/customers/{conversation.customer_id}/drafts"
    fields = {"channel": "email", "conversation": conversation.id, "body": "Hi"}

    http.post(path, json={**fields, "sendAt": "now+1h", "scheduled": True})

    assert http.get(path).json()["data"][0]["attributes"]["status"] == status


@pytest.mark.parametrize(("value", "deliveries"), [("scheduled", 0), ("now", 1)])
def test_a_put_with_a_future_send_at(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    value: str,
    deliveries: int,
) -> None:
    sandbox.switch("put-future-send-at", value)
    path = f"/v1/customers/{conversation.customer_id}/drafts"
    fields = {"channel": "email", "conversation": conversation.id, "body": "Hi"}
    draft = http.post(path, json=fields).json()["data"]["id"]

    http.put(f"/v1/drafts/{draft}", json={"channel": "email", "sendAt": "now+1h"})

    sandbox.advance(timedelta(minutes=1))
    assert len(sandbox.world.deliveries) == deliveries


# --- the table itself -----------------------------------------------------------------------------


def test_every_switch_has_a_name_a_default_among_its_values_and_a_line() -> None:
    for switch in SWITCHES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", switch.name)
        assert switch.default in switch.values or switch.number is not None
        assert switch.question.endswith((".", "…"))
        assert len(switch.question) <= 80


def test_every_switch_is_looked_at_somewhere() -> None:
    """A switch that nothing reads would promise an answer that is never given."""
    folder = Path(__file__).parents[2] / "agent" / "sandbox"
    code = "".join(path.read_text() for path in folder.rglob("*.py") if path.name != "switches.py")

    assert [s.name for s in SWITCHES if f'"{s.name}"' not in code] == []


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf"])
def test_a_number_is_a_number_of_at_least_0(value: str) -> None:
    with pytest.raises(InputError, match="index-lag"):
        Switches({"index-lag": value})


def test_switching_several_changes_nothing_when_one_is_wrong() -> None:
    switches = Switches()

    with pytest.raises(InputError):
        switches.set_all({"note-id": "ignored", "index-lag": "soon"})

    assert switches["note-id"] == "honoured"


def test_the_clock_stands_only_when_told_to() -> None:
    noon = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
    frozen, running = Sandbox(frozen_at=noon), Sandbox()

    assert frozen.world.now() == noon
    assert running.world.now() != noon
