"""What writing changes: notes, recorded messages, tags, conversations, customers."""

from datetime import timedelta

import httpx
import pytest

from agent.sandbox.records import ConversationRecord, Json
from agent.sandbox.server import Sandbox

OURS = "a" * 24


@pytest.fixture
def conversation(sandbox: Sandbox) -> ConversationRecord:
    return sandbox.add_conversation("kettle", "Where is it?")


def note(http: httpx.Client, conversation: ConversationRecord, **fields: object) -> httpx.Response:
    body = {"body": "Asks about the lid.", "externalId": "marker-1", **fields}
    return http.post(f"/v1/conversations/{conversation.id}/notes", json=body)


def shown(http: httpx.Client, conversation: ConversationRecord) -> Json:
    data: Json = http.get(f"/v1/conversations/{conversation.id}").json()["data"]["attributes"]
    return data


def test_a_note_raises_the_conversations_version_count_and_times(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    before = shown(http, conversation)

    answer = note(http, conversation)

    after = shown(http, conversation)
    assert answer.status_code == 201
    assert after["rev"] == before["rev"] + 1
    assert after["noteCount"] == before["noteCount"] + 1
    assert after["updatedAt"] > before["updatedAt"]
    assert after["lastActivityAt"] > before["lastActivityAt"]
    assert after["lastMessageIn"] == before["lastMessageIn"]


def test_a_note_is_the_machine_users_and_stands_in_the_list(
    http: httpx.Client, conversation: ConversationRecord
) -> None:
    user = http.get("/v1/users/current").json()["data"]["id"]

    note(http, conversation)

    listed = http.get(f"/v1/conversations/{conversation.id}/notes").json()["data"]
    assert [n["attributes"]["externalId"] for n in listed] == ["marker-1"]
    assert listed[0]["relationships"]["createdBy"]["data"]["id"] == user


@pytest.mark.parametrize(
    ("switch", "status", "taken"),
    [("honoured", 201, True), ("ignored", 201, False), ("refused", 400, False)],
)
def test_an_offered_id_is_taken_as_the_switch_says(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    switch: str,
    status: int,
    taken: bool,
) -> None:
    sandbox.switch("note-id", switch)

    assert note(http, conversation, id=OURS).status_code == status
    assert (OURS in sandbox.world.notes) is taken


@pytest.mark.parametrize(("switch", "status", "notes"), [("409", 409, 1), ("400", 400, 1)])
def test_a_second_note_with_our_marker_is_refused(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    switch: str,
    status: int,
    notes: int,
) -> None:
    sandbox.switch("duplicate-external-id", switch)
    note(http, conversation)

    assert note(http, conversation).status_code == status
    assert len(sandbox.world.notes_of(conversation.id)) == notes


def test_a_second_note_with_our_marker_and_id_is_kept_when_duplicates_are_accepted(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.switch("duplicate-external-id", "accepted")
    note(http, conversation, id=OURS)

    assert note(http, conversation, id=OURS).status_code == 201
    assert len({n.id for n in sandbox.world.notes_of(conversation.id)}) == 2


def test_a_deleted_note_is_gone_and_its_marker_is_free(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    note(http, conversation, id=OURS)

    assert http.delete(f"/v1/notes/{OURS}").status_code == 204
    assert http.delete(f"/v1/notes/{OURS}").status_code == 404
    assert shown(http, conversation)["noteCount"] == 0
    assert note(http, conversation, id=OURS).status_code == 201


def test_recording_a_message_delivers_nothing(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    fields = {"channel": "email", "app": "postmark", "direction": "out", "preview": "Hello"}

    http.post(f"/v1/conversations/{conversation.id}/messages", json=fields)

    sandbox.advance(timedelta(hours=1))
    assert len(sandbox.world.messages_of(conversation.id)) == 2
    assert sandbox.world.deliveries == []


@pytest.mark.parametrize("status", ["snoozed", "done"])
def test_a_customers_reply_reopens(sandbox: Sandbox, http: httpx.Client, status: str) -> None:
    made = sandbox.add_conversation("old", "Thanks!", status=status)
    assert shown(http, made)["status"] == status

    said = sandbox.customer_says("old", "One more thing")

    attributes = shown(http, made)
    assert attributes["status"] == "open"
    assert attributes["lastMessageIn"]["id"] == said.id


def test_a_teammates_message_does_not_reopen(sandbox: Sandbox, http: httpx.Client) -> None:
    made = sandbox.add_conversation("old", "Thanks!", status="done")

    sandbox.teammate_says("old", "You are welcome")

    assert shown(http, made)["status"] == "done"


def test_tags_are_added_by_name_and_given_as_ids(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    path = f"/v1/conversations/{conversation.id}/tags"
    http.post(path, json=["kettle"])

    tags = http.post(path, json=["kettle", "lid"]).json()["data"]["attributes"]["tags"]

    assert [sandbox.world.tags[tag] for tag in tags] == ["kettle", "lid"]


@pytest.mark.parametrize(("switch", "status"), [("409", 409), ("ignored", 200)])
def test_a_stale_rev_is_refused_or_ignored(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    switch: str,
    status: int,
) -> None:
    sandbox.switch("rev-conflict", switch)
    fields = {"status": "done", "rev": conversation.rev - 1}

    assert http.put(f"/v1/conversations/{conversation.id}", json=fields).status_code == status
    assert (conversation.status == "done") is (status == 200)


def test_a_conversation_is_made_for_a_customer_that_exists(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    fields = {"customer": conversation.customer_id, "name": "New lid", "externalId": "case-1"}

    made = http.post("/v1/conversations", json=fields)
    again = http.post("/v1/conversations", json=fields)
    nobody = http.post("/v1/conversations", json={"customer": "f" * 24})

    assert [made.status_code, again.status_code, nobody.status_code] == [201, 409, 404]
    found = http.get("/v1/conversations/externalId=case-1").json()["data"]
    assert found["id"] == made.json()["data"]["id"]


def test_a_customer_is_made_once_per_address(http: httpx.Client) -> None:
    fields = {"name": "Ada Brook", "emails": [{"email": "ada@customers.example"}]}

    made, again = http.post("/v1/customers", json=fields), http.post("/v1/customers", json=fields)

    assert [made.status_code, again.status_code] == [201, 409]
    emails = made.json()["data"]["attributes"]["emails"]
    assert (emails[0]["email"], emails[0]["verified"]) == ("ada@customers.example", False)


def test_every_request_says_whether_it_was_applied(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    note(http, conversation)
    note(http, conversation)
    shown(http, conversation)

    log = [(r.method, r.status, r.applied) for r in sandbox.world.requests]
    assert log == [("POST", 201, True), ("POST", 409, False), ("GET", 200, False)]
