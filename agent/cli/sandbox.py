"""`sidenote sandbox`: a Kustomer-like server for trials and tests."""

import json
import signal
import sys
import threading
from pathlib import Path

import click

from agent.errors import InputError
from agent.sandbox.faults import KINDS, MIX, parse_fault
from agent.sandbox.limits import PLANS
from agent.sandbox.server import Sandbox
from agent.sandbox.switches import SWITCHES

PORT = 8399


@click.command()
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes any free port.",
)
@click.option(
    "--load",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Conversations as JSON Lines, .gz or not. May be given several times.",
)
@click.option("--play", is_flag=True, help="Let what a file plays appear in its own time.")
@click.option("--seed", default=0, show_default=True, help="The same seed, the same world.")
@click.option(
    "--plan", type=click.Choice(list(PLANS)), default="enterprise", help="Requests a minute."
)
@click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="See --switches.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME[@ROUTE]=P[*COUNT]",
    help="Probability 0 to 1 of a fault, `any` for a mix. See --faults.",
)
@click.option("--switches", "list_switches", is_flag=True, help="List the switches and leave.")
@click.option("--faults", "list_faults", is_flag=True, help="List the faults and leave.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(  # noqa: PLR0913 - click passes one argument per option
    *,
    port: int,
    files: tuple[Path, ...],
    play: bool,
    seed: int,
    plan: str,
    switches: tuple[str, ...],
    faults: tuple[str, ...],
    list_switches: bool,
    list_faults: bool,
    as_json: bool,
) -> None:
    """Serve a Kustomer-like API from memory, until interrupted.

    \b
    sidenote sandbox --load conversations.jsonl
    sidenote sandbox --fault any=0.2 --switch note-id=ignored
    sidenote sandbox --fault "timeout-after@POST */notes=1*3,seconds=30"
    sidenote sandbox --switches

    What customers and teammates do meanwhile comes over /_sandbox/ on the same port.
    """
    if list_switches or list_faults:
        _list(as_json=as_json, switches=list_switches)
        return
    sandbox = Sandbox(
        port, seed=seed, plan=plan, load=files, play=play, switches=dict(map(_pair, switches))
    )
    sandbox.faults.set(*map(parse_fault, faults))
    try:
        with sandbox:
            _announce(sandbox, as_json=as_json)
            _wait()
    except OSError as error:
        raise InputError(f"port {port} cannot be used ({error.strerror}); try --port 0") from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"switch {text!r} is not NAME=VALUE")
    return name, value


def _list(*, as_json: bool, switches: bool) -> None:
    if switches:
        rows = [(s.name, s.default, "|".join(s.values) or "a number", s.question) for s in SWITCHES]
        names = ("name", "default", "values", "question")
    else:
        rows = [(k.name, k.applied.name.lower(), "", k.what) for k in KINDS]
        rows.append((MIX, "either", "", "A mix of those that a retry or a look can mend."))
        names = ("name", "applied", "options", "what")
    if as_json:
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return
    for name, second, third, line in rows:
        extra = f" ({third}; now {second})" if switches else f" (applied: {second})"
        click.echo(f"{name:22} {line}{extra}")


def _announce(sandbox: Sandbox, *, as_json: bool) -> None:
    world = sandbox.world
    if as_json:
        shown = {
            "url": sandbox.url,
            "key": sandbox.key,
            "conversations": len(world.conversations),
            "env": {"KUSTOMER_BASE_URL": sandbox.url, "KUSTOMER_API_KEY": sandbox.key},
        }
        click.echo(json.dumps(shown))
    else:
        click.echo(f"KUSTOMER_BASE_URL={sandbox.url}\nKUSTOMER_API_KEY={sandbox.key}")
    sys.stdout.flush()
    count = len(world.conversations)
    click.echo(
        f"The sandbox has {count} conversations. Put the two lines into .env; Ctrl-C ends it.",
        err=True,
    )


def _wait() -> None:
    """Until somebody asks us to stop."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    while not stop.wait(timeout=1):  # with a timeout, so that signals get through
        pass
