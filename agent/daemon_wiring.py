"""Puts the daemon together. Apart from `wiring`, because the engine takes 0.7 s to import."""

from collections.abc import Callable
from datetime import datetime, timedelta

from agent.adapters.dbos import DbosEngine
from agent.daemon import Daemon
from agent.dispatcher import Dispatcher
from agent.lease import Lease
from agent.poller import Poller
from agent.runner import Runner
from agent.tidying import Tidying
from agent.wiring import App, daemons_of, lock_file

THREADS = 8  # runs at once; the HTTP client keeps at most 10 connections
FAST = timedelta(seconds=5)  # a poll this quick wants quick queues too: demo, tests, --once


def build_daemon(
    app: App,
    *,
    since: datetime | None = None,
    once: bool = False,
    on_tick: Callable[[], None] = lambda: None,
) -> Daemon:
    """The daemon of this process, not started.

    Raises:
        StoreUnavailable: another daemon works on this SQLite database.
        HelpdeskLocked: Kustomer refuses the key.
    """
    app.is_daemon = True
    lock_file(app)
    engine = _engine(app, once=once)
    return Daemon(
        poller=_poller(app, since),
        dispatcher=Dispatcher(
            store=app.store, engine=engine, clock=app.clock, may_start=app.gates.may_start
        ),
        runner=Runner(
            pipeline=app.pipeline, on_trouble=app.gates.trouble, on_success=app.gates.success
        ),
        engine=engine,
        gates=app.gates,
        store=app.store,
        clock=app.clock,
        poll=app.settings.poll,
        keep=app.settings.keep,
        tick_seconds=0.1 if _is_quick(app, once=once) else 0.5,
        lease=_lease(app),
        slot=app.slot,
        free_claims=lambda slot: app.store.free_claims(daemons_of(slot), but=app.owner),
        identify=app.identify,
        on_tick=on_tick,
    )


def _is_quick(app: App, *, once: bool) -> bool:
    return once or app.settings.poll <= FAST


def _engine(app: App, *, once: bool) -> DbosEngine:
    return DbosEngine(
        app.settings.database_url,
        worker=app.slot,
        threads=THREADS,
        poll_seconds=0.1 if _is_quick(app, once=once) else 1.0,
    )


def _poller(app: App, since: datetime | None) -> Poller:
    return Poller(
        reader=app.kustomer,
        store=app.store,
        clock=app.clock,
        quiet=app.settings.quiet,
        tidy=Tidying(app.desk).tidy,
        since=since,
    )


def _lease(app: App) -> Lease | None:
    if app.file_lock is not None:
        return None
    lease = Lease(store=app.store, clock=app.clock, worker=app.slot, owner=app.owner)
    app.gates.has_lease = lease.holds
    return lease
