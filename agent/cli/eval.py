"""`sidenote eval`: measure the engines on a folder of data."""

import logging
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from agent.cli import FAILED
from agent.cli.terminal import one_line, print_json, result_console, say
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.errors import InputError
from agent.evaluation.certificates import STREAMS, certificate_sections
from agent.evaluation.data import Purpose, Row, read_data
from agent.evaluation.figures import (
    NOT_MEASURED,
    Figure,
    NotMeasured,
    Part,
    Section,
    as_json,
    written,
)
from agent.evaluation.page import page
from agent.evaluation.purposes import Measuring, in_order, measured
from agent.evaluation.tokens import Render
from agent.evaluation.watch import Watch
from agent.log import configure
from agent.ports import Clock
from agent.prompts import summary_prompt
from agent.settings import load_settings
from agent.shipped import shipped
from agent.wiring import App, offline_engine

WIDE, FIGURE = 120, 50  # columns of a screen with room for all, and of a figure's name there
SECONDS = 33.0  # of the 40 that it may take without --thorough; the rest is starting and printing


@click.command("eval")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--certificates", is_flag=True, help="Simulate certificates and alarms instead. Takes minutes."
)
@click.option(
    "--streams",
    type=click.IntRange(min=20),
    default=STREAMS,
    show_default=True,
    help="How many topics of each kind --certificates makes up.",
)
@click.option("--thorough", is_flag=True, help="Measure on everything. Takes minutes.")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON for a script.")
@click.option(
    "--html",
    "html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a page with charts, one file that needs no network.",
)
def command(
    *,
    folder: Path | None,
    certificates: bool,
    streams: int,
    thorough: bool,
    as_json_: bool,
    html: Path | None,
) -> None:
    """Measure notes, topics, masking and more on a folder of data. Needs no key.

    \b
    sidenote eval data/
    sidenote eval export.jsonl --html figures.html
    sidenote eval data/ --json | jq .notes.sentence_f1
    sidenote eval --certificates --streams 200

    FOLDER holds .jsonl or .jsonl.gz files, also one folder deep. What a file is for shows in its
    lines; your own conversations are read in the form of 'sandbox --load', with a "summary" that a
    person wrote where there is one. The README lists the forms.

    Ends within 40 seconds: what is large is measured in part, always the same part, and the
    result says so. With OPENAI_API_KEY the configured model is measured too, on 20 cases.

    --certificates needs no data: it makes up topics whose true error rate is known, and shows how
    often a certificate is given falsely, how soon rightly, and how soon the alarm rings.
    """
    configure(level=logging.CRITICAL)  # attacks and planted faults are logged by the hundred
    if (folder is None) is not certificates:
        raise click.UsageError("Give either a FOLDER or --certificates.")
    settings = load_settings()
    with closing(App(settings)) as app:
        at = app.clock.now()
        if folder is None:
            parts, whole = _simulated(streams)
        else:
            parts, whole = _measured(folder, app, thorough=thorough)
    if html is not None:
        about = "certificates" if folder is None else folder.name or str(folder)
        _write(html, page(parts, about=about, at=at))
        say(f"Written: {html}")
    if as_json_:
        print_json(as_json(parts))
    else:
        _print(parts)
    if not whole:
        say("Stopped: what came before is above.")
        sys.exit(FAILED)


def _simulated(streams: int) -> tuple[tuple[Part, ...], bool]:
    """What certificates do on made-up topics; False when somebody stopped it."""
    progress = _Progress()

    def watch(title: str) -> Watch:
        progress.begin(title)
        return Watch(show=progress.show)

    found: list[Part] = []
    try:
        found.extend(certificate_sections(streams, watch))  # each as soon as it is there
    except KeyboardInterrupt:
        return tuple(found), False
    finally:
        progress.end()
    return tuple(found), True


def _measured(folder: Path, app: App, *, thorough: bool) -> tuple[tuple[Part, ...], bool]:
    data = read_data(folder)
    for name in data.skipped:
        say(f"{one_line(name)}: left out, its lines are of no form we know.")
    what = Measuring(
        data=data,
        offline=offline_engine(),
        render=_render(app.policy),
        shipped=_shipped(),
        model=app.model if app.settings.openai_key else None,
        thorough=thorough,
    )
    return _run(what, app.clock)


