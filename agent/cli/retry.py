"""`sidenote retry`: continue failed runs from the step that failed."""

import sys
import threading
from collections.abc import Sequence

import click

from agent.cli import FAILED
from agent.cli.as_json import run_json
from agent.cli.explain import find_run
from agent.cli.opened import opened
from agent.cli.terminal import how, one_line, print_json, safe, say, waiting, why
from agent.cli.working import work
from agent.daemon import Daemon
from agent.dispatcher import retry
from agent.errors import InputError
from agent.ports import Run, RunState
from agent.wiring import App

ENDED = (RunState.DONE, RunState.FAILED, RunState.AWAITING_APPROVAL)
GOING_ON = (RunState.WAITING, RunState.RUNNING, RunState.HELD)
LOOK_SECONDS = 0.2


@click.command("retry")
@click.argument("run_ids", metavar="RUN…", nargs=-1)
@click.option("--all-failed", is_flag=True, help="Every failed run.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
def command(run_ids: tuple[str, ...], *, all_failed: bool, as_json: bool) -> None:
    """Continue failed runs from the step that failed; what was done is not done again.

    \b
    sidenote retry 7f3a 91c0
    sidenote retry --all-failed

    A daemon on this database carries them out; without one this command does, and waits.
    Exits with 1 when one of them cannot be retried or fails again.
    """
    if bool(run_ids) == all_failed:
        raise InputError("name the runs to retry, or give --all-failed")
    with opened() as app:
        runs = _wanted(app, run_ids)
        if not runs:
            say("No run has failed.")
        said = {run.id: _press(app, run) for run in runs}
        started = [run for run in runs if said[run.id] == "retrying"]
        handed_over = bool(started) and app.daemon_lives()
        if started and not handed_over:
            _carry_out(app, started)
        after = [app.store.run(run.id) or run for run in runs]
    if as_json:
        print_json([{**run_json(run), "retry": said[run.id]} for run in after])
    else:
        for run in after:
            click.echo(_line(run, said[run.id], handed_over=handed_over))
    if any(_is_bad(run, said[run.id], handed_over=handed_over) for run in after):
        sys.exit(FAILED)


def _wanted(app: App, run_ids: Sequence[str]) -> tuple[Run, ...]:
    if not run_ids:
        return app.store.runs(states=(RunState.FAILED,))
    found = [(run_id, find_run(app.store, run_id)) for run_id in run_ids]
    unknown = [safe(run_id) for run_id, run in found if run is None]
    if unknown:
        raise InputError(
            f"no run {', '.join(unknown)}, or several begin so; nothing was retried. "
            "'sidenote runs --state failed' lists them."
        )
    return tuple({run.id: run for _, run in found if run is not None}.values())


def _press(app: App, run: Run) -> str:
    """Retry it: "retrying", "already" when it goes on anyway, "not-failed" when it is done."""
    if run.state is RunState.FAILED and retry(app.store, run, app.clock):
        return "retrying"
    now = app.store.run(run.id) or run
    return "already" if now.state in GOING_ON else "not-failed"


def _carry_out(app: App, runs: Sequence[Run]) -> None:
    """Do what a daemon would, without looking for new messages, until these runs have ended."""
    # Here, because the engine takes 0.7 s to import, and --help needs none of it.
    from agent.daemon_wiring import build_daemon  # noqa: PLC0415

    daemon = build_daemon(app, once=True)

    def until_ended(stop: threading.Event) -> None:
        while not stop.is_set() and daemon.gates.may_start() and not _have_ended(daemon, runs):
            daemon.dispatcher.dispatch()
            stop.wait(LOOK_SECONDS)

    with waiting(f"Retrying {len(runs)} …"):
        work(app, daemon, until_ended)
    pause = app.pause.paused()
    if pause is not None:
        say(f"Paused by {one_line(pause.by)}: they go on after 'sidenote resume'.")


def _have_ended(daemon: Daemon, runs: Sequence[Run]) -> bool:
    """Whether each ended, or was held again: then waiting here is no use."""
    for before in runs:
        run = daemon.store.run(before.id)
        if run is None or run.state in ENDED:
            continue
        held_again = run.state is RunState.HELD and run.due_at > daemon.clock.now()
        if not held_again:
            return False
    return True


def _line(run: Run, said: str, *, handed_over: bool) -> str:
    if said == "already":
        return f"{run.id}  is being retried already"
    if said == "not-failed":
        return f"{run.id}  has not failed ({how(run)}); nothing to retry"
    if handed_over:
        return f"{run.id}  handed to the daemon"
    reason = f": {why(run)}" if run.state in (RunState.FAILED, RunState.HELD) else ""
    return f"{run.id}  {how(run)}{reason}"


def _is_bad(run: Run, said: str, *, handed_over: bool) -> bool:
    if said != "retrying":
        return said == "not-failed"
    return not handed_over and run.state is not RunState.DONE
