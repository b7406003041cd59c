"""What of a week is worth a person's eye: which decisions, and which topics should come down.

A decision is worth an eye where a person and Sidenote disagreed, where it went furthest on the
least, where it was most cautious with the most, or where a rule did something for the first time.
One of each kind comes first, in this order; a second of a kind only where others have none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.core.certificate import RightToSend, Standing
from agent.core.handled import DELTA
from agent.core.labels import Judgement, Outcome
from agent.core.policy import NO_GRANT
from agent.core.risk import interval
from agent.core.standing import MAY_SEND
from agent.core.team_policy import Level

EYES = 3  # decisions that a letter names
HIGH = 0.6  # a score from which a reply could have been trusted (`core/certificate.py`)
TOO_OFTEN = 0.25  # of a topic's drafts that teammates correct or throw away: it helps nobody
GRANTS = "routine-topic-"  # how the ids of rules begin that hold nothing back
NEARLY = 25  # clean reviews; a topic that needs no more is worth a push
_REFUSED = frozenset({Judgement.CHANGED, Judgement.REJECTED, Judgement.WRONG})


class Worth(StrEnum):
    """Why a decision is worth a look."""

    DISAGREED = "disagreed"
    LOWEST_SENT = "lowest-sent"
    HIGHEST_HELD = "highest-held"
    NEW_RULE = "new-rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision of the week, in figures. `score` is None where nothing was proposed."""

    run_id: str
    at: datetime
    autonomy: str
    because: tuple[str, ...]
    topic: str = ""
    score: float | None = None
    was_sent: bool = False  # by itself
    judgement: Judgement | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """A decision to look at, and why, in words without customer text."""

    run_id: str
    topic: str
    worth: Worth
    words: str


def worth_an_eye(decisions: Sequence[Decided], *, met_before: frozenset[str]) -> tuple[Eye, ...]:
    """At most three, each run once. `met_before` are rules that decided something earlier."""
    kinds = [list(kind(decisions)) for kind in (_disagreed, _lowest_sent, _highest_held)]
    kinds.append(list(_new_rules(decisions, met_before)))
    by_turns = [kind[nth] for nth in range(EYES) for kind in kinds if nth < len(kind)]
    found: dict[str, Eye] = {}
    for eye in by_turns:
        found.setdefault(eye.run_id, eye)
    return tuple(found.values())[:EYES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Climber:
    """A topic on one channel: how far it has climbed, what it may do, and what is missing.

    `words` is the certificate's sentence, or what is missing for one; `more_clean` reviews would
    do, None where no number is known.
    """

    topic: str
    channel: str
    level: Level
    right: RightToSend
    words: str
    more_clean: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What to say of a topic, on a channel or ("") on all."""

    topic: str
    words: str
    channel: str = ""


def ready(climbers: Iterable[Climber]) -> tuple[Line, ...]:
    """Topics at draft that may send, and those that are nearly there, the nearest first."""
    drafting = [each for each in climbers if each.level is Level.DRAFT]
    certified = [c for c in drafting if c.right.standing is Standing.CERTIFIED]
    nearly = [
        c
        for c in drafting
        if c.right.standing not in MAY_SEND and 0 < (c.more_clean or 0) <= NEARLY
    ]
    nearly.sort(key=lambda c: (c.more_clean or 0, c.topic, c.channel))
    return tuple(Line(topic=c.topic, channel=c.channel, words=c.words) for c in certified + nearly)


def has_no_right(climbers: Iterable[Climber]) -> tuple[Line, ...]:
    """Topics at send that are drafted all the same, because nothing lets them send."""
    return tuple(
        Line(topic=c.topic, channel=c.channel, words=f"at send, but {c.right.words}")
        for c in climbers
        if c.level is Level.SEND and c.right.standing not in MAY_SEND
    )


def should_come_down(level: Level, reviewed: int, refused: int) -> str:
    """Why a topic at draft helps nobody, "" where it may well help.

    The exact 95 % interval of the share that teammates correct or throw away lies above a quarter.
    """
    low, _ = interval(refused, reviewed, delta=DELTA)
    if level is not Level.DRAFT or low <= TOO_OFTEN:
        return ""
    return f"teammates corrected or threw away {refused} of {reviewed} drafts"


def refused(decisions: Iterable[Decided]) -> int:
    """How many proposals were judged, and judged unfit."""
    return sum(each.judgement in _REFUSED for each in decisions)


# --- the kinds, each with the most telling first --------------------------------------------------


def _disagreed(decisions: Sequence[Decided]) -> Iterable[Eye]:
    found = [d for d in decisions if _is_refused(d) and d.score is not None]
    for each in _ordered(found, lambda d: -(d.score or 0.0)):
        said = each.judgement if each.judgement in _REFUSED else each.outcome
        yield _eye(each, Worth.DISAGREED, f"scored {each.score:.2f}, and {_SAID[said or '']}")


def _is_refused(each: Decided) -> bool:
    bad = each.outcome not in {None, Outcome.QUIET}
    return each.judgement in _REFUSED or bad


def _lowest_sent(decisions: Sequence[Decided]) -> Iterable[Eye]:
    sent = [d for d in decisions if d.was_sent and d.score is not None]
    for each in _ordered(sent, lambda d: d.score or 0.0):
        yield _eye(
            each, Worth.LOWEST_SENT, f"sent by itself with the lowest score, {each.score:.2f}"
        )


def _highest_held(decisions: Sequence[Decided]) -> Iterable[Eye]:
    held = [
        d
        for d in decisions
        if d.autonomy == "note" and NO_GRANT not in d.because and (d.score or 0.0) >= HIGH
    ]
    for each in _ordered(held, lambda d: -(d.score or 0.0)):
        rules = ", ".join(rule for rule in each.because if not rule.startswith(GRANTS))
        yield _eye(each, Worth.HIGHEST_HELD, f"scored {each.score:.2f}, but held by {rules}")


def _new_rules(decisions: Sequence[Decided], met_before: frozenset[str]) -> Iterable[Eye]:
    seen = set(met_before)
    for each in _ordered(decisions, lambda _: 0.0):
        for rule in each.because:
            if rule not in seen and rule != NO_GRANT and not rule.startswith(GRANTS):
                seen.add(rule)
                yield _eye(each, Worth.NEW_RULE, f"{rule} decided for the first time in weeks")


def _ordered(decisions: Sequence[Decided], key: Callable[[Decided], float]) -> list[Decided]:
    return sorted(decisions, key=lambda d: (key(d), d.at, d.run_id))


def _eye(each: Decided, worth: Worth, words: str) -> Eye:
    return Eye(run_id=each.run_id, topic=each.topic, worth=worth, words=words)


_SAID: dict[str, str] = {
    Judgement.CHANGED: "a teammate changed its facts",
    Judgement.REJECTED: "a teammate threw it away",
    Judgement.WRONG: "a teammate called it wrong",
    Outcome.CORRECTED: "a teammate corrected it afterwards",
    Outcome.ASKED_AGAIN: "the customer asked again",
    Outcome.REOPENED: "the conversation was reopened",
    Outcome.COMPLAINED: "the customer complained",
    Outcome.WRONG: "a teammate called it wrong",
}
