"""Customers, conversations and summaries over HTTP."""

from agent.audit_port import AuditKind
from tests.console.api.world import Api
from tests.small_world import SmallWorld

MARA = {"name": "Mara Lind", "emails": ["mara@mail.example"]}
ONE = {"Idempotency-Key": "order-1"}


def customers(world: SmallWorld) -> int:
    return len(world.helpdesk._customers)


def test_a_customer_is_created_and_then_found(api: Api) -> None:
    made = api.post("/customers", MARA)
    again = api.post("/customers", MARA)
    found = api.get("/customers", params={"email": "mara@mail.example"})

    assert (made.json()["created"], again.json()["created"]) == (True, False)
    assert found.json()["data"] == [made.json()["data"]]


def test_nobody_found_is_an_empty_list(api: Api) -> None:
    answer = api.get("/customers", params={"external_id": "shop/77"})

    assert (answer.status_code, answer.json()) == (200, {"data": []})


def test_a_search_takes_exactly_one_key(api: Api) -> None:
    for params in ({}, {"email": "a@b.example", "text": "Mara"}):
        assert api.get("/customers", params=params).status_code == 422


def test_the_same_key_and_body_give_the_same_answer(api: Api) -> None:
    answers = [api.post("/customers", MARA, headers=ONE) for _ in range(3)]

    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["created"] is True
    assert customers(api.world) == 1


def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    api.post("/customers", MARA, headers=ONE)

    answer = api.post("/customers", {"emails": ["ben@mail.example"]}, headers=ONE)

    assert answer.status_code == 422
    assert "take a new one" in answer.json()["detail"]
    assert customers(api.world) == 1


def test_a_customer_without_address_is_created_once_under_a_key(api: Api) -> None:
    nameless = {"name": "Somebody at the door"}

    without = api.post("/customers", nameless)
    made = [api.post("/customers", nameless, headers=ONE).json()["data"]["id"] for _ in range(2)]

    assert without.status_code == 422
    assert "?allow_duplicate=true" in without.json()["detail"]
    assert made[0] == made[1]
    assert customers(api.world) == 1


def test_a_request_that_was_refused_does_not_use_up_its_key(api: Api) -> None:
    refused = api.post("/customers", {"emails": ["no address"]}, headers=ONE)

    mended = api.post("/customers", MARA, headers=ONE)

    assert (refused.status_code, mended.status_code) == (422, 200)


def test_a_conversation_is_opened_once_under_a_key(api: Api) -> None:
    customer_id = api.post("/customers", MARA).json()["data"]["id"]
    wanted = {"customer_id": customer_id, "name": "New lid"}

    answers = [api.post("/conversations", wanted, headers=ONE) for _ in range(2)]

    assert answers[0].json()["data"]["attributes"]["customer_id"] == customer_id
    assert answers[0].json() == answers[1].json()


def test_a_key_for_a_customer_is_no_key_for_a_conversation(api: Api) -> None:
    customer_id = api.post("/customers", MARA, headers=ONE).json()["data"]["id"]

    answer = api.post("/conversations", {"customer_id": customer_id}, headers=ONE)

    assert answer.status_code == 200


def test_a_conversation_of_nobody_is_a_404(api: Api) -> None:
    answer = api.post("/conversations", {"customer_id": "f" * 24}, headers=ONE)

    assert answer.status_code == 404


def test_what_was_created_is_in_the_record_without_a_name(api: Api) -> None:
    api.post("/customers", MARA)

    rows = [r for r in api.world.store.audit_rows() if r.link.kind == AuditKind.API_CALL]
    assert [row.content and row.content["action"] for row in rows] == ["create-customer"]
    assert "Mara" not in str(rows)


def test_a_summary_is_told_and_nothing_is_written(api: Api) -> None:
    conversation = api.world.conversation()

    told = api.post(f"/conversations/{conversation}/summary").json()

    assert told["conversation_id"] == conversation
    assert told["engine"] == "offline"
    assert told["statements"]
    assert (told["posted"], told["note_id"]) == (False, None)
    assert api.world.notes(conversation) == ()


def test_a_posted_summary_is_one_note_however_often_it_is_asked_for(api: Api) -> None:
    conversation = api.world.conversation()

    told = [api.post(f"/conversations/{conversation}/summary?post=true").json() for _ in range(2)]

    (note,) = api.world.notes(conversation)
    assert [each["posted"] for each in told] == [True, False]
    assert {each["note_id"] for each in told} == {note.id}


def test_a_language_that_notes_are_not_written_in_is_told(api: Api) -> None:
    answer = api.post(f"/conversations/{api.world.conversation()}/summary?language=xx")

    assert answer.status_code == 422
    assert "language" in answer.json()["detail"]
    assert "--" not in answer.json()["detail"]
