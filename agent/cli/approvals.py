"""`sidenote approvals`: drafts that wait for a teammate; approve, edit or reject one."""

import shutil
import sys
import textwrap
from datetime import datetime, timedelta

import click

from agent.approving import Ended, WaitingDraft, approve, has_lapsed, reject, waiting_draft
from agent.cli import FAILED
from agent.cli.as_json import run_json
from agent.cli.demo_place import demo_option
from agent.cli.explain import find_run
from agent.cli.opened import opened
from agent.cli.terminal import how, one_line, print_json, safe, say
from agent.editing import edit, other_words_went
from agent.errors import Held, InputError
from agent.ports import Run, RunState, Store
from agent.reviewing import Shown
from agent.wiring import App

FIRST_WORDS = 60  # characters of the customer's message


@click.group("approvals", invoke_without_command=True)
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
@click.pass_context
def command(ctx: click.Context, *, demo: bool, as_json: bool) -> None:
    """List the drafts that wait for a teammate, oldest first; approve, edit or reject one.

    \b
    sidenote approvals
    sidenote approvals approve 7f3a --by Ada
    sidenote approvals edit 7f3a --by Ada --body-file reply.txt
    sidenote approvals reject 7f3a --by Ada --reason "she has called already"
    sidenote approvals --json | jq '.[].body'

    They lie in Kustomer's composer as well: what a teammate sends, edits or deletes there is
    noticed within minutes.
    """
    if ctx.invoked_subcommand is not None:
        return
    with opened(demo=demo) as app:
        now = app.clock.now()
        runs = reversed(app.store.runs(states=(RunState.AWAITING_APPROVAL,)))
        shown = [_json(app.store, run, now) for run in runs]
    if as_json:
        print_json(shown)
        return
    if not shown:
        say("No draft waits for a teammate.")
        return
    for each in shown:
        click.echo(_block(each) + "\n")
    say("'sidenote approvals approve RUN --by NAME' sends one as it stands.")


