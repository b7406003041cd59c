"""The note that tells the team why a topic was taken back, and which cases to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.core.certificate_events import CertificateEvent
from agent.core.earned_words import by_channel
from agent.core.labels import Outcome, Proposed

SHOWN = 10  # cases; the console and `explain` have the rest
_WORDS = {
    Outcome.CORRECTED: "a teammate said something else",
    Outcome.ASKED_AGAIN: "the customer asked again",
    Outcome.REOPENED: "reopened",
    Outcome.COMPLAINED: "the customer complained",
    Outcome.WRONG: "called wrong",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCase:
    """One reply or question that an alarm names; ids only."""

    run_id: str
    conversation_id: str
    at: datetime
    outcome: Outcome | None = None


def case_of(row: Proposed) -> AlarmCase:
    """The case of a proposal."""
    return AlarmCase(
        run_id=row.run_id,
        conversation_id=row.conversation_id,
        at=row.sent_at or row.at,
        outcome=row.outcome,
    )


def alarm_note(event: CertificateEvent, cases: Sequence[AlarmCase]) -> str:
    """Plain text. `cases` are those that are still known, newest first."""
    channel = by_channel(event.channel)
    lines = [
        f"Sidenote · {event.topic} is not answered by itself any more ({channel})",
        f"Why    {event.why}.",
        *(_case(case) for case in cases[:SHOWN]),
    ]
    more = len(event.cases) - min(len(cases), SHOWN)
    if more > 0:
        lines.append(f"       and {more} more")
    lines += [
        f"Now    {event.topic} stands at draft: a teammate looks at each reply first.",
        "Next   Look at these cases, and at the approved answer.",
        f"       'sidenote certify {event.topic}' says what a new certificate needs.",
    ]
    return "\n".join(lines)


def _case(case: AlarmCase) -> str:
    how = f": {_WORDS[case.outcome]}" if case.outcome in _WORDS else ""
    at = f"{case.at.day} {case.at:%b %H:%M} UTC"
    return f"Case   run {case.run_id}, conversation {case.conversation_id}, {at}{how}"
