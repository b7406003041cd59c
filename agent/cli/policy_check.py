"""`sidenote policy check`: what is wrong with a policy, or what it means."""

import sys
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from agent.cli import BAD_SETTINGS
from agent.cli.policy_words import in_words, languages_of, topic_words
from agent.cli.sending_words import asked_to_send
from agent.cli.terminal import one_line, print_json, result_console
from agent.core.team_policy import TeamPolicy
from agent.policy_file import PolicyProblems, load_policy
from agent.policy_file.starter import starter
from agent.settings import load_settings


@click.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(file: Path | None, *, as_json: bool) -> None:
    """Say everything that is wrong with a policy by file and line, or what it means.

    \b
    sidenote policy check policy.toml
    sidenote policy check                      # the one that SIDENOTE_POLICY names
    sidenote policy check --json policy.toml | jq '.problems[]'

    Reads the file and its answers, nothing else. Exits with 3 when the policy cannot be used.
    Levels are those of the file; 'sidenote topics' shows what was raised and lowered since. A topic
    at "send" is warned of: it drafts until it has a certificate or a waiver.
    """
    chosen = file or load_settings().policy or starter()
    try:
        policy = load_policy(chosen)
    except PolicyProblems as wrong:
        if as_json:
            print_json(_wrong_json(chosen, wrong))
        else:
            _print_wrong(wrong)
        sys.exit(BAD_SETTINGS)
    if as_json:
        print_json(_right_json(chosen, policy))
    else:
        _print_right(chosen, policy)


def _print_wrong(wrong: PolicyProblems) -> None:
    for problem in wrong.problems:
        click.echo(one_line(str(problem)), err=True)
    many = len(wrong.problems)
    click.echo(f"{many} problem{'s' if many > 1 else ''}; the policy cannot be used.", err=True)


def _print_right(file: Path, policy: TeamPolicy) -> None:
    console = result_console()
    console.print(Text.assemble(("✓ ", "green"), f"{file} works, version {policy.version}"))
    console.print()
    if policy.topics:
        console.print(_topics(policy))
        console.print()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for concern, words in in_words(policy).items():
        table.add_row(concern, Text(one_line(words)))
    console.print(table)
    for warning in asked_to_send(policy):
        click.echo(f"! {one_line(warning)}", err=True)


def _topics(policy: TeamPolicy) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("topic", "level", "answers", "channels"):
        table.add_column(name, no_wrap=name == "level")
    table.add_column("")
    for topic in policy.topics:
        table.add_row(
            Text(topic.name),
            str(topic.level),
            " ".join(languages_of(topic)) or "none",
            " ".join(sorted(topic.channels)) or "all",
            Text(topic_words(topic)),
        )
    return table


def _wrong_json(file: Path, wrong: PolicyProblems) -> dict[str, object]:
    problems = [
        {"file": str(one.file), "line": one.line, "words": one.words} for one in wrong.problems
    ]
    return {"file": str(file), "ok": False, "problems": problems}


def _right_json(file: Path, policy: TeamPolicy) -> dict[str, object]:
    return {
        "file": str(file),
        "ok": True,
        "problems": [],
        "warnings": list(asked_to_send(policy)),
        "version": policy.version,
        "topics": [
            {
                "name": topic.name,
                "level": str(topic.level),
                "languages": languages_of(topic),
                "channels": sorted(topic.channels),
                "slots": [slot.name for slot in topic.slots],
                "daily_cap": topic.daily_cap,
                "share": topic.share,
            }
            for topic in policy.topics
        ],
        **{concern.replace(" ", "_"): words for concern, words in in_words(policy).items()},
    }
