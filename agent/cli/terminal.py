"""What the commands print with: JSON, tables, times, and text that cannot steer a terminal."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.ports import Disposition, Run, RunState

PLAIN_WIDTH = 200  # columns of a table that goes into a file or a pipe

# Escape codes in a subject could rewrite the screen; direction overrides could reorder it.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")

STATE_STYLE = {
    RunState.WAITING: "dim",
    RunState.RUNNING: "cyan",
    RunState.HELD: "yellow",
    RunState.AWAITING_APPROVAL: "magenta",
    RunState.DONE: "green",
    RunState.FAILED: "bold red",
}
_LEFT_STYLE = "dim"


def safe(text: str) -> str:
    """Text of others, fit for a terminal; line breaks and tabs stay."""
    return _UNSAFE.sub("�", text)


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(safe(text).split())


def print_json(value: object) -> None:
    """The result for a script: one line, or indented for a person's terminal."""
    is_terminal = sys.stdout.isatty()
    click.echo(json.dumps(value, ensure_ascii=not is_terminal, indent=2 if is_terminal else None))


def say(text: str) -> None:
    """A line of the story, on stderr."""
    click.echo(text, err=True)


def result_console() -> Console:
    """For results on stdout. No colours and no cut lines unless it is a terminal."""
    return _console(is_terminal=sys.stdout.isatty(), stderr=False)


def story_console() -> Console:
    """For what happens meanwhile, on stderr."""
    return _console(is_terminal=sys.stderr.isatty(), stderr=True)


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """Show that something takes a while, on a terminal only."""
    console = story_console()
    if not console.is_terminal:
        yield
        return
    with console.status(Text(words, style="dim")):
        yield


def _console(*, is_terminal: bool, stderr: bool) -> Console:
    if not is_terminal:
        return Console(
            stderr=stderr, width=PLAIN_WIDTH, color_system=None, force_terminal=False, emoji=False
        )
    return Console(stderr=stderr, width=shutil.get_terminal_size().columns, emoji=False)


def moment(at: datetime) -> str:
    """A time for a person, in this machine's time zone."""
    local = at.astimezone()
    return f"{local.day} {local:%b %H:%M:%S}"


def how(run: Run) -> str:
    """What became of a run, or where it stands, in one word."""
    return str(run.disposition or run.state)


def why(run: Run) -> str:
    """The rules that made the decision, or why the run stopped."""
    if run.error is not None:
        return one_line(f"{run.error.step}: {run.error.message}")
    if run.disposition is Disposition.OVERTAKEN and not run.because:
        return "a newer message came"
    return ", ".join(run.because)


def subject(run: Run) -> str:
    """The conversation's name, as far as the search told it."""
    return one_line(str(run.snapshot.get("name") or ""))


def style(run: Run) -> str:
    """How a run looks."""
    left = {Disposition.LEFT, Disposition.OVERTAKEN}
    return _LEFT_STYLE if run.disposition in left else STATE_STYLE[run.state]


def runs_table(runs: tuple[Run, ...], *, width: int) -> Table:
    """Runs as a table; at 80 columns the conversation's id is cut and the time left out."""
    wide = width >= 110  # room for full ids and times
    table = Table(box=None, padding=(0, 2, 0, 0), expand=width < PLAIN_WIDTH, header_style="dim")
    table.add_column("run", no_wrap=True)
    if wide:
        table.add_column("message", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("conversation", no_wrap=True, min_width=24 if wide else 7)
    table.add_column("subject", no_wrap=True, overflow="ellipsis", ratio=3)
    table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=2 if not wide else 3)
    for run in runs:
        conversation = one_line(run.turn.conversation_id)
        table.add_row(
            Text(run.id if wide else run.id[:6]),
            *([Text(moment(run.message_at), style="dim")] if wide else []),
            Text(how(run), style=style(run)),
            Text(conversation if wide else f"…{conversation[-6:]}", style="dim"),
            Text(subject(run)),
            Text(why(run), style="dim"),
        )
    return table
