"""What is refused, and how the refusal looks."""

import httpx
import pytest

from agent.sandbox.server import Sandbox


@pytest.fixture
def conversation(sandbox: Sandbox) -> str:
    return sandbox.add_conversation("kettle", "Where is it?").id


def note_refused(http: httpx.Client, conversation: str, **fields: object) -> httpx.Response:
    return http.post(f"/v1/conversations/{conversation}/notes", json={"body": "x", **fields})


def test_an_unknown_field_is_a_400_in_the_shape_of_the_description(
    http: httpx.Client, conversation: str
) -> None:
    answer = note_refused(http, conversation, subject="no such field")

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "status": "400",
            "code": "badparam",
            "title": "Additional properties not allowed",
            "source": {"parameters": "subject"},
            "detail": "/properties/subject/additionalProperties",
        }
    ]


def test_a_recorded_error_has_a_number_for_its_status(
    sandbox: Sandbox, http: httpx.Client, conversation: str
) -> None:
    sandbox.switch("error-shape", "recorded")

    error = note_refused(http, conversation, subject="no such field").json()["errors"][0]

    assert error["status"] == 400
    assert error["source"] == {"parameter": "subject"}


def test_a_new_error_has_a_message(sandbox: Sandbox, http: httpx.Client, conversation: str) -> None:
    sandbox.switch("error-shape", "new")

    error = note_refused(http, conversation, subject="no such field").json()["errors"][0]

    assert (error["code"], error["message"]) == ("bad_request", "Additional properties not allowed")


@pytest.mark.parametrize(
    ("body", "status"),
    [("x", 201), ("x" * 10_240, 201), ("", 400), ("x" * 10_241, 400), (7, 400)],
    ids=["one", "most", "none", "too many", "no text"],
)
def test_a_note_has_1_to_10240_characters(
    http: httpx.Client, conversation: str, body: object, status: int
) -> None:
    assert note_refused(http, conversation, body=body).status_code == status


def test_a_body_over_100_kb_is_a_413(
    sandbox: Sandbox, http: httpx.Client, conversation: str
) -> None:
    assert note_refused(http, conversation, body="x" * 100_000).status_code == 413
    assert sandbox.world.notes_of(conversation) == []


def test_a_body_that_is_no_json_is_a_400(http: httpx.Client, conversation: str) -> None:
    answer = http.post(f"/v1/conversations/{conversation}/notes", content=b"{nope")

    assert answer.status_code == 400


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer wrong", "Basic x"])
def test_a_bad_key_is_a_401(http: httpx.Client, key: str) -> None:
    assert http.get("/v1/users/current", headers={"authorization": key}).status_code == 401


def test_an_expired_key_is_a_401(sandbox: Sandbox, http: httpx.Client) -> None:
    key = sandbox.world.make_key(expired=True)

    answer = http.get("/v1/users/current", headers={"authorization": f"Bearer {key}"})

    assert answer.status_code == 401


def test_a_key_of_another_pod_is_told_so(sandbox: Sandbox, http: httpx.Client) -> None:
    key = sandbox.world.make_key(pod="prod2")

    answer = http.get("/v1/users/current", headers={"authorization": f"Bearer {key}"})

    assert answer.status_code == 401
    title = answer.json()["errors"][0]["title"]
    assert title == "Token is associated with pod prod2, request is handled by pod prod1"


@pytest.mark.parametrize("status", [403, 401])
def test_a_key_without_the_role_writes_nothing(
    sandbox: Sandbox, http: httpx.Client, conversation: str, status: int
) -> None:
    sandbox.switch("missing-role", str(status))
    key = sandbox.world.make_key(without=["org.permission.note.create"])
    http.headers["authorization"] = f"Bearer {key}"

    assert note_refused(http, conversation).status_code == status
    assert http.get(f"/v1/conversations/{conversation}/notes").status_code == 200
    assert sandbox.world.notes_of(conversation) == []


def test_a_message_with_a_body_is_refused_because_its_text_is_preview(
    http: httpx.Client, conversation: str
) -> None:
    path = f"/v1/conversations/{conversation}/messages"
    common = {"channel": "email", "app": "postmark", "direction": "out"}

    assert http.post(path, json={**common, "body": "Hi"}).status_code == 400
    assert http.post(path, json={**common, "preview": "Hi"}).status_code == 201


def test_an_unknown_switch_or_value_is_named(sandbox: Sandbox, http: httpx.Client) -> None:
    wrong_name = http.post("/_sandbox/switches", json={"colour": "blue"})
    wrong_value = http.post("/_sandbox/switches", json={"note-id": "maybe"})

    assert "no switch 'colour'" in wrong_name.json()["error"]
    assert "honoured, ignored, refused" in wrong_value.json()["error"]
    assert sandbox.switches["note-id"] == "honoured"
