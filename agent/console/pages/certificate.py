"""A topic's certificate: what is promised, what is missing, and what happened to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from agent.console.answers import Refusal, refusal
from agent.console.curves import Week, curve, percent, reviews
from agent.console.looks import page
from agent.console.pages.run import LONGEST_REASON, told
from agent.console.parts import Parts
from agent.console.standings import Folded, Word, word_of
from agent.core.certificate import RightToSend, Standing, Terms
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.earned_words import asides, by_channel, missing_words, promise
from agent.core.earning import Earned
from agent.core.levels import LADDER, LevelChange, effective
from agent.core.standing import Held, held_by, last_day, right_to_send, waivers_of
from agent.errors import InputError
from agent.waiving import AT_MOST, End, Waiver, end_waiver, waive

_KINDS = {
    CertificateEventKind.UNLOCKED: "certified",
    CertificateEventKind.LAPSED: "ran out",
    CertificateEventKind.VOIDED: "void",
    CertificateEventKind.ALARM: "alarm",
    CertificateEventKind.WAIVED: "waived",
    CertificateEventKind.WAIVER_ENDED: "waiver ended",
}
_BAD = frozenset(
    {CertificateEventKind.LAPSED, CertificateEventKind.VOIDED, CertificateEventKind.ALARM}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of the topic, with everything that is drawn of it."""

    name: str
    right: RightToSend
    held: Held
    earned: Earned
    word: Word
    sentence: str
    missing: str
    asides: tuple[str, ...]
    chart: Markup
    weeks: tuple[Week, ...]
    bars: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a right is told from."""

    events: Sequence[CertificateEvent]
    topic: str
    terms: Terms
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the history. `cases` are run ids that an alarm names."""

    at: datetime
    what: str
    by: str
    why: str = ""
    channel: str = ""
    until: datetime | None = None
    cases: tuple[str, ...] = ()
    is_bad: bool = False


def show(request: Request) -> Response:
    """The page of one topic of the policy."""
    parts: Parts = request.app.state.parts
    now, changes = parts.clock.now(), parts.store.level_changes()
    policy = effective(parts.policy(), changes)
    topic = policy.topic(request.path_params["topic"])
    if topic is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "The policy has no such topic.")
    events = parts.store.certificate_events(topic=topic.name)
    folded = parts.standings.look(parts.store, policy, topic, now)
    known = Known(events=events, topic=topic.name, terms=policy.certificates, now=now)
    return page(
        request,
        "certificate.html",
        topic=topic,
        channels=[_channel(each, known) for each in folded or ()],
        is_counting=folded is None,
        history=history_of(events, [change for change in changes if change.topic == topic.name]),
        waivers=waivers_of(events, topic.name, now),
        terms=policy.certificates,
        first_day=now.date(),
        latest_day=(now + AT_MOST).date(),
        last_day=last_day,
        percent=percent,
        by_channel=by_channel,
        Standing=Standing,
    )


def waive_(request: Request) -> Response:
    """A lead answers for the topic, for a time."""
    parts: Parts = request.app.state.parts
    form, topic = request.state.form, request.path_params["topic"]
    try:
        until = date.fromisoformat(form.get("until", ""))
    except ValueError:
        return _back(topic, "Nothing was changed: say until which day.")
    waiver = Waiver(
        topic=topic,
        until=until,
        by=request.state.who.name,
        reason=form.get("reason", "").strip()[:LONGEST_REASON],
        at=parts.clock.now(),
        channel=form.get("channel", ""),
    )
    try:
        event = waive(parts.store, parts.policy(), waiver)
    except InputError as error:
        return _back(topic, f"Nothing was changed: {error}.")
    return _back(topic, f"Waived{_by(event.channel)} until {until.day} {until:%b %Y}, uncertified.")


def end(request: Request) -> Response:
    """The waiver is taken back, at once."""
    parts: Parts = request.app.state.parts
    form, topic = request.state.form, request.path_params["topic"]
    word = End(
        topic=topic,
        by=request.state.who.name,
        at=parts.clock.now(),
        reason=form.get("reason", "").strip()[:LONGEST_REASON],
        channel=form.get("channel", ""),
    )
    try:
        ended = end_waiver(parts.store, parts.policy(), word)
    except InputError as error:
        return _back(topic, f"Nothing was changed: {error}.")
    where = ", ".join(event.channel or "every channel" for event in ended)
    return _back(topic, f"No waiver any more by {where}, from now on.")


def history_of(
    events: Sequence[CertificateEvent], changes: Sequence[LevelChange]
) -> tuple[Happened, ...]:
    """What happened to a topic's right and level, newest first."""
    found = [*_happened(events), *_moved(changes)]
    # Of two at one moment the later line is the consequence, so it stands above.
    in_order = sorted(enumerate(found), key=lambda pair: (pair[1].at, pair[0]), reverse=True)
    return tuple(each for _, each in in_order)


def _happened(events: Sequence[CertificateEvent]) -> Iterator[Happened]:
    for event in events:
        why = promise(event.certificate) if event.certificate is not None else event.why
        yield Happened(
            at=event.at,
            what=_KINDS[event.kind],
            by=event.by,
            why=why,
            channel=event.channel,
            until=event.until,
            cases=event.cases,
            is_bad=event.kind in _BAD,
        )


def _moved(changes: Sequence[LevelChange]) -> Iterator[Happened]:
    for change in changes:
        is_lower = LADDER.index(change.level) < LADDER.index(change.was)
        yield Happened(
            at=change.at,
            what=f"{change.was} → {change.level}",
            by=change.by,
            why=change.why,
            is_bad=is_lower,
        )


def _channel(folded: Folded, known: Known) -> Channel:
    earned, name = folded.earned, folded.channel
    held = held_by(known.events, known.topic, name)
    right = right_to_send(
        known.events, known.topic, name, folded.made_by, known.now, terms=known.terms
    )
    certificate = held.certificate
    return Channel(
        name=name,
        right=right,
        held=held,
        earned=earned,
        word=word_of(name, right, earned),
        sentence=promise(certificate) if certificate is not None else "",
        missing="" if right.standing is Standing.CERTIFIED else missing_words(earned),
        asides=asides(earned),
        chart=curve(
            earned.curve,
            limit=earned.terms.error_limit,
            chosen=certificate.threshold if certificate is not None else earned.threshold,
        ),
        weeks=folded.weeks,
        bars=reviews(folded.weeks)
        if any(week.clean or week.wrong for week in folded.weeks)
        else Markup(""),
    )


def _by(channel: str) -> str:
    return f" by {channel}" if channel else ""


def _back(topic: str, said: str) -> Response:
    return told(f"/topics/{quote(topic, safe='')}/certificate", said)