def _run(what: Measuring, clock: Clock) -> tuple[tuple[Part, ...], bool]:
    """What was measured; False when somebody stopped it."""
    started = clock.monotonic()
    progress = _Progress()

    def watch(title: str) -> Watch:
        progress.begin(title)
        if what.thorough:
            return Watch(show=progress.show)
        return Watch(seconds_left=lambda: started + SECONDS - clock.monotonic(), show=progress.show)

    found: dict[str, tuple[Part, ...]] = {}
    whole = True
    try:
        found.update(measured(what, watch))  # each as soon as it is there
    except KeyboardInterrupt:
        whole = False
    finally:
        progress.end()
    return in_order(found, otherwise="stopped before"), whole


@dataclass(slots=True)
class _Progress:
    """On a terminal a line that counts; elsewhere the name of each step."""

    title: str = ""
    percent: int = -1

    def begin(self, title: str) -> None:
        self.end()
        self.title, self.percent = title, -1
        if not sys.stderr.isatty():
            say(f"{title} …")

    def show(self, done: int, of: int) -> None:
        percent = 100 * done // max(1, of)
        if sys.stderr.isatty() and percent != self.percent:
            self.percent = percent
            click.echo(f"\r\x1b[K{self.title} {percent} % …", err=True, nl=False)

    def end(self) -> None:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", err=True, nl=False)


def _render(policy: TeamPolicy) -> Render:
    prompt = summary_prompt()

    def render(transcript: Transcript) -> tuple[str, str]:
        newest = transcript.lines[-1].message_id if transcript.lines else ""
        return prompt.render(transcript, policy, first_word="0" * 8, last_word=f"{newest:0>8}"[:8])

    return render


def _shipped() -> tuple[Row, ...]:
    """Our own made-up conversations."""
    return read_data(shipped("fixtures") / "conversations").rows(Purpose.CONVERSATIONS)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file}: cannot be written: {error.strerror}") from error


def _print(parts: tuple[Part, ...]) -> None:
    console = result_console()
    for part in parts:
        if isinstance(part, NotMeasured):
            console.print(Text(f"{part.title}: {NOT_MEASURED} ({part.why})", style="dim"))
        else:
            console.print(_heading(part))
            console.print(_table(part, console.width))
        console.print()


def _heading(section: Section) -> Text:
    sample = f"; {one_line(section.sample)}" if section.sample else ""
    return Text.assemble((section.title, "bold"), (f"   {one_line(section.data)}{sample}", "dim"))


def _table(section: Section, width: int) -> Table:
    """One row a figure; what it is compared with stands beside, on a narrow screen below."""
    is_wide = width >= WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column("", width=0)  # indents what is wrapped, too
    table.add_column("figure", min_width=FIGURE if is_wide else None)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("wanted", no_wrap=is_wide, style="dim")
    if is_wide:
        table.add_column("beside", overflow="fold", style="dim")
    for figure in section.figures:
        name, beside = Text(figure.name), _beside(figure)
        if beside and not is_wide:
            name.append(f"\n{beside}", style="dim")
        value = Text(written(figure.value, figure.unit), style=_style(figure))
        table.add_row("", name, value, Text(_wanted(figure)), *([Text(beside)] if is_wide else []))
    return table


def _style(figure: Figure) -> str:
    if figure.wanted is None or figure.value is None:
        return ""
    return "green" if figure.wanted.holds(figure.value) else "bold red"


def _wanted(figure: Figure) -> str:
    if figure.wanted is None:
        return ""
    words = "at least" if figure.wanted.at_least else "at most"
    missed = figure.value is not None and not figure.wanted.holds(figure.value)
    return f"{words} {written(figure.wanted.value, figure.unit)}{', missed' if missed else ''}"


def _beside(figure: Figure) -> str:
    return " · ".join(f"{one.name} {written(one.value, figure.unit)}" for one in figure.beside)
