"""Puts the console together over an `App`; apart from `wiring` because it is slow to import."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from urllib.parse import urlencode
from uuid import uuid4

from agent.access_port import AccessBook
from agent.adapters.kustomer.webhooks import is_signed, parse_call
from agent.adapters.store.access import open_access
from agent.adapters.store.search import open_search
from agent.api_wiring import api_parts
from agent.approving import Ended, approve, reject
from agent.console.accounts import Accounts
from agent.console.app import Places, console_app
from agent.console.entry import Entry
from agent.console.meters import MODEL, REQUESTS, model_meter, not_known, request_meter
from agent.console.parts import Acts, Light, Meter, Parts
from agent.console.server import hosts_of, is_loopback, serving
from agent.dispatcher import retry
from agent.doorbell import DistantBell, Doorbell
from agent.errors import ConfigError, InputError, StoreUnavailable
from agent.notes import NoteDesk
from agent.pausing import Controls
from agent.ports import Run
from agent.run_search import RunSearch
from agent.wiring import App


@dataclass(frozen=True, slots=True)
class Served:
    """A console that serves. `link` signs in once, "" where accounts are needed."""

    url: str
    link: str


@contextmanager
def served_console(app: App, address: str, *, is_demo: bool = False) -> Iterator[Served]:
    """Serve the console while the block runs; it ends within a second of the block.

    Raises:
        BusyPort: another program listens there.
        ConfigError: the address is not this machine's own and there are no accounts.
    """
    with ExitStack() as opened:
        book = opened.enter_context(closing(open_access(app.settings.database_url)))
        _refuse_strangers(app, book, address)
        search = opened.enter_context(closing(open_search(app.settings.database_url)))
        entry = Entry(book=book, clock=app.clock, by_link=is_loopback(address))
        parts = _parts(app, search, entry, is_demo=is_demo)
        api = opened.enter_context(api_parts(app, parts))
        # Entered last, so that nothing is served any more when the databases are let go of.
        base = opened.enter_context(
            serving(lambda served: console_app(parts, _places(app, served), api), address)
        )
        yield Served(url=base, link=link_to(entry, base))


def _parts(app: App, search: RunSearch, entry: Entry, *, is_demo: bool) -> Parts:
    return Parts(
        store=app.store,
        search=search,
        entry=entry,
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
        desk=partial(_desk, app),
        to_look=lambda: replace(_desk(app), reader=app.kustomer.tried_once()),
        lights=lambda: _lights(app),
        meters=lambda: (_requests(app), _model(app)),
        version=version("sidenote"),
        is_demo=is_demo,
        doorbell=_doorbell(app),
    )


def link_to(entry: Entry, base: str) -> str:
    """A fresh one-time link; "" where there are accounts, or others can reach the console."""
    if not entry.by_link or entry.book.accounts():
        return ""
    return f"{base}/sign-in?{urlencode({'key': entry.new_key()})}"


def fresh_link(app: App, address: str) -> str:
    """A one-time link for a console that listens there already; "" as for `link_to`."""
    with closing(open_access(app.settings.database_url)) as book:
        entry = Entry(book=book, clock=app.clock, by_link=is_loopback(address))
        return link_to(entry, f"http://{address}")


@contextmanager
def open_accounts(app: App, *, by: str) -> Iterator[Accounts]:
    """The accounts in the database of these settings, while the block runs."""
    with closing(open_access(app.settings.database_url)) as book:
        yield Accounts(book=book, record=app.store, clock=app.clock, by=by)


def _refuse_strangers(app: App, book: AccessBook, address: str) -> None:
    proxied = app.settings.console_url
    if is_loopback(address) and not proxied:
        return
    if book.accounts() and not is_loopback(address) and not (proxied and app.settings.proxies):
        raise ConfigError(
            f"SIDENOTE_CONSOLE is {address}, which others can reach, and passwords would cross the "
            "network in clear. Name the proxy that ends TLS in SIDENOTE_CONSOLE_URL and "
            "SIDENOTE_TRUSTED_PROXIES, or listen on 127.0.0.1."
        )
    if book.accounts():
        return
    which = f"SIDENOTE_CONSOLE_URL is {proxied}" if proxied else f"SIDENOTE_CONSOLE is {address}"
    raise ConfigError(
        f"{which}, which others can reach, and there are no accounts. Make one with "
        "'sidenote users add NAME --role admin', or listen on 127.0.0.1 without a proxy."
    )


def _places(app: App, served: str) -> Places:
    return Places(
        hosts=hosts_of(served),
        public_url=app.settings.public_url or "",
        proxied_url=app.settings.console_url or "",
        proxies=app.settings.proxies,
    )


def _distant_bell(app: App) -> DistantBell:
    bell = DistantBell(book=app.doorbell_book, clock=app.clock)
    threading.Thread(target=bell.run, args=(app.stopping,), name="doorbell", daemon=True).start()
    return bell


def _doorbell(app: App) -> Doorbell:
    """In the daemon it wakes the daemon; elsewhere it leaves a ring in the database."""

    def tokens() -> tuple[str, ...]:
        installed, own = app.doorbell_book.installed(), app.settings.webhook_token
        return tuple(one for one in (own and own.value, installed and installed.token) if one)

    bell = app.bell if app.is_daemon else _distant_bell(app)
    return Doorbell(
        bell=bell, clock=app.clock, tokens=tokens, is_signed=is_signed, parse=parse_call
    )


def _desk(app: App) -> NoteDesk:
    """A desk with a name of its own, so that of two requests at one draft one is told to wait."""
    return replace(app.desk, owner=f"{app.owner}/{uuid4().hex[:8]}")


def _approve(app: App, run: Run, by: str) -> Ended:
    return approve(_desk(app), run, by=by)


def _reject(app: App, run: Run, by: str, reason: str) -> Ended:
    return reject(_desk(app), run, by=by, reason=reason)


def _retry(app: App, run: Run) -> str:
    if not retry(app.store, run, app.clock):
        raise InputError("It has not failed, or goes on already.")
    if app.is_daemon or app.daemon_lives():
        return "It goes on from the step that failed."
    return "It goes on as soon as a daemon runs: 'sidenote start'."


def _lights(app: App) -> tuple[Light, ...]:
    trouble = app.gates.lately() if app.is_daemon else None
    answers = "answers" if app.is_daemon else "not known here: the daemon asks it"
    runs_here = app.is_daemon or app.daemon_lives()
    return (
        Light(
            name="Daemon",
            is_well=runs_here,
            words="is working" if runs_here else "does not run: 'sidenote start'",
        ),
        Light(
            name="Kustomer",
            is_well=trouble is None,
            words=str(trouble) if trouble else answers,
        ),
        _database(app),
        _engine(app),
    )


def _database(app: App) -> Light:
    try:
        app.store.paused()
    except StoreUnavailable as error:
        return Light(name="Database", is_well=False, words=str(error))
    return Light(name="Database", is_well=True, words="answers")


def _engine(app: App) -> Light:
    try:
        return Light(name="Engine", is_well=True, words=app.model.name)
    except StoreUnavailable as error:  # what it costs is counted first
        return Light(name="Engine", is_well=False, words=str(error))


def _requests(app: App) -> Meter:
    """Of all processes on this database: it is counted there."""
    try:
        used = app.budget.used()
    except StoreUnavailable:
        return not_known(REQUESTS)
    return request_meter(last_minute=used.last_minute, a_minute=used.per_minute)


def _model(app: App) -> Meter:
    settings = app.settings
    try:
        spent, total = app.model_book.spent("", app.clock.now()), app.model_book.total()
    except StoreUnavailable:
        return not_known(MODEL)
    return model_meter(
        spent,
        total,
        settings.caps,
        is_set_up=settings.openai_key is not None and settings.model is not None,
        has_price=settings.price is not None,
    )
