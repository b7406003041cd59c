"""`sidenote start`: the daemon."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext

import click

from agent.cli.live import live_view
from agent.cli.outcome import ended_since, report
from agent.cli.rehearsed import would_of
from agent.cli.served import console_beside
from agent.cli.since import parse_since
from agent.cli.terminal import say, story_console
from agent.cli.working import work
from agent.log import configure
from agent.rehearsal_place import rehearsal_settings
from agent.rehearsal_wiring import RehearsalApp
from agent.settings import load_settings
from agent.wiring import App


@click.command("start")
@click.option("--once", is_flag=True, help="End when no run is queued, running or waiting.")
@click.option(
    "--since",
    metavar="WHEN",
    help="Look back so far: 24h, 7d, 30m, a date (UTC) or an ISO time. Handled turns are skipped.",
)
@click.option(
    "--rehearse", is_flag=True, help="Do all but write; tell what would have been written."
)
@click.option("--json", "as_json", is_flag=True, help="Log as JSON; with --once, print the result.")
def command(*, once: bool, since: str | None, rehearse: bool, as_json: bool) -> None:
    """Run the daemon: find conversations with a new customer message, write notes.

    \b
    sidenote start                        until Ctrl-C or SIGTERM
    sidenote start --once                 what is due now, then end
    sidenote start --once --since 7d      also what came in the last week
    sidenote start --once --json | jq .noted
    sidenote start --rehearse --once --since 7d   what would have been written, and why

    \b
    Needs KUSTOMER_BASE_URL and KUSTOMER_API_KEY; 'sidenote check' tries them.
    The console is served beside it, at SIDENOTE_CONSOLE; the link into it is printed.
    A stop finishes or parks what is under way within 15 seconds; the next start goes on.
    With --once the exit code is 1 when a run failed.
    A rehearsal has a database of its own beside the team's; 'explain RUN --rehearsal' tells all.
    """
    # Here, because the engine takes 0.7 s to import, and --help needs none of it.
    from agent.daemon_wiring import build_daemon  # noqa: PLC0415

    with closing(_app(rehearse=rehearse)) as app:
        started_at = app.clock.now()
        look_back = parse_since(since, started_at) if since else None
        console = story_console()
        is_live = console.is_terminal and not as_json
        configure(as_json=as_json, level=logging.WARNING if is_live else logging.INFO)
        daemon = build_daemon(app, since=look_back, once=once)
        carry_on = daemon.run_once if once else daemon.run
        if is_live:
            with live_view(app, console) as view:
                configure(level=logging.WARNING)  # again: lines now go above the table
                beside = _beside(app, view.say, once=once or rehearse, as_json=as_json)
                work(app, daemon, carry_on, watch=view.show, tell=view.say, beside=beside)
        else:
            beside = _beside(app, say, once=once or rehearse, as_json=as_json)
            work(app, daemon, carry_on, beside=beside)
        if once:
            ended = ended_since(app, started_at)
            would = would_of(app, ended) if rehearse else None
            report(app, ended, as_json=as_json, would=would)


def _beside(
    app: App, tell: Callable[[str], None], *, once: bool, as_json: bool
) -> AbstractContextManager[None]:
    """The console, but not where nothing waits to be looked at."""
    return nullcontext() if once else console_beside(app, tell, as_json=as_json)


def _app(*, rehearse: bool) -> App:
    settings = load_settings()
    if not rehearse:
        return App(settings)
    app = RehearsalApp(rehearsal_settings(settings), real=settings)
    say(f"A rehearsal: nothing is written to Kustomer. Its database: {app.settings.database_url}")
    return app
