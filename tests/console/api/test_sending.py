"""The send action over HTTP: the action's inputs, its answer, and one write per key."""

from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest

from agent.audit_port import AuditKind
from agent.core.conversation import Direction
from agent.core.tokens import Scope
from agent.errors import HelpdeskLocked
from agent.ports import Pause
from tests.console.api.world import Api
from tests.test_answering import ask

PATH = "/actions/send-message"
CALLED_BACK = "Called back, no answer."


def asked(conversation: str, **changes: Any) -> dict[str, Any]:
    return {"conversation_id": conversation, "body": CALLED_BACK, "direction": "note"} | changes


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def notes(api: Api, conversation: str) -> list[str]:
    return [note.body for note in api.world.notes(conversation)]


def test_a_note_is_written_and_told_as_the_action_tells_it(api: Api) -> None:
    conversation = api.world.conversation()

    answer = api.post(PATH, asked(conversation))

    (note,) = api.world.notes(conversation)
    attributes = {"body": CALLED_BACK, "direction": "note", "channel": None, "state": "arrived"}
    assert answer.status_code == 200
    assert answer.json() == {"data": {"id": note.id, "attributes": attributes}}


def test_a_reply_reaches_the_customer(api: Api) -> None:
    conversation = ask(api.world)

    answer = api.post(PATH, asked(conversation, direction="out", body="It ships today."))

    assert answer.json()["data"]["attributes"]["state"] == "arrived", answer.text
    messages = api.world.helpdesk._messages[conversation]
    assert [m.text for m in messages if m.direction is Direction.OUT] == ["It ships today."]


def test_the_same_key_and_body_give_the_same_answer_and_one_note(api: Api) -> None:
    conversation = api.world.conversation()

    answers = [api.post(PATH, asked(conversation), headers=keyed("k1")) for _ in range(3)]

    assert len({answer.text for answer in answers}) == 1
    assert notes(api, conversation) == [CALLED_BACK]


def test_a_key_is_remembered_by_the_next_process(api: Api) -> None:
    conversation = api.world.conversation()
    first = api.post(PATH, asked(conversation), headers=keyed("k1"))

    api.world.restart()

    assert api.post(PATH, asked(conversation), headers=keyed("k1")).json() == first.json()
    assert notes(api, conversation) == [CALLED_BACK]


@pytest.mark.parametrize("change", [{"body": "Another."}, {"direction": "in", "channel": "email"}])
def test_the_same_key_for_something_else_is_refused(api: Api, change: dict[str, str]) -> None:
    conversation = api.world.conversation()
    api.post(PATH, asked(conversation), headers=keyed("k1"))

    answer = api.post(PATH, asked(conversation, **change), headers=keyed("k1"))

    assert answer.status_code == 422
    assert "take a new one" in answer.json()["detail"]
    assert notes(api, conversation) == [CALLED_BACK]


def test_while_a_send_is_under_way_the_same_key_is_told_to_wait(api: Api) -> None:
    conversation = api.world.conversation()
    writing, go_on = Event(), Event()
    before = api.world.helpdesk.noticed

    def slow(request: Any) -> Any:
        if request.method == "write_note":
            writing.set()
            go_on.wait(10)
        return before(request)

    api.world.helpdesk.noticed = slow  # type: ignore[method-assign]
    first: list[Any] = []
    send = Thread(
        target=lambda: first.append(api.post(PATH, asked(conversation), headers=keyed("k1")))
    )
    send.start()
    assert writing.wait(10)
    try:
        second = api.post(PATH, asked(conversation), headers=keyed("k1"))
    finally:
        go_on.set()
        send.join()

    assert second.status_code == 409
    assert int(second.headers["Retry-After"]) >= 1
    assert first[0].status_code == 200
    assert notes(api, conversation) == [CALLED_BACK]


def test_without_a_key_the_same_text_is_taken_for_a_mistake(api: Api) -> None:
    conversation = api.world.conversation()
    api.post(PATH, asked(conversation))

    refused = api.post(PATH, asked(conversation))
    meant = api.post(f"{PATH}?again=true", asked(conversation))

    assert refused.status_code == 422
    assert "?again=true" in refused.json()["detail"]
    assert "Idempotency-Key" in refused.json()["detail"]
    assert "--" not in refused.json()["detail"]
    assert meant.status_code == 200
    assert len(notes(api, conversation)) == 2


def test_while_paused_nothing_is_written_and_it_says_so(api: Api) -> None:
    conversation = api.world.conversation()
    api.world.store.pause(Pause(by="Ada", at=api.world.clock.now()))

    answer = api.post(PATH, asked(conversation))

    assert answer.status_code == 503
    assert "paused by Ada" in answer.json()["detail"]
    assert "Retry-After" in answer.headers
    assert notes(api, conversation) == []


def test_a_kustomer_that_refuses_the_key_is_a_503(api: Api) -> None:
    conversation = api.world.conversation()
    api.world.helpdesk.fail(HelpdeskLocked("the key is refused"), on="write_note")

    answer = api.post(PATH, asked(conversation))

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"conversation_id": "https://x/1"}, id="an address for an id"),
        pytest.param({"body": ""}, id="no text"),
        pytest.param({"direction": "sideways"}, id="no such direction"),
        pytest.param({"direction": "out", "channel": "pigeon"}, id="no such channel"),
        pytest.param({"to": "eve@mail.example"}, id="a recipient of one's own"),
        pytest.param({"body": "Hello {{customer.name}}"}, id="a variable that nobody gave"),
        pytest.param({"body": 5}, id="no text but a number"),
    ],
)
def test_what_cannot_be_sent_is_refused_without_quoting_it(
    api: Api, change: dict[str, Any]
) -> None:
    conversation = api.world.conversation()

    answer = api.post(PATH, asked(conversation, **change))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "eve@" not in answer.text
    assert notes(api, conversation) == []


def test_the_record_says_which_token_asked(api: Api) -> None:
    conversation = api.world.conversation()
    held = {"Authorization": f"Bearer {api.token(Scope.SEND, name='order-workflow')}"}

    api.client.post(f"/api/v1{PATH}", json=asked(conversation), headers=held)

    rows = api.world.store.audit_rows()
    (row,) = [row for row in rows if row.link.kind == AuditKind.API_CALL]
    assert row.content == {"by": "token order-workflow", "action": "send-message"}
    assert row.link.subjects == {"conversation": conversation}


def test_only_so_many_calls_wait_for_kustomer_at_once(api: Api) -> None:
    while api.parts.places.acquire(blocking=False):
        pass

    answer = api.post(PATH, asked(api.world.conversation()))

    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


def test_a_conversation_that_is_not_there_is_a_404(api: Api) -> None:
    answer = api.post(PATH, asked("f" * 24))

    assert answer.status_code == 404


def test_a_moment_later_the_same_text_without_a_key_is_meant(api: Api) -> None:
    conversation = api.world.conversation()
    api.post(PATH, asked(conversation))

    api.world.clock.advance(timedelta(minutes=11))

    assert api.post(PATH, asked(conversation)).status_code == 200
