"""`start`, `demo` and `retry` as processes of their own: the engine is one to a process."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.sandbox.faults import parse_fault
from agent.sandbox.plans import parse_plan
from agent.sandbox.server import Sandbox
from tests.processes import KEPT, Sidenote, environment_of, made_up, wait_until

COUNTS = ("noted", "drafted", "sent", "left", "overtaken", "failed")
RUN_FIELDS = {
    "id",
    "conversation_id",
    "message_id",
    "state",
    "disposition",
    "autonomy",
    "because",
    "error",
}
Process = Callable[..., Sidenote]


@pytest.fixture
def environment(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    return environment_of(sandbox, f"sqlite:///{tmp_path / 'sidenote.sqlite'}")


@pytest.fixture
def process(tmp_path: Path, environment: dict[str, str]) -> Iterator[Process]:
    """`process("start", "--once")`; what still runs at the end is killed."""
    started: list[Sidenote] = []

    def start(*arguments: str, **more: str) -> Sidenote:
        begun = Sidenote(*arguments, folder=tmp_path / "out", environment=environment | more)
        started.append(begun)
        return begun

    yield start
    for each in started:
        each.kill()


def plant(sandbox: Sandbox, count: int) -> list[str]:
    plans = [parse_plan(fields, "made up") for fields in made_up(count)]
    return [record.id for record in sandbox.add(plans)]


def fault(sandbox: Sandbox, *described: str) -> None:
    """Replace the faults, as `sidenote sandbox --fault` takes them; none ends them."""
    sandbox.faults.set(*map(parse_fault, described))


def test_start_once_prints_one_object_whose_counts_add_up(
    sandbox: Sandbox, process: Process
) -> None:
    conversations = plant(sandbox, 3)
    sandbox.add_conversation("short", "thanks!")

    result = process("start", "--once", "--json").printed()

    assert set(result) == {"due", "runs", *COUNTS}
    assert (result["due"], result["noted"], result["left"]) == (4, 3, 1)
    assert result["due"] == sum(result[name] for name in COUNTS)
    assert all(set(run) == RUN_FIELDS for run in result["runs"])
    noted = {run["conversation_id"] for run in result["runs"] if run["disposition"] == "noted"}
    assert noted == set(conversations)


def test_a_second_start_finds_nothing_and_names_no_run_of_the_first(
    sandbox: Sandbox, process: Process
) -> None:
    plant(sandbox, 2)
    process("start", "--once", "--json").printed()

    result = process("start", "--once", "--json").printed()

    assert (result["due"], result["runs"]) == (0, [])
    assert len(sandbox.world.notes) == 2


def test_without_a_terminal_there_are_plain_lines(sandbox: Sandbox, process: Process) -> None:
    plant(sandbox, 1)

    started = process("start", "--once")

    assert started.ended() == 0
    assert started.out.splitlines()[-1] == "1 due: 1 noted."
    assert "daemon.started" in started.err
    assert "\x1b" not in started.out + started.err


def test_a_paused_start_once_ends_and_says_what_waits(sandbox: Sandbox, process: Process) -> None:
    plant(sandbox, 2)

    started = process("start", "--once", SIDENOTE_PAUSED="1")

    assert started.ended() == 0
    assert "2 runs wait" in started.err
    assert sandbox.world.notes == {}


def test_start_once_fails_when_a_run_failed(sandbox: Sandbox, process: Process) -> None:
    plant(sandbox, 1)
    fault(sandbox, "422@*/notes=1")

    started = process("start", "--once", "--json")

    assert started.ended() == 1
    assert json.loads(started.out)["failed"] == 1


def test_start_once_with_a_key_that_may_not_search_ends_and_says_so(
    sandbox: Sandbox, process: Process
) -> None:
    fault(sandbox, "403@*/search=1")

    started = process("start", "--once", "--json")

    assert started.ended() == 1
    assert "Kustomer: " in started.err
    assert "lacks a role" in started.err


def test_a_retry_goes_on_from_the_step_that_failed(sandbox: Sandbox, process: Process) -> None:
    plant(sandbox, 1)
    fault(sandbox, "422@*/notes=1")
    process("start", "--once", "--json").ended()
    fault(sandbox)
    (failed,) = process("runs", "--state", "failed", "--json").printed()

    (retried,) = process("retry", failed["id"], "--json").printed()

    assert failed["error"]["step"] == "act"
    assert (retried["id"], retried["retry"]) == (failed["id"], "retrying")
    assert (retried["state"], retried["disposition"], retried["error"]) == ("done", "noted", None)
    assert len(sandbox.world.notes) == 1


def test_a_retry_beside_a_daemon_is_handed_to_it(sandbox: Sandbox, process: Process) -> None:
    plant(sandbox, 1)
    fault(sandbox, "422@*/notes=1")
    process("start", "--once", "--json").ended()
    fault(sandbox)
    daemon = process("start")
    daemon.says("daemon.started")

    retry = process("retry", "--all-failed")

    assert retry.ended() == 0
    assert "handed to the daemon" in retry.out
    daemon.until(lambda: len(sandbox.world.notes) == 1)


def test_a_bad_since_is_wrong_input(process: Process) -> None:
    started = process("start", "--since", "yesterday")

    assert started.ended() == 2
    assert "24h" in started.err
    assert started.out == ""


def test_since_looks_back_further_than_a_day(sandbox: Sandbox, process: Process) -> None:
    old = {**made_up(1)[0]}
    old["messages"] = [{**m, "minutes_ago": 3 * 24 * 60} for m in old["messages"]]
    sandbox.add([parse_plan(old, "made up")])

    assert process("start", "--once", "--json").printed()["due"] == 0
    assert process("start", "--once", "--since", "7d", "--json").printed()["noted"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_daemon_within_seconds(process: Process, number: int) -> None:
    daemon = process("start")
    daemon.says("daemon.started")

    daemon.process.send_signal(number)

    assert daemon.ended(within=15) == 0
    assert "daemon.stopped" in daemon.err


def test_a_stop_does_not_wait_for_a_helpdesk_that_hangs(sandbox: Sandbox, process: Process) -> None:
    daemon = process("start")
    daemon.says("daemon.started")
    fault(sandbox, "timeout-before=1")
    time.sleep(1.5)  # the next poll is under way

    asked_at = time.monotonic()
    daemon.terminate()

    assert daemon.ended(within=20) == 0
    assert time.monotonic() - asked_at < 15


# demo


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """The settings of somebody who has set nothing."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "XDG_STATE_HOME": str(tmp_path / "state")}


