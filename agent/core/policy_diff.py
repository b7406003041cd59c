"""What differs between two policies, by name and in words; never the text of an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from agent.core.team_policy import TeamPolicy, Topic

NONE = "–"  # nothing there


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in `policy.toml`, such as "topics.order-status.level", with was and is."""

    where: str
    was: str
    now: str


def policy_differences(old: TeamPolicy, new: TeamPolicy) -> tuple[Difference, ...]:
    """All of them, ordered by where; nothing for policies that mean the same."""
    found = [*_topics(old, new), *_fields("", old, new, without=("topics", "version"))]
    return tuple(sorted(found, key=lambda each: each.where))


def _topics(old: TeamPolicy, new: TeamPolicy) -> Iterator[Difference]:
    names = {topic.name for topic in (*old.topics, *new.topics)}
    for name in names:
        was, now = old.topic(name), new.topic(name)
        where = f"topics.{name}"
        if was is None or now is None:
            yield Difference(where, _level(was), _level(now))
            continue
        yield from _fields(where, was, now, without=("answers", "slots"))
        yield from _texts(f"{where}.answers", was.answers, now.answers)
        was_slots, now_slots = ({s.name: s for s in t.slots} for t in (was, now))
        for slot in was_slots.keys() | now_slots.keys():
            one, other = was_slots.get(slot), now_slots.get(slot)
            if one is None or other is None:
                yield Difference(f"{where}.slots.{slot}", _there(one), _there(other))
            else:
                yield from _fields(f"{where}.slots.{slot}", one, other)


def _level(topic: Topic | None) -> str:
    return NONE if topic is None else f"at {topic.level}"


def _there(value: object) -> str:
    return NONE if value is None else "there"


def _texts(where: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Difference]:
    for key in was.keys() | now.keys():
        if was.get(key) != now.get(key):
            changed = key in was and key in now
            yield Difference(
                f"{where}.{key}",
                _there(was.get(key)),
                "another text" if changed else _there(now.get(key)),
            )


def _fields(
    where: str, old: object, new: object, *, without: tuple[str, ...] = ()
) -> Iterator[Difference]:
    for field in fields(old):  # type: ignore[arg-type] # only dataclasses come here
        if field.name in without:
            continue
        was, now = getattr(old, field.name), getattr(new, field.name)
        place = f"{where}.{field.name}".lstrip(".")
        if was == now:
            continue
        if is_dataclass(was) and is_dataclass(now):
            yield from _fields(place, was, now)
        elif isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from _texts(place, was, now)
        elif isinstance(was, tuple | frozenset) and isinstance(now, tuple | frozenset):
            yield Difference(place, _listed(was, now), _listed(now, was))
        else:
            yield Difference(place, _said(was), _said(now))


def _listed(mine: tuple[Any, ...] | frozenset[Any], other: Any) -> str:  # noqa: ANN401 - the same kind
    """What only this side has."""
    return ", ".join(sorted(_said(each) for each in mine if each not in other)) or NONE


def _said(value: object) -> str:
    return NONE if value is None or value == "" else str(value)
