"""Stopping all writes, also when the database is out of reach."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.adapters.memory import MemoryStore
from agent.errors import ConfigError, StoreUnavailable
from agent.pausing import Controls
from agent.ports import Pause, Store

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def controls(
    folder: Path, store: Callable[[], Store] | None = None, *, from_environment: bool = False
) -> Controls:
    opened = MemoryStore()
    return Controls(store or (lambda: opened), folder / "pause", from_environment=from_environment)


def broken() -> Store:
    raise StoreUnavailable("the disk is full")


def misplaced() -> Store:
    raise ConfigError("this user may not write there")


def test_a_pause_stands_in_the_database(tmp_path: Path) -> None:
    team = controls(tmp_path)

    assert team.pause("Ben", NOON, "tea") == "database"

    assert team.store().paused() == Pause(by="Ben", at=NOON, reason="tea")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("store", [broken, misplaced])
def test_a_pause_stands_in_the_file_when_the_database_cannot_be_written(
    tmp_path: Path, store: Callable[[], Store]
) -> None:
    where = controls(tmp_path / "new", store).pause("Ben", NOON, "tea")

    assert where == f"file {tmp_path / 'new' / 'pause'}"
    assert "Ben" in (tmp_path / "new" / "pause").read_text()


def test_a_pause_that_can_be_written_nowhere_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pause").mkdir()

    with pytest.raises(StoreUnavailable, match="SIDENOTE_PAUSED=1"):
        controls(tmp_path, broken).pause("Ben", NOON, "")


def test_resume_ends_the_pause_and_removes_our_own_file(tmp_path: Path) -> None:
    controls(tmp_path, broken).pause("Ben", NOON, "")
    team = controls(tmp_path)
    team.pause("Ben", NOON, "")

    assert team.resume() == ()

    assert team.store().paused() is None
    assert not (tmp_path / "pause").exists()


def test_resume_leaves_a_file_that_a_person_made_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "pause").touch()

    (still,) = controls(tmp_path).resume()

    assert str(tmp_path / "pause") in still
    assert (tmp_path / "pause").exists()


def test_resume_names_the_environment(tmp_path: Path) -> None:
    (still,) = controls(tmp_path, from_environment=True).resume()

    assert "SIDENOTE_PAUSED" in still


def test_resuming_what_is_not_paused_is_fine(tmp_path: Path) -> None:
    assert controls(tmp_path).resume() == ()
