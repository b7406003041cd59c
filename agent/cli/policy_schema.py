"""`sidenote policy schema`: what editors complete and check a policy with."""

import click

from agent.policy_file.schema import schema_text


@click.command("schema")
def command() -> None:
    """Print the JSON schema of policy.toml.

    \b
    sidenote policy schema > policy.schema.json

    'sidenote policy init' writes it beside the policy, whose first line names it: editors that use
    taplo (such as Even Better TOML in VS Code) complete keys and underline what cannot be.
    """
    click.echo(schema_text(), nl=False)
