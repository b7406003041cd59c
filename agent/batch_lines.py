"""Reads JSON objects that people and programs write: numbers as they stand, no name twice."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from agent.core.templates import is_path
from agent.errors import InputError

NO_JSON = "the line is not JSON"


def parse_line(raw: bytes) -> dict[str, object]:
    """The object on one line, UTF-8; a byte order mark before the first is left out.

    Raises:
        InputError: `NO_JSON`, or what else is wrong with it, without quoting it.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the line is not UTF-8 text") from None
    return parse_object(text, NO_JSON)


def parse_object(text: str, no_json: str) -> dict[str, object]:
    """A JSON object. 10.50 stays 10.50; a name that stands twice is refused.

    Raises:
        InputError: `no_json` when it cannot be read at all.
    """
    try:
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object
        )
    except (ValueError, RecursionError):
        raise InputError(no_json) from None
    if not isinstance(value, dict):
        raise InputError('a JSON object is wanted, such as {"body": "…"}')
    return value


def parse_variables(given: tuple[str, ...]) -> dict[str, object]:
    """Variables as typed: `name=value`, `path.to.name=value`, or a JSON object of several.

    Later ones win.

    Raises:
        InputError: one is neither.
    """
    variables: dict[str, object] = {}
    for text in given:
        if text.lstrip().startswith("{"):
            variables |= parse_object(text, "--var holds a JSON object that cannot be read")
            continue
        path, equals, value = text.partition("=")
        if not equals or not is_path(path.strip()) or "[" in path:
            raise InputError("--var takes name=value, path.to.name=value or a JSON object")
        _put(variables, path.strip().split("."), value)
    return variables


def _put(variables: dict[str, object], path: list[str], value: str) -> None:
    *folders, name = path
    place = variables
    for folder in folders:
        below = place.setdefault(folder, {})
        if not isinstance(below, dict):
            raise InputError(f"--var: {folder} is a value and cannot hold {name} as well")
        place = below
    place[name] = value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise InputError("a name stands twice in one object")
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
