"""`sidenote erase`: remove every text of one customer."""

import sys
from contextlib import closing

import click

from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.pause import user_name
from agent.cli.terminal import print_json, safe, say, waiting
from agent.erasing import conversations_to_erase, erase
from agent.errors import ConfigError, InputError
from agent.rehearsal_place import rehearsed_settings
from agent.settings import Settings
from agent.wiring import App


@click.command("erase")
@click.option("--customer", "customer_id", metavar="ID", required=True, help="Whom to erase.")
@click.option(
    "--conversation",
    "further",
    metavar="ID",
    multiple=True,
    help="A further conversation of theirs.",
)
@click.option("--by", metavar="NAME", help="Who erases. Default: the name of this user.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(
    *, customer_id: str, further: tuple[str, ...], by: str | None, yes: bool, as_json: bool
) -> None:
    """Remove every text of a customer from this database; it cannot be undone.

    \b
    sidenote erase --customer 65f0c0ffee00000000000001 --by Ada
    sidenote erase --customer 65f0c0ffee00000000000001 --yes --json

    Receipts, bodies of notes and replies, what was told, the runs engine's steps, and the same of
    rehearsals. Ids stay, so that nothing is done twice and the record still holds; a row of it
    says who erased whom.
    What 'sidenote send' alone wrote names no customer: give its conversations, too.
    Kustomer and backups are not touched. On SQLite the file is written anew.
    """
    # Here, because the engine takes 0.7 s to import, and --help needs none of it.
    from agent.daemon_wiring import forget_steps  # noqa: PLC0415

    by = by or user_name()
    with opened() as app:
        conversations = conversations_to_erase(app.store, customer_id, further)
        if not conversations:
            say(f"Nothing of customer {safe(customer_id)} is kept here.")
        elif not yes:
            _ask(customer_id, len(conversations))
        with waiting("Erasing …"):
            erased = erase(
                app.store,
                customer_id,
                conversations,
                forget_steps=lambda ids: forget_steps(app, ids),
                now=app.clock.now(),
                by=by,
            )
        _erase_rehearsals(app.settings, customer_id, further, by=by)
    counts = {
        "conversations": len(erased.conversations),
        "receipts": erased.receipts,
        "bodies": erased.deliveries,
        "contents": erased.contents,
    }
    if as_json:
        print_json({"customer_id": customer_id, **counts})
    elif conversations:
        told = ", ".join(f"{number} {name}" for name, number in counts.items())
        click.echo(f"Erased customer {safe(customer_id)}: {told}.")


def _erase_rehearsals(
    settings: Settings, customer_id: str, further: tuple[str, ...], *, by: str
) -> None:
    """The same in the rehearsals' database, where there is one besides the team's."""
    from agent.daemon_wiring import forget_steps  # noqa: PLC0415 - as above

    try:
        rehearsed = rehearsed_settings(settings)
    except (ConfigError, InputError):
        return
    if rehearsed.database_url == settings.database_url:
        return
    with closing(App(rehearsed)) as app:
        erase(
            app.store,
            customer_id,
            conversations_to_erase(app.store, customer_id, further),
            forget_steps=lambda ids: forget_steps(app, ids),
            now=app.clock.now(),
            by=by,
        )


def _ask(customer_id: str, conversations: int) -> None:
    known = f"{conversations} conversation{'' if conversations == 1 else 's'}"
    question = f"Erase all texts of customer {safe(customer_id)} ({known})? It cannot be undone."
    if not click.confirm(question, err=True):
        say("Nothing was erased.")
        sys.exit(FAILED)