_BY = click.option("--by", metavar="NAME", required=True, help="Who decides this.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


@command.command("approve")
@click.argument("run")
@_BY
@_JSON
def approve_(run: str, by: str, *, as_json: bool) -> None:
    """Send the draft of a run as it stands, to the customer it was written for.

    \b
    sidenote approvals approve 7f3a --by Ada

    The conversation is looked at again first. If anything has changed since the draft was
    written, nothing is sent, what has changed is told, and the exit code is 1.
    """
    with opened() as app:
        found = _found(app, run)
        try:
            ended = approve(app.desk, found, by=by)
        except Held as error:
            say(_held(app, found, error))
            sys.exit(FAILED)
    _told(ended, as_json=as_json)


@command.command("edit")
@click.argument("run")
@click.option("--body", metavar="TEXT", help="What is sent instead of the draft.")
@click.option("--body-file", metavar="FILE", help="The same from a UTF-8 file; - is the input.")
@click.option(
    "--binds", metavar="HASH", help="Only if the draft is the one 'approvals --json' had."
)
@_BY
@_JSON
def edit_(
    run: str, body: str | None, body_file: str | None, binds: str | None, by: str, *, as_json: bool
) -> None:
    """Send your own words instead of the draft of a run, to the customer it was written for.

    \b
    sidenote approvals edit 7f3a --by Ada --body "It left us this morning."
    sidenote approvals edit 7f3a --by Ada --body-file reply.txt

    The draft is taken back first. If anything has changed since it was written, nothing is sent and
    the exit code is not 0. Said again with the same words, it is one message.
    """
    text = _text(body, body_file)
    with opened() as app:
        found = _found(app, run)
        draft = waiting_draft(app.store, found)
        stands = draft.binds if draft is not None else ""
        try:
            shown = Shown(binds=binds or stands, at=app.clock.now())
            ended = edit(app.desk, found, text, shown=shown, by=by)
        except Held as error:
            say(_held(app, found, error))
            sys.exit(FAILED)
        if other_words_went(app.store, ended, text):
            raise InputError(f"other words were sent: {ended.why}")
    _told(ended, as_json=as_json)


def _text(body: str | None, file: str | None) -> str:
    if (body is None) == (file is None):
        raise InputError("write what is sent: --body TEXT, or --body-file FILE")
    if body is not None:
        return body
    try:
        with click.open_file(file or "-", encoding="utf-8") as opened_file:
            return str(opened_file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read: {type(error).__name__}") from None


@command.command("reject")
@click.argument("run")
@_BY
@click.option("--reason", metavar="TEXT", required=True, help="Why; kept with the run.")
@_JSON
def reject_(run: str, by: str, reason: str, *, as_json: bool) -> None:
    """Withdraw the draft of a run. One that a teammate has changed is left alone.

    \b
    sidenote approvals reject 7f3a --by Ada --reason "wrong question"
    """
    with opened() as app:
        ended = reject(app.desk, _found(app, run), by=by, reason=reason)
    _told(ended, as_json=as_json)


def _found(app: App, wanted: str) -> Run:
    run = find_run(app.store, wanted)
    if run is None:
        raise InputError(
            f"no run {safe(wanted)!r}, or several begin so; 'sidenote approvals' lists those "
            "that wait"
        )
    return run


def _held(app: App, run: Run, error: Held) -> str:
    stands = app.store.approval(run.id)
    if stands is None or stands.outcome or has_lapsed(stands, app.clock.now()):
        return f"sidenote: {error}"
    return (
        f"Not sent yet: {error}. The approval of {stands.by} stands for 30 minutes; a daemon "
        "sends it as soon as it may, or say it again."
    )


def _told(ended: Ended, *, as_json: bool) -> None:
    approval, run = ended.approval, ended.run
    if as_json:
        told = {
            "verdict": approval.verdict.value,
            "outcome": approval.outcome or None,
            "by": approval.by,
            "why": ended.why,
            "run": run_json(run),
        }
        print_json(told)
    elif ended.is_done:
        before = f"  ({ended.why})" if ended.why else ""
        click.echo(f"{run.id}  {approval.outcome}{before}")
    else:
        say(f"{run.id}  not done, {how(run)}: {one_line(ended.why)}")
    if not ended.is_done:
        sys.exit(FAILED)


# --- the list -----------------------------------------------------------------------------------


def _json(store: Store, run: Run, now: datetime) -> dict[str, object]:
    draft = waiting_draft(store, run)
    verdict = store.approval(run.id)
    receipt = store.receipt(run.id) or {}
    is_terminal = sys.stdout.isatty()  # customers' words go nowhere else
    return {
        "run": run.id,
        "conversation_id": run.turn.conversation_id,
        "topic": run.topic or None,
        "since": run.updated_at.isoformat(),
        "age_seconds": int((now - run.updated_at).total_seconds()),
        **_draft_json(draft),
        "because": list(run.because),
        "why": str((receipt.get("did") or {}).get("reply_why") or ""),
        "draft": (receipt.get("did") or {}).get("draft") or "waiting",
        "approved_by": verdict.by if verdict is not None and not verdict.outcome else None,
        "asked": _asked(run, receipt) if is_terminal else None,
    }


def _draft_json(draft: WaitingDraft | None) -> dict[str, object]:
    if draft is None:
        return {"to": None, "channel": None, "body": None, "binds": None}
    return {
        "to": draft.staged.to,
        "channel": draft.staged.channel,
        "body": draft.delivery.body,
        "binds": draft.binds,
    }


def _asked(run: Run, receipt: dict[str, object]) -> str:
    read = receipt.get("read")
    messages = read.get("messages") or () if isinstance(read, dict) else ()
    said = next((m["text"] for m in messages if m["message_id"] == run.turn.message_id), "")
    text = one_line(str(said))
    return text if len(text) <= FIRST_WORDS else f"{text[:FIRST_WORDS].rstrip()}…"


def _block(each: dict[str, object]) -> str:
    """One draft on a few lines, folded to the terminal."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    age = _age(timedelta(seconds=float(str(each["age_seconds"]))))
    to = f"{each['channel']} to {each['to'] or 'the customer'}"
    head = f"{str(each['run'])[:6]}  {each['topic'] or '(no topic)'}  {to}  waits {age}"
    because = ", ".join(map(str, each["because"])) if isinstance(each["because"], list) else ""
    lines = [("asked", each["asked"]), ("reply", each["body"]), ("because", because)]
    lines += [("why", each["why"]), ("draft", each["draft"] if each["draft"] != "waiting" else "")]
    if each["approved_by"]:
        lines.append(("", f"approved by {each['approved_by']}, not sent yet"))
    if each["body"] is None:
        lines.append(("", "what it rests on is not kept any more: send or delete it in Kustomer"))
    rest = [line for label, text in lines if text for line in _labelled(label, str(text), width)]
    return "\n".join([safe(head), *rest])


def _labelled(label: str, text: str, width: int | None) -> list[str]:
    """The text beside its label, line by line as it will be sent."""
    said = [one_line(line) for line in text.splitlines() if line.strip()]
    labels = [label, *[""] * len(said)]
    return [_folded(f"  {first:8}{line}", width) for first, line in zip(labels, said, strict=False)]


def _folded(line: str, width: int | None) -> str:
    if width is None or len(line) <= width:
        return line
    below = " " * 10
    return textwrap.fill(line, max(width, 40), subsequent_indent=below, break_on_hyphens=False)


def _age(age: timedelta) -> str:
    minutes = age // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
