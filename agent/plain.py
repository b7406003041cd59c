"""Our values as JSON values and back: what receipts and the engine's steps store.

Pydantic reads the dataclasses' own annotations, so there is no second list of fields.
"""

from typing import Any, TypeVar

from pydantic import TypeAdapter

Value = TypeVar("Value")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}  # building one is slow, using it is not


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_plain(value: object) -> dict[str, Any]:
    """A dataclass of ours as JSON values; times as ISO text."""
    plain: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return plain


def from_plain(kind: type[Value], plain: object) -> Value:
    """The value that `to_plain` was given.

    Raises:
        pydantic.ValidationError: it is not such a value, e.g. written by another version.
    """
    value: Value = _adapter(kind).validate_python(plain)
    return value
