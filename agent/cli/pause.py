"""`sidenote pause`: stop all writes."""

import getpass

import click

from agent.cli.opened import opened
from agent.cli.terminal import print_json
from agent.pausing import Controls


@click.command("pause")
@click.option("--reason", metavar="TEXT", default="", help="Why; shown wherever the pause shows.")
@click.option("--by", metavar="NAME", help="Who pauses. Default: the name of this user.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(*, reason: str, by: str | None, as_json: bool) -> None:
    """Stop all writes, of every worker on this database, within seconds.

    \b
    sidenote pause
    sidenote pause --reason "answers are being reworked"

    Conversations go on being found; their runs wait for 'sidenote resume'. If the database
    cannot be written, the pause file is. SIDENOTE_PAUSED=1 pauses, too.
    """
    by = by or user_name()
    with opened(needs_database=False) as app:
        controls = Controls(
            lambda: app.store, app.settings.pause_file, from_environment=app.settings.paused
        )
        at = app.clock.now()
        where = controls.pause(by, at, reason)
    if as_json:
        told = {"paused": True, "by": by, "reason": reason, "at": at.isoformat(), "where": where}
        print_json(told)
        return
    click.echo(f"Paused by {by}. 'sidenote resume' goes on.")
    if where != "database":
        click.echo(
            f"The database could not be written, so it stands in the {where}: only daemons on this "
            "machine see it.",
            err=True,
        )


def user_name() -> str:
    """Who works at this terminal, as the machine calls them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"  # a container's user may have no name
