"""`sidenote labels give`: one person's judgement of one proposed reply."""

import click

from agent.cli.labels import row_of
from agent.cli.opened import opened
from agent.cli.terminal import print_json, safe
from agent.core.labels import GIVEN, Judgement
from agent.errors import InputError
from agent.reviews import give


@click.command("give")
@click.argument("run")
@click.argument("judgement", metavar="JUDGEMENT", type=click.Choice([each.value for each in GIVEN]))
@click.option("--by", metavar="NAME", required=True, help="Who judges this.")
@click.option("--reason", metavar="TEXT", default="", help="Why; kept in the record.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(run: str, judgement: str, by: str, reason: str, *, as_json: bool) -> None:
    """Say what a proposed reply was worth: whether it could have gone out as it was.

    \b
    sidenote labels give 7f3a as-is --by Ada
    sidenote labels give 7f3a changed --by Ada --reason "the price is another since May"

    \b
    as-is     right, word for word        rejected  should not have been sent
    edited    other words, same facts     wrong     was sent, and should not have been
    changed   a fact was another

    The newest word of a person stands; all are on the record.
    """
    with opened() as app:
        row = row_of(app.store, run)
        if row is None:
            raise InputError(
                f"no proposed reply of run {safe(run)!r}; 'sidenote labels --list' shows them"
            )
        now = app.clock.now()
        label = give(app.store, row, Judgement(judgement), by=by, reason=reason, at=now)
    if as_json:
        told = {"run": row.run_id, "topic": row.topic, "channel": row.channel}
        print_json(told | {"judgement": label.judgement.value, "by": label.by})
        return
    click.echo(f"{row.run_id}  {label.judgement}, by {label.by}")
