"""What a rehearsal says at its end: how many would have been sent, drafted, noted or held."""

from collections.abc import Sequence

import click
from rich.table import Table

from agent.cli.terminal import PLAIN_WIDTH, result_console
from agent.ports import Run
from agent.rehearsal import Tally, tally
from agent.wiring import App

REASONS = 4  # rules that a row names; scripts get all


def would_of(app: App, runs: Sequence[Run]) -> tuple[Tally, ...]:
    """What these runs would have done."""
    found = (app.store.receipt(run.id) for run in runs)
    return tally([receipt for receipt in found if receipt is not None])


def would_json(would: Sequence[Tally]) -> dict[str, object]:
    """The counts, and how often each rule decided."""
    counts: dict[str, object] = {each.way: each.runs for each in would}
    return {**counts, "because": {each.way: dict(each.because) for each in would}}


def print_would(would: Sequence[Tally]) -> None:
    """A table on stdout."""
    total = sum(each.runs for each in would)
    if not total:
        click.echo("Nothing was due.")
        return
    console = result_console()
    table = Table(
        box=None, padding=(0, 2, 0, 0), expand=console.width < PLAIN_WIDTH, header_style="dim"
    )
    table.add_column("would", no_wrap=True)
    table.add_column("runs", justify="right", no_wrap=True)
    table.add_column("because", ratio=1)
    for each in would:
        table.add_row(each.way, str(each.runs), _reasons(each))
    console.print(table)
    click.echo(f"{total} rehearsed; nothing was written.")


def _reasons(each: Tally) -> str:
    named = [f"{rule} {runs}" for rule, runs in each.because[:REASONS]]
    more = len(each.because) - REASONS
    return ", ".join(named) + (f", {more} more" if more > 0 else "")
