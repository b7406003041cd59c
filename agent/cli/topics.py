"""`sidenote topics`: how far each topic has climbed; raise and lower them."""

import sys
from datetime import timedelta

import click
from rich.table import Table
from rich.text import Text

from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.terminal import PLAIN_WIDTH, moment, one_line, print_json, result_console, say
from agent.core.levels import LADDER, LevelChange, effective, in_force, newest, next_step
from agent.core.team_policy import Level, Topic
from agent.errors import InputError
from agent.levels import Word, lower_topic, raise_topic
from agent.topic_figures import TopicFigures, figures_of
from agent.wiring import App

WEEK = timedelta(days=7)
WIDE = 140  # columns: room for caps, languages and who set the level
FIRST_WORDS = 70  # characters of an approved answer that the question before sending shows


@click.group("topics", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List the routine topics with their levels and the last seven days; raise or lower one.

    \b
    sidenote topics
    sidenote topics raise order-status --to draft --by Ada --why "a month of good notes"
    sidenote topics lower order-status --by Ada
    sidenote topics --json | jq '.[] | {topic, level}'

    A topic climbs one step at a time: off, note, draft, send. policy.toml says where it starts;
    the newest word wins, and counts at once, also while the daemon runs.
    """
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json)


_BY = click.option("--by", metavar="NAME", required=True, help="Who decides this.")
_WHY = click.option("--why", metavar="TEXT", default="", help="Why; kept in the record.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
_LEVELS = click.Choice([level.value for level in LADDER])


@command.command("raise")
@click.argument("topic")
@click.option("--to", "level", type=_LEVELS, required=True, help="The next level.")
@_BY
@_WHY
@click.option("--yes", is_flag=True, help="Do not ask before raising to send.")
@_JSON
def raise_(topic: str, level: str, by: str, why: str, *, yes: bool, as_json: bool) -> None:
    """Let a topic go one step further.

    \b
    sidenote topics raise order-status --to draft --by Ada
    sidenote topics raise order-status --to send --by Ada --why "38 of 40 drafts sent as they were"
    """
    with opened() as app:
        word = Word(topic=topic, to=Level(level), by=by, at=app.clock.now(), why=why)
        if word.to is Level.SEND and not yes:
            _ask(app, word)
        change = raise_topic(app.store, app.policy, word)
    _told(change, as_json=as_json)


@command.command("lower")
@click.argument("topic")
@click.option("--to", "level", type=_LEVELS, default="note", help="Default: note.")
@_BY
@_WHY
@_JSON
def lower(topic: str, level: str, by: str, why: str, *, as_json: bool) -> None:
    """Take a topic down at once: what is not released yet is not sent.

    \b
    sidenote topics lower order-status --by Ada
    sidenote topics lower order-status --to off --by Ada --why "the shop has moved"
    """
    with opened() as app:
        word = Word(topic=topic, to=Level(level), by=by, at=app.clock.now(), why=why)
        change = lower_topic(app.store, app.policy, word)
    _told(change, as_json=as_json)


def _told(change: LevelChange, *, as_json: bool) -> None:
    if as_json:
        print_json({"topic": change.topic, "was": change.was.value, "level": change.level.value})
        return
    if change.was is change.level:
        click.echo(f"{change.topic}: {change.level} already, now also by {change.by}'s word.")
        say("A daemon that read an older policy file goes no further, either.")
    else:
        click.echo(f"{change.topic}: {change.was} -> {change.level}, in force now.")
    step = next_step(change.level)
    if change.level is Level.DRAFT:
        say("Its replies wait in Kustomer's composer; 'sidenote approvals' lists them.")
    elif change.level is Level.SEND:
        say(f"'sidenote topics lower {change.topic} --by NAME' takes it back at once.")
    elif step is not None and change.level is Level.OFF:
        say("It is not looked for any more.")


def _ask(app: App, word: Word) -> None:
    """What raising to send means, before it happens."""
    topic = app.policy.topic(word.topic)
    if topic is None or not topic.answers:
        return  # refused with its reason right after
    say(f"Raised to send, {topic.name} is answered by itself: no teammate looks first.")
    for language, answer in sorted(topic.answers.items()):
        text = one_line(answer)
        cut = text if len(text) <= FIRST_WORDS else f"{text[:FIRST_WORDS].rstrip()}…"
        say(f'  {language}  "{cut}"')
    cap = f"at most {topic.daily_cap} a day" if topic.daily_cap else "no cap a day of its own"
    share = "all of them" if topic.share == 100 else f"{topic.share} % of them; the rest is drafted"
    channels = ", ".join(sorted(topic.channels)) or "every channel"
    say(f"  {cap}; {share}; {channels}. The other limits of automatic replies hold, too.")
    if not sys.stdin.isatty():
        raise InputError("raising to send asks first; give --yes where nobody can answer")
    if not click.confirm(f"Raise {topic.name} to send?", err=True):
        say("Nothing was changed.")
        sys.exit(FAILED)


# --- the list -----------------------------------------------------------------------------------


def _list(*, as_json: bool) -> None:
    with opened() as app:
        changes = app.store.level_changes()
        counts = app.store.topic_counts(app.clock.now() - WEEK)
        policy = effective(app.policy, changes)
        held = newest(changes)
        rows = [
            (topic, in_force(starts, held), figures_of(topic.name, counts))
            for topic, starts in zip(policy.topics, app.policy.topics, strict=True)
        ]
    if as_json:
        print_json([_json(*row) for row in rows])
        return
    if not rows:
        say("The policy has no topics; 'sidenote policy init' writes one with six.")
        return
    console = result_console()
    console.print(_table(rows, width=console.width))
    say("Runs of the last seven days. 'sidenote topics raise TOPIC --to LEVEL --by NAME' climbs.")


Row = tuple[Topic, LevelChange | None, TopicFigures]


def _table(rows: list[Row], *, width: int) -> Table:
    wide = width >= WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), expand=width < PLAIN_WIDTH, header_style="dim")
    table.add_column("topic", no_wrap=True, overflow="ellipsis")
    table.add_column("level", no_wrap=True)
    for name in ("notes", "drafts", "replies"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("held, most by", no_wrap=True, overflow="ellipsis")
    table.add_column("next", no_wrap=True)
    if wide:
        table.add_column("cap, share", no_wrap=True)
        table.add_column("languages", no_wrap=True)
        table.add_column("since", no_wrap=True, overflow="ellipsis")
    for topic, change, figures in rows:
        table.add_row(
            topic.name,
            Text(topic.level, style=_STYLE[topic.level]),
            str(figures.notes),
            str(figures.drafts),
            str(figures.replies),
            f"{figures.held} {figures.held_by}".strip() if figures.held else "–",
            next_step(topic.level) or "–",
            *([_cap(topic), _languages(topic), _since(change)] if wide else []),
        )
    return table


_STYLE = {Level.OFF: "dim", Level.NOTE: "", Level.DRAFT: "magenta", Level.SEND: "green"}


def _cap(topic: Topic) -> str:
    return f"{topic.daily_cap or '–'}, {topic.share} %"


def _languages(topic: Topic) -> str:
    spoken = topic.languages or topic.answers.keys()
    return " ".join(sorted(spoken)) or "–"


def _since(change: LevelChange | None) -> str:
    if change is None:
        return "policy file"
    why = f": {change.why}" if change.why else ""
    return one_line(f"{change.by}, {moment(change.at)}{why}")


def _json(topic: Topic, change: LevelChange | None, figures: TopicFigures) -> dict[str, object]:
    step = next_step(topic.level)
    return {
        "topic": topic.name,
        "level": topic.level.value,
        "set_by": None
        if change is None
        else {"by": change.by, "at": change.at.isoformat(), "why": change.why},
        "next": step.value if step else None,
        "last_7_days": {
            "notes": figures.notes,
            "drafts": figures.drafts,
            "replies": figures.replies,
            "held": figures.held,
            "held_most_by": figures.held_by or None,
        },
        "daily_cap": topic.daily_cap,
        "share": topic.share,
        "languages": sorted(topic.languages or topic.answers),
        "channels": sorted(topic.channels),
    }
