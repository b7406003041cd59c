"""`sidenote resume`: go on after a pause."""

import sys

import click

from agent.allowance import close_breaker
from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.pause import user_name
from agent.cli.terminal import print_json, say
from agent.pausing import Controls


@click.command("resume")
@click.option(
    "--breaker", is_flag=True, help="Close the breaker instead: let replies be sent again."
)
@click.option("--by", metavar="NAME", help="Who goes on. Default: the name of this user.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(*, breaker: bool, by: str | None, as_json: bool) -> None:
    """Go on after a pause. Runs that waited are taken up within seconds.

    \b
    sidenote resume
    sidenote resume --by Ada
    sidenote resume --breaker     # after too many replies: let them be sent again

    Says what else still pauses, and then exits with 1: a pause file that a person made, or
    SIDENOTE_PAUSED in the environment.

    The breaker opens by itself when the organization's limit of automatic replies is reached;
    from then on replies are only drafted. It closes when a person has looked.
    """
    if breaker:
        _close_breaker(by or user_name(), as_json=as_json)
        return
    with opened(needs_database=False) as app:
        controls = Controls(
            lambda: app.store, app.settings.pause_file, from_environment=app.settings.paused
        )
        still = controls.resume(by or user_name(), app.clock.now())
    if as_json:
        print_json({"paused": bool(still), "still": list(still)})
    elif not still:
        click.echo("Resumed.")
    for each in still:
        say(f"Still paused by {each}.")
    if still:
        sys.exit(FAILED)


def _close_breaker(by: str, *, as_json: bool) -> None:
    with opened() as app:
        closed = close_breaker(app.store, by=by, now=app.clock.now())
    if as_json:
        print_json({"closed": closed is not None, "reason": closed.reason if closed else ""})
    elif closed is None:
        click.echo("The breaker was closed already; nothing to do.")
    else:
        click.echo(f"The breaker is closed by {by}; it had opened for: {closed.reason}.")
