"""A sandbox that never says "too many requests", and what the daemons of a test share."""

from collections.abc import Iterator

import pytest

from agent.sandbox.server import Sandbox
from tests.daemon.scene import Scene
from tests.postgres import Postgres, shared_postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    return shared_postgres(tmp_path_factory)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(plan="unlimited", switches={"index-lag": "0", "search-limit": "9999"}) as running:
        yield running


@pytest.fixture
def scene(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """On an SQLite file of the test's own."""
    folder = tmp_path_factory.mktemp("scene")
    return Scene(sandbox, folder, f"sqlite:///{folder / 'sidenote.sqlite'}")


@pytest.fixture
def shared_scene(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> Scene:
    """On a PostgreSQL database of the test's own, which several workers may share."""
    return Scene(sandbox, tmp_path_factory.mktemp("scene"), postgres.new_database())
