"""What a console opened is let go of when it ends, also beside a daemon that goes on."""

import gc
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from agent.api_wiring import tokens_of
from agent.console.server import BusyPort
from agent.console_wiring import fresh_link, open_accounts, served_console
from agent.core.access import Role
from agent.core.tokens import Scope
from agent.errors import ConfigError
from agent.wiring import App
from tests.console.test_meters import app_at

ANY_PORT = "127.0.0.1:0"


@pytest.fixture(autouse=True)
def nothing_else_lets_go() -> Iterator[None]:
    """A connection that somebody forgot is closed by the collector, some time or other."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def is_let_go_of(app: App, folder: Path) -> bool:
    """SQLite removes the write-ahead log with the last connection to the file."""
    assert (folder / "sidenote.sqlite-wal").exists()
    app.close()
    return not (folder / "sidenote.sqlite-wal").exists()


def looked_at(app: App) -> None:
    """The first page and the figures: with the sign-in they open all that a console opens."""
    tokens = tokens_of(app, by="Ben")
    with closing(tokens.book):
        _, secret = tokens.add("grafana", {Scope.METRICS})
    with served_console(app, ANY_PORT) as served:
        httpx.get(served.link, follow_redirects=True).raise_for_status()
        bearer = {"authorization": f"Bearer {secret}"}
        httpx.get(f"{served.url}/metrics", headers=bearer).raise_for_status()


def test_a_console_that_served_alone_lets_go(tmp_path: Path) -> None:
    app = app_at(tmp_path)

    looked_at(app)

    assert is_let_go_of(app, tmp_path)


def test_a_console_beside_a_daemon_lets_go(tmp_path: Path) -> None:
    app = app_at(tmp_path)
    app.is_daemon = True

    looked_at(app)

    assert is_let_go_of(app, tmp_path)


def test_a_console_that_found_its_port_busy_lets_go(tmp_path: Path) -> None:
    app = app_at(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with (
            pytest.raises(BusyPort),
            served_console(app, f"127.0.0.1:{taken.getsockname()[1]}"),
        ):
            pass

    assert is_let_go_of(app, tmp_path)


def test_a_console_that_others_could_reach_lets_go(tmp_path: Path) -> None:
    app = app_at(tmp_path)
    assert app.store.paused() is None

    with pytest.raises(ConfigError), served_console(app, "0.0.0.0:0"):
        pass

    assert is_let_go_of(app, tmp_path)


def test_a_link_and_the_accounts_are_let_go_of(tmp_path: Path) -> None:
    app = app_at(tmp_path)
    assert fresh_link(app, ANY_PORT)
    with open_accounts(app, by="Ben") as accounts:
        accounts.add("mara", Role.LEAD, "long enough to be one")

    assert is_let_go_of(app, tmp_path)
