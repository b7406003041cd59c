"""`sidenote resume`: go on after a pause."""

import sys

import click

from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.terminal import print_json, say
from agent.pausing import Controls


@click.command("resume")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(*, as_json: bool) -> None:
    """Go on after a pause. Runs that waited are taken up within seconds.

    \b
    sidenote resume

    Says what else still pauses, and then exits with 1: a pause file that a person made, or
    SIDENOTE_PAUSED in the environment.
    """
    with opened(needs_database=False) as app:
        controls = Controls(
            lambda: app.store, app.settings.pause_file, from_environment=app.settings.paused
        )
        still = controls.resume()
    if as_json:
        print_json({"paused": bool(still), "still": list(still)})
    elif not still:
        click.echo("Resumed.")
    for each in still:
        say(f"Still paused by {each}.")
    if still:
        sys.exit(FAILED)
