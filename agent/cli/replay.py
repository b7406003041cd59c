"""`sidenote replay`: decide stored runs again, under another policy."""

from pathlib import Path

import click

from agent.cli.demo_place import demo_option, rehearsal_option
from agent.cli.opened import opened
from agent.cli.redecided import changed_json, counting, print_changes, stored_cases
from agent.cli.since import parse_since
from agent.cli.terminal import print_json, say
from agent.core.levels import effective
from agent.policy_file import load_policy
from agent.replaying import Redecided, decided_under, differing, sends_a_day
from agent.wiring import offline_engine


@click.command("replay")
@click.option("--since", metavar="WHEN", default="7d", help="How far back: 24h, 7d, a date. [7d]")
@click.option(
    "--policy",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Another policy.toml. Default: the one in use, as it is today.",
)
@demo_option
@rehearsal_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(*, since: str, file: Path | None, demo: bool, rehearsal: bool, as_json: bool) -> None:
    """Decide stored runs again and tell which would end otherwise, and why. Writes nothing.

    \b
    sidenote replay --since 7d --policy new.toml
    sidenote replay --since 2026-11-01 --json | jq '.changes[].after'

    Rules are asked again on what each run had read. Whether slots could be filled is not. The
    offline engine looks for the topic again; a topic that a model named is kept. Levels that
    'sidenote topics' raised hold, as they would for a daemon with that policy.
    """
    with opened(demo=demo, rehearsal=rehearsal) as app:
        at = parse_since(since, app.clock.now())
        chosen = load_policy(file) if file else app.policy
        policy = effective(chosen, app.store.level_changes())
        stored = stored_cases(app.store, policy, at)
    offline = offline_engine()

    found: list[Redecided] = []
    with counting("Deciding", len(stored.cases)) as step:
        for case in stored.cases:
            step()
            after = decided_under(case, policy, offline)
            found.append(Redecided(case=case, before=case.before or after, after=after))
    further, reasons = differing(found)
    a_day = {
        "before": round(sends_a_day((each.case.at, each.before) for each in found), 2),
        "after": round(sends_a_day((each.case.at, each.after) for each in found), 2),
    }
    if as_json:
        print_json(
            {
                "runs": len(found),
                "skipped": stored.skipped,
                "changed": len(further),
                "other_reasons": len(reasons),
                "sends_a_day": a_day,
                "changes": [changed_json(each) for each in (*further, *reasons)],
            }
        )
        return
    if further:
        print_changes(further)
    click.echo(
        f"{len(found)} runs decided again: {len(further)} would end otherwise, {len(reasons)} "
        "alike for other reasons."
    )
    click.echo(f"Replies sent a day: {a_day['before']} then, {a_day['after']} so.")
    if stored.skipped:
        say(f"{stored.skipped} were left out: not decided by rules, not ended, or pruned.")
