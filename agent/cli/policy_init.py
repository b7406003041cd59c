"""`sidenote policy init`: a commented policy to begin with."""

from pathlib import Path

import click

from agent.cli.terminal import print_json
from agent.policy_file.starter import write_starter


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(folder: Path, *, as_json: bool) -> None:
    """Write policy.toml and its approved answers into FOLDER (default: this one).

    \b
    sidenote policy init
    sidenote policy init support/policy
    sidenote policy init --json | jq .policy

    Six routine topics in four languages, each with a comment that says what it does. All of them
    only suggest their answer in notes: nothing is drafted or sent. Nothing is overwritten.
    """
    policy = write_starter(folder)
    if as_json:
        print_json({"policy": str(policy)})
        return
    click.echo(f"Wrote {policy} and its approved answers in {policy.parent / 'replies'}.")
    click.echo(f"1. Make the answers your own, then: sidenote policy check {policy}")
    click.echo(f"2. Use it: SIDENOTE_POLICY={policy} in .env, then: sidenote start")
    click.echo("3. Trust its notes? Then: sidenote topics raise order-status --to draft --by NAME")
