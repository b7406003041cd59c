"""`sidenote start --rehearse` as a process: it tells all and writes nothing."""

from pathlib import Path

import pytest

from agent.sandbox.plans import parse_plan
from agent.sandbox.server import Sandbox
from tests.processes import Sidenote, environment_of, made_up

COUNTS = {"due", "noted", "drafted", "sent", "left", "overtaken", "failed", "runs", "would"}


@pytest.fixture
def environment(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    sandbox.add([parse_plan(fields, "made up") for fields in made_up(2)])
    sandbox.add_conversation("short", "thanks!")
    return environment_of(sandbox, f"sqlite:///{tmp_path / 'sidenote.sqlite'}")


def rehearse(folder: Path, environment: dict[str, str], *more: str) -> Sidenote:
    return Sidenote("start", "--rehearse", "--once", *more, folder=folder, environment=environment)


def test_a_rehearsal_counts_what_would_have_been_done_and_writes_nothing(
    sandbox: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    with rehearse(tmp_path / "out", environment, "--json") as rehearsal:
        result = rehearsal.printed()

    assert set(result) == COUNTS
    assert (result["due"], result["left"], result["noted"]) == (3, 3, 0)
    counted = {way: result["would"][way] for way in ("send", "draft", "note", "hold")}
    assert counted == {"send": 0, "draft": 0, "note": 2, "hold": 1}
    assert result["would"]["because"]["hold"] == {"too-short-to-note": 1}
    assert (len(sandbox.world.notes), len(sandbox.world.drafts)) == (0, 0)


def test_a_person_sees_a_table_and_the_real_start_does_the_work(
    sandbox: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    with rehearse(tmp_path / "out", environment) as rehearsal:
        assert rehearsal.ended() == 0
    assert "3 rehearsed; nothing was written." in rehearsal.out
    assert "too-short-to-note 1" in rehearsal.out
    assert "A rehearsal: nothing is written" in rehearsal.err

    with Sidenote(
        "start", "--once", "--json", folder=tmp_path / "out", environment=environment
    ) as daemon:
        assert daemon.printed()["noted"] == 2


def test_a_rehearsed_run_can_be_explained(environment: dict[str, str], tmp_path: Path) -> None:
    with rehearse(tmp_path / "out", environment, "--json") as rehearsal:
        run_id = rehearsal.printed()["runs"][0]["id"]

    with Sidenote(
        "explain", run_id, "--rehearsal", folder=tmp_path / "out", environment=environment
    ) as explain:
        assert explain.ended() == 0

    assert "would " in explain.out
