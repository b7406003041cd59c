"""`sidenote runs`: the run log."""

import json
from collections.abc import Sequence
from typing import TextIO

import click

from agent.cli.as_json import run_json
from agent.cli.demo_place import demo_option, rehearsal_option
from agent.cli.opened import opened
from agent.cli.terminal import print_json, result_console, runs_table, say
from agent.ports import RunState
from agent.wiring import App

SHOWN = 50  # rows of the table; scripts get all


@click.command("runs")
@click.option(
    "--state", type=click.Choice([s.value for s in RunState]), help="Only runs in this state."
)
@click.option(
    "--limit", type=click.IntRange(min=1), help="At most so many. Default: 50, JSON: all."
)
@click.option(
    "--export", type=click.File("w", encoding="utf-8", lazy=False), help="Write receipts to FILE."
)
@demo_option
@rehearsal_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
def command(
    state: str | None,
    limit: int | None,
    export: TextIO | None,
    *,
    demo: bool,
    rehearsal: bool,
    as_json: bool,
) -> None:
    """List runs, newest first.

    \b
    sidenote runs
    sidenote runs --state failed
    sidenote runs --json | jq '.[] | select(.disposition == "noted") | .conversation_id'
    sidenote runs --demo             those of the last 'sidenote demo'
    sidenote runs --export FILE      runs with their receipts, as JSON Lines

    Receipts are removed after SIDENOTE_KEEP_DAYS; export them before, if you want to keep them.
    They hold what customers wrote.
    """
    states = (RunState(state),) if state else ()
    with opened(demo=demo, rehearsal=rehearsal) as app:
        if export is not None:
            say(f"Wrote {_export(app, states, limit, export)} runs.")
            return
        if as_json:
            print_json([run_json(run) for run in app.store.runs(states=states, limit=limit)])
            return
        shown = limit or SHOWN
        runs = app.store.runs(states=states, limit=shown + 1)
        if not runs:
            say(f"No runs{f' in state {state}' if state else ''}. 'sidenote start' makes them.")
            return
        console = result_console()
        console.print(runs_table(runs[:shown], width=console.width))
        if len(runs) > shown:
            say(f"Only the newest {shown}; --limit shows more.")


def _export(app: App, states: Sequence[RunState], limit: int | None, file: TextIO) -> int:
    """One run a line, oldest first; a pruned receipt is null."""
    runs = app.store.runs(states=states, limit=limit)
    for run in reversed(runs):
        line = {**run_json(run), "receipt": app.store.receipt(run.id)}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return len(runs)
