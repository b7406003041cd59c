"""`sidenote labels`: what became of proposed replies, by topic and channel."""

from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from agent.cli import ByName
from agent.cli.demo_place import demo_option
from agent.cli.opened import opened
from agent.cli.since import parse_since
from agent.cli.terminal import PLAIN_WIDTH, moment, one_line, print_json, result_console, say
from agent.core.audits import awaits_audit
from agent.core.label_counts import LabelCounts, by_topic_and_channel, counted
from agent.core.labels import CLEAN, Judgement, MadeBy, Proposed
from agent.core.standing import held_by
from agent.errors import InputError
from agent.ports import Store
from agent.track_record import Tracks
from agent.wiring import App

# name -> (module in this folder, one line for --help). The module's `command` is loaded on use.
SUB_COMMANDS = {
    "import": ("labels_import", "Bring along judgements of replies from a CSV file."),
    "audit": ("labels_audit", "Judge a sample of what only texts were compared for."),
    "give": ("labels_give", "Judge one proposed reply."),
}


@click.group("labels", cls=ByName, table=SUB_COMMANDS, invoke_without_command=True)
@demo_option
@click.option("--topic", metavar="TOPIC", default="", help="Of this topic only.")
@click.option("--channel", metavar="CHANNEL", default="", help="On this channel only.")
@click.option("--since", metavar="WHEN", help="Proposed since: 30d, a date or an ISO time.")
@click.option("--list", "one_by_one", is_flag=True, help="Every proposed reply, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
@click.pass_context
def command(  # noqa: PLR0913 - click passes each option by name
    ctx: click.Context,
    *,
    demo: bool,
    topic: str,
    channel: str,
    since: str | None,
    one_by_one: bool,
    as_json: bool,
) -> None:
    """What teammates made of proposed replies; certificates rest on it.

    \b
    sidenote labels
    sidenote labels --topic order-status --since 30d --list
    sidenote labels import reviews.csv --dry-run
    sidenote labels audit --by Ada
    sidenote labels --json | jq '.[] | {topic, channel, reviewed, set_aside}'

    Most come by themselves: a draft that is approved, edited, rejected, or sent, changed or deleted
    in Kustomer; a reply called wrong. "set aside" are those of replies that another model, prompt,
    answer or rule had made: they prove nothing of today's. "doubtful" are those where a teammate
    answered in quite other words: they count as not clean until a person has looked.
    """
    if ctx.invoked_subcommand is not None:
        return
    with opened(demo=demo) as app:
        at = parse_since(since, app.clock.now()) if since else None
        rows = app.store.proposals(topic=topic, channel=channel, since=at)
        if topic and not rows and app.policy.topic(topic) is None:
            known = ", ".join(sorted(each.name for each in app.policy.topics)) or "none"
            raise InputError(f"the policy has no topic {topic!r}; it has: {known}")
        in_force = makers_by_topic(app, rows)
    if one_by_one:
        _list(tuple(reversed(rows)), in_force, as_json=as_json)
        return
    found = [counted(*key, some, in_force[key]) for key, some in by_topic_and_channel(rows).items()]
    if as_json:
        print_json([_counts_json(each) for each in found])
    elif not found:
        say("No reply was proposed yet: none fitted, or 'sidenote start' has not run.")
    else:
        console = result_console()
        console.print(_counts_table(found, width=console.width))
        say(_next_steps(found))


def makers_by_topic(app: App, rows: Sequence[Proposed]) -> dict[tuple[str, str], MadeBy | None]:
    """Who makes the replies of each topic and channel now; None where the topic is gone."""
    return {
        (topic, channel): makers_in_force(app, topic, channel, some)
        for (topic, channel), some in by_topic_and_channel(rows).items()
    }


def makers_in_force(app: App, topic: str, channel: str, rows: Sequence[Proposed]) -> MadeBy | None:
    """The same of one. `rows` are its own, oldest first, and there is one at least."""
    found = app.policy.topic(topic)
    if found is None:
        return None
    held = held_by(app.store.certificate_events(topic=topic), topic, channel)
    return Tracks(store=app.store, policy=app.policy).made_by(found, rows, held)


def row_of(store: Store, run: str) -> Proposed | None:
    """The proposal of a run, by its id or a beginning of it that only one has."""
    known = store.proposed(run.strip())
    found = store.run(run.strip()) if known is None else None
    return store.proposed(found.id) if found else known


# --- counted --------------------------------------------------------------------------------------


def _next_steps(found: Sequence[LabelCounts]) -> str:
    waiting = sum(each.to_audit for each in found)
    if waiting:
        return f"{waiting} wait for a person's look: 'sidenote labels audit --by NAME'."
    return "'sidenote certify' says what they prove; '--list' shows each."


def _counts_table(found: Sequence[LabelCounts], *, width: int) -> Table:
    wide = width >= _WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), expand=width < PLAIN_WIDTH, header_style="dim")
    table.add_column("topic", no_wrap=True, overflow="ellipsis")
    table.add_column("channel", no_wrap=True, overflow="ellipsis")
    for name in _WIDE_NAMES if wide else _NARROW_NAMES:
        table.add_column(name, justify="right", no_wrap=True, min_width=len(name))
    if wide:
        table.add_column("newest", no_wrap=True)
    for each in found:
        figures = _wide(each) if wide else _narrow(each)
        table.add_row(
            each.topic,
            each.channel or "–",
            *(str(number or "–") for number in figures),
            *([moment(each.newest) if each.newest else "–"] if wide else []),
        )
    return table


