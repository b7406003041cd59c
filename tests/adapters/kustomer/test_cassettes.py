"""Recorded exchanges are played without a network: what we send today is what was recorded."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import vcr.errors

from agent.adapters.kustomer import Kustomer
from agent.core.conversation import Direction
from tests.adapters.kustomer.cassettes import (
    CONVERSATION,
    FOLDER,
    HOST,
    KEPT_HEADERS,
    MARKER,
    SAID,
    STORIES,
    Readable,
    cassette,
    client_at,
    note,
    refusals,
    reply,
)

SECRET = re.compile(
    r"authorization|bearer|cookie|not-a-real-key|sandbox-[0-9a-f]{8}|eyJ|127\.0\.0\.1",
    re.IGNORECASE,
)


@pytest.fixture
def client() -> Iterator[Kustomer]:
    with client_at(HOST) as client:
        yield client


def test_a_conversation_is_found_read_and_noted(client: Kustomer) -> None:
    with cassette("note.yaml"):
        noted = note(client)

    assert noted.found == (CONVERSATION,)
    assert [each.direction for each in noted.messages] == [
        Direction.IN,
        Direction.OUT,
        Direction.IN,
    ]
    assert [(each.body, each.marker) for each in noted.notes] == [("Asks for a lid.", MARKER)]


def test_a_noted_conversation_costs_three_requests_and_the_look_afterwards(
    client: Kustomer,
) -> None:
    with cassette("note.yaml"):
        note(client)

    assert client.requests == {"search": 1, "messages": 1, "note": 1, "notes": 1}


def test_a_reply_is_staged_seen_and_released(client: Kustomer) -> None:
    with cassette("reply.yaml"):
        (draft,) = reply(client)

    assert (draft.marker, draft.body, draft.to) == (
        MARKER,
        "It is in stock.",
        ("mara@example.com",),
    )


def test_refusals_are_said_in_our_words(client: Kustomer) -> None:
    with cassette("refusals.yaml"):
        said = refusals(client)

    assert [each.split(":")[0] for each in said] == ["HelpdeskMissing", "HelpdeskRefused"]
    assert "400 badparam body" in said[1]


def test_another_request_finds_no_answer(client: Kustomer) -> None:
    with (
        pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException),
        cassette("note.yaml"),
    ):
        client.conversation("1" * 24)


def test_a_cassette_that_is_not_played_to_the_end_fails(client: Kustomer) -> None:
    with pytest.raises(AssertionError, match="not played"), cassette("note.yaml"):
        client.messages(CONVERSATION)


def test_every_recording_has_its_story() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(STORIES)


@pytest.mark.parametrize("name", STORIES)
def test_a_cassette_holds_no_secret_and_says_where_it_comes_from(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")

    assert SAID in text.splitlines()[0]
    assert SECRET.search(text) is None
    for exchange in Readable.deserialize(text)["interactions"]:
        assert exchange["request"]["uri"].startswith(HOST)
        for headers in (exchange["request"]["headers"], exchange["response"]["headers"]):
            assert {header.lower() for header in headers} <= KEPT_HEADERS


def test_addresses_in_recordings_are_examples() -> None:
    for file in Path(FOLDER).glob("*.yaml"):
        domains = set(re.findall(r"@([\w.-]+)", file.read_text("utf-8")))
        assert {domain.rsplit(".", 1)[-1] for domain in domains} <= {"example", "com", "test"}
        assert not {d for d in domains if d.endswith(".com")} - {"example.com"}
