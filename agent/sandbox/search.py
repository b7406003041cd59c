"""Search: and / or / not over clauses, sorting, all on attributes by their search names."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.sandbox.answers import Refusal
from agent.sandbox.ids import parse_time, stamp
from agent.sandbox.index import Attributes, Entry
from agent.sandbox.records import Json, Value

Test = Callable[[Attributes], bool]
_DATE = 10  # characters of YYYY-MM-DD


def test_of(query: Json, known: frozenset[str]) -> Test:
    """The whole query as one test. Raises Refusal for an unknown attribute or operator."""
    every = _tests(query.get("and"), known)
    some = _tests(query.get("or"), known)
    none = _tests(query.get("not"), known)

    def fits(attributes: Attributes) -> bool:
        if not all(test(attributes) for test in every):
            return False
        if some and not any(test(attributes) for test in some):
            return False
        return not any(test(attributes) for test in none)

    return fits


def _tests(clauses: Value, known: frozenset[str]) -> list[Test]:
    listed = clauses if isinstance(clauses, list) else [clauses] if clauses else []
    return [test for clause in listed for test in _clause(clause, known)]


def _clause(clause: Json, known: frozenset[str]) -> list[Test]:
    tests = []
    for name, wanted in clause.items():
        if name in {"and", "or", "not"}:
            tests.append(test_of({name: wanted}, known))
        elif name not in known and "_custom_" not in name:
            raise _bad(name, "Unknown search attribute")
        elif not isinstance(wanted, dict):
            raise _bad(name, "Invalid clause")
        else:
            tests += [_comparison(name, operator, value) for operator, value in wanted.items()]
    return tests


def _bad(field: str, title: str) -> Refusal:
    return Refusal(400, "badparam", title, parameter=field)


def _comparison(name: str, operator: str, value: Value) -> Test:
    if operator not in _OPERATORS:
        raise _bad(operator, "Unknown search operator")
    if name.endswith("_at"):
        value = [_time(name, v) for v in value] if isinstance(value, list) else _time(name, value)
    compare = _OPERATORS[operator]

    def fits(attributes: Attributes) -> bool:
        try:
            return compare(attributes.get(name), value)
        except TypeError:
            return False  # not comparable, such as text with a number

    return fits


def _time(name: str, value: Value) -> Value:
    """A UTC time as the index writes it, or a bare date; others, such as null, as they are."""
    if not isinstance(value, str):
        return value
    try:
        if len(value) == _DATE:
            return stamp(datetime.fromisoformat(value).replace(tzinfo=UTC))
        return stamp(parse_time(value))
    except (ValueError, OverflowError):
        raise _bad(name, "Invalid date") from None


def _equals(has: Value, wanted: Value) -> bool:
    return wanted in has if isinstance(has, list) else bool(has == wanted)


def _is_in(has: Value, wanted: Value) -> bool:
    mine = has if isinstance(has, list) else [has]
    return any(one in wanted for one in mine)


def _contains(has: Value, wanted: Value) -> bool:
    """Whole words, as one connector's documentation says; in a list, one of its values."""
    if isinstance(has, list):
        return wanted in has
    words = str(has or "").lower().split()
    return all(word in words for word in str(wanted).lower().split())


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "not_equals": lambda has, wanted: not _equals(has, wanted),
    "in": _is_in,
    "not_in": lambda has, wanted: not _is_in(has, wanted),
    "contains": _contains,
    "not_contains": lambda has, wanted: not _contains(has, wanted),
    "gte": lambda has, wanted: has is not None and has >= wanted,
    "gt": lambda has, wanted: has is not None and has > wanted,
    "lte": lambda has, wanted: has is not None and has <= wanted,
    "lt": lambda has, wanted: has is not None and has < wanted,
    "is_set": lambda has, _: has not in (None, "", []),
    "not_set": lambda has, _: has in (None, "", []),
}


def in_order(entries: list[Entry], sort: Value, known: frozenset[str]) -> list[Entry]:
    """Sorted by one or several attributes, then by id; without a sort the newest update first.

    Raises Refusal for an unknown attribute or direction.
    """
    keys = _sort_keys(sort, known)
    if not keys:
        return sorted(entries, key=lambda e: (e.updated_at, e.id), reverse=True)
    if len(keys) == 1 and keys[0][0].endswith("_updated_at") and not keys[0][1]:
        return sorted(entries, key=lambda e: (e.updated_at, e.id))
    done = sorted(entries, key=lambda e: e.id)
    for name, descending in reversed(keys):
        done.sort(key=_sort_value(name), reverse=descending)
    return done


def updated_since(query: Json, context: str) -> str:
    """A moment before which nothing can fit the query, "" when any may; only saves time."""
    every = query.get("and")
    clauses = every if isinstance(every, list) else [every] if every else []
    name = f"{context}_updated_at"
    bounds = [c[name] for c in clauses if isinstance(c.get(name), dict)]
    found = [_time(name, b[o]) for b in bounds for o in ("gte", "gt") if o in b]
    return max((at for at in found if isinstance(at, str)), default="")


def _sort_keys(sort: Value, known: frozenset[str]) -> list[tuple[str, bool]]:
    listed: Sequence[Json] = sort if isinstance(sort, list) else [sort] if sort else []
    keys = []
    for part in listed:
        for name, given in part.items():
            direction = given.get("order") if isinstance(given, dict) else given
            if name not in known or direction not in {"asc", "desc"}:
                raise _bad(name, "Invalid sort")
            keys.append((name, direction == "desc"))
    return keys


def _sort_value(name: str) -> Callable[[Entry], tuple[int, Value]]:
    return lambda entry: _sortable(entry.attributes.get(name))


def _sortable(value: Value) -> tuple[int, Value]:
    if value is None:
        return (0, "")
    if isinstance(value, list):
        return (1, " ".join(map(str, value)))
    return (1, value) if isinstance(value, str) else (2, value)
