"""`sidenote labels import`: judgements of replies that were kept elsewhere."""

from pathlib import Path

import click

from agent.cli.labels import makers_in_force
from agent.cli.opened import opened
from agent.cli.terminal import print_json, say
from agent.core.label_counts import by_topic_and_channel
from agent.core.labels import MadeBy
from agent.core.makers import ELSEWHERE, OFFLINE, makers_of
from agent.errors import InputError
from agent.label_files import Reader
from agent.prompts import summary_prompt
from agent.reviews import import_labels
from agent.wiring import App

MOST_BYTES = 50_000_000


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would be imported.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def command(file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Bring along judgements of replies from a CSV file (UTF-8, separated by , or ;).

    \b
    sidenote labels import reviews.csv --dry-run
    sidenote labels import reviews.csv

    \b
    columns, named in the first line:
      topic        of the policy            question     an id of your own for the question
      channel      email, chat, …           judgement    as-is, edited, changed, rejected, wrong
      score        0..1                     by           who judged it
      at           a date or an ISO time
    and, if you like:
      language     such as en               reason       in a few words
      familiarity  0..1                     conversation its id in Kustomer, so that erasing a
      made_by      current, or empty                     customer finds it

    Without made_by=current they are kept and set aside: nobody can tell whether model and answer
    were those of today. All lines are imported or none; the same file again brings nothing new.
    "at" dates the proposal; the review counts from now on, after those that are there already, and
    not at all towards a certificate after an alarm that is newer than that date.
    """
    text = _read(file)
    with opened() as app:
        now = app.clock.now()
        rows = Reader(policy=app.policy, makers=_Makers(app).of, now=now).read(text)
        if dry_run:
            topics = {row.topic for row in rows}
            known = {row.run_id for topic in topics for row in app.store.proposals(topic=topic)}
            new = sum(row.run_id not in known for row in rows)
        else:
            new = import_labels(app.store, rows, file=file.name, at=now)
    aside = sum(row.made_by == ELSEWHERE for row in rows)
    if as_json:
        told = {"lines": len(rows), "new": new, "known": len(rows) - new, "set_aside": aside}
        print_json(told | {"imported": not dry_run})
        return
    done = "would be imported" if dry_run else "imported"
    click.echo(f"{new} {done}, {len(rows) - new} known already.")
    if aside:
        say(f"{aside} without made_by=current: kept, and set aside.")
    for (topic, channel), some in by_topic_and_channel(rows).items():
        say(f"  {topic} by {channel}: {len(some)}")


class _Makers:
    """Those in force, looked up once for each topic and channel."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._found: dict[tuple[str, str], MadeBy] = {}

    def of(self, topic: str, channel: str) -> MadeBy:
        """Raises ValueError when the policy has no such topic."""
        key = topic, channel
        if key not in self._found:
            self._found[key] = self._look_up(topic, channel)
        return self._found[key]

    def _look_up(self, topic: str, channel: str) -> MadeBy:
        rows = self._app.store.proposals(topic=topic, channel=channel)
        ours = makers_in_force(self._app, topic, channel, rows) if rows else None
        if ours is not None:
            return ours
        settings = self._app.settings
        if settings.openai_key is None or settings.model is None:
            return makers_of(self._app.policy, topic, engine=OFFLINE)
        prompt = summary_prompt().version
        return makers_of(self._app.policy, topic, engine=settings.model, prompt=prompt)


def _read(file: Path) -> str:
    if file.stat().st_size > MOST_BYTES:
        raise InputError(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB; split it")
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f'{file.name} is not UTF-8; save it as "CSV UTF-8"') from None
