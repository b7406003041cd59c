"""Raises and lowers topics: a person's word, kept with who, when and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from agent.audit_port import AuditEntry, AuditKind
from agent.core.levels import (
    BY_FILE,
    LevelChange,
    Refused,
    effective,
    lowered,
    outdated,
    raised,
)
from agent.core.standing import may_send_somewhere
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.errors import InputError, StoreUnavailable
from agent.ports import Store
from agent.track_record import what_is_missing

Rule = Callable[[Topic, Level], Level | Refused]  # of `core/levels.py`
TRIES = 5  # somebody else may change a level at the same moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said about a topic."""

    topic: str
    to: Level
    by: str
    at: datetime
    why: str = ""


def raise_topic(store: Store, policy: TeamPolicy, word: Word) -> LevelChange:
    """One step up; `policy` is the file's. In force for the next decision of every worker.

    Sending needs a certificate or a waiver on one channel at least.

    Raises:
        InputError: no such topic, a jump, no approved answer, no right to send, or no name.
            Nothing was changed.
        StoreUnavailable: it could not be written.
    """
    return _change(store, policy, word, partial(_raised, store, policy, word.at))


def lower_topic(store: Store, policy: TeamPolicy, word: Word) -> LevelChange:
    """To any lower level, at once: a reply that is not released yet stops. Raises likewise."""
    return _change(store, policy, word, lowered)


def follow_file(store: Store, policy: TeamPolicy, at: datetime) -> tuple[LevelChange, ...]:
    """Write down where the file has overruled somebody's word; gives those changes.

    Otherwise a file that is edited back would revive a word that everybody has forgotten. Safe to
    call again: then there is nothing to write.
    """
    written = []
    for topic in outdated(policy, store.level_changes()):
        word = Word(topic=topic.name, to=topic.level, by=BY_FILE, at=at)
        change = _next(store.level_changes(), topic, topic.level, word)
        if store.add_level_change(change):
            _record(store, change)
            written.append(change)
    return tuple(written)


def _raised(
    store: Store, policy: TeamPolicy, at: datetime, topic: Topic, to: Level
) -> Level | Refused:
    """As `raised`; to send only with a right to it."""
    answer = raised(topic, to)
    if answer is not Level.SEND:
        return answer
    events = store.certificate_events(topic=topic.name)
    if may_send_somewhere(events, topic, at, terms=policy.certificates):
        return answer
    return Refused(what_is_missing(store, policy, topic, at))


def _change(store: Store, policy: TeamPolicy, word: Word, rule: Rule) -> LevelChange:
    if not word.by.strip():
        raise InputError("--by must name who decides this")
    follow_file(store, policy, word.at)
    for _ in range(TRIES):
        changes = store.level_changes()
        topic = policy.topic(word.topic)
        held = effective(policy, changes).topic(word.topic)
        if topic is None or held is None:
            known = ", ".join(sorted(t.name for t in policy.topics)) or "none"
            raise InputError(f"the policy has no topic {word.topic!r}; it has: {known}")
        answer = rule(held, word.to)
        if isinstance(answer, Refused):
            raise InputError(answer.why)
        change = _next(changes, topic, held.level, word)
        if store.add_level_change(change):  # refused when the level was changed since it was read
            _record(store, change)
            return change
    raise StoreUnavailable("others change levels at this very moment; try again")


def _next(changes: Sequence[LevelChange], topic: Topic, was: Level, word: Word) -> LevelChange:
    return LevelChange(
        number=max((change.number for change in changes), default=0) + 1,
        topic=topic.name,
        level=word.to,
        was=was,
        file_level=topic.level,
        by=word.by,
        at=word.at,
        why=word.why,
    )


def _record(store: Store, change: LevelChange) -> None:
    entry = AuditEntry(
        kind=AuditKind.LEVEL_CHANGED,
        subjects={"topic": change.topic},
        content={
            "from": change.was.value,
            "to": change.level.value,
            "by": change.by,
            "why": change.why,
        },
    )
    store.append_audit(entry, change.at)
