"""How far each topic has climbed: where the policy file starts it, and what people said since.

A topic climbs one step at a time and falls to any lower level at once. The newest word wins: a
change holds as long as the file says what it said when the change was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.core.policy import Autonomy
from agent.core.team_policy import Level, TeamPolicy, Topic

LADDER = (Level.OFF, Level.NOTE, Level.DRAFT, Level.SEND)
BY_FILE = "the policy file"  # who made a change that only writes down what the file says now


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """Somebody's word on one topic. `number` counts all changes, from 1; they are never edited."""

    number: int
    topic: str
    level: Level
    was: Level  # the level in force before
    file_level: Level  # what the policy file said then
    by: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a topic cannot go there, and what to do instead; no customer text."""

    why: str


def newest(changes: Sequence[LevelChange]) -> Mapping[str, LevelChange]:
    """The newest change of each topic, whatever their order."""
    return {change.topic: change for change in sorted(changes, key=lambda c: c.number)}


def in_force(topic: Topic, changes: Mapping[str, LevelChange]) -> LevelChange | None:
    """The change that sets this topic's level, or None where the file does."""
    change = changes.get(topic.name)
    return change if change is not None and change.file_level is topic.level else None


def effective(policy: TeamPolicy, changes: Sequence[LevelChange]) -> TeamPolicy:
    """The policy with every topic at the level that is in force now."""
    if not changes:
        return policy
    held = newest(changes)

    def at_its_level(topic: Topic) -> Topic:
        change = in_force(topic, held)
        return topic if change is None else replace(topic, level=change.level)

    return replace(policy, topics=tuple(at_its_level(topic) for topic in policy.topics))


def cautious(policy: TeamPolicy, changes: Sequence[LevelChange]) -> TeamPolicy:
    """The policy for a process that read its file at some time in the past.

    As `effective`; but where the newest change of a topic was made under another file, that file
    may be the newer one, so the topic stands at the lower of the change's level and the policy's.
    """
    held = newest(changes)

    def at_its_lowest(topic: Topic) -> Topic:
        change = held.get(topic.name)
        if change is None:
            return topic
        if in_force(topic, held) is not None:
            return replace(topic, level=change.level)
        return replace(topic, level=min(topic.level, change.level, key=LADDER.index))

    return replace(policy, topics=tuple(at_its_lowest(topic) for topic in policy.topics))


def at_most(policy: TeamPolicy, highest: Level) -> TeamPolicy:
    """The policy with no topic above that level."""
    return replace(
        policy,
        topics=tuple(
            replace(topic, level=min(topic.level, highest, key=LADDER.index))
            for topic in policy.topics
        ),
    )


def outdated(policy: TeamPolicy, changes: Sequence[LevelChange]) -> tuple[Topic, ...]:
    """Topics whose newest change the file has overruled since.

    Written down as changes of their own, so that a file that is edited back revives no old word.
    """
    held = newest(changes)
    return tuple(
        topic
        for topic in policy.topics
        if topic.name in held and held[topic.name].file_level is not topic.level
    )


def autonomy_of(level: Level) -> Autonomy:
    """How far a run may go on a topic at that level. A topic that is off may still get a note."""
    return {Level.DRAFT: Autonomy.DRAFT, Level.SEND: Autonomy.SEND}.get(level, Autonomy.NOTE)


def next_step(level: Level) -> Level | None:
    """One step up; None at the top."""
    position = LADDER.index(level) + 1
    return LADDER[position] if position < len(LADDER) else None


def raised(topic: Topic, to: Level) -> Level | Refused:
    """The level that a topic (at its effective level) has after being raised there."""
    if LADDER.index(to) <= LADDER.index(topic.level):
        return Refused(f"{topic.name} is at {topic.level} already; 'lower' takes it down")
    step = next_step(topic.level)
    if step is not to:
        return Refused(
            f"{topic.name} is at {topic.level} and climbs one step at a time: raise it to {step} "
            f"first, watch it there, then raise it to {to}"
        )
    if to in (Level.DRAFT, Level.SEND) and not topic.answers:
        return Refused(
            f"{topic.name} has no approved answer; write replies/{topic.name}.en.md (or another "
            "language) beside the policy file first"
        )
    return to


def lowered(topic: Topic, to: Level) -> Level | Refused:
    """The level that a topic (at its effective level) has after being lowered there.

    One that stands there already may be lowered there: a daemon that runs may have read another
    file, and the word holds for it.
    """
    if LADDER.index(to) > LADDER.index(topic.level):
        return Refused(
            f"{topic.name} is at {topic.level}, which is below {to}; 'raise' takes it up"
        )
    return to
