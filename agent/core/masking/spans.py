"""Where something personal stands in a text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What it is; the value is what a placeholder is called by."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    TOKEN = "token"  # noqa: S105 - the same
    CODE = "code"
    CARD = "card"
    IBAN = "iban"
    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text. `key` is the same for two ways to write the same thing."""

    start: int
    end: int
    kind: Kind
    key: str = field(repr=False)


def without_overlaps(length: int, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Those that fit beside each other in a text of that length, in its order.

    The earlier given wins; what is left of the other is then covered too, as the same thing.
    """
    owner = [-1] * length
    given = list(spans)
    for number, span in enumerate(given):
        for at in range(span.start, span.end):
            if owner[at] < 0:
                owner[at] = number
    return tuple(_pieces(owner, given))


def _pieces(owner: list[int], given: list[Span]) -> Iterable[Span]:
    start = 0
    for at in range(1, len(owner) + 1):
        if at < len(owner) and owner[at] == owner[start]:
            continue
        if owner[start] >= 0:
            span = given[owner[start]]
            yield Span(start, at, span.kind, span.key)
        start = at
