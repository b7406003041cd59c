"""The two databases that the store works on."""

from pathlib import Path

import pytest

from tests.postgres import Postgres, shared_postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    return shared_postgres(tmp_path_factory)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sidenote.sqlite"


@pytest.fixture
def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A database that does not have our tables yet."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("postgres").new_database())
