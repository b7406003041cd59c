"""The order of a list, which nobody documents."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol, TypeVar


class _HasId(Protocol):
    id: str


Row = TypeVar("Row", bound=_HasId)


def ordered(rows: Sequence[Row], order: str) -> list[Row]:
    """Oldest first (`asc`, as given), newest first (`desc`), or `shuffled`, the same each time."""
    if order == "desc":
        return list(reversed(rows))
    if order == "shuffled":
        return sorted(rows, key=lambda row: sha256(row.id.encode()).digest())
    return list(rows)
