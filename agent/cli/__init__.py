"""The command line: one module per command, loaded by name so that --help stays quick."""

import sys
from importlib import import_module

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
    "pause": ("pause", "Stop all writes."),
    "resume": ("resume", "Go on after a pause."),
    "check": ("check", "Check settings, key, database and model."),
    "sandbox": ("sandbox", "Serve a Kustomer-like API for trials and tests."),
}

DONE, FAILED, WRONG_USAGE, BAD_SETTINGS = 0, 1, 2, 3


class _ByName(click.Group):
    """Finds commands in COMMANDS; a module is imported only when its command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"agent.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_ByName, context_settings={"help_option_names": ["-h", "--help"]})
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
