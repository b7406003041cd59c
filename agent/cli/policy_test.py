"""`sidenote policy test`: does the policy decide as the scenarios say?"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from agent.cli import FAILED
from agent.cli.redecided import counting
from agent.cli.terminal import one_line, print_json
from agent.scenarios import (
    Tried,
    base_policy,
    never_exercised,
    read_scenarios,
    scenario_files,
    tried,
)
from agent.settings import load_settings
from agent.shipped import shipped
from agent.wiring import offline_engine

HERE = Path("fixtures/scenarios")  # a team's own, or a checkout's


@click.command("test")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, metavar="[PATH]...")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Decide under this policy.toml. Default: for scenarios that you name, the one that "
    "SIDENOTE_POLICY names; for the others, the shipped one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(paths: tuple[Path, ...], policy_file: Path | None, *, as_json: bool) -> None:
    """Decide scenarios and compare: how far the agent goes, and which rules make it so.

    \b
    sidenote policy test                              # ./fixtures/scenarios, else the shipped ones
    sidenote policy test ours/ --policy policy.toml   # your own, under your policy
    sidenote policy test ours/vip.toml --json | jq '.scenarios[].got'

    A scenario is a file with a conversation and what is expected of it; [policy] in it changes keys
    of the policy, such as a topic's level. The offline engine finds the topic, as in a run. Nothing
    is written. Exits with 1 when a scenario fails, and with 2 when one cannot be read.
    """
    base = base_policy(policy_file or (load_settings().policy if paths else None))
    files = scenario_files(paths or (_default(),))
    scenarios = read_scenarios(files, base)
    offline = offline_engine()
    found: list[Tried] = []
    with counting("Deciding", len(scenarios)) as step:
        for scenario in scenarios:
            step()
            found.append(tried(scenario, offline))
    failed = [each for each in found if each.wrong]
    silent = never_exercised(found)
    if as_json:
        print_json(
            {
                "passed": len(found) - len(failed),
                "failed": len(failed),
                "scenarios": [_json(each) for each in found],
                "rules_never_exercised": silent,
            }
        )
    else:
        _print(found, failed, silent)
    if failed:
        sys.exit(FAILED)


def _default() -> Path:
    return HERE if HERE.is_dir() else shipped("fixtures") / "scenarios"


def _print(found: Sequence[Tried], failed: Sequence[Tried], silent: Sequence[str]) -> None:
    for each in failed:
        click.echo(one_line(f"✗ {each.scenario.given.name}  ({each.scenario.file})"))
        for words in each.wrong:
            click.echo(f"  {one_line(words)}")
        for finding in each.applying:
            mark = "*" if finding.rule.id in each.decision.because else " "
            level = finding.level.name
            click.echo(f"  {mark} {finding.rule.id:22} {level:8} {one_line(finding.evidence)}")
    passed = len(found) - len(failed)
    scenarios = "1 scenario" if len(found) == 1 else f"{len(found)} scenarios"
    click.echo(f"{scenarios}: {passed} passed, {len(failed)} failed.")
    if silent:
        click.echo(f"Rules never exercised: {', '.join(silent)}.")
    else:
        click.echo("Every rule is exercised.")


def _json(each: Tried) -> dict[str, object]:
    expect = each.scenario.given.expect
    return {
        "name": each.scenario.given.name,
        "file": str(each.scenario.file),
        "ok": not each.wrong,
        "expected": {"autonomy": expect.autonomy, "because": sorted(expect.because)},
        "got": {
            "autonomy": each.decision.autonomy.name.lower(),
            "because": list(each.decision.because),
            "topic": each.topic or None,
        },
        "wrong": list(each.wrong),
        "applies": [
            {"rule": f.rule.id, "level": f.level.name.lower(), "evidence": f.evidence}
            for f in each.applying
        ],
    }
