"""The door to figures over everything that was ever done: what monitoring asks for."""

from collections.abc import Mapping
from typing import Protocol


class Figures(Protocol):
    """Reads only, quick also among 100,000 runs. Raises StoreUnavailable when it cannot."""

    def runs_by_outcome(self) -> Mapping[str, int]:
        """Runs that are done, by disposition, those that were pruned since as well.

        A failed run is not done: a retry may end it otherwise.
        """

    def writes_by_state(self) -> Mapping[tuple[str, str], int]:
        """Everything that was to be written, by kind ("note", "reply", "in") and state."""

    def close(self) -> None:
        """Let go of every connection."""
