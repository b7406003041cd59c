"""The API of one team, fresh for each test."""

from pathlib import Path

import pytest

from agent.core.team_policy import Level
from agent.ports import Run, RunState
from tests.console.api.world import Api, api_at
from tests.test_answering import ask


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return api_at(tmp_path)


@pytest.fixture
def drafting(tmp_path: Path) -> Api:
    """Its daemon has left a draft for a teammate."""
    api = api_at(tmp_path, Level.DRAFT)
    ask(api.world)
    api.world.live()
    waiting(api)
    return api


def waiting(api: Api) -> Run:
    """The run whose draft waits."""
    (run,) = api.world.store.runs(states=(RunState.AWAITING_APPROVAL,))
    return run
