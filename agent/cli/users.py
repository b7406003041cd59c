"""`sidenote users`: who may sign in to the console, and as what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
from rich.table import Table
from rich.text import Text

from agent.cli.opened import opened
from agent.cli.pause import user_name
from agent.cli.terminal import PLAIN_WIDTH, moment, print_json, result_console, safe, say
from agent.console.accounts import Accounts
from agent.core.access import Account, Role
from agent.errors import InputError

ROLES = tuple(role.word for role in Role)
Decorated = TypeVar("Decorated", bound=Callable[..., object])


@click.group("users")
def command() -> None:
    """Who may sign in to the console, and what they may do there.

    \b
    sidenote users add mara --role lead
    sidenote users list --json
    sidenote users role mara admin
    sidenote users remove mara

    \b
    viewer    looks
    teammate  approves, rejects, retries, pauses
    lead      raises and lowers topics
    admin     has tokens of the API, too

    While there are no accounts, the link that 'sidenote start' prints signs in, on this machine.
    """


def _password_options(function: Decorated) -> Decorated:
    file = click.option(
        "--password-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Read the password from a file instead of asking.",
    )
    none = click.option(
        "--no-password", is_flag=True, help="Single sign-on only: a trusted proxy says who it is."
    )
    return file(none(function))


@command.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What they may do.")
@_password_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def add(
    *, name: str, role: str, password_file: Path | None, no_password: bool, as_json: bool
) -> None:
    """Make an account; the password is asked for twice.

    \b
    sidenote users add mara --role lead
    sidenote users add mara --role lead --password-file mara.txt
    sidenote users add mara --role lead --no-password
    """
    with _accounts() as accounts:
        if accounts.book.account(name) is None:  # or nobody need type anything
            password = _password(password_file, none=no_password)
        else:
            password = None
        account = accounts.add(name, Role[role.upper()], password)
        is_first = len(accounts.book.accounts()) == 1
    _tell(account, f"{name} may sign in as {role}.", as_json=as_json)
    if is_first and not as_json:
        say("From now on the console asks everybody to sign in; one-time links open it no more.")


@command.command("password")
@click.argument("name")
@_password_options
def password(*, name: str, password_file: Path | None, no_password: bool) -> None:
    """Give an account another password; whoever is signed in with it is signed out.

    \b
    sidenote users password mara
    """
    with _accounts() as accounts:
        accounts.change_password(name, _password(password_file, none=no_password))
    click.echo(f"{name} has another password." if not no_password else f"{name} has no password.")


@command.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def role(*, name: str, role: str, as_json: bool) -> None:
    """Let an account do more, or less; at once.

    \b
    sidenote users role mara admin
    """
    with _accounts() as accounts:
        account = accounts.change_role(name, Role[role.upper()])
    _tell(account, f"{name} is {role} now.", as_json=as_json)


@command.command("remove")
@click.argument("name")
def remove(*, name: str) -> None:
    """Remove an account; whoever is signed in with it is signed out.

    \b
    sidenote users remove mara
    """
    with _accounts() as accounts:
        accounts.remove(name)
        is_last = not accounts.book.accounts()
    click.echo(f"{name} may no longer sign in.")
    if is_last:
        say("There are no accounts left: 'sidenote console --link' prints a link that signs in.")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
def list_command(*, as_json: bool) -> None:
    """List the accounts.

    \b
    sidenote users list --json | jq -r '.[].name'
    """
    with _accounts() as accounts:
        found = accounts.book.accounts()
    if as_json:
        print_json([_json(account) for account in found])
    elif found:
        result_console().print(_table(found, width=result_console().width))
    else:
        say("No accounts yet; 'sidenote users add NAME --role admin' makes one.")


@contextmanager
def _accounts() -> Iterator[Accounts]:
    # Here, because it brings the console's libraries, and --help needs none of them.
    from agent.console_wiring import open_accounts  # noqa: PLC0415

    with opened() as app, open_accounts(app, by=user_name()) as accounts:
        yield accounts


def _password(file: Path | None, *, none: bool) -> str | None:
    if none:
        if file is not None:
            raise InputError("--no-password and --password-file exclude each other")
        return None
    if file is None:
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {type(error).__name__}") from None


def _tell(account: Account, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_json(account))
    else:
        click.echo(words)


def _json(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role.word,
        "has_password": bool(account.password),
        "created_at": account.created_at.isoformat(),
    }


def _table(accounts: tuple[Account, ...], *, width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=width < PLAIN_WIDTH, header_style="dim")
    for name in ("name", "role", "signs in by", "since"):
        table.add_column(name, no_wrap=True)
    for account in accounts:
        table.add_row(
            Text(safe(account.name)),
            account.role.word,
            "password" if account.password else "single sign-on",
            Text(moment(account.created_at), style="dim"),
        )
    return table
