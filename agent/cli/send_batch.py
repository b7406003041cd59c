"""`sidenote send --input`: JSON Lines in, JSON Lines out, with progress on stderr."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from agent.batch import Answer, Batch, Ended, Line, read_batch
from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.terminal import one_line, say, story_console
from agent.cli.working import ENDED_AT_ONCE
from agent.errors import InputError

STANDARD_INPUT = "-"


def send_batch(
    source: str,
    batch: str | None,
    *,
    defaults: Mapping[str, object],
    variables: Mapping[str, object],
) -> None:
    """Send what is missing of the batch and print every answer; exits 1 if any is bad or left.

    Raises:
        InputError: the input cannot be used as a whole.
        Held: paused, or another process sends this batch.
    """
    if source == STANDARD_INPUT and batch is None:
        raise InputError("--input - needs --batch NAME, by which the same input is known again")
    name = Path(source).name if batch is None else batch
    lines = read_batch(_bytes_of(source), name=name, defaults=defaults, variables=variables)
    stopping = threading.Event()
    with opened() as app, app.batch_desk(name) as desk:
        desk.guard()
        with _stopping_on_signals(stopping), _progress(lines) as answered:
            ended = Batch(desk=desk, emit=answered, stopping=stopping).run(lines)
    _say_how_it_ended(ended, len(lines))
    if ended.bad or ended.left:
        sys.exit(FAILED)


def _bytes_of(source: str) -> list[bytes]:
    if source == STANDARD_INPUT:
        return sys.stdin.buffer.read().split(b"\n")
    try:
        return Path(source).read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"--input {source}: {error.strerror}") from None


@contextmanager
def _progress(lines: tuple[Line, ...]) -> Iterator[Callable[[Answer], None]]:
    console = story_console()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        redirect_stdout=False,  # a file gets its lines as they are
    ) as bar:
        task = bar.add_task("Sending", total=len(lines))

        def answered(answer: Answer) -> None:
            text = json.dumps(answer.as_json(), ensure_ascii=not sys.stdout.isatty())
            if console.is_terminal and sys.stdout.isatty():
                console.print(Text(text), soft_wrap=True)  # above the bar, on the same terminal
            else:
                click.echo(text)
            bar.advance(task)
            if trouble := _trouble(answer):
                console.print(Text(f"line {answer.number}: {trouble}"), soft_wrap=True)

        yield answered


def _trouble(answer: Answer) -> str:
    """What is to be told besides the answer, on one line."""
    if answer.sent is None:
        return one_line(answer.error)
    return f"{answer.sent.state}: {one_line(answer.sent.why)}" if answer.sent.why else ""


@contextmanager
def _stopping_on_signals(stopping: threading.Event) -> Iterator[None]:
    """The first SIGINT or SIGTERM sets `stopping`; the second ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may listen for signals
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(ENDED_AT_ONCE)
        stopping.set()
        # Not by print: the signal may have come in the middle of one.
        os.write(2, b"Stopping after what is under way. Ctrl-C again ends at once.\n")

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_how_it_ended(ended: Ended, total: int) -> None:
    good = ended.answered - ended.bad
    bad = f", {ended.bad} failed, unknown or in error" if ended.bad else ""
    say(f"{total} lines: {good} through{bad}" + (f", {ended.left} left." if ended.left else "."))
    if ended.why:
        say(f"Stopped: {one_line(ended.why)}")
    if ended.left:
        say("The same command with the same input goes on: what is through is not sent again.")
