"""`sidenote send`: a note, a reply or a recorded message, one or a whole file of them."""

import sys

import click

from agent.batch_lines import parse_variables
from agent.cli import FAILED
from agent.cli.opened import opened
from agent.cli.send_batch import send_batch
from agent.cli.terminal import one_line, print_json, say, waiting
from agent.errors import InputError
from agent.ports import DeliveryState
from agent.sending import Sent, send
from agent.wanted import SendDirection, parse_wanted

NAMES = {SendDirection.NOTE: "Note", SendDirection.OUT: "Message", SendDirection.IN: "Message"}


@click.command("send")
@click.option("--conversation-id", metavar="ID", help="Where to.")
@click.option("--body", metavar="TEXT", help="The text; - reads standard input.")
@click.option(
    "--direction",
    metavar="note|out|in",
    help="note: for the team (the default). out: delivered to the customer. in: a message of the "
    "customer, recorded only.",
)
@click.option("--channel", metavar="NAME", help="Default: that of the customer's newest message.")
@click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="K=V",
    help="Fills {{K}}; a.b=V fills {{a.b}}; a JSON object gives several. Repeatable.",
)
@click.option("--key", metavar="K", help="The send's identity: the same key never writes twice.")
@click.option("--again", is_flag=True, help="The same text within 10 minutes is meant.")
@click.option("--input", "source", metavar="FILE|-", help="Many sends, as JSON Lines.")
@click.option("--batch", metavar="NAME", help="Name of the batch. Default: the file's name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(  # noqa: PLR0913 - one argument an option
    *,
    conversation_id: str | None,
    body: str | None,
    direction: str | None,
    channel: str | None,
    variables: tuple[str, ...],
    key: str | None,
    again: bool,
    source: str | None,
    batch: str | None,
    as_json: bool,
) -> None:
    """Write an internal note, send a reply to the customer, or record a customer's message.

    \b
    sidenote send --conversation-id 65f0…01 --body "Called back, no answer."
    sidenote send --conversation-id 65f0…01 --body - --key callback-1 < text.txt
    sidenote send --conversation-id 65f0…01 --direction out --body "It ships today."
    sidenote send --input july.jsonl --direction out --body "Order {{order.id}} ships today."

    \b
    Each call is a new send, unless --key names it. The same text to the same conversation
    within 10 minutes is refused without --again. A call that did not get through is gone on
    with by the next one with the same text or key.

    \b
    A reply (out) is staged as a draft, and sent only if nobody wrote or changed anything on the
    conversation meanwhile; otherwise it is withdrawn and its state is "overtaken". It goes to
    the address that the customer wrote from. States: arrived, overtaken, failed, unknown (it may
    have gone: look in Kustomer; it is never sent again). Exit 1 if it failed or is unknown.

    \b
    {{path.to.value}} in any field is filled from --var or from the line; one that is missing is
    an error. A literal {{ comes from a variable's value.

    \b
    --input takes one JSON object a line: conversation_id, channel, body, direction, key, and
    anything else as variables; the options above fill what a line leaves out. The answers are
    JSON Lines in the same order. The same file again sends only what is missing: a line is known
    by its key, else by what it sends, within the batch's name.
    """
    inputs = _given(
        conversation_id=conversation_id, channel=channel, body=body, direction=direction
    )
    if body == "-":
        inputs["body"] = _standard_input(also_lines=source == "-")
    given = parse_variables(variables)
    if source is not None:
        if key is not None or again:
            raise InputError("--key and --again are for a single send; a line may have a key field")
        send_batch(source, batch, defaults=inputs, variables=given)
        return
    if batch is not None:
        raise InputError("--batch names an --input; a single send takes --key")
    _must_be_there(inputs)
    wanted = parse_wanted(inputs, given, key=key, again=again)
    with opened() as app, waiting("Sending …"):
        sent = send(app.desk, wanted)
    _report(sent, as_json=as_json)


def _must_be_there(inputs: dict[str, str]) -> None:
    lacking = [f"--{n.replace('_', '-')}" for n in ("conversation_id", "body") if n not in inputs]
    if lacking:
        raise InputError(f"{' and '.join(lacking)} missing, or --input for many sends")


def _given(**inputs: str | None) -> dict[str, str]:
    return {name: value for name, value in inputs.items() if value is not None}


def _standard_input(*, also_lines: bool) -> str:
    if also_lines:
        raise InputError("--body - and --input - cannot both read standard input")
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("standard input is not UTF-8 text") from None
    return text.replace("\r\n", "\n").rstrip("\n")


def _report(sent: Sent, *, as_json: bool) -> None:
    if as_json:
        print_json(sent.as_json())
        if sent.why:
            say(f"sidenote: {sent.state}: {one_line(sent.why)}")
    else:
        click.echo(_what_was_done(sent))
    if not sent.is_good:
        sys.exit(FAILED)


def _what_was_done(sent: Sent) -> str:
    what = f"{NAMES[sent.direction]} {sent.id}"
    before = " before; nothing was done now" if sent.was_there else ""
    to = f" on {sent.channel}" + (f" to {one_line(sent.to)}" if sent.to else "")
    why = f": {one_line(sent.why)}" if sent.why else ""
    if sent.state is DeliveryState.OVERTAKEN:
        return f"Overtaken{before}, and not sent{why}."
    if sent.state is DeliveryState.FAILED:
        return f"{what} failed{before}{why}."
    if sent.state is DeliveryState.UNKNOWN:
        return f"Unknown{before}{why}. Look in Kustomer; it is never sent again."
    return f"{what} {sent.state}{to if sent.channel else ''}{before}."
