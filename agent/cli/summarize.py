"""`sidenote summarize`: one conversation, now."""

from typing import Any

import click

from agent.cli.opened import opened
from agent.cli.terminal import print_json, safe, say, waiting
from agent.errors import InputError
from agent.on_demand import Summary, in_language, parse_conversation_id, summarize
from agent.posting import post


@click.command("summarize")
@click.argument("conversation")
@click.option("--post", "posting", is_flag=True, help="Write it as an internal note, once.")
@click.option("--again", is_flag=True, help="With --post: write a further note if one stands.")
@click.option("--language", metavar="XX", help="Language of the note, such as en, de, fr, es.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(
    conversation: str, *, posting: bool, again: bool, language: str | None, as_json: bool
) -> None:
    """Summarise one conversation now. Nothing is written without --post.

    \b
    sidenote summarize 65f0c0ffee00000000000001
    sidenote summarize 65f0c0ffee00000000000001 --post
    sidenote summarize 65f0c0ffee00000000000001 --language de
    sidenote summarize 65f0c0ffee00000000000001 --json | jq .statements

    \b
    --post uses the key of the newest customer message, as the daemon does: if that is noted
    already, the note that stands is printed and nothing is written.
    --post --again writes a further note even so. Those are numbered: a call that was cut off is
    finished by the next one instead of being repeated beside it.
    """
    if again and not posting:
        raise InputError("--again goes with --post")
    conversation_id = parse_conversation_id(conversation)
    with opened(needs_database=posting) as app, waiting("Reading the conversation …"):
        if posting:
            summary = post(in_language(app.pipeline, language), conversation_id, again=again)
        else:
            summary = summarize(in_language(app.reading_pipeline, language), conversation_id)
    if as_json:
        print_json(summary_json(summary))
        return
    click.echo(safe(summary.note))
    if posting:
        say(_what_was_done(summary))


def summary_json(summary: Summary) -> dict[str, Any]:
    """The fixed shape."""
    return {
        "conversation_id": summary.conversation_id,
        "engine": summary.proposal.engine,
        "statements": [
            {
                "section": statement.section.value,
                "text": statement.text,
                "message_ids": list(statement.message_ids),
            }
            for statement in summary.proposal.statements
        ],
        "note": summary.note,
        "posted": summary.posted,
        "note_id": summary.note_id,
        "because": list(summary.because),
    }


def _what_was_done(summary: Summary) -> str:
    if summary.posted:
        return f"Posted as note {summary.note_id}."
    return (
        f"Nothing was written: note {summary.note_id} stands for the newest customer message. "
        "--again writes a further one."
    )
