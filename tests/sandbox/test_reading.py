"""What reading gives: envelopes, ids, times, pages, orders, and what is not there."""

import re

import httpx
import pytest

from agent.sandbox.server import Sandbox


def test_the_key_belongs_to_a_machine_user(http: httpx.Client) -> None:
    user = http.get("/v1/users/current").json()["data"]

    assert user["type"] == "user"
    assert user["attributes"]["userType"] == "machine"


def test_a_conversation_points_at_its_newest_customer_message(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("kettle", "Where is it?", "out: Looking.", "Any news?")

    data = http.get(f"/v1/conversations/{made.id}").json()["data"]

    assert data["attributes"]["lastMessageIn"]["id"] == made.messages[2].id
    assert data["attributes"]["lastMessageOut"]["id"] == made.messages[1].id
    assert data["attributes"]["messageCount"] == 3
    assert data["relationships"]["customer"]["data"]["type"] == "customer"


def test_the_message_that_waits_is_the_first_unanswered_one(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("kettle", "out: Hello", "First?", "Second?")

    attributes = http.get(f"/v1/conversations/{made.id}").json()["data"]["attributes"]

    assert attributes["lastMessageUnrespondedTo"]["id"] == made.messages[1].id
    assert attributes["lastMessageIn"]["id"] == made.messages[2].id


def test_a_young_conversation_has_empty_objects_not_nulls(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("empty")

    attributes = http.get(f"/v1/conversations/{made.id}").json()["data"]["attributes"]

    assert attributes["lastMessageIn"] == {}
    assert attributes["lastMessageOut"] == {}


def test_times_are_utc_with_milliseconds_and_ids_are_24_hex(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("kettle", "Hi")

    data = http.get(f"/v1/conversations/{made.id}/messages").json()["data"][0]

    assert re.fullmatch(r"[0-9a-f]{24}", data["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", data["attributes"]["sentAt"])


def test_a_messages_customer_is_plural_and_an_inbound_one_has_no_author(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("kettle", "Hi", "out: Hello")

    inbound, outbound = http.get(f"/v1/conversations/{made.id}/messages").json()["data"]

    assert inbound["relationships"]["customer"]["data"]["type"] == "customers"
    assert "createdBy" not in inbound["relationships"]
    assert outbound["relationships"]["createdBy"]["data"]["type"] == "user"
    assert "body" not in inbound["attributes"]


def test_messages_come_in_pages_whose_links_lead_to_the_end(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("long", *[f"line {n}" for n in range(7)])
    seen: list[str] = []
    link = f"/v1/conversations/{made.id}/messages?pageSize=3"
    while link:
        page = http.get(link).json()
        seen += [m["id"] for m in page["data"]]
        link = page["links"]["next"]

    assert seen == [m.id for m in made.messages]


def test_a_pages_links_lead_back_and_are_null_at_the_ends(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    made = sandbox.add_conversation("long", *[f"line {n}" for n in range(6)])
    path = f"/v1/conversations/{made.id}/messages?page="

    first, last = (http.get(f"{path}{n}&pageSize=3").json()["links"] for n in (1, 2))

    assert (first["prev"], last["next"]) == (None, None)
    assert (first["next"], last["prev"]) == (f"{path}2&pageSize=3", f"{path}1&pageSize=3")
    assert first["first"] == last["first"] == first["self"]


@pytest.mark.parametrize("order", ["desc", "shuffled"])
def test_the_order_of_messages_is_nobodys_promise(
    sandbox: Sandbox, http: httpx.Client, order: str
) -> None:
    made = sandbox.add_conversation("long", *[f"line {n}" for n in range(9)])
    sandbox.switch("message-order", order)

    given = [m["id"] for m in http.get(f"/v1/conversations/{made.id}/messages").json()["data"]]

    assert given != [m.id for m in made.messages]
    assert sorted(given) == sorted(m.id for m in made.messages)


def test_several_conversations_come_in_one_request_without_those_that_are_gone(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    first, second = sandbox.add_conversation("a", "Hi"), sandbox.add_conversation("b", "Hi")
    sandbox.teammate_changes("b", deleted=True)

    answer = http.get(f"/v1/conversations/{first.id},{second.id},{'f' * 24}")

    assert [c["id"] for c in answer.json()["data"]] == [first.id]


@pytest.mark.parametrize("field", ["email", "phone", "externalId"])
def test_a_customer_is_found_by_address_or_external_id(
    sandbox: Sandbox, http: httpx.Client, field: str
) -> None:
    made = sandbox.add_conversation(
        "kettle",
        "Hi",
        customer_email="mara+1@customers.example",
        customer_phone="+15550001111",
        customer_external_id="shop/77",
    )
    value = {
        "email": "mara%2B1%40customers.example",
        "phone": "%2B15550001111",
        "externalId": "shop%2F77",
    }

    answer = http.get(f"/v1/customers/{field}={value[field]}")

    assert answer.json()["data"]["id"] == made.customer_id


def test_attachments_are_listed_and_included_on_request(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    files = [{"name": "kettle.jpg", "content_type": "image/jpeg"}]
    message = {"direction": "in", "text": "See photo", "attachments": files}
    made = sandbox.add_conversation("kettle", messages=[message])
    path = f"/v1/conversations/{made.id}/messages"

    plain, included = http.get(path).json(), http.get(path + "?include=attachments").json()

    assert len(plain["data"][0]["relationships"]["attachments"]["data"]) == 1
    assert "included" not in plain
    assert included["included"][0]["attributes"]["name"] == "kettle.jpg"


def test_outbound_accounts_have_no_id(http: httpx.Client) -> None:
    first = http.get("/v1/outboundAccounts").json()["data"][0]

    assert first == {
        "type": "outbound_account",
        "attributes": {
            "channel": "email",
            "name": "Lumen & Hearth",
            "account": "help@lumenhearth.example",
        },
    }


@pytest.mark.parametrize(
    ("merged", "status", "shown"),
    [("target", 200, True), ("silent", 200, False), ("gone", 404, False)],
)
def test_a_merged_conversation_looks_as_the_switch_says(
    sandbox: Sandbox, http: httpx.Client, merged: str, status: int, shown: bool
) -> None:
    sandbox.add_conversation("into", "Hi")
    made = sandbox.add_conversation("from", "Hi", merged_into="into")
    sandbox.switch("merged", merged)

    answer = http.get(f"/v1/conversations/{made.id}")

    assert answer.status_code == status
    assert ("mergedTarget" in answer.text) is shown


@pytest.mark.parametrize(
    ("switch", "value", "headers"),
    [
        ("headers-in-meta", "yes", [{"name": "Auto-Submitted", "value": "auto-replied"}]),
        ("headers-in-meta", "object", {"Auto-Submitted": "auto-replied"}),
        ("headers-in-meta", "no", None),
    ],
)
def test_an_emails_own_headers_stand_in_meta_or_not(
    sandbox: Sandbox, http: httpx.Client, switch: str, value: str, headers: object
) -> None:
    message = {"direction": "in", "text": "Away", "headers": {"Auto-Submitted": "auto-replied"}}
    made = sandbox.add_conversation("away", messages=[message])
    sandbox.switch(switch, value)

    meta = http.get(f"/v1/messages/{made.messages[0].id}").json()["data"]["attributes"]["meta"]

    assert meta.get("headers") == headers


def test_a_long_text_is_cut_in_its_preview(sandbox: Sandbox, http: httpx.Client) -> None:
    made = sandbox.add_conversation("long", "x" * 11_000)

    data = http.get(f"/v1/conversations/{made.id}/messages").json()["data"][0]

    assert len(data["attributes"]["preview"]) == 10_240


def test_what_is_not_there_is_a_404(http: httpx.Client) -> None:
    assert http.get(f"/v1/conversations/{'f' * 24}").status_code == 404
    assert http.get(f"/v1/drafts/{'f' * 24}").status_code == 404
    assert http.get("/v1/customers/email=nobody%40customers.example").status_code == 404
