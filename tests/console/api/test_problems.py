"""Every error says what to do, as problem+json, and repeats nothing that a customer wrote."""

from typing import Any

import pytest

from agent.console.api.problems import of_error
from agent.core.tokens import Scope
from agent.errors import AgentError, OutcomeUnknown
from tests.console.api.world import Api, bearer

SEND = "/api/v1/actions/send-message"
SECRET = "mara@mail.example wants a refund"


def raw(api: Api, body: bytes, kind: str = "application/json") -> Any:
    held = bearer(api.token(Scope.SEND)) | {"Content-Type": kind}
    return api.client.post(SEND, content=body, headers=held)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"{", 422, id="cut off"),
        pytest.param(b"", 422, id="nothing"),
        pytest.param(b"[]", 422, id="a list"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b'{"body": "\xff"}', 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, 400, id="nested too deep"),
        pytest.param(b"1" * 10_000, 400, id="a number too long"),
        pytest.param(b'{"conversation_id":"c","body":"\\ud83d"}', 422, id="half a pair"),
        pytest.param(b" " * 300_000, 413, id="too large"),
        pytest.param(f'{{"body": 1, "{SECRET}": "{SECRET}"}}'.encode(), 422, id="odd fields"),
    ],
)
def test_a_body_that_cannot_be_used_is_told(api: Api, body: bytes, status: int) -> None:
    answer = raw(api, body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]
    assert SECRET not in answer.text


def test_a_body_that_grows_too_large_on_the_way_is_told(api: Api) -> None:
    def pieces() -> Any:
        yield b'{"body": "'
        for _ in range(300):
            yield b"x" * 1_000

    held = bearer(api.token(Scope.SEND)) | {"Content-Type": "application/json"}
    answer = api.client.post(SEND, content=pieces(), headers=held)

    assert answer.status_code == 413


def test_a_form_is_not_taken_for_json(api: Api) -> None:
    answer = raw(api, b"conversation_id=c1&body=hi", "application/x-www-form-urlencoded")

    assert answer.status_code == 422


def test_a_path_that_is_not_there_is_a_problem_too(api: Api) -> None:
    answer = api.client.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_breaks_is_told_without_its_words(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(api.world.store, "level_changes", broken)

    answer = api.get("/topics")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text


def kinds(base: type[AgentError] = AgentError) -> list[type[AgentError]]:
    """Those of errors.py; whatever others derive from one of them has its status."""
    found = [k for sub in base.__subclasses__() for k in (sub, *kinds(sub))]
    return [kind for kind in found if kind.__module__ == "agent.errors"]


@pytest.mark.parametrize("kind", sorted(set(kinds()), key=str), ids=lambda k: k.__name__)
def test_every_error_of_ours_has_a_status(api: Api, kind: type[AgentError]) -> None:
    told = of_error(api.parts, kind("what was done"))

    assert told.status_code != 500
    assert told.media_type == "application/problem+json"


def test_what_nobody_knows_the_outcome_of_may_be_asked_again(api: Api) -> None:
    told = of_error(api.parts, OutcomeUnknown("it may exist"))

    assert (told.status_code, "retry-after" in told.headers) == (503, True)
