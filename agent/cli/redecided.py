"""What `replay` and `policy diff` share: stored runs as cases, and changes as lines and JSON."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import click
from rich.table import Table
from rich.text import Text

from agent.cli.terminal import PLAIN_WIDTH, one_line, result_console
from agent.core.situation import turn_message
from agent.core.team_policy import TeamPolicy
from agent.ports import Store
from agent.replaying import Case, Outcome, Redecided, case_of

WORDS = 60  # characters of a message that `--show` prints
NARROW = 110  # columns; below it names are cut, so that reasons have room
EVERY = 20  # cases between two looks of the person


@dataclass(frozen=True, slots=True)
class Stored:
    """Cases, oldest first, and how many runs cannot be decided again."""

    cases: tuple[Case, ...]
    skipped: int


def stored_cases(store: Store, policy: TeamPolicy, since: datetime | None) -> Stored:
    """The stored runs whose customer message came at or after `since`."""
    runs = [run for run in store.runs() if since is None or run.message_at >= since]
    cases, skipped = [], 0
    with counting("Reading", len(runs)) as step:
        for run in reversed(runs):
            step()
            receipt = store.receipt(run.id)
            case = case_of(receipt, policy) if receipt is not None else None
            if case is None:
                skipped += 1
            else:
                cases.append(case)
    return Stored(tuple(cases), skipped)


@contextmanager
def counting(words: str, of: int) -> Iterator["Step"]:
    """A line that counts while the block runs, on a terminal only."""
    step = Step(words, of)
    yield step
    if step.shown:
        click.echo("\r\x1b[K", err=True, nl=False)


@dataclass(slots=True)
class Step:
    """Call it for each."""

    words: str
    of: int
    done: int = 0
    shown: bool = False

    def __call__(self) -> None:
        """One more."""
        self.done += 1
        if self.done % EVERY == 0 and sys.stderr.isatty():
            self.shown = True
            click.echo(f"\r{self.words} {self.done} of {self.of} …", err=True, nl=False)


def changed_json(changed: Redecided) -> dict[str, object]:
    """One change for a script; no text of a customer."""
    return {
        "run": changed.case.run_id or None,
        "conversation_id": changed.case.conversation_id,
        "at": changed.case.at.isoformat(),
        "before": _outcome_json(changed.before),
        "after": _outcome_json(changed.after),
    }


def _outcome_json(outcome: Outcome) -> dict[str, object]:
    return {
        "autonomy": outcome.autonomy.name.lower(),
        "because": list(outcome.because),
        "topic": outcome.topic or None,
        "certain": outcome.is_whole,
    }


def print_changes(changes: Sequence[Redecided], *, show: bool = False) -> None:
    """A table on stdout; `show` adds the first words of what the customer wrote."""
    console = result_console()
    is_narrow = console.width < NARROW
    has_runs = any(each.case.run_id for each in changes)
    table = Table(
        box=None, padding=(0, 2, 0, 0), expand=console.width < PLAIN_WIDTH, header_style="dim"
    )
    if has_runs:
        table.add_column("run", no_wrap=True)
    table.add_column(
        "conversation", no_wrap=True, overflow="ellipsis", max_width=12 if is_narrow else 24
    )
    table.add_column("topic", no_wrap=True, overflow="ellipsis", max_width=14 if is_narrow else 18)
    table.add_column("was → would be", no_wrap=True)
    table.add_column("because", ratio=1, overflow="fold")
    for each in changes:
        name = one_line(each.case.conversation_id)
        topic = each.after.topic or each.before.topic
        cells = [each.case.run_id[:6]] if has_runs else []
        because = ", ".join(each.after.because)
        words = f'\n"{_words(each.case)}"' if show else ""
        cells += [name, one_line(topic), _step(each), because + words]
        table.add_row(*map(Text, cells))
    console.print(table)
    if any(not each.after.is_whole for each in changes):
        click.echo(
            "?  at most: customer, drafts and limits were not read then and might lower it again"
        )


def _step(each: Redecided) -> str:
    doubt = "" if each.after.is_whole else "?"
    return f"{each.before.autonomy.name.lower()} → {each.after.autonomy.name.lower()}{doubt}"


def _words(case: Case) -> str:
    message = turn_message(case.facts)
    return one_line(message.text)[:WORDS] if message else ""
