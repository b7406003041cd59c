"""Puts the console together over an `App`; apart from `wiring` because it is slow to import."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from urllib.parse import urlencode

from agent.adapters.store.access import open_access
from agent.adapters.store.search import open_search
from agent.approving import Ended, approve, reject
from agent.console.app import console_app
from agent.console.entry import Entry
from agent.console.parts import Acts, Light, Parts
from agent.console.server import hosts_of, is_loopback, serving
from agent.dispatcher import retry
from agent.errors import ConfigError, InputError
from agent.pausing import Controls
from agent.ports import Run
from agent.wiring import App


@dataclass(frozen=True, slots=True)
class Served:
    """A console that serves. `link` signs in once, "" where accounts are needed."""

    url: str
    link: str


@contextmanager
def served_console(app: App, address: str, *, is_demo: bool = False) -> Iterator[Served]:
    """Serve the console while the block runs.

    Raises:
        BusyPort: another program listens there.
        ConfigError: the address is not this machine's own and there are no accounts.
    """
    url = app.settings.database_url
    book, search = open_access(url), open_search(url)
    by_link = is_loopback(address)
    if not by_link and not book.accounts():
        raise ConfigError(
            f"SIDENOTE_CONSOLE is {address}, which others can reach, and there are no accounts. "
            "Make one with 'sidenote users add NAME --role admin', or listen on 127.0.0.1."
        )
    parts = Parts(
        store=app.store,
        search=search,
        entry=Entry(book=book, clock=app.clock, by_link=by_link),
        clock=app.clock,
        policy=lambda: app.policy,
        controls=Controls(
            store=lambda: app.store,
            file=app.settings.pause_file,
            from_environment=app.settings.paused,
        ),
        paused=app.pause.paused,
        acts=Acts(
            approve=partial(_approve, app),
            reject=partial(_reject, app),
            retry=partial(_retry, app),
        ),
        lights=lambda: _lights(app),
        version=version("sidenote"),
        is_demo=is_demo,
    )
    with serving(lambda served: console_app(parts, hosts=hosts_of(served)), address) as base:
        yield Served(url=base, link=link_to(parts.entry, base))


def link_to(entry: Entry, base: str) -> str:
    """A fresh one-time link; "" where there are accounts, or others can reach the console."""
    if not entry.by_link or entry.book.accounts():
        return ""
    return f"{base}/sign-in?{urlencode({'key': entry.new_key()})}"


def _approve(app: App, run: Run, by: str) -> Ended:
    return approve(app.desk, run, by=by)


def _reject(app: App, run: Run, by: str, reason: str) -> Ended:
    return reject(app.desk, run, by=by, reason=reason)


def _retry(app: App, run: Run) -> str:
    if not retry(app.store, run, app.clock):
        raise InputError("It has not failed, or goes on already.")
    if app.is_daemon or app.daemon_lives():
        return "It goes on from the step that failed."
    return "It goes on as soon as a daemon runs: 'sidenote start'."


def _lights(app: App) -> tuple[Light, ...]:
    closed = app.gates.closed() if app.is_daemon else None
    runs_here = app.is_daemon or app.daemon_lives()
    return (
        Light(
            name="Daemon",
            is_well=runs_here,
            words="is working" if runs_here else "does not run: 'sidenote start'",
        ),
        Light(
            name="Kustomer",
            is_well=closed is None,
            words=str(closed) if closed else "answers",
        ),
        Light(name="Engine", is_well=True, words=app.model.name),
    )
