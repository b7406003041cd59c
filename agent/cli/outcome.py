"""What `start --once` and `demo --once` say at the end."""

import sys
from collections.abc import Sequence
from datetime import datetime

import click

from agent.cli import FAILED
from agent.cli.as_json import run_json
from agent.cli.rehearsed import print_would, would_json
from agent.cli.terminal import one_line, print_json, result_console, runs_table, say
from agent.daemon import summary
from agent.ports import Run, RunState
from agent.rehearsal import Tally
from agent.wiring import App

ENDED = (RunState.DONE, RunState.FAILED, RunState.AWAITING_APPROVAL)


def ended_since(app: App, started_at: datetime) -> tuple[Run, ...]:
    """Runs that ended at or after that time, newest first."""
    return tuple(run for run in app.store.runs(states=ENDED) if run.updated_at >= started_at)


def report(
    app: App, runs: tuple[Run, ...], *, as_json: bool, would: Sequence[Tally] | None = None
) -> None:
    """Print the result; exits 1 when a run failed or Kustomer was out of reach.

    `would` is a rehearsal's: what would have been done instead.
    """
    counts = summary(runs)
    if as_json:
        told = {} if would is None else {"would": would_json(would)}
        print_json({**counts, **told, "runs": [run_json(run) for run in runs]})
    elif would is not None:
        print_would(would)
    else:
        if runs:
            console = result_console()
            console.print(runs_table(runs, width=console.width))
        click.echo(sentence(counts))
    held_up = _say_what_waits(app)
    if counts["failed"] or held_up:
        sys.exit(FAILED)


def sentence(counts: dict[str, int]) -> str:
    """The counts in words: "5 due: 3 noted, 2 left."."""
    if not counts["due"]:
        return "Nothing was due."
    rest = ", ".join(f"{n} {name}" for name, n in counts.items() if n and name != "due")
    return f"{counts['due']} due: {rest}."


def _say_what_waits(app: App) -> bool:
    """Tell of a pause or an outage; whether it is an outage."""
    count = app.store.count_runs()
    waiting = sum(count.get(s, 0) for s in (RunState.WAITING, RunState.HELD, RunState.RUNNING))
    wait = f"{waiting} run{' waits' if waiting == 1 else 's wait'}"
    pause = app.pause.paused()
    if pause is not None:
        reason = f" ({one_line(pause.reason)})" if pause.reason else ""
        say(f"Paused by {one_line(pause.by)}{reason}: {wait}. 'sidenote resume' goes on.")
    elif waiting:
        say(f"{wait} for the next start.")
    closed = app.gates.closed()
    if closed is not None:
        say(f"Kustomer: {one_line(str(closed))}")
    return closed is not None
