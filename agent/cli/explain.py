"""`sidenote explain`: the receipt of one run."""

import shutil
import sys
from typing import Any

import click

from agent.cli.as_json import delivery_json, run_json
from agent.cli.demo_place import demo_option, rehearsal_option
from agent.cli.opened import opened
from agent.cli.terminal import print_json, safe
from agent.errors import InputError
from agent.explaining import counterfactual_json
from agent.ports import Run, Store
from agent.receipt import render_receipt
from agent.wiring import App


@click.command("explain")
@click.argument("run_or_conversation")
@click.option("--all", "with_all", is_flag=True, help="List the rules that did not apply, too.")
@demo_option
@rehearsal_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(
    run_or_conversation: str, *, with_all: bool, demo: bool, rehearsal: bool, as_json: bool
) -> None:
    """Show why a run ended as it did: what was read, proposed, decided and done.

    \b
    sidenote explain 7f3a                      the start of a run's id is enough
    sidenote explain 65f0c0ffee00000000000001  a conversation's newest run
    sidenote explain 7f3a --json | jq .would_have
    sidenote explain 7f3a --demo               a run of the last 'sidenote demo'
    sidenote explain 7f3a --rehearsal          a run of 'sidenote start --rehearse'
    """
    with opened(demo=demo, rehearsal=rehearsal) as app:
        run = find_run(app.store, run_or_conversation)
        if run is None:
            raise InputError(_unknown(app, run_or_conversation))
        receipt = app.store.receipt(run.id)
        deliveries = app.store.deliveries(run_id=run.id)
    if as_json:
        written = [delivery_json(delivery) for delivery in deliveries]
        print_json(_json(run, receipt) | {"deliveries": written})
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    text = render_receipt(run, receipt, deliveries, with_all=with_all, width=width)
    click.echo(safe(text))


def find_run(store: Store, run_or_conversation: str) -> Run | None:
    """By the start of a run's id that only one has, else a conversation's newest; or None."""
    wanted = run_or_conversation.strip()
    of_conversation = store.runs(conversation_id=wanted, limit=1)
    return of_conversation[0] if of_conversation else store.run(wanted)


def _unknown(app: App, wanted: str) -> str:
    days = app.settings.keep.days
    if app.store.told(wanted) is not None:
        return (
            f"the receipts of conversation {safe(wanted)} were removed: they are kept {days} days "
            "(SIDENOTE_KEEP_DAYS)."
        )
    return (
        f"no run or conversation {safe(wanted)!r} here, or several runs begin so. 'sidenote runs' "
        f"lists them; they are kept {days} days (SIDENOTE_KEEP_DAYS)."
    )


def _json(run: Run, receipt: dict[str, Any] | None) -> dict[str, Any]:
    parts = ("at", "versions", "read", "proposed", "decided", "did")
    known = {part: (receipt or {}).get(part) for part in parts}
    known["would_have"] = counterfactual_json(receipt or {})
    return {**run_json(run), "note_id": run.note_id, "has_receipt": receipt is not None, **known}
