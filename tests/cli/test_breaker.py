"""The breaker at the terminal: seen in `check`, closed by `resume --breaker`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.adapters.store import open_store
from agent.ports import Store
from tests.cli.typed import Typed

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'breaker.sqlite'}"
    monkeypatch.setenv("SIDENOTE_DATABASE_URL", url)
    opened = open_store(url)
    opened.open_breaker("30 automatic replies, at most 30 (10 min, all customers)", NOON)
    yield opened
    opened.close()


def test_check_shows_that_it_is_open_and_what_closes_it(typed: Typed, store: Store) -> None:
    told = {each["name"]: each for each in json.loads(typed("check", "--json").out)["tried"]}

    assert store.breaker() is not None
    assert "sidenote resume --breaker" in json.dumps(told["breaker"])


def test_a_person_closes_it_and_is_recorded(typed: Typed, store: Store) -> None:
    said = typed("resume", "--breaker", "--by", "Ada")

    assert said.code == 0
    assert "closed by Ada" in said.out
    assert store.breaker() is None
    newest = store.audit_rows()[-1]
    assert newest.content == {
        "state": "closed",
        "by": "Ada",
        "reason": "30 automatic replies, at most 30 (10 min, all customers)",
    }


def test_closing_it_twice_says_so(typed: Typed, store: Store) -> None:
    typed("resume", "--breaker")

    again = typed("resume", "--breaker", "--json")

    assert (again.code, json.loads(again.out)) == (0, {"closed": False, "reason": ""})
    assert store.breaker() is None


def test_closing_it_leaves_a_pause_as_it_is(typed: Typed, store: Store) -> None:
    typed("pause", "--by", "Ben")

    typed("resume", "--breaker")

    paused = store.paused()
    assert paused is not None
    assert paused.by == "Ben"
