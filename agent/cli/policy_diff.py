"""`sidenote policy diff`: what differs between two policies, and what it would change."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from agent.cli.demo_place import demo_option
from agent.cli.opened import opened
from agent.cli.redecided import changed_json, counting, print_changes, stored_cases
from agent.cli.since import parse_since
from agent.cli.terminal import PLAIN_WIDTH, one_line, print_json, result_console, say
from agent.core.policy_diff import Difference, policy_differences
from agent.core.team_policy import TeamPolicy
from agent.fixture_cases import fixture_cases
from agent.policy_file import load_policy
from agent.replaying import Case, Redecided, decided_under, differing, sends_a_day
from agent.shipped import shipped
from agent.wiring import App, offline_engine

EXAMPLES = 10  # changed conversations that the table shows; scripts get all


@click.command("diff")
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", metavar="WHEN", help="Only runs since then: 24h, 7d, a date, an ISO time.")
@click.option("--show", is_flag=True, help="Show customers' first words; on a terminal only.")
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(
    old: Path, new: Path, *, since: str | None, show: bool, demo: bool, as_json: bool
) -> None:
    """Say what differs between two policies, and which stored runs they decide differently.

    \b
    sidenote policy diff policy.toml new.toml
    sidenote policy diff policy.toml new.toml --since 7d --json | jq .sends_a_day

    Levels are those of the two files. Without stored runs the conversations that ship with
    Sidenote stand in. Rules alone are asked: whether slots could be filled is not.
    """
    was, now = load_policy(old), load_policy(new)
    with opened(demo=demo) as app:
        cases, source = _cases(app, was, since)
    offline = offline_engine()
    found: list[Redecided] = []
    with counting("Deciding", len(cases)) as step:
        for case in cases:
            step()
            before, after = (decided_under(case, policy, offline) for policy in (was, now))
            found.append(Redecided(case=case, before=before, after=after))
    further, reasons = differing(found)
    a_day = _sends(found) if source == "runs" else None
    differences = policy_differences(was, now)
    if as_json:
        print_json(
            {
                "differences": [
                    {"where": d.where, "was": d.was, "now": d.now} for d in differences
                ],
                "source": source,
                "conversations": len(found),
                "changed": len(further),
                "other_reasons": len(reasons),
                "sends_a_day": a_day,
                "changes": [changed_json(each) for each in (*further, *reasons)],
            }
        )
        return
    _print_differences(differences)
    if source == "fixtures":
        say("No stored runs: decided on the conversations that ship with Sidenote.")
    if further:
        print_changes(further[:EXAMPLES], show=show and sys.stdout.isatty())
    more = f" ({EXAMPLES} shown)" if len(further) > EXAMPLES else ""
    click.echo(
        f"{len(found)} conversations: {len(further)} would end otherwise{more}, {len(reasons)} "
        "alike for other reasons."
    )
    if a_day is not None:
        click.echo(f"Replies sent a day: {a_day['old']} under the old, {a_day['new']} new.")


def _cases(app: App, policy: TeamPolicy, since: str | None) -> tuple[Sequence[Case], str]:
    """Stored runs, or where there are none the shipped conversations; and which of the two."""
    now = app.clock.now()
    stored = stored_cases(app.store, policy, parse_since(since, now) if since else None)
    if stored.cases:
        if stored.skipped:
            say(f"{stored.skipped} runs were left out: not decided by rules, or pruned.")
        return stored.cases, "runs"
    folder = shipped("fixtures") / "conversations"
    return fixture_cases(folder, policy, offline_engine(), now), "fixtures"


def _sends(found: Sequence[Redecided]) -> dict[str, float]:
    return {
        "old": round(sends_a_day((each.case.at, each.before) for each in found), 2),
        "new": round(sends_a_day((each.case.at, each.after) for each in found), 2),
    }


def _print_differences(differences: Sequence[Difference]) -> None:
    if not differences:
        click.echo("Both policies mean the same.")
        return
    console = result_console()
    table = Table(
        box=None, padding=(0, 2, 0, 0), expand=console.width < PLAIN_WIDTH, header_style="dim"
    )
    for title in ("in policy.toml", "was", "now"):
        table.add_column(title, overflow="fold")
    for each in differences:
        table.add_row(*(Text(one_line(word)) for word in (each.where, each.was, each.now)))
    console.print(table)
