"""`sidenote tokens`: which programs may call the HTTP API, and what they may do."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import click
from rich.table import Table
from rich.text import Text

from agent.api_wiring import tokens_of
from agent.cli.opened import opened
from agent.cli.pause import user_name
from agent.cli.terminal import PLAIN_WIDTH, moment, print_json, result_console, say
from agent.core.tokens import LONGEST_LIFE_DAYS, USUAL_LIFE_DAYS, Scope, Token
from agent.tokens import Tokens

SCOPES = tuple(scope.value for scope in Scope)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


@click.group("tokens")
def command() -> None:
    """Which programs may call the HTTP API, and what they may do there.

    \b
    sidenote tokens add order-workflow --scope send --scope create
    sidenote tokens list --json
    sidenote tokens remove order-workflow

    \b
    read       runs, receipts, approvals, topics, customers: they hold what customers wrote
    metrics    figures for Prometheus only
    summarize  summaries and their notes, also those of 'sidenote mcp'
    send       notes, replies to customers, recorded messages
    create     customers and conversations
    retry      failed runs
    approve    approve and reject drafts
    topics     raise and lower topics
    pause      pause and resume

    The API is at /api/v1 of the console's address, which 'sidenote start' prints.
    """


@command.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it may do. Repeatable.",
)
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_LIFE_DAYS),
    default=USUAL_LIFE_DAYS,
    show_default=True,
    help="After which it opens nothing.",
)
@_JSON
def add(name: str, scopes: tuple[str, ...], days: int, *, as_json: bool) -> None:
    """Make a token and show it, this once.

    \b
    sidenote tokens add order-workflow --scope send --days 30
    sidenote tokens add prometheus --scope metrics > prometheus.token
    """
    with _tokens() as tokens:
        token, secret = tokens.add(name, [Scope(scope) for scope in scopes], days=days)
    if as_json:
        print_json({**_json(token), "token": secret})
        return
    click.echo(secret)
    say(
        f"{name} may {', '.join(sorted(token.scopes))} until {token.expires_at:%Y-%m-%d}. "
        "This is the only time the token is shown; only its hash is kept."
    )


@command.command("list")
@_JSON
def list_(*, as_json: bool) -> None:
    """List the tokens, without their secrets.

    \b
    sidenote tokens list
    sidenote tokens list --json | jq -r '.[] | select(.expired) | .name'
    """
    with _tokens() as tokens:
        found, now = tokens.book.tokens(), tokens.clock.now()
    if as_json:
        print_json([{**_json(token), "expired": token.is_over(now)} for token in found])
        return
    if not found:
        say("No program has a token. 'sidenote tokens add NAME --scope …' makes one.")
        return
    console = result_console()
    if not console.is_terminal:
        console.width = PLAIN_WIDTH
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("name", "may", "until", "last used", "made by"):
        table.add_column(column, overflow="fold")
    for token in found:
        until = f"{token.expires_at:%Y-%m-%d}" + (" (over)" if token.is_over(now) else "")
        used = moment(token.used_at) if token.used_at else "never"
        may = ", ".join(sorted(token.scopes))
        cells = (token.name, may, until, used, token.by)
        table.add_row(*(Text(cell, style="dim" if token.is_over(now) else "") for cell in cells))
    console.print(table)


@command.command("remove")
@click.argument("name")
@_JSON
def remove(name: str, *, as_json: bool) -> None:
    """End a token: it opens nothing from now on.

    \b
    sidenote tokens remove order-workflow
    """
    with _tokens() as tokens:
        tokens.remove(name)
    if as_json:
        print_json({"removed": name})
        return
    click.echo(f"{name} opens nothing any more.")


@contextmanager
def _tokens() -> Iterator[Tokens]:
    with opened() as app:
        tokens = tokens_of(app, by=user_name())
        with closing(tokens.book):
            yield tokens


def _json(token: Token) -> dict[str, object]:
    return {
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "used_at": token.used_at.isoformat() if token.used_at else None,
        "by": token.by,
    }
