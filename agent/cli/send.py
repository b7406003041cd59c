"""`sidenote send`: a note or a draft, from a person or a script."""

import sys

import click

from agent.cli.opened import opened
from agent.cli.terminal import print_json, say, waiting
from agent.errors import InputError
from agent.sending import SendDirection, Sent, Wanted, send


@click.command("send")
@click.option("--conversation-id", required=True, metavar="ID", help="Where to.")
@click.option("--body", required=True, metavar="TEXT", help="The text; - reads standard input.")
@click.option(
    "--direction",
    type=click.Choice([d.value for d in SendDirection]),
    default=SendDirection.NOTE.value,
    show_default=True,
    help="note: for the team. out: a draft that a teammate sends.",
)
@click.option(
    "--channel", metavar="NAME", help="For out. Default: the customer's newest message's."
)
@click.option("--key", metavar="K", help="The send's identity: the same key never writes twice.")
@click.option("--again", is_flag=True, help="The same text within 10 minutes is meant.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(  # noqa: PLR0913 - one argument an option
    *,
    conversation_id: str,
    body: str,
    direction: str,
    channel: str | None,
    key: str | None,
    again: bool,
    as_json: bool,
) -> None:
    """Write an internal note, or stage a reply as an unsent draft.

    \b
    sidenote send --conversation-id 65f0…01 --body "Called back, no answer."
    sidenote send --conversation-id 65f0…01 --body - --key callback-1 < text.txt
    sidenote send --conversation-id 65f0…01 --direction out --body "It ships today."

    \b
    Each call is a new send, unless --key names it. The same text to the same conversation
    within 10 minutes is refused without --again. A call that did not get through is gone on
    with by the next one with the same text or key.
    A draft is saved in Kustomer's composer. Nothing is sent to the customer.
    """
    wanted = Wanted(
        conversation_id=conversation_id.strip(),
        body=_standard_input() if body == "-" else body,
        direction=SendDirection(direction),
        channel=channel,
        key=key,
        again=again,
    )
    with opened() as app, waiting("Writing …"):
        sent = send(app.desk, wanted)
    if as_json:
        print_json(sent_json(sent))
        return
    click.echo(_what_was_done(sent))
    if sent.direction is SendDirection.OUT:
        say("Nothing was sent to the customer: a teammate finds the draft in Kustomer.")


def sent_json(sent: Sent) -> dict[str, object]:
    """The fixed shape."""
    return {
        "data": {
            "id": sent.id,
            "attributes": {
                "body": sent.body,
                "direction": sent.direction.value,
                "channel": sent.channel,
                "state": sent.state.value,
            },
        }
    }


def _standard_input() -> str:
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("standard input is not UTF-8 text") from None
    return text.replace("\r\n", "\n").rstrip("\n")


def _what_was_done(sent: Sent) -> str:
    what = "Note" if sent.direction is SendDirection.NOTE else "Draft"
    if sent.was_there:
        return f"{what} {sent.id} was written before; nothing was written now."
    to = f" on {sent.channel}" + (f" to {sent.to}" if sent.to else "") if sent.channel else ""
    return f"{what} {sent.id} {sent.state}{to}."
