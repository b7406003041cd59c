"""The command line: one module per command, loaded by name so that --help stays quick."""

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import Any

import click

from agent.errors import AgentError, ConfigError, InputError

# name -> (module in this folder, one line for --help). The module's `command` is loaded on use.
COMMANDS = {
    "demo": ("demo", "Try it on this machine: sandbox, daemon, no keys needed."),
    "start": ("start", "Run the daemon: find conversations, write notes."),
    "summarize": ("summarize", "Summarise one conversation now."),
    "explain": ("explain", "Show why a run ended as it did."),
    "runs": ("runs", "List runs."),
    "retry": ("retry", "Continue failed runs from the failed step."),
    "send": ("send", "Write a note, send a reply or a whole file of them."),
    "customers": ("customers", "Find a customer, or create one."),
    "conversations": ("conversations", "Open a conversation."),
    "policy": ("policy", "Begin, check and compare the team's policy."),
    "topics": ("topics", "List, raise and lower the routine topics."),
    "certify": ("certify", "What each topic has earned by reviews; waivers."),
    "approvals": ("approvals", "Drafts that wait for a teammate: approve or reject."),
    "labels": ("labels", "What became of proposed replies; import and audit them."),
    "backtest": ("backtest", "Replay past conversations beside what teammates answered."),
    "pause": ("pause", "Stop all writes."),
    "resume": ("resume", "Go on after a pause."),
    "replay": ("replay", "Decide stored runs again, under another policy."),
    "console": ("console", "Serve the console alone, or print a link into it."),
    "tokens": ("tokens", "Which programs may call the HTTP API."),
    "users": ("users", "Who may sign in to the console."),
    "webhooks": ("webhooks", "Let Kustomer ring when a customer writes."),
    "mcp": ("mcp", "Serve tools to an assistant (MCP); none can reach a customer."),
    "report": ("report", "The weekly letter, and what came of customers' questions."),
    "eval": ("eval", "Measure notes, topics, masking and more on data."),
    "prompts": ("prompts", "List the prompts, their versions and where each was used."),
    "audit": ("audit", "Show what was done, and check that nobody changed the record."),
    "erase": ("erase", "Remove every text of one customer."),
    "check": ("check", "Check settings, key, database and model."),
    "sandbox": ("sandbox", "Serve a Kustomer-like API for trials and tests."),
}

DONE, FAILED, WRONG_USAGE, BAD_SETTINGS = 0, 1, 2, 3
DAEMONS = frozenset({"start", "demo"})  # commands that run until a signal says stop
NAMED = "sidenote.command"  # where the name of the wanted command is kept meanwhile
STOPPING = "Stopping: what is under way ends or is parked. Ctrl-C again ends at once."


class ByName(click.Group):
    """A group whose commands stand in a table: name -> (module in this folder, line for --help).

    A module is imported only when its command is used.
    """

    def __init__(self, *, table: Mapping[str, tuple[str, str]], **settings: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**settings)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """That command, its module loaded; None for another name."""
        if cmd_name not in self._table:
            return None
        module = import_module(f"agent.cli.{self._table[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The names with their lines, for --help, without loading a module."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._table.items()])


class Root(ByName):
    """The whole command line. A daemon that is stopped before it works ends as it does later."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads what was typed; no option before the command's name takes a value."""
        ctx.meta[NAMED] = next((word for word in args if not word.startswith("-")), "")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Import the command's module, which takes a while, and carry it out."""
        with _stopped_early() if ctx.meta[NAMED] in DAEMONS else nullcontext():
            return super().invoke(ctx)


@contextmanager
def _stopped_early() -> Iterator[None]:
    """Until the daemon listens for signals itself: say the same words, end with the same code."""
    listens = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGTERM, signal.SIGINT) if listens else ()
    before = {n: signal.signal(n, signal.default_int_handler) for n in numbers}
    try:
        yield
    except KeyboardInterrupt:
        click.echo(STOPPING, err=True)
        sys.exit(DONE)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.group(cls=Root, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sidenote", message="sidenote %(version)s")
def cli() -> None:
    """The note-taker of a support team on Kustomer.

    \b
    sidenote demo                    see it work, no keys needed
    sidenote check                   are the settings right?
    sidenote start                   the daemon
    sidenote summarize CONVERSATION  one conversation, now

    Results go to stdout, the story and errors to stderr.
    Exit codes: 0 done, 1 failed, 2 wrong usage or input, 3 bad settings.
    """


def main() -> None:
    """Run the command line; errors of ours become one line and an exit code."""
    try:
        cli(standalone_mode=True)
    except ConfigError as error:
        _fail(error, BAD_SETTINGS)
    except InputError as error:
        _fail(error, WRONG_USAGE)
    except AgentError as error:
        _fail(error, FAILED)
    except OSError as error:  # a folder that cannot be made, a disk that is full
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or type(error).__name__}", FAILED)


def _fail(error: AgentError | str, code: int) -> None:
    click.echo(f"sidenote: {error}", err=True)
    sys.exit(code)
