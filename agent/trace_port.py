"""The door to traces: what was done when, as spans for a team's own monitoring.

A span holds ids, counts, statuses and kinds of errors; never a customer's word, a key or a prompt,
nor an error's text.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

Value = str | int | float | bool
Attributes = Mapping[str, Value]
_NOTHING: Attributes = {}


class Span(Protocol):
    """Something that is being done."""

    def tell(self, attributes: Attributes) -> None:
        """What is known of it by now."""

    def failed(self, kind: str) -> None:
        """It failed; `kind` is the error's class or the answer's status."""


class Traces(Protocol):
    """Where spans go. Threads may share one; nothing here raises."""

    def span(
        self, name: str, attributes: Attributes = _NOTHING, *, is_call: bool = False
    ) -> AbstractContextManager[Span]:
        """The block is the span, and the parent of those within. `is_call`: it asks somebody else.

        An exception that leaves the block is told by its class alone.
        """

    def close(self) -> None:
        """Send what is left, within a few seconds."""


class _NoSpan:
    def tell(self, attributes: Attributes) -> None:
        """Forget it."""

    def failed(self, kind: str) -> None:
        """Forget it."""

    def __enter__(self) -> Span:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        return None


class NoTraces:
    """Nobody asked for traces."""

    _span = _NoSpan()

    def span(
        self, name: str, attributes: Attributes = _NOTHING, *, is_call: bool = False
    ) -> AbstractContextManager[Span]:
        """Nothing."""
        return self._span

    def close(self) -> None:
        """Nothing is left."""


NO_TRACES = NoTraces()
