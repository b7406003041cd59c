"""A recorded exchange is played without a network: what we send today is what was recorded."""

import json
from pathlib import Path

import pytest
import vcr.errors

from agent.core.proposal import Section
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from tests.adapters.model.builders import KEY, POLICY, line, model_at, transcript
from tests.adapters.model.cassettes import (
    FOLDER,
    KEPT_HEADERS,
    NOTE,
    PORT,
    SUMMARY,
    Readable,
    ask,
    cassette,
)

URL = f"http://127.0.0.1:{PORT}/v1"


def test_a_recorded_exchange_gives_the_recorded_summary() -> None:
    with cassette(SUMMARY):
        proposal = ask()

    assert [statement.section for statement in proposal.statements] == list(Section)
    assert proposal.topic.name is None
    assert proposal.usage.calls == 1


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        pytest.param(transcript(line(1, "Something else.")), POLICY, id="another transcript"),
        pytest.param(transcript(), TeamPolicy(), id="another policy"),
    ],
)
def test_another_request_finds_no_answer(said: Transcript, policy: TeamPolicy) -> None:
    with (
        pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException),
        cassette(SUMMARY),
    ):
        model_at(URL).propose(said, policy)


def test_a_cassette_that_is_not_played_to_the_end_fails() -> None:
    with pytest.raises(AssertionError, match="2 not played"), cassette(SUMMARY):
        pass


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.name)
def test_a_cassette_holds_no_secret_and_says_where_it_comes_from(file: Path) -> None:
    text = file.read_text("utf-8")
    exchanges = Readable.deserialize(text)["interactions"]

    assert text.startswith(f"# {NOTE}")
    assert KEY not in text
    assert "bearer" not in text.lower()
    for exchange in exchanges:
        for headers in (exchange["request"]["headers"], exchange["response"]["headers"]):
            assert {name.lower() for name in headers} <= KEPT_HEADERS
        assert json.loads(exchange["request"]["body"])["model"] == "test-model"
