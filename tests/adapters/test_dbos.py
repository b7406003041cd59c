"""The engine's workflows: each step's result is kept, and the one that stopped is run again."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy.exc import OperationalError

from agent.adapters.dbos import DbosEngine
from agent.core.turn import Turn
from agent.engine import STEPS, StepStopped
from agent.errors import StoreUnavailable


@dataclass
class Steps:
    """Carries out; stops a step as often as told. `ran` lists what was carried out."""

    stops: Counter[str] = field(default_factory=Counter)
    ran: list[str] = field(default_factory=list)
    given: list[int] = field(default_factory=list)

    def __call__(self, name: str, turn: Turn, given: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        self.ran.append(name)
        self.given.append(len(given))
        if self.stops[name] > 0:
            self.stops[name] -= 1
            raise StepStopped(name)
        return {"step": name}


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def engine(tmp_path: Path, steps: Steps) -> Iterator[DbosEngine]:
    engine = DbosEngine(
        f"sqlite:///{tmp_path}/engine.db", worker="worker-1", threads=2, poll_seconds=0.1
    )
    engine.start(steps)
    yield engine
    engine.stop(2)


def test_a_database_that_goes_away_at_the_start_is_told_in_a_sentence(steps: Steps) -> None:
    # A server that was restarted just then ended a starting daemon with a page of traceback.
    gone = DbosEngine("postgresql://postgres@127.0.0.1:1/none", worker="worker-1")
    try:
        with pytest.raises(StoreUnavailable, match="went away while the engine started"):
            gone.start(steps)
    finally:
        gone.stop(0)


CALLS: dict[str, Callable[[DbosEngine], object]] = {
    "ensure": lambda engine: engine.ensure(Turn("c1", "m1")),
    "free": lambda engine: engine.free(Turn("c1", "m1")),
    "active": lambda engine: engine.active(),
    "take_over": lambda engine: engine.take_over("worker-2"),
    "forget": lambda engine: engine.forget([Turn("c1", "m1")]),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_database_that_goes_away_later_is_told_without_its_values(
    engine: DbosEngine, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    # A server restarted in the middle of handing a run over ended the daemon with a traceback.
    def gone(*_args: object, **_given: object) -> None:
        raise OperationalError("UPDATE workflows", {"key": "c1:m1"}, ConnectionError("closed"))

    for name in ("get_workflow_status", "list_workflows", "delete_workflows"):
        monkeypatch.setattr(DBOS, name, gone)

    with pytest.raises(StoreUnavailable, match="went away") as caught:
        CALLS[call](engine)

    assert "c1" not in str(caught.value)
    assert caught.value.__suppress_context__


def carry_out(engine: DbosEngine, turn: Turn) -> None:
    engine.ensure(turn)
    deadline = time.monotonic() + 20
    while engine.active():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_workflow_goes_on_from_the_step_that_stopped(engine: DbosEngine, steps: Steps) -> None:
    # Told to begin again, it read a second time what it had answered, and took itself for late.
    turn = Turn("c1", "m1")
    steps.stops["act"] = 1
    carry_out(engine, turn)
    assert steps.ran == ["read", "propose", "decide", "act"]

    carry_out(engine, turn)

    assert steps.ran[4:] == ["act", "finish"]
    assert steps.given[4:] == [3, 4]


def test_a_workflow_that_stopped_at_its_first_step_begins_again(
    engine: DbosEngine, steps: Steps
) -> None:
    turn = Turn("c1", "m2")
    steps.stops["read"] = 1
    carry_out(engine, turn)

    carry_out(engine, turn)

    assert steps.ran == ["read", *STEPS]


def test_of_a_workflow_that_ended_only_the_last_step_is_run_again(
    engine: DbosEngine, steps: Steps
) -> None:
    turn = Turn("c1", "m3")
    carry_out(engine, turn)

    carry_out(engine, turn)

    assert steps.ran == [*STEPS, "finish"]


def test_a_workflow_whose_code_died_is_queued_again(engine: DbosEngine, steps: Steps) -> None:
    # A full database ended its thread in the middle: active by the books, run by nobody.
    turn = Turn("c1", "m1")
    carry_out(engine, turn)
    with closing(sqlite3.connect(engine._url.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE workflow_status SET status = 'PENDING', output = NULL")
        database.execute("DELETE FROM operation_outputs WHERE function_id > 3")
    engine.ensure(turn)
    assert engine.active() == 1

    engine.free(turn)
    carry_out(engine, turn)

    assert steps.ran[5:] == ["act", "finish"]


def test_a_workflow_that_runs_is_not_queued_again(engine: DbosEngine, steps: Steps) -> None:
    turn = Turn("c1", "m1")
    carry_out(engine, turn)

    engine.free(turn)

    assert engine.active() == 0
    assert len(steps.ran) == len(STEPS)
