"""`sidenote check` on the model: what it cost, and whether it is still the one that was tried."""

import json
from collections.abc import Iterator

import pytest

from tests.adapters.model.server import ModelServer
from tests.cli.typed import Typed


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model that answers once by its name, and then as another one."""
    with ModelServer(["good", "swapped"]) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "made-up")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("SIDENOTE_MODEL", "test-model")
        monkeypatch.setenv("SIDENOTE_PRICES", "test-model=2.5/10")
        monkeypatch.setenv("SIDENOTE_SPEND_PER_DAY", "5")
        yield server


def found(typed: Typed, *more: str) -> dict[str, str]:
    """Words of each thing that was tried."""
    tried = json.loads(typed("check", "--json", *more).out)["tried"]
    return {each["name"]: each["words"] for each in tried}


def test_what_the_model_cost_is_counted_across_commands(typed: Typed, server: ModelServer) -> None:
    first, second = found(typed), found(typed)

    assert first["model's costs"].endswith(" of 5 in the last day")
    assert second["model's costs"] != first["model's costs"]


def test_the_model_that_was_tried_is_accepted(typed: Typed, server: ModelServer) -> None:
    assert found(typed)["model's name"] == "test-model: as accepted"


def test_another_model_is_shown_until_somebody_accepts_it(
    typed: Typed, server: ModelServer
) -> None:
    found(typed)

    changed = found(typed)["model's name"]
    accepted = typed("check", "--accept-model")

    assert changed.startswith("CHANGED, no reply goes out with it: test-model-2 since ")
    assert changed.endswith("'sidenote check --accept-model'")
    assert "Accepted: test-model-2." in accepted.err
    assert found(typed)["model's name"] == "test-model, test-model-2: as accepted"


def test_without_a_new_model_there_is_nothing_to_accept(typed: Typed, server: ModelServer) -> None:
    assert "No new model to accept." in typed("check", "--accept-model").err


def test_a_summary_that_is_only_looked_at_is_counted_too(
    typed: Typed, server: ModelServer, conversation: str
) -> None:
    one_check = tokens(typed)
    typed("summarize", conversation)

    assert tokens(typed) > 2 * one_check


def tokens(typed: Typed) -> int:
    """All tokens of the last hour; asking costs some too, always as many."""
    return int(found(typed)["model's costs"].split()[0].replace(",", ""))
