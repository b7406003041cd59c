"""The live table of `start` and `demo`: recent runs and how the daemon is doing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from agent.cli.terminal import how, one_line, runs_table, safe, subject, why
from agent.core.turn import Action
from agent.errors import StoreUnavailable
from agent.ports import Disposition, Run, RunState
from agent.wiring import App

ROWS = 15  # recent runs; fewer in a low window
FEWEST_ROWS = 3
UNDER_THE_TABLE = 4  # lines: header, gap, status, prompt
NOTE_WIDTH = 96


@dataclass(slots=True)
class View:
    """What is shown. `tell` prints above the table."""

    app: App
    console: Console
    live: Live | None = None

    def show(self) -> None:
        """Draw it anew. A database that is busy leaves the old picture."""
        if self.live is None:
            return
        try:
            picture = self.picture()
        except StoreUnavailable:
            return
        self.live.update(picture, refresh=True)

    def tell(self, what: RenderableType) -> None:
        """Print something that stays."""
        (self.live.console if self.live else self.console).print(what)

    def say(self, line: str) -> None:
        """A line of the story, above the table."""
        self.tell(Text(line, style="dim"))

    def picture(self) -> RenderableType:
        """The table and the status line."""
        rows = max(min(ROWS, self.console.height - UNDER_THE_TABLE), FEWEST_ROWS)
        runs = self.app.store.runs(limit=rows)
        table: RenderableType = Text("No runs yet: looking for new customer messages …", "dim")
        if runs:
            table = runs_table(runs, width=self.console.width)
        return Group(table, Text(), self.status())

    def status(self) -> Text:
        """Requests, queue, and what holds everything up."""
        count = self.app.store.count_runs()
        queued = count.get(RunState.WAITING, 0) + count.get(RunState.HELD, 0)
        awaiting = count.get(RunState.AWAITING_APPROVAL, 0)
        requests = sum(self.app.kustomer.requests.values())
        parts = [
            f"{count.get(RunState.RUNNING, 0)} running",
            f"{queued} queued",
            f"{count.get(RunState.DONE, 0)} done",
            f"{count.get(RunState.FAILED, 0)} failed",
            *([f"{awaiting} to approve"] if awaiting else []),
            f"{requests} requests",
            "Ctrl-C stops",
        ]
        line = Text(" · ".join(parts), style="dim", no_wrap=True, overflow="ellipsis")
        pause = self.app.pause.paused()
        if pause is not None:
            reason = f": {one_line(pause.reason)}" if pause.reason else ""
            line.append(f"\nPAUSED by {one_line(pause.by)}{reason}", style="bold yellow")
        closed = self.app.gates.closed()
        if closed is not None:
            line.append(f"\nKUSTOMER: {one_line(str(closed))}", style="bold red")
        return line


@contextmanager
def live_view(app: App, console: Console) -> Iterator[View]:
    """A live table while the block runs; without a terminal nothing is drawn."""
    if not console.is_terminal:
        yield View(app, console)
        return
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        yield View(app, console, live)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a run wrote; "" for what it did not."""

    note: str = ""
    reply: str = ""


def run_panel(run: Run, written: Written, *, width: int) -> Panel:
    """What was written: to the customer, if anything was, then the note; and why."""
    parts = [Text(safe(written.note))]
    if written.reply:
        to = "Sent" if run.disposition is Disposition.REPLIED else "Waits for a teammate to send"
        parts = [Text(f"{to}:", style="dim"), Text(safe(written.reply)), Text(), *parts]
    return Panel(
        Group(*parts),
        title=Text(f"{how(run)} · {_name(run)} · run {run.id[:6]}", style="bold"),
        title_align="left",
        subtitle=Text(f"because {why(run)}", style="dim"),
        subtitle_align="right",
        border_style=_BORDERS.get(how(run), "green"),
        width=min(width, NOTE_WIDTH),
    )


_BORDERS = {Disposition.REPLIED.value: "cyan", Disposition.DRAFTED.value: "magenta"}


def _name(run: Run) -> str:
    return subject(run) or run.turn.conversation_id


class FreshRuns:
    """Finds runs that have written something since it last looked."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._seen: set[str] = set()

    def each(self, found: Callable[[Run, Written], None]) -> None:
        """Call `found` with every new one, oldest first."""
        try:
            ended = self._app.store.runs(states=(RunState.DONE, RunState.AWAITING_APPROVAL))
            for run in reversed(ended):
                if run.id not in self._seen and run.note_id is not None:
                    found(run, self._written(run))
                self._seen.add(run.id)
        except StoreUnavailable:
            return  # seen at the next look

    def _written(self, run: Run) -> Written:
        bodies = {d.action: d.body for d in self._app.store.deliveries(run_id=run.id)}
        went = run.disposition in (Disposition.DRAFTED, Disposition.REPLIED)
        reply = bodies.get(Action.REPLY, "") if went else ""
        return Written(note=bodies.get(Action.NOTE, ""), reply=reply)
