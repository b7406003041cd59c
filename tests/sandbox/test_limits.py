"""Requests per minute, and what an answer says about them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agent.sandbox.server import Sandbox

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def small() -> Iterator[tuple[Sandbox, httpx.Client]]:
    """An organisation on the smallest plan whose clock stands at noon."""
    with Sandbox(plan="professional", switches={"index-lag": "0"}, frozen_at=NOON) as sandbox:
        headers = {"authorization": f"Bearer {sandbox.key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as http:
            yield sandbox, http


def asked(http: httpx.Client, times: int) -> httpx.Response:
    answers = [http.get("/v1/users/current") for _ in range(times)]
    return answers[-1]


def test_each_answer_says_how_many_requests_are_left(http: httpx.Client) -> None:
    headers = asked(http, 2).headers

    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("1000", "998")
    assert "x-ratelimit-reset" not in headers


def test_one_too_many_is_a_429_until_the_minute_is_over(
    small: tuple[Sandbox, httpx.Client],
) -> None:
    sandbox, http = small

    assert asked(http, 300).status_code == 200
    refused = asked(http, 1)
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-reset"] == str(int((NOON + MINUTE).timestamp()))
    assert "retry-after" not in refused.headers

    sandbox.advance(MINUTE)
    assert asked(http, 1).status_code == 200


@pytest.mark.parametrize(
    ("switch", "value", "header"),
    [
        ("retry-after", "seconds", "60"),
        ("retry-after", "date", "Thu, 05 Nov 2026 12:01:00 GMT"),
    ],
)
def test_a_429_may_say_when_to_come_back(
    small: tuple[Sandbox, httpx.Client], switch: str, value: str, header: str
) -> None:
    sandbox, http = small
    sandbox.switch(switch, value)

    assert asked(http, 301).headers["retry-after"] == header


@pytest.mark.parametrize(("body", "text"), [("empty", ""), ("html", "<html>")])
def test_a_429_may_carry_anything(
    small: tuple[Sandbox, httpx.Client], body: str, text: str
) -> None:
    sandbox, http = small
    sandbox.switch("too-many-body", body)

    refused = asked(http, 301)

    assert refused.status_code == 429
    assert refused.text.startswith(text)
    assert (refused.text == "") is (body == "empty")


def test_a_machine_user_searches_100_times_a_minute(
    small: tuple[Sandbox, httpx.Client],
) -> None:
    sandbox, http = small
    body = {"queryContext": "conversation"}

    statuses = [http.post("/v1/customers/search", json=body).status_code for _ in range(101)]

    assert statuses == [200] * 100 + [429]
    assert asked(http, 1).status_code == 200
    http.headers["authorization"] = f"Bearer {sandbox.world.make_key()}"
    assert http.post("/v1/customers/search", json=body).status_code == 429


def test_a_customer_gets_120_notes_a_minute_and_a_refused_one_is_not_written(
    small: tuple[Sandbox, httpx.Client],
) -> None:
    sandbox, http = small
    made = sandbox.add_conversation("kettle", "Hi")
    other = sandbox.add_conversation("teapot", "Hi")

    def note(conversation: str) -> int:
        path = f"/v1/conversations/{conversation}/notes"
        return http.post(path, json={"body": "x"}).status_code

    assert [note(made.id) for _ in range(121)] == [201] * 120 + [429]
    assert len(sandbox.world.notes_of(made.id)) == 120
    assert note(other.id) == 201
