"""What `sidenote backtest` found: by topic and channel, as a table and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import click
from rich.table import Table
from rich.text import Text

from agent.backtesting import Tried, label_of
from agent.cli.terminal import one_line, result_console
from agent.core.backtested import Compared, FromScore, by_score
from agent.core.certificate import FIRST_THRESHOLD, Terms
from agent.core.earned_words import asides, by_channel, words_of
from agent.core.earning import Earned, earned
from agent.core.labels import Proposed

_INDENT = " " * 4


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was read and tried so far."""

    source: str
    since: datetime | None
    tried: list[Tried] = field(default_factory=list)
    conversations: int = 0
    unreadable: int = 0
    kept: int | None = None  # new rows in the database; None without --keep
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTopic:
    """One topic on one channel."""

    topic: str
    channel: str
    lines: tuple[FromScore, ...]
    earned: Earned

    @property
    def all(self) -> FromScore:
        """At any score."""
        return self.lines[-1]


def of_topics(tried: Sequence[Tried], terms: Terms, now: datetime) -> tuple[OfTopic, ...]:
    """What was proposed, by topic and channel; most proposed first."""
    found: dict[tuple[str, str], list[Tried]] = {}
    for each in tried:
        if each.row is not None:
            found.setdefault((each.row.topic, each.row.channel), []).append(each)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(_of(whose, some, terms, now) for whose, some in ordered)


def _of(whose: tuple[str, str], tried: Sequence[Tried], terms: Terms, now: datetime) -> OfTopic:
    rows = [(each, each.row) for each in tried if each.row is not None]
    history = [replace(row, label=label_of(each, now)) for each, row in rows]
    topic, channel = whose
    return OfTopic(
        topic=topic,
        channel=channel,
        lines=by_score([Compared(row.score, each.judgement) for each, row in rows]),
        earned=_earned(history, terms, now),
    )


def _earned(history: Sequence[Proposed], terms: Terms, now: datetime) -> Earned:
    # A model that was out for a while had a stand-in; most came from the one in use.
    (made_by, _) = Counter(row.made_by for row in history).most_common(1)[0]
    return earned(history, made_by, terms, now=now)


# --- for a script -------------------------------------------------------------------------------


def tally_json(tally: Tally, topics: Sequence[OfTopic]) -> dict[str, object]:
    """The whole result; no text of a customer and no id."""
    return {
        "source": tally.source,
        "since": tally.since.isoformat() if tally.since else None,
        "whole": tally.is_whole,
        "conversations": tally.conversations,
        "unreadable": tally.unreadable,
        "answered": len(tally.tried),
        "proposed": sum(each.row is not None for each in tally.tried),
        "kept": tally.kept,
        "topics": [_topic_json(each) for each in topics],
    }


def _topic_json(found: OfTopic) -> dict[str, object]:
    return {
        "topic": found.topic,
        "channel": found.channel,
        **_counts_json(found.all),
        "by_score": [{"from": line.threshold, **_counts_json(line)} for line in found.lines[:-1]],
        "certificate": {
            "words": words_of(found.earned),
            "asides": list(asides(found.earned)),
            "more_clean": found.earned.more_clean,
            "feasible": found.earned.is_feasible,
        },
    }


def _counts_json(line: FromScore) -> dict[str, int]:
    return {
        "proposed": line.proposed,
        "same": line.same,
        "other": line.other,
        "in_doubt": line.doubt,
    }


# --- for a person -------------------------------------------------------------------------------


def print_tally(tally: Tally, topics: Sequence[OfTopic]) -> None:
    """The table, and what a certificate would need, on stdout."""
    if topics:
        result_console().print(_table(topics))
    proposed = sum(each.row is not None for each in tally.tried)
    click.echo(
        f"{count_of(tally.conversations, 'conversation')}, "
        f"{count_of(len(tally.tried), 'customer message')} that a teammate answered: "
        f"a reply would have been proposed to {proposed:,}."
    )
    if tally.unreadable:
        click.echo(
            f"{count_of(tally.unreadable, 'conversation')} could not be read and are left out."
        )
    for each in topics:
        click.echo(f"{one_line(each.topic)} by {by_channel(each.channel)}:")
        for line in (words_of(each.earned), *asides(each.earned)):
            click.echo(f"{_INDENT}{line}")
    if tally.kept is None:
        click.echo("Nothing was written.")
    else:
        click.echo(f"{count_of(tally.kept, 'proposal')} kept; 'sidenote labels' counts them.")


def _table(topics: Sequence[OfTopic]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("topic", "channel"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for name in ("score from", "proposed", "same", "other", "in doubt"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in topics:
        _add(table, Text(one_line(each.topic)), by_channel(each.channel), "any", each.all)
        for line in _telling(each.lines):
            _add(table, Text(), "", f"{line.threshold:.1f}", line)
    return table


def _telling(lines: Sequence[FromScore]) -> Iterator[FromScore]:
    """That of the first certificate, and those that say something new."""
    shown = lines[-1].proposed
    for line in reversed(lines[:-1]):
        is_new = bool(line.proposed) and line.proposed != shown
        if is_new or line.threshold == FIRST_THRESHOLD:
            shown = line.proposed
            yield line


def _add(table: Table, topic: Text, channel: str, score: str, line: FromScore) -> None:
    table.add_row(
        topic,
        channel,
        score,
        f"{line.proposed:,}",
        Text(f"{line.same:,}", style="green" if line.same else "dim"),
        Text(f"{line.other:,}", style="red" if line.other else "dim"),
        Text(f"{line.doubt:,}", style="" if line.doubt else "dim"),
    )


def count_of(count: int, noun: str) -> str:
    """With its noun, one or many."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
