"""Puts the daemon together. Apart from `wiring`, because the engine takes 0.7 s to import."""

import ctypes
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from agent.adapters.dbos import DbosEngine, forget_conversations
from agent.daemon import Daemon
from agent.dispatcher import Dispatcher
from agent.doorbell import Heard
from agent.lease import Lease
from agent.levels import follow_file
from agent.poller import Poller
from agent.ports import Told
from agent.rehearsal_wiring import RehearsalApp
from agent.runner import Runner
from agent.suggestions import Suggestions
from agent.tidying import Tidying
from agent.vigil import Vigil
from agent.watching import Watching
from agent.wiring import App, daemons_of, lock_file

THREADS = 8  # runs at once; the HTTP client keeps at most 10 connections
M_ARENA_MAX = -8  # glibc's number for "how many pools", from its malloc.h
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
    _spare_memory()
    app.is_daemon = True
    lock_file(app)
    follow_file(app.store, app.policy, app.clock.now())
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
        watch=_watch(app),
        on_tick=on_tick,
        heard=None if once else Heard(app.bell, app.doorbell_book),
    )


def _is_quick(app: App, *, once: bool) -> bool:
    return once or app.settings.poll <= FAST


def _engine(app: App, *, once: bool) -> DbosEngine:
    return DbosEngine(
        app.settings.database_url,
        worker=app.slot,
        threads=THREADS,
        poll_seconds=_queue_seconds(app, once=once),
    )


def _queue_seconds(app: App, *, once: bool) -> float:
    """How often the engine looks for runs. Each look costs CPU, also when there is none."""
    if _is_quick(app, once=once):
        return 0.1
    has_doorbell = app.settings.webhook_token is not None or app.doorbell_book.installed()
    return 0.5 if has_doorbell else 1.0  # who has a doorbell waits for its notes


def _poller(app: App, since: datetime | None) -> Poller:
    return Poller(
        reader=app.kustomer,
        store=app.store,
        clock=app.clock,
        quiet=app.settings.quiet,
        tidy=_tidy(app),
        since=since,
        traces=app.traces,
    )


def _tidy(app: App) -> Callable[[Told], None]:
    # A rehearsal deletes no double of ours, and looks after no draft: it made none.
    return (lambda _: None) if isinstance(app, RehearsalApp) else Tidying(app.desk).tidy


def _watch(app: App) -> Callable[[], None]:
    if isinstance(app, RehearsalApp):
        return lambda: None
    watch = Watching(app.desk).watch
    compare = Suggestions(app.desk).watch
    keep_vigil = Vigil(
        desk=app.desk, policy=app.policy, is_outdated=app.policy_watch.is_outdated
    ).watch

    def look() -> None:
        app.policy_watch.is_outdated()  # tells of an edit, also while nobody writes
        watch()
        compare()
        keep_vigil()

    return look


def _lease(app: App) -> Lease | None:
    if app.file_lock is not None:
        return None
    lease = Lease(store=app.store, clock=app.clock, worker=app.slot, owner=app.owner)
    app.gates.has_lease = lease.holds
    return lease


def _spare_memory() -> None:
    """Let all threads take memory from two pools instead of one for each: 8 MB less, 20 at peaks.

    glibc's own limit is eight per core. Elsewhere nothing happens.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def forget_steps(app: App, conversations: Sequence[str]) -> int:
    """Remove what the runs engine keeps of these conversations; gives how many runs it had."""
    return forget_conversations(app.settings.database_url, conversations)