_WIDE = 165  # columns: room for each judgement, who gave it, and when
_NARROW_NAMES = ("proposed", "clean", "not clean", "doubtful", "set aside")
_WIDE_NAMES = (
    *("proposed", "reviewed", "as is", "edited", "changed", "rejected", "wrong", "doubtful"),
    *("by person", "compared", "imported", "to audit", "set aside"),
)


def _narrow(each: LabelCounts) -> tuple[int, ...]:
    clean = sum(each.judged[judgement] for judgement in CLEAN)
    doubtful = each.judged[Judgement.DOUBTFUL]
    return each.proposals, clean, each.labelled - clean - doubtful, doubtful, each.set_aside


def _wide(each: LabelCounts) -> tuple[int, ...]:
    return (
        each.proposals,
        each.labelled,
        *(each.judged[judgement] for judgement in Judgement),
        each.by_person,
        each.by_matcher,
        each.imported,
        each.to_audit,
        each.set_aside,
    )


def _counts_json(each: LabelCounts) -> dict[str, object]:
    return {
        "topic": each.topic,
        "channel": each.channel,
        "proposals": each.proposals,
        "reviewed": each.labelled,
        **{judgement.value.replace("-", "_"): number for judgement, number in each.judged.items()},
        "by": {
            "person": each.by_person,
            "matcher": each.by_matcher,
            "imported": each.imported,
        },
        "set_aside": each.set_aside,
        "to_audit": each.to_audit,
        "newest": each.newest.isoformat() if each.newest else None,
    }


# --- one by one -----------------------------------------------------------------------------------


def _list(
    rows: Sequence[Proposed],
    in_force: dict[tuple[str, str], MadeBy | None],
    *,
    as_json: bool,
) -> None:
    shown = [_row_json(row, in_force[row.topic, row.channel]) for row in rows]
    if as_json:
        print_json(shown)
    elif not rows:
        say("No reply was proposed yet: none fitted, or 'sidenote start' has not run.")
    else:
        console = result_console()
        console.print(_rows_table(rows, shown, width=console.width))


def _row_json(row: Proposed, made_by: MadeBy | None) -> dict[str, object]:
    label = row.label
    is_hidden = awaits_audit(row)  # who audits it must not know what the matcher said
    return {
        "run": row.run_id,
        "conversation_id": row.conversation_id,
        "message_id": row.message_id,
        "topic": row.topic,
        "channel": row.channel,
        "language": row.language,
        "score": row.score,
        "familiarity": row.familiarity,
        "at": row.at.isoformat(),
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "outcome": row.outcome.value if row.outcome else None,
        "set_aside": row.made_by != made_by,
        "to_audit": is_hidden,
        "label": None
        if label is None or is_hidden
        else {
            "judgement": label.judgement.value,
            "source": label.source.value,
            "by": label.by,
            "at": label.at.isoformat(),
            "reason": label.reason,
        },
    }


def _rows_table(
    rows: Sequence[Proposed], shown: Sequence[dict[str, object]], *, width: int
) -> Table:
    wide = width >= _ROOMY
    table = Table(box=None, padding=(0, 2, 0, 0), expand=width < PLAIN_WIDTH, header_style="dim")
    table.add_column("run", no_wrap=True, overflow="ellipsis")
    table.add_column("proposed", no_wrap=True, min_width=15 if wide else 6)
    table.add_column("topic", no_wrap=True, overflow="ellipsis")
    table.add_column("channel", no_wrap=True, overflow="ellipsis")
    table.add_column("score", justify="right", no_wrap=True, min_width=5)
    table.add_column("label", no_wrap=True, min_width=15)
    if wide:
        table.add_column("by", no_wrap=True, overflow="ellipsis", ratio=1)
    for row, told in zip(rows, shown, strict=True):
        at = moment(row.at)
        table.add_row(
            one_line(row.run_id),
            Text(at if wide else at.rpartition(" ")[0], style="dim"),
            row.topic,
            row.channel or "–",
            f"{row.score:.2f}",
            _label(row, is_aside=bool(told["set_aside"])),
            *([one_line(_giver(row))] if wide else []),
        )
    return table


_ROOMY = 110  # columns: room for times, and who judged why


def _label(row: Proposed, *, is_aside: bool) -> Text:
    if row.label is None:
        return Text("–", style="dim")
    if awaits_audit(row):
        return Text("to audit", style="magenta")
    style = "red" if row.label.is_wrong else "green"
    style = "yellow" if row.label.is_doubtful else style
    return Text(row.label.judgement.value + (", aside" if is_aside else ""), style=style)


def _giver(row: Proposed) -> str:
    label = row.label
    if label is None or awaits_audit(row):
        return ""
    reason = f": {label.reason}" if label.reason else ""
    return f"{label.by or '?'} ({label.source}){reason}" if label.is_by_person else "compared"
