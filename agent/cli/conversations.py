"""`sidenote conversations`: open one that is not there yet."""

import click

from agent.cli.opened import opened
from agent.cli.terminal import print_json, waiting
from agent.core.new_records import STATUSES
from agent.creating import create_conversation, made_json
from agent.ports import NewConversation


@click.group("conversations")
def command() -> None:
    """Open a conversation that is not there yet.

    \b
    sidenote conversations create --customer-id 65f0…01 --external-id case/12 --json
    """


@command.command("create")
@click.option("--customer-id", required=True, metavar="ID", help="With whom.")
@click.option("--name", default="", metavar="TEXT", help="What the team sees as its subject.")
@click.option("--external-id", metavar="X", help="Its id in another system.")
@click.option("--key", metavar="K", help="Instead: any text that stands for this conversation.")
@click.option("--channel", metavar="NAME", help="Which one replies go out on, such as email.")
@click.option(
    "--status", type=click.Choice(STATUSES), default="open", show_default=True, help="At first."
)
@click.option("--allow-duplicate", is_flag=True, help="Without id or key: each call another one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def create(  # noqa: PLR0913 - one argument an option
    *,
    customer_id: str,
    name: str,
    external_id: str | None,
    key: str | None,
    channel: str | None,
    status: str,
    allow_duplicate: bool,
    as_json: bool,
) -> None:
    """Open a conversation, unless one with the same external id or key exists.

    \b
    sidenote conversations create --customer-id 65f0…01 --name "New lid" --external-id case/12
    sidenote conversations create --customer-id 65f0…01 --key "$ORDER" --json | jq -r .data.id

    \b
    One that exists is printed as it is and nothing of it is changed; one of another customer is
    an error. Safe to call again: it looks first. The customer is told nothing.
    """
    new = NewConversation(
        customer_id=customer_id,
        name=name,
        external_id=external_id,
        channel=channel,
        status=status,
    )
    with opened() as app, waiting("Creating …"):
        made = create_conversation(
            app.desk, app.directory, new, key=key, allow_duplicate=allow_duplicate
        )
    if as_json:
        print_json(made_json(made))
    elif made.created:
        click.echo(f"Conversation {made.record.id} opened.")
    else:
        click.echo(f"Conversation {made.record.id} exists already; nothing was written.")
