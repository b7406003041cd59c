"""What became of a reply that went out by itself, from what happened in the week after it.

A bad outcome is something that somebody did; silence is none. Thanks are no outcome, and neither
is a customer who asks something else, or a teammate who answers that. A teammate who writes when
the customer has said nothing since had a reason: unless it says the same, it is a correction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.core.danger import Danger
from agent.core.labels import CLEAN, Judgement, Outcome
from agent.core.matching import match

QUIET_AFTER = timedelta(days=7)
ASKS_FOR_A_PERSON = "asks-for-a-person"  # the rule; whoever was helped asks for none
_COMPLAINTS = frozenset(str(kind) for kind in Danger)
_ANGRY = "angry"


@dataclass(frozen=True, slots=True, kw_only=True)
class WroteBack:
    """A later message of the customer, as the run that handled it told of it.

    `rules` are those that applied; `mood` is a model's hint, "" without one.
    """

    topic: str
    rules: frozenset[str] = frozenset()
    mood: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What is known of the time after a reply.

    Teammates wrote to the customer, oldest first: `unasked` while the customer had said nothing
    since the question that was replied to, `teammates` once there was a newer message of theirs.
    `was_reopened` by somebody who is not the customer.
    """

    is_called_wrong: bool = False
    wrote_back: tuple[WroteBack, ...] = ()
    unasked: tuple[str, ...] = ()
    teammates: tuple[str, ...] = ()
    was_reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The reply and the question that it answered. `ignored` are lines of no matter, such as a
    disclosure.
    """

    topic: str
    body: str
    question: str
    sent_at: datetime
    ignored: tuple[str, ...] = ()


def outcome_of(reply: Reply, after: Aftermath, now: datetime) -> Outcome | None:
    """The worst that is known; QUIET once a week is over; None as long as nothing is known."""
    if after.is_called_wrong:
        return Outcome.WRONG
    if _is_corrected(reply, after):
        return Outcome.CORRECTED
    if any(_is_complaint(each) for each in after.wrote_back):
        return Outcome.COMPLAINED
    if any(_is_same_again(each, reply.topic) for each in after.wrote_back):
        return Outcome.ASKED_AGAIN
    if after.was_reopened:
        return Outcome.REOPENED
    return Outcome.QUIET if now >= reply.sent_at + QUIET_AFTER else None


def applied(findings: Iterable[Sequence[object]]) -> frozenset[str]:
    """The ids of the rules that applied, of a receipt's findings."""
    return frozenset(str(finding[0]) for finding in findings if finding[3])


def _is_corrected(reply: Reply, after: Aftermath) -> bool:
    """Unasked, all but the same once more; asked again, only what contradicts the reply."""
    return any(_judged(reply, text) not in CLEAN for text in after.unasked) or any(
        _judged(reply, text) is Judgement.CHANGED for text in after.teammates
    )


def _judged(reply: Reply, text: str) -> Judgement | None:
    return match(reply.body, text, reply.question, ignored=reply.ignored)


def _is_complaint(message: WroteBack) -> bool:
    return message.mood == _ANGRY or not message.rules.isdisjoint(_COMPLAINTS)


def _is_same_again(message: WroteBack, topic: str) -> bool:
    return message.topic == topic or ASKS_FOR_A_PERSON in message.rules
