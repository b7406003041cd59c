"""`sidenote customers`: find one, or create one that is not there yet."""

import click
from rich.table import Table
from rich.text import Text

from agent.cli.opened import opened
from agent.cli.terminal import one_line, print_json, result_console, say, waiting
from agent.core.conversation import Customer
from agent.creating import (
    create_customer,
    customer_json,
    find_customer,
    made_json,
    search_customers,
)
from agent.errors import InputError
from agent.ports import CustomerKey, NewCustomer

SHOWN = 50  # customers of one text search


@click.group("customers")
def command() -> None:
    """Find a customer, or create one that is not there yet.

    \b
    sidenote customers search --email mara@example.com --json
    sidenote customers search "Mara Lind"
    sidenote customers create --name "Mara Lind" --email mara@example.com --json
    """


@command.command("search")
@click.argument("text", required=False)
@click.option("--email", metavar="X", help="The one with this e-mail address.")
@click.option("--phone", metavar="X", help="The one with this phone number, as +491511234567.")
@click.option("--external-id", metavar="X", help="The one with this external id.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def search(
    text: str | None,
    *,
    email: str | None,
    phone: str | None,
    external_id: str | None,
    as_json: bool,
) -> None:
    """Find customers by one key, or by words.

    \b
    sidenote customers search --email mara@example.com
    sidenote customers search --external-id shop/77 --json | jq -r '.data[0].id'
    sidenote customers search "Mara Lind"

    \b
    None found is no error: the result is empty. A key is looked up at once; words are searched
    for in an index, where a new customer takes seconds to appear.
    """
    given = {
        CustomerKey.EMAIL: email,
        CustomerKey.PHONE: phone,
        CustomerKey.EXTERNAL_ID: external_id,
    }
    keys = [(key, value) for key, value in given.items() if value is not None]
    if len(keys) + (text is not None) != 1:
        raise InputError("give one of --email, --phone, --external-id, or words to search for")
    with opened(needs_database=False) as app, waiting("Searching …"):
        if text is None:
            found = find_customer(app.directory, *keys[0])
            customers: tuple[Customer, ...] = (found,) if found is not None else ()
        else:
            customers = search_customers(app.directory, text, limit=SHOWN + 1)
    _print(customers[:SHOWN], as_json=as_json)
    if not customers:
        say("No customer found.")
    if len(customers) > SHOWN:
        say(f"Only {SHOWN} are shown; more words find fewer.")


@command.command("create")
@click.option("--name", default="", metavar="TEXT", help="The customer's name.")
@click.option("--email", "emails", multiple=True, metavar="X", help="May be given several times.")
@click.option("--phone", "phones", multiple=True, metavar="X", help="As +491511234567; the same.")
@click.option("--external-id", metavar="X", help="The customer's id in another system.")
@click.option(
    "--allow-duplicate", is_flag=True, help="Create one without any key; each call another one."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def create(
    *,
    name: str,
    emails: tuple[str, ...],
    phones: tuple[str, ...],
    external_id: str | None,
    allow_duplicate: bool,
    as_json: bool,
) -> None:
    """Create a customer, unless one with the same external id, e-mail or phone exists.

    \b
    sidenote customers create --name "Mara Lind" --email mara@example.com
    sidenote customers create --name "Mara Lind" --external-id shop/77 --json | jq .created

    \b
    One that exists is printed as it is and nothing of it is changed. Keys that belong to
    different customers are an error, and nothing is created. Safe to call again: it looks first.
    """
    new = NewCustomer(name=name, emails=emails, phones=phones, external_id=external_id)
    with opened() as app, waiting("Creating …"):
        made = create_customer(app.desk, app.directory, new, allow_duplicate=allow_duplicate)
    if as_json:
        print_json(made_json(made))
    elif made.created:
        click.echo(f"Customer {made.record.id} created.")
    else:
        click.echo(f"Customer {made.record.id} exists already; nothing was written.")


def _print(customers: tuple[Customer, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"data": [customer_json(each) for each in customers]})
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("customer", "name", "e-mail", "phone", "external id"):
        table.add_column(column, overflow="fold")
    for each in customers:
        addresses = (each.emails, each.phones)
        table.add_row(
            Text(each.id),
            Text(one_line(each.name)),
            *(Text(one_line(", ".join(a.value for a in some))) for some in addresses),
            Text(one_line(each.external_id or "")),
        )
    if customers:
        result_console().print(table)
