"""`sidenote backtest`: what would have been proposed, beside what teammates answered."""

import sys
from pathlib import Path

import click

from agent.cli.backtest_run import GOES_ON, SINCE, Asked, run
from agent.cli.backtested import of_topics, print_tally, tally_json
from agent.cli.opened import opened
from agent.cli.terminal import print_json, say
from agent.cli.working import ENDED_AT_ONCE


@click.command("backtest")
@click.option("--since", metavar="WHEN", help=f"How far back: 30d, a date. [{SINCE}; a file: all]")
@click.option("--topic", metavar="TOPIC", default="", help="Count this topic only.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Try N conversations at most."
)
@click.option(
    "--input",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Conversations of a file (.jsonl or .jsonl.gz, as 'sandbox --load' reads); needs no key.",
)
@click.option("--keep", is_flag=True, help="Store the comparisons as labels in the history.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(
    *,
    since: str | None,
    topic: str,
    limit: int | None,
    file: Path | None,
    keep: bool,
    as_json: bool,
) -> None:
    """Replay past conversations: what would have been proposed, beside what teammates answered.

    \b
    sidenote backtest --since 180d
    sidenote backtest --since 30d --topic order-status --limit 500
    sidenote backtest --input export.jsonl.gz --json | jq '.topics[] | {topic, same, other}'
    sidenote backtest --since 180d --keep

    Each customer message that a teammate answered is tried with the messages up to it and nothing
    later; policy, model and customer records are today's. "same" and "other" compare amounts,
    dates, ids, links, promises and outcome with the teammate's answer; else it is "in doubt".

    Writes nothing to Kustomer, and to the database only with --keep. Reads when live work leaves
    room: half of our share of requests at most. A configured model is asked once for each message,
    within its caps. Ctrl-C keeps what is done; the same command goes on there.
    """
    with opened(needs_database=file is None or keep) as app:
        asked = Asked(topic=topic, limit=limit, since=since, file=file, keep=keep)
        tally = run(app, asked)
        topics = of_topics(tally.tried, app.policy.certificates, app.clock.now())
    if as_json:
        print_json(tally_json(tally, topics))
    else:
        print_tally(tally, topics)
    if not tally.is_whole:
        say(f"Stopped. {GOES_ON}")
        sys.exit(ENDED_AT_ONCE)
