"""Variables in a text: `{{path.to.value}}`, filled from JSON values.

A value is never read as a template, so nothing that a customer wrote can name a variable. What
looks like a variable and is none is an error, not text: half a template must reach nobody.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from agent.errors import InputError

_OPENING = "{{"
_NAME = r"[^\W\d][\w-]*"
_PATH = rf"{_NAME}(?:\.{_NAME}|\.\d+|\[\d+\])*"
_VARIABLE = re.compile(rf"\{{\{{[ \t]*({_PATH})[ \t]*\}}\}}")
_SEGMENT = re.compile(r"[\w-]+")
_WHOLE_PATH = re.compile(_PATH)


def fill(text: str, variables: Mapping[str, object]) -> str:
    """The text with every variable in place.

    `items.0.name` and `items[0].name` are the same. Texts stand as they are, numbers as JSON
    writes them, `true` and `false` so.

    Raises:
        InputError: a variable is missing, null, or no single value; or `{{` begins no variable.
    """
    parts: list[str] = []
    done = 0
    while (opening := text.find(_OPENING, done)) >= 0:
        found = _VARIABLE.match(text, opening)
        if found is None:
            raise InputError(
                f"what begins with {{{{ at character {opening + 1} is no variable: write "
                "{{name}} or {{path.to.value}}"
            )
        parts += (text[done:opening], _value(found[1], variables))
        done = found.end()
    return "".join((*parts, text[done:]))


def is_path(text: str) -> bool:
    """Whether a variable may be called so."""
    return _WHOLE_PATH.fullmatch(text) is not None


def _value(path: str, variables: Mapping[str, object]) -> str:
    value: object = variables
    for segment in _SEGMENT.findall(path):
        value = _below(value, segment, path)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal) or (isinstance(value, float) and _is_finite(value)):
        return str(value)
    what = "null" if value is None else "not a text or a number"
    raise InputError(f"the variable {path} is {what}")


def _below(value: object, segment: str, path: str) -> object:
    if isinstance(value, Mapping) and segment in value:
        below: object = value[segment]
        return below
    if isinstance(value, list | tuple) and segment.isdecimal() and int(segment) < len(value):
        element: object = value[int(segment)]
        return element
    raise InputError(f"the variable {path} is missing")


def _is_finite(value: float) -> bool:
    return value - value == 0
