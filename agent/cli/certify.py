"""`sidenote certify`: what each topic has earned, and what is missing; waivers."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from rich.table import Table

from agent.certifying import Certifying
from agent.cli.certified import certified_json
from agent.cli.opened import opened
from agent.cli.terminal import moment, one_line, print_json, result_console, say
from agent.core.certificate import Standing
from agent.core.certificate_events import CertificateEvent
from agent.core.earned_words import asides, by_channel, missing_words, percent_of, promise
from agent.core.levels import cautious
from agent.core.standing import last_day, percent, renewed_from
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.errors import InputError
from agent.track_record import Track, Tracks
from agent.waiving import End, Waiver, end_waiver, waive
from agent.wiring import App

NEWEST = 12  # lines of a topic's history that are shown
_INDENT = " " * 4


@click.command("certify")
@click.argument("topic", required=False, default="")
@click.option("--channel", metavar="NAME", default="", help="One channel only, such as email.")
@click.option("--waive", "is_waiver", is_flag=True, help="Let TOPIC send without a certificate.")
@click.option("--end-waiver", "is_end", is_flag=True, help="Take the waiver of TOPIC back.")
@click.option(
    "--until",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="Last day of the waiver (UTC), at most 90 days ahead.",
)
@click.option("--by", metavar="NAME", default="", help="Who answers for the waiver, or ends it.")
@click.option("--reason", metavar="TEXT", default="", help="Why; shown wherever the topic is.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array for a script.")
def command(  # noqa: PLR0913 - click passes one for each option
    topic: str,
    channel: str,
    *,
    is_waiver: bool,
    is_end: bool,
    until: datetime | None,
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    """Say what each topic has earned by reviews, and what is missing for sending by itself.

    \b
    sidenote certify
    sidenote certify order-status --channel email
    sidenote certify --json | jq '.[] | {topic, channel, standing, more_clean}'
    sidenote certify order-status --waive --until 2026-12-31 --by Ada --reason "peak season"
    sidenote certify order-status --end-waiver --by Ada

    Certificates are computed anew from the reviews: what is earned is unlocked, what has changed or
    ended is void, and a topic without a right falls to draft. No topic is raised by it: that is
    'sidenote topics raise'. A waiver lets a topic send without a certificate; its receipts and
    figures say "uncertified".
    """
    if is_waiver and is_end:
        raise InputError("choose one of --waive and --end-waiver")
    if (is_waiver or is_end) and not topic:
        raise InputError("name the topic that the waiver is of")
    if not (is_waiver or is_end) and (until or by or reason):
        raise InputError("--until, --by and --reason go with --waive or --end-waiver")
    with opened() as app:
        now = app.clock.now()
        if is_waiver:
            if until is None:
                raise InputError("--waive needs --until, its last day, such as 2026-12-31")
            given = Waiver(
                topic=topic, until=until.date(), by=by, reason=reason, at=now, channel=channel
            )
            _told_waiver(waive(app.store, app.policy, given), app, as_json=as_json)
        elif is_end:
            end = End(topic=topic, by=by, at=now, reason=reason, channel=channel)
            _told_end(end_waiver(app.store, app.policy, end), as_json=as_json)
        else:
            _show(app, topic, channel, now, as_json=as_json)


# --- waivers ------------------------------------------------------------------------------------


def _told_waiver(event: CertificateEvent, app: App, *, as_json: bool) -> None:
    until = last_day(event.until) if event.until is not None else ""
    if as_json:
        print_json(_event_json(event))
        return
    where = f" by {by_channel(event.channel)}" if event.channel else ""
    click.echo(f"{event.topic}{where}: waived by {event.by} until {until}, uncertified.")
    topic = cautious(app.policy, app.store.level_changes()).topic(event.topic)
    if topic is not None and topic.level is not Level.SEND:
        say(f"It stands at {topic.level}: 'sidenote topics raise {topic.name}' lets it climb.")


def _told_end(events: Sequence[CertificateEvent], *, as_json: bool) -> None:
    if as_json:
        print_json([_event_json(event) for event in events])
        return
    for event in events:
        where = f" by {by_channel(event.channel)}" if event.channel else ""
        click.echo(f"{event.topic}{where}: the waiver is over, in force now.")


def _event_json(event: CertificateEvent) -> dict[str, object]:
    return {
        "topic": event.topic,
        "channel": event.channel or None,
        "event": event.kind.value,
        "at": event.at.isoformat(),
        "by": event.by,
        "why": event.why,
        "until": event.until.isoformat() if event.until is not None else None,
    }


# --- what is earned -----------------------------------------------------------------------------


def _show(app: App, name: str, channel: str, now: datetime, *, as_json: bool) -> None:
    policy = app.policy
    if name and policy.topic(name) is None:
        known = ", ".join(sorted(each.name for each in policy.topics)) or "none"
        raise InputError(f"the policy has no topic {one_line(name)!r}; it has: {known}")
    Certifying(store=app.store, policy=policy).recompute(now, topic=name, is_asked=True)
    levels = cautious(policy, app.store.level_changes())
    tracks = Tracks(store=app.store, policy=policy)
    found = [
        (topic, tuple(t for t in tracks.of(topic, now) if channel in {"", t.channel}))
        for topic in levels.topics
        if name in {"", topic.name}
    ]
    if as_json:
        print_json([row for topic, mine in found for row in certified_json(topic, mine)])
        return
    if not found:
        say("The policy has no topics; 'sidenote policy init' writes one with six.")
        return
    for topic, mine in found:
        _print(topic, mine, now, in_detail=bool(name))
    if name:
        _print_history(app.store.certificate_events(topic=name))
    _say_terms(policy)


def _say_terms(policy: TeamPolicy) -> None:
    terms = policy.certificates
    say(
        f"[certificates]: at most {percent(terms.error_limit)} wrong with "
        f"{percent(terms.confidence)} confidence, valid for {terms.valid_for.days} days."
    )


def _print(topic: Topic, tracks: Sequence[Track], now: datetime, *, in_detail: bool) -> None:
    click.echo(f"{topic.name}, at {topic.level}")
    if not tracks:
        click.echo(_folded(_nothing(topic)))
    for track in tracks:
        for line in _lines(track, now, in_detail=in_detail):
            click.echo(_folded(line))
        if in_detail and track.earned.reviewed:
            result_console().print(_curve(track))


def _nothing(topic: Topic) -> str:
    if not topic.answers:
        return "no approved answer, so there is nothing to certify."
    return "no reply of it was proposed yet, so there is nothing to review."


def _lines(track: Track, now: datetime, *, in_detail: bool) -> Iterator[str]:
    name, right = by_channel(track.channel), track.right
    missing = missing_words(track.earned)
    if right.standing is Standing.CERTIFIED and track.held.certificate is not None:
        yield f"{name}: {promise(track.held.certificate)}"
        if in_detail:
            is_renewal = renewed_from(track.held.certificate) <= now
            yield f"{'to renew it' if is_renewal else 'for more'}: {missing}"
    elif right.standing is Standing.MISSING:
        yield f"{name}: {missing}"
    else:
        yield f"{name}: {right.words}. {missing}"
    if in_detail:
        yield from asides(track.earned)


def _curve(track: Track) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(f"{'':4}threshold", no_wrap=True)
    for name in ("answers", "reviewed", "wrong", "at most wrong", "interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for point in track.earned.curve:
        low, high = point.band
        table.add_row(
            f"{'':4}{point.threshold:.2f}",
            percent_of(point.coverage),
            str(point.reviewed),
            str(point.wrong),
            percent(point.bound),
            f"{percent(low)} to {percent(high)}",
        )
    return table


def _print_history(events: Sequence[CertificateEvent]) -> None:
    for event in list(reversed(events))[:NEWEST]:
        where = f" ({by_channel(event.channel)})" if event.channel else ""
        why = f": {one_line(event.why)}" if event.why else ""
        said = f"{event.kind}{where} by {one_line(event.by)}{why}"
        click.echo(_folded(f"{moment(event.at)}  {said}"))


def _folded(line: str) -> str:
    if not sys.stdout.isatty():
        return f"{_INDENT}{line}"
    width = max(shutil.get_terminal_size().columns, 40)
    return textwrap.fill(
        line, width, initial_indent=_INDENT, subsequent_indent=_INDENT * 2, break_on_hyphens=False
    )
