"""`sidenote webhooks`: lets Kustomer ring when a customer writes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.pause import user_name
from agent.cli.terminal import one_line, print_json
from agent.doorbell_setup import DoorbellSetup, Standing, State


@click.group("webhooks")
def command() -> None:
    """The doorbell: Kustomer calls when a customer writes, so that nothing waits for the poll.

    \b
    sidenote webhooks install
    sidenote webhooks status --json
    sidenote webhooks remove

    Needs SIDENOTE_PUBLIC_URL, where Kustomer reaches the console's port through your proxy, and
    a key with the role org.permission.outbound_webhook. Polling goes on beside it: a call that
    is lost only makes a note later.
    """


@command.command("install")
@click.option("--again", is_flag=True, help="Remove the one that is there and make it anew.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def install(*, again: bool, as_json: bool) -> None:
    """Register the doorbell at Kustomer, if it is not; safe to repeat.

    \b
    SIDENOTE_PUBLIC_URL=https://hooks.example.com sidenote webhooks install
    """
    with _setup() as setup:
        standing = setup.install(again=again)
    _print(standing, as_json=as_json)


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def status(*, as_json: bool) -> None:
    """Show whether Kustomer rings. Exits with 1 when it does not.

    \b
    sidenote webhooks status
    sidenote webhooks status --json | jq -r .state
    """
    with _setup() as setup:
        standing = setup.standing()
    _print(standing, as_json=as_json)
    if standing.state is not State.RINGS:
        sys.exit(FAILED)


@command.command("remove")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def remove(*, as_json: bool) -> None:
    """Let Kustomer ring no more; safe to repeat.

    \b
    sidenote webhooks remove
    """
    with _setup() as setup:
        standing = setup.remove()
    _print(standing, as_json=as_json)


@contextmanager
def _setup() -> Iterator[DoorbellSetup]:
    with opened() as app:
        app.is_hasty = True
        token = app.settings.webhook_token
        setup = DoorbellSetup(
            webhooks=app.webhooks,
            book=app.doorbell_book,
            record=app.store,
            clock=app.clock,
            public_url=app.settings.public_url,
            by=user_name(),
            token=token.value if token else "",
        )
        _ = setup.url  # a setting that is missing is told before Kustomer is asked
        yield setup


def _print(standing: Standing, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "state": standing.state.value,
                "url": standing.url,
                "webhook_id": standing.webhook.id if standing.webhook else None,
                "webhooks": standing.webhooks,
            }
        )
        return
    click.echo(f"{_WORDS[standing.state]} {one_line(standing.url)}")
    click.echo(f"{standing.webhooks} of 5 webhooks of your organization are used.")


_WORDS = {
    State.RINGS: "Kustomer rings at",
    State.SWITCHED_OFF: "Kustomer has switched it off; 'webhooks install' makes it anew:",
    State.UNKNOWN_TOKEN: "Registered, but its token is not known here ('install --again'):",
    State.ABSENT: "Not installed:",
}
