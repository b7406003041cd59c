"""Stopping all writes, also when the database is out of reach."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.memory import MemoryStore
from agent.audit_port import AuditEntry, AuditKind
from agent.core.chain import Link
from agent.errors import ConfigError, StoreUnavailable
from agent.pausing import OURS, Controls
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

    assert team.resume("Ada", NOON) == ()

    assert team.store().paused() is None
    assert not (tmp_path / "pause").exists()


def test_a_pause_stops_this_machine_before_the_database_answers(tmp_path: Path) -> None:
    found = []

    def slow() -> Store:
        found.append((tmp_path / "pause").exists())
        return MemoryStore()

    controls(tmp_path, slow).pause("Ben", NOON, "tea")

    assert found == [True]


def test_a_pause_leaves_a_file_that_a_person_made(tmp_path: Path) -> None:
    (tmp_path / "pause").write_text("mine")

    controls(tmp_path).pause("Ben", NOON, "tea")

    assert (tmp_path / "pause").read_text() == "mine"


def test_the_record_tells_who_paused_and_who_went_on(tmp_path: Path) -> None:
    team = controls(tmp_path)
    team.pause("Ben", NOON, "tea")
    team.resume("Ada", NOON)

    told = [(row.link.kind, row.content) for row in team.store().audit_rows()]
    assert told == [
        (AuditKind.PAUSED, {"by": "Ben", "reason": "tea"}),
        (AuditKind.RESUMED, {"by": "Ada", "reason": ""}),
    ]


def told(team: Controls) -> list[tuple[str, object]]:
    return [(row.link.kind, row.content) for row in team.store().audit_rows()]


LATER = NOON + timedelta(hours=1)
IN_THE_FILE = {"by": "Ben, Lead", "reason": "tea, at last", "at": NOON.isoformat()}


def test_a_pause_that_stood_in_the_file_is_recorded_by_the_next_resume(tmp_path: Path) -> None:
    controls(tmp_path, broken).pause("Ben, Lead", NOON, "tea, at last")
    team = controls(tmp_path)

    team.resume("Ada", LATER)

    assert told(team) == [
        (AuditKind.PAUSED, IN_THE_FILE),
        (AuditKind.RESUMED, {"by": "Ada", "reason": ""}),
    ]


def test_a_pause_that_stood_in_the_file_is_recorded_by_the_next_pause(tmp_path: Path) -> None:
    controls(tmp_path, broken).pause("Ben, Lead", NOON, "tea, at last")
    team = controls(tmp_path)

    team.pause("Ada", LATER, "more tea")

    assert told(team) == [
        (AuditKind.PAUSED, IN_THE_FILE),
        (AuditKind.PAUSED, {"by": "Ada", "reason": "more tea"}),
    ]


def test_a_pause_file_of_ours_that_was_spoilt_is_recorded_as_such(tmp_path: Path) -> None:
    (tmp_path / "pause").write_text(OURS)
    team = controls(tmp_path)

    assert team.resume("Ada", NOON) == ()

    assert told(team)[0] == (
        AuditKind.PAUSED,
        {"by": "", "reason": "the pause file cannot be read"},
    )


class Unrecorded(MemoryStore):
    """The record cannot be written, though the rest can."""

    def append_audit(self, entry: AuditEntry, now: datetime) -> Link:
        """See `AuditLog`."""
        raise StoreUnavailable("the disk is full")


def test_what_was_paused_stays_so_where_the_record_cannot_be_written(tmp_path: Path) -> None:
    store = Unrecorded()

    assert controls(tmp_path, lambda: store).pause("Ben", NOON, "tea") == "database"
    assert store.paused() is not None


def test_resume_leaves_a_file_that_a_person_made_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "pause").touch()

    (still,) = controls(tmp_path).resume("Ada", NOON)

    assert str(tmp_path / "pause") in still
    assert (tmp_path / "pause").exists()


def test_resume_names_the_environment(tmp_path: Path) -> None:
    (still,) = controls(tmp_path, from_environment=True).resume("Ada", NOON)

    assert "SIDENOTE_PAUSED" in still


def test_resuming_what_is_not_paused_is_fine(tmp_path: Path) -> None:
    assert controls(tmp_path).resume("Ada", NOON) == ()