def test_demo_once_ends_well_whatever_the_teams_settings_are(
    nobody: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / ".env").write_text("KUSTOMER_BASE_URL=nonsense\nOPENAI_API_KEY=k\n")
    mine = {**nobody, "KUSTOMER_API_KEY": "k", "SIDENOTE_POLL_SECONDS": "soon"}

    with Sidenote("demo", "--once", "--json", folder=folder, environment=mine) as demo:
        result = demo.printed()

    assert result["noted"] > 0
    assert result["failed"] == 0
    assert result["due"] == sum(result[name] for name in COUNTS) == len(result["runs"])


def test_the_demo_shows_what_may_become_of_a_message(
    nobody: dict[str, str], tmp_path: Path
) -> None:
    with Sidenote("demo", "--once", "--json", folder=tmp_path / "out", environment=nobody) as demo:
        result = demo.printed()

    assert min(result["sent"], result["drafted"], result["left"]) >= 2
    noted = [run for run in result["runs"] if run["disposition"] == "noted"]
    held_by = {rule for run in noted for rule in run["because"]}
    assert held_by >= {"angry", "several-questions", "attachment-unread", "teammate-assigned"}


def test_a_run_of_the_demo_can_be_explained_afterwards(
    nobody: dict[str, str], tmp_path: Path
) -> None:
    with Sidenote("demo", "--once", folder=tmp_path / "out", environment=nobody) as demo:
        assert demo.ended() == 0
    hint = next(line for line in demo.err.splitlines() if "sidenote explain" in line)
    run_id = hint.split()[2]

    with Sidenote(
        "explain", run_id, "--demo", folder=tmp_path / "out", environment=nobody
    ) as explain:
        assert explain.ended() == 0

    assert run_id in explain.out
    assert "no real customer was written to" in demo.err


def test_a_demo_starts_anew_each_time(nobody: dict[str, str], tmp_path: Path) -> None:
    results = []
    for _ in range(2):
        with Sidenote(
            "demo", "--once", "--json", folder=tmp_path / "out", environment=nobody
        ) as demo:
            results.append(demo.printed()["noted"])

    assert results[0] == results[1] > 0


def test_two_demos_at_once_do_not_meet(nobody: dict[str, str], tmp_path: Path) -> None:
    with Sidenote("demo", folder=tmp_path / "one", environment=nobody) as first:
        database = tmp_path / "state" / "sidenote" / "demo" / "demo.sqlite"
        wait_until(lambda: database.exists() and "daemon" in _tables(database))
        with Sidenote(
            "demo", "--once", "--json", folder=tmp_path / "two", environment=nobody
        ) as second:
            assert second.printed()["failed"] == 0
        assert first.is_running()
        first.terminate()
        assert first.ended() == 0


def _tables(database: Path) -> str:
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("select name from sqlite_master").fetchall()
    finally:
        connection.close()
    return "daemon" if any(name == "workflow_status" for (name,) in rows) else ""


def test_runs_of_a_demo_that_never_was_say_so(nobody: dict[str, str], tmp_path: Path) -> None:
    with Sidenote("runs", "--demo", folder=tmp_path / "out", environment=nobody) as runs:
        assert runs.ended() == 2

    assert "sidenote demo" in runs.err
