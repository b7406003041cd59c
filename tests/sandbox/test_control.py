"""The sandbox's own calls: customers and teammates speak, the truth is told."""

import httpx
import pytest

from agent.sandbox.server import Sandbox


def test_a_conversation_is_added_and_a_customer_speaks(http: httpx.Client) -> None:
    messages = [{"direction": "in", "text": "Hello"}]
    http.post("/_sandbox/conversations", json={"key": "kettle", "messages": messages})

    said = http.post("/_sandbox/conversations/kettle/messages", json={"text": "Anyone?"}).json()

    truth = http.get("/_sandbox/truth?conversation=kettle").json()
    assert [m["text"] for m in truth["messages"]] == ["Hello", "Anyone?"]
    assert truth["messages"][-1]["id"] == said["id"]


def test_a_teammate_speaks_notes_drafts_and_changes(sandbox: Sandbox, http: httpx.Client) -> None:
    made = sandbox.add_conversation("kettle", "Hello")
    path = f"/_sandbox/conversations/{made.id}"

    http.post(f"{path}/messages", json={"direction": "out", "text": "Hi", "author": "Ada Brook"})
    http.post(f"{path}/notes", json={"body": "Called."})
    http.post(f"{path}/drafts", json={"body": "I will"})
    truth = http.post(path, json={"status": "done", "assigned": "Ada Brook"}).json()

    assert (truth["status"], [n["body"] for n in truth["notes"]]) == ("done", ["Called."])
    assert made.assigned_users == [made.messages[-1].created_by]
    assert [d.body for d in sandbox.world.drafts_of(made.customer_id)] == ["I will"]


def test_the_truth_has_deliveries_and_open_drafts(sandbox: Sandbox, http: httpx.Client) -> None:
    made = sandbox.add_conversation("kettle", "Hello", customer_email="m@customers.example")
    path = f"/v1/customers/{made.customer_id}/drafts"
    fields = {"channel": "email", "conversation": made.id, "body": "Hi"}
    http.post("/_sandbox/bounces", json={"address": "m@customers.example"})
    http.post(path, json={**fields, "sendAt": "now"})
    http.post(path, json=fields)

    http.post("/_sandbox/clock", json={"advance_seconds": 60})

    truth = http.get("/_sandbox/truth").json()
    assert [(d["to"], d["status"]) for d in truth["deliveries"]] == [
        (["m@customers.example"], "error")
    ]
    assert [d["body"] for d in truth["drafts"]] == ["Hi"]


def test_a_key_can_be_made_without_a_role(http: httpx.Client) -> None:
    made = http.post("/_sandbox/keys", json={"without": ["org.permission.note.read"]}).json()

    headers = {"authorization": f"Bearer {made['key']}"}

    assert http.get(f"/v1/notes/{'f' * 24}", headers=headers).status_code == 403
    assert http.get("/v1/users/current", headers=headers).status_code == 200


def test_the_newest_requests_are_told_without_keys_and_bodies(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    http.get("/v1/users/current")
    http.get("/v1/outboundAccounts")

    (told,) = http.get("/_sandbox/requests?last=1").json()

    assert (told["path"], told["status"], told["number"]) == ("/v1/outboundAccounts", 200, 2)
    assert sandbox.key not in str(told)


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("conversations", {"key": "x"}, 400, "'messages' is missing"),
        ("conversations/nobody/messages", {"text": "x"}, 404, "unknown"),
        ("conversations/kettle/messages", {}, 404, "text"),
        ("conversations/kettle", {"mood": "good"}, 400, "mood"),
        ("clock", {"advance_seconds": "x"}, 400, "x"),
        ("bounces", {}, 404, "address"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(
    sandbox: Sandbox,
    http: httpx.Client,
    path: str,
    body: dict[str, str],
    status: int,
    words: str,
) -> None:
    sandbox.add_conversation("kettle", "Hello")

    answer = http.post(f"/_sandbox/{path}", json=body)

    assert answer.status_code == status
    assert words in answer.json()["error"]
