"""`sidenote audit`: the record of what was done, and whether it still holds."""

import sys
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.audit import Verified, verify
from agent.audit_port import AuditKind, AuditRow
from agent.cli import FAILED
from agent.cli.demo_place import demo_option
from agent.cli.opened import opened
from agent.cli.terminal import PLAIN_WIDTH, moment, one_line, print_json, result_console, safe, say
from agent.errors import InputError
from agent.ports import Store

SHOWN = 50  # rows of the table; scripts get all
HASH = 64  # hex digits of a whole hash
PAGE = 500
WHOLE = 1_000_000  # columns of a table that goes into a file or a pipe: nothing is cut


@click.group("audit")
def command() -> None:
    """Look at the record of what was done, and check it.

    \b
    sidenote audit verify                 is it as it was written?
    sidenote audit list --kind level.changed --json | jq '.[0].said'

    Every ended run, every attempt to send a reply, and what people decided is one row in a chain
    of hashes. Texts lie apart from it, so that erasing a customer breaks nothing.
    """


@command.command("verify")
@click.option("--head", metavar="HASH", default="", help="A head from the log: must be in it.")
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def verify_command(*, head: str, demo: bool, as_json: bool) -> None:
    """Find any row that was changed, taken out or put elsewhere.

    \b
    sidenote audit verify
    sidenote audit verify --head 9f2c…    also: no rows are missing at the end

    The chain itself cannot show that rows were taken off its end, nor that all of it was made
    anew. The daemon logs its head every hour and at a stop ("audit.head"); give one of those.
    Exits with 1 when something is wrong.
    """
    head = head.strip().lower()
    if head and (len(head) != HASH or not all(c in "0123456789abcdef" for c in head)):
        raise InputError(f"--head takes the whole hash of {HASH} hex digits, as the log has it")
    with opened(demo=demo) as app:
        progress = _Progress()
        verified = verify(app.store, head=head, progress=progress.show)
        progress.end()
    if as_json:
        print_json(_json(verified))
    else:
        click.echo(_words(verified, head))
    if verified.problem is not None:
        sys.exit(FAILED)


@command.command("list")
@click.option("--kind", type=click.Choice([k.value for k in AuditKind]), help="Only these rows.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the newest.")
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
def list_command(*, kind: str | None, limit: int | None, demo: bool, as_json: bool) -> None:
    """List the record, newest first: who did what, when.

    \b
    sidenote audit list
    sidenote audit list --kind approval --json
    """
    with opened(demo=demo) as app:
        rows = _all_rows(app.store, kind)
    rows = rows[: limit or (len(rows) if as_json else SHOWN)]
    if as_json:
        print_json([_row_json(row) for row in rows])
    elif rows:
        _print(rows, result_console())
    else:
        say("Nothing is recorded yet.")


@dataclass
class _Progress:
    """A line that counts, on a terminal only."""

    shown: bool = False

    def show(self, rows: int) -> None:
        if sys.stderr.isatty():
            self.shown = True
            click.echo(f"\r{rows} rows …", err=True, nl=False)

    def end(self) -> None:
        if self.shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _json(verified: Verified) -> dict[str, object]:
    problem = verified.problem
    return {
        "valid": problem is None,
        "rows": verified.rows,
        "contents": verified.contents,
        "removed": verified.removed,
        "head": verified.head or None,
        "first_bad_row": problem.sequence if problem else None,
        "why": problem.why if problem else None,
    }


def _words(verified: Verified, head: str) -> str:
    if verified.problem is not None:
        return f"Row {verified.problem.sequence}: {verified.problem.why}."
    if not verified.rows:
        return "Nothing is recorded yet."
    removed = f"{verified.removed} were erased or pruned, as the record says"
    lines = [
        f"{verified.rows} rows hold; {verified.contents} contents fit, {removed}.",
        f"head {verified.head}",
    ]
    if not head:
        lines.append("That no row is missing at its end shows only with --head (see --help).")
    return "\n".join(lines)


def _all_rows(store: Store, kind: str | None) -> list[AuditRow]:
    """Newest first."""
    found: list[AuditRow] = []
    after = 0
    while rows := store.audit_rows(after=after, limit=PAGE):
        found += [row for row in rows if kind in {None, row.link.kind}]
        after = rows[-1].link.sequence
    return found[::-1]


def _row_json(row: AuditRow) -> dict[str, object]:
    link = row.link
    return {
        "sequence": link.sequence,
        "at": link.at.isoformat(),
        "kind": link.kind,
        "subjects": dict(link.subjects),
        "said": _said(row),
        "hash": link.hash,
    }


def _said(row: AuditRow) -> dict[str, object]:
    """Who and why; never the content of runs and replies, which `explain` shows."""
    if row.content is None or row.link.kind.startswith(("run.", "reply.")):
        return {}
    return dict(row.content)


def _print(rows: list[AuditRow], console: Console) -> None:
    if console.is_terminal:
        console.print(_table(rows, width=console.width))
        return
    console.width = WHOLE
    with console.capture() as shown:
        console.print(_table(rows, width=WHOLE))
    for line in shown.get().splitlines():
        click.echo(line.rstrip())


def _table(rows: list[AuditRow], *, width: int) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), expand=width < PLAIN_WIDTH, header_style="dim")
    table.add_column("row", no_wrap=True, justify="right")
    table.add_column("at", no_wrap=True)
    table.add_column("what", no_wrap=True)
    table.add_column("about", overflow="ellipsis", no_wrap=True, ratio=2)
    table.add_column("said", overflow="ellipsis", no_wrap=True, ratio=1)
    for row in rows:
        link = row.link
        said = ", ".join(f"{k} {one_line(str(v))}" for k, v in _said(row).items() if v)
        about = " ".join(f"{k} {v}" for k, v in link.subjects.items())
        table.add_row(
            str(link.sequence),
            Text(moment(link.at), style="dim"),
            Text(safe(link.kind)),
            Text(one_line(about), style="dim"),
            Text(said),
        )
    return table
