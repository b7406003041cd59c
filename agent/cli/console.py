"""`sidenote console`: the pages alone, or a link into those that run."""

import logging
import socket

import click

from agent.cli.demo_place import demo_option
from agent.cli.opened import opened
from agent.cli.served import told
from agent.cli.terminal import print_json, say
from agent.cli.working import stopping_on_signals
from agent.errors import InputError
from agent.log import configure
from agent.wiring import App

LOOK_SECONDS = 0.5
CONNECT_SECONDS = 2.0


@click.command("console")
@click.option("--link", is_flag=True, help="Print a one-time link into the console that runs.")
@click.option("--address", metavar="HOST:PORT", help="Instead of SIDENOTE_CONSOLE.")
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(*, link: bool, address: str | None, demo: bool, as_json: bool) -> None:
    """Serve the console alone, on the database of the daemon, until interrupted.

    \b
    sidenote console                 beside a daemon that has SIDENOTE_CONSOLE=off, or on its own
    sidenote console --link          a fresh link for the one that 'sidenote start' serves
    sidenote console --demo --address 127.0.0.1:9000

    The link signs in once, within 15 minutes, and only while there are no accounts.
    """
    with opened(demo=demo) as app:
        place = address or app.settings.console or ""
        if not _is_address(place):
            raise InputError(
                "no address: write --address 127.0.0.1:8321, or set SIDENOTE_CONSOLE to one"
            )
        if link:
            _print_link(app, place, as_json=as_json)
        else:
            _serve(app, place, demo=demo, as_json=as_json)


def _print_link(app: App, address: str, *, as_json: bool) -> None:
    # Here, because the console's libraries take 0.5 s to import, and --help needs none of them.
    from agent.console_wiring import fresh_link  # noqa: PLC0415

    found = fresh_link(app, address)
    if not found:
        raise InputError(
            "there is no link: accounts sign in with their password, and a console that others "
            "can reach takes nothing else. 'sidenote users list' shows the accounts"
        )
    if as_json:
        print_json({"link": found})
    else:
        click.echo(found)
    if not _listens(address):
        say(f"Nothing listens on {address} just now: 'sidenote start' does, or 'sidenote console'.")


def _serve(app: App, address: str, *, demo: bool, as_json: bool) -> None:
    from agent.console_wiring import served_console  # noqa: PLC0415 - as above

    configure(as_json=as_json, level=logging.WARNING)
    with (
        stopping_on_signals(app.stopping),
        served_console(app, address, is_demo=demo) as served,
    ):
        if as_json:
            print_json({"url": served.url, "link": served.link or None})
        else:
            say(told(served.url, served.link))
            say("Ctrl-C ends it.")
        while not app.stopping.wait(LOOK_SECONDS):  # with a timeout, so that signals get through
            pass


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and int(port[:6]) <= 65535


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False
