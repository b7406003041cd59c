"""The weekly letter: what a lead should know of the last seven days, in two minutes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.disclosure import LINES
from agent.core.handled import OutcomeReport, outcome_report
from agent.core.letter import (
    Climber,
    Eye,
    Line,
    has_no_right,
    ready,
    refused,
    should_come_down,
    worth_an_eye,
)
from agent.core.rewording import Edit, Rewording, rewordings
from agent.core.spending import Price
from agent.core.standing import last_day
from agent.core.team_policy import TeamPolicy
from agent.reporting import Stored, decisions_of, met_rules, questions_of
from agent.team_port import Verdict

WEEK = timedelta(days=7)
LOOKS_BACK = timedelta(days=35)  # four weeks of conversations that are seven days old
ENOUGH = 200  # runs; of fewer, most rules are met by none, which says nothing
MOST_REWORDINGS = 5  # of one answer
KEEPS = 2  # edits of an answer that are worth telling
_HAPPENED = {
    CertificateEventKind.UNLOCKED: "certified",
    CertificateEventKind.LAPSED: "its time is up",
    CertificateEventKind.VOIDED: "void",
    CertificateEventKind.ALARM: "taken back",
    CertificateEventKind.WAIVED: "waived, uncertified,",
    CertificateEventKind.WAIVER_ENDED: "waiver ended",
}
_SENT = frozenset({Verdict.APPROVED, Verdict.EDITED, Verdict.SENT_AS_IS, Verdict.SENT_EDITED})


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedAnswer:
    """An approved answer that teammates keep changing: in how many drafts they sent, and how.

    `how` holds only what was changed alike in several conversations.
    """

    topic: str
    edited: int
    sent: int
    how: tuple[Rewording, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All of it. `looked_at` runs are what `unmet`, the rules that applied to none, rests on;
    with fewer than 200 of them it is empty.
    """

    since: datetime
    until: datetime
    runs: int
    ended: Mapping[str, int]  # by disposition, of the week
    eyes: tuple[Eye, ...]
    certificates: tuple[Line, ...]  # what happened to them in the week, oldest first
    ready: tuple[Line, ...]
    come_down: tuple[Line, ...]
    edited: tuple[EditedAnswer, ...]
    unmet: tuple[str, ...]
    looked_at: int
    outcomes: OutcomeReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a letter is made from: runs of the last 35 days, and what else is known.

    `edits` are by topic (`reporting.edits_of`); `rules` are the ids of all rules there are.
    """

    stored: Sequence[Stored]
    policy: TeamPolicy  # with levels as they are in force
    climbers: Sequence[Climber]
    edits: Mapping[str, Sequence[Edit]]
    rules: Sequence[str]
    events: Sequence[CertificateEvent] = ()
    note_seconds: Sequence[float] = ()
    price: Price | None = None


def outcomes_of(material: Material, *, now: datetime, since: datetime) -> OutcomeReport:
    """The outcome report of conversations that began at or after `since`."""
    return outcome_report(
        questions_of(material.stored, material.price, material.events),
        since=since,
        now=now,
        note_seconds=material.note_seconds,
    )


def letter_of(material: Material, *, now: datetime) -> Letter:
    """The letter of the seven days before `now`. Writes nothing."""
    since = now - WEEK
    week = [each for each in material.stored if each.run.message_at >= since]
    before = [each for each in material.stored if each.run.message_at < since]
    met = met_rules(material.stored)
    looked_at = sum(bool(each.receipt) for each in material.stored)
    return Letter(
        since=since,
        until=now,
        runs=len(week),
        ended=Counter(str(each.run.disposition or each.run.state) for each in week),
        eyes=worth_an_eye(
            decisions_of(week),
            met_before=frozenset(rule for each in before for rule in each.run.because),
        ),
        certificates=tuple(_told(each) for each in material.events if each.at >= since),
        ready=ready(material.climbers),
        come_down=(*has_no_right(material.climbers), *_unhelpful(material)),
        edited=tuple(_edited(material)),
        unmet=tuple(rule for rule in material.rules if looked_at >= ENOUGH and rule not in met),
        looked_at=looked_at,
        outcomes=outcomes_of(material, now=now, since=now - LOOKS_BACK),
    )


def _told(event: CertificateEvent) -> Line:
    until = f" until {last_day(event.until)}" if event.until is not None else ""
    held = event.certificate
    why = f"until {last_day(held.valid_until)}" if held is not None else event.why
    words = f"{_HAPPENED[event.kind]}{until} by {event.by}{': ' if why else ''}{why}"
    return Line(topic=event.topic, channel=event.channel, words=words)


def _unhelpful(material: Material) -> Iterable[Line]:
    decisions = decisions_of(material.stored)
    for topic in material.policy.topics:
        judged = [d for d in decisions if d.topic == topic.name and d.judgement is not None]
        words = should_come_down(topic.level, len(judged), refused(judged))
        if words:
            yield Line(topic=topic.name, words=words)


def _edited(material: Material) -> Iterable[EditedAnswer]:
    lines = frozenset([*LINES.values(), *material.policy.reply.disclosure.values()])
    sent = Counter(
        each.approval.topic or each.run.topic
        for each in material.stored
        if each.approval is not None and each.approval.verdict in _SENT
    )
    for topic, edits in sorted(material.edits.items(), key=lambda each: (-len(each[1]), each[0])):
        if len(edits) < KEEPS:
            continue
        how = tuple(rewordings(edits, without=lines)[:MOST_REWORDINGS])
        yield EditedAnswer(topic=topic, edited=len(edits), sent=sent[topic], how=how)
