"""`sidenote report`: the weekly letter, and what came of customers' questions."""

from datetime import datetime
from pathlib import Path

import click

from agent.cli.demo_place import demo_option
from agent.cli.letter_page import page_of
from agent.cli.letter_text import (
    letter_document,
    letter_json,
    outcomes_document,
    outcomes_json,
    text_of,
)
from agent.cli.opened import opened
from agent.cli.since import parse_since
from agent.cli.terminal import print_json, say, waiting
from agent.core.certificate import Standing
from agent.core.earned_words import missing_words, promise
from agent.core.letter import Climber
from agent.core.levels import effective
from agent.core.policy import Kind
from agent.core.rules import RULES
from agent.core.team_policy import TeamPolicy
from agent.errors import InputError
from agent.reporting import edits_of, stored_runs
from agent.track_record import Track, Tracks
from agent.weekly import LOOKS_BACK, Material, letter_of, outcomes_of
from agent.wiring import App


@click.command("report")
@click.option("--week", is_flag=True, help="The weekly letter. This is what it does without.")
@click.option("--outcomes", is_flag=True, help="Only what came of customers' questions.")
@click.option(
    "--since",
    metavar="WHEN",
    default="",
    help="With --outcomes: conversations that began since then. [35d]",
)
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.option(
    "--html",
    "html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a page, one file that needs no network.",
)
def command(
    *, week: bool, outcomes: bool, since: str, demo: bool, as_json: bool, html: Path | None
) -> None:
    """What a lead should know of the last seven days, in two minutes. Writes nothing.

    \b
    sidenote report --week
    sidenote report --week --html letter.html
    sidenote report --outcomes --since 90d
    sidenote report --json | jq '.worth_an_eye[].run_id'

    "Handled" counts only conversations in which no teammate had to do anything and the customer
    said no word on any channel for seven days; beside it stands the rate as vendors count it.
    Words are told only where several teammates made the same change to an answer.
    """
    if week and outcomes:
        raise InputError("--week and --outcomes are two reports; ask for one")
    if since and not outcomes:
        raise InputError("--since goes with --outcomes; the letter is of the last seven days")
    with opened(demo=demo) as app:
        now = app.clock.now()
        begin = parse_since(since, now) if since else now - LOOKS_BACK
        with waiting("Reading runs and their receipts"):
            material = _material(app, begin, now, whole=not outcomes)
    if outcomes:
        report = outcomes_of(material, now=now, since=begin)
        document, plain = outcomes_document(report), outcomes_json(report)
    else:
        letter = letter_of(material, now=now)
        document, plain = letter_document(letter), letter_json(letter)
    if as_json:
        print_json(plain)
    else:
        click.echo(text_of(document))
    if html is not None:
        html.write_text(page_of(document), "utf-8")
        say(f"Written: {html}")


def _material(app: App, since: datetime, now: datetime, *, whole: bool) -> Material:
    """What is stored; not `whole`: only what the outcome report needs."""
    stored = stored_runs(app.store, app.search, since)
    policy = effective(app.policy, app.store.level_changes())
    return Material(
        stored=stored,
        policy=policy,
        climbers=_climbers(app, policy, now) if whole else (),
        edits=edits_of(app.store, stored) if whole else {},
        rules=tuple(rule.id for rule in RULES if rule.kind is Kind.LIMIT),
        events=app.store.certificate_events(),
        note_seconds=app.search.seconds_to_note(since),
        price=app.settings.price,
    )


def _climbers(app: App, policy: TeamPolicy, now: datetime) -> tuple[Climber, ...]:
    tracks = Tracks(store=app.store, policy=policy)
    return tuple(_climber(track) for topic in policy.topics for track in tracks.of(topic, now))


def _climber(track: Track) -> Climber:
    certificate = track.held.certificate
    is_certified = track.right.standing is Standing.CERTIFIED and certificate is not None
    return Climber(
        topic=track.topic.name,
        channel=track.channel,
        level=track.topic.level,
        right=track.right,
        words=promise(certificate) if is_certified and certificate else missing_words(track.earned),
        more_clean=track.earned.more_clean,
    )
