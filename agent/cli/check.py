"""`sidenote check`: are the settings right, and does what they name answer?"""

import sys

import click
from rich.text import Text

from agent.cli import BAD_SETTINGS, FAILED
from agent.cli.checking import Attempt, Found, attempts, shown_settings
from agent.cli.opened import opened
from agent.cli.terminal import one_line, print_json, result_console, say

MARKS = {Found.OK: ("✓", "green"), Found.FAILED: ("✗", "bold red"), Found.UNTRIED: ("–", "dim")}


@click.command("check")
@click.option(
    "--accept-model", is_flag=True, help="Trust the models that answer now; replies may go out."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(*, as_json: bool, accept_model: bool) -> None:
    """Check the settings, then try policy, database, Kustomer and the model.

    \b
    sidenote check
    sidenote check --json | jq '.tried[] | select(.found == "failed")'
    sidenote check --accept-model     another model answers now, and you have tried it

    Every problem of the settings is told at once. Nothing is written to Kustomer; the model is
    asked one tiny question. Exits with 3 for bad or missing settings, with 1 when something that
    was tried failed.
    """
    with opened() as app:
        app.is_hasty = True
        if accept_model:
            accepted = app.model_book.accept(app.model_asked)
            say(f"Accepted: {', '.join(accepted)}." if accepted else "No new model to accept.")
        settings = shown_settings(app.settings)
        if not as_json:
            _print_settings(settings)
        tried = []
        for attempt in attempts(app):
            tried.append(attempt)
            if not as_json:
                _print_attempt(attempt)
        is_complete = app.settings.kustomer_url and app.settings.kustomer_key
    if as_json:
        print_json({"settings": settings, "tried": [_json(attempt) for attempt in tried]})
    if not is_complete:
        click.echo(
            "KUSTOMER_BASE_URL and KUSTOMER_API_KEY are needed for 'sidenote start'. Set them in "
            "the environment or in .env, or try 'sidenote demo', which needs no keys.",
            err=True,
        )
        sys.exit(BAD_SETTINGS)
    failed = [attempt for attempt in tried if attempt.found is Found.FAILED]
    if failed:
        sys.exit(BAD_SETTINGS if failed[0].name == "policy" else FAILED)


def _print_settings(settings: dict[str, str]) -> None:
    width = max(map(len, settings))
    for name, value in settings.items():
        click.echo(f"{name:{width}}  {one_line(value)}")
    click.echo()


def _print_attempt(attempt: Attempt) -> None:
    mark, style = MARKS[attempt.found]
    console = result_console()
    # A policy's problems come one a line, and are read one a line.
    first, *more = [one_line(line) for line in attempt.words.splitlines()]
    untried = attempt.found is Found.UNTRIED
    words = (f" {attempt.found}: {first}", "dim") if untried else (f" {first}", "")
    console.print(Text.assemble((f"{mark} {attempt.name:14}", style), words), soft_wrap=True)
    for line in more:
        console.print(Text(f"{'':17}{line.strip()}"), soft_wrap=True)


def _json(attempt: Attempt) -> dict[str, str]:
    return {"name": attempt.name, "found": attempt.found.value, "words": attempt.words}
