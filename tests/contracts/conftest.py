"""The stores that must behave alike: in memory, on SQLite, on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.adapters.memory import MemoryStore
from agent.adapters.store import open_store
from agent.ports import Store
from tests.postgres import Postgres, shared_postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    return shared_postgres(tmp_path_factory)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Gives the same store, opened once more; memory gives the same object."""
    opened: list[Store] = []
    if request.param == "memory":
        only = MemoryStore()
        yield lambda: only
        return
    url = f"sqlite:///{tmp_path}/state/sidenote.sqlite"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").new_database()

    def new() -> Store:
        opened.append(open_store(url))
        return opened[-1]

    yield new
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    return new_store()
