"""`sidenote labels audit`: a person judges a sample of what only texts were compared for."""

import sys

import click

from agent.auditing import Case, case_of, waiting
from agent.cli.demo_place import demo_option
from agent.cli.opened import opened
from agent.cli.terminal import moment, print_json, safe, say
from agent.core.conversation import Message
from agent.core.labels import Judgement, Proposed
from agent.errors import InputError
from agent.reviews import give
from agent.wiring import App

SKIP, QUIT = "skip", "quit"
_KEYS = {
    "a": Judgement.AS_IS.value,
    "e": Judgement.EDITED.value,
    "c": Judgement.CHANGED.value,
    "r": Judgement.REJECTED.value,
    "s": SKIP,
    "q": QUIT,
}
_LEGEND = (
    "a  as is: right, word for word        c  changed: a fact is another, or an ask is left open\n"
    "e  edited: other words, same facts    r  rejected: it should not be sent\n"
    "s  skip                               q  quit"
)


@click.command("audit")
@demo_option
@click.option("--topic", metavar="TOPIC", default="", help="Of this topic only.")
@click.option("--channel", metavar="CHANNEL", default="", help="On this channel only.")
@click.option("--by", metavar="NAME", default="", help="Who judges; asks one by one.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
def command(*, demo: bool, topic: str, channel: str, by: str, as_json: bool) -> None:
    """Judge one in ten of the replies that were only compared with what a teammate sent.

    \b
    sidenote labels audit                what waits
    sidenote labels audit --by Ada       asks one by one, on a terminal
    sidenote labels audit --json | jq -r '.[].run'
    sidenote labels give RUN as-is --by Ada

    Chance picks them. What the comparison said is not shown: how often it errs is found out from
    your answers, and counted against the certificate.
    """
    with opened(demo=demo) as app:
        rows = waiting(app.store, topic=topic, channel=channel)
        if as_json:
            print_json([_json(row) for row in rows])
        elif not rows:
            say("Nothing waits for an audit.")
        elif by:
            _ask_all(app, rows, by=by)
        else:
            for row in rows:
                click.echo(_line(row))
            say(f"{len(rows)} wait. 'sidenote labels audit --by NAME' asks one by one.")


def _ask_all(app: App, rows: tuple[Proposed, ...], *, by: str) -> None:
    if not _is_terminal():
        raise InputError(
            "asking one by one needs a terminal; elsewhere, 'sidenote labels give RUN as-is --by "
            "NAME' answers one"
        )

    def read(conversation_id: str) -> tuple[Message, ...]:
        return app.kustomer.messages(conversation_id)  # without keys a ConfigError, here and now

    answered = 0
    for number, row in enumerate(rows, start=1):
        case = case_of(app.store, app.policy, row, read)
        click.echo(f"\n{number} of {len(rows)}  {_line(row)}\n{_texts(case)}\n\n{_LEGEND}")
        answer = _KEYS[click.prompt("Judgement", type=click.Choice(list(_KEYS)), err=True)]
        if answer == QUIT:
            break
        if answer != SKIP:
            give(app.store, row, Judgement(answer), by=by, reason="", at=app.clock.now())
            answered += 1
    say(f"{answered} judged, {len(rows) - answered} wait.")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _line(row: Proposed) -> str:
    where = f"conversation {row.conversation_id or '(erased)'}"
    return safe(f"{row.run_id}  {row.topic} by {row.channel}  {moment(row.at)}  {where}")


def _texts(case: Case) -> str:
    shown = (("asked", case.question), ("proposed", case.reply), ("teammate sent", case.sent))
    return "\n".join(
        f"\n{name}:\n{_indented(text or '(not kept; look in Kustomer)')}" for name, text in shown
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {safe(line)}" for line in text.splitlines())


def _json(row: Proposed) -> dict[str, object]:
    return {
        "run": row.run_id,
        "topic": row.topic,
        "channel": row.channel,
        "conversation_id": row.conversation_id,
        "message_id": row.message_id,
        "at": row.at.isoformat(),
    }
