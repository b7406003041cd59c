"""The door to figures over everything that was ever done: what monitoring asks for."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from agent.core.labels import Judgement, Source


class LabelKind(NamedTuple):
    """What proposed replies are counted by; without a label the first two are None."""

    judgement: Judgement | None
    source: Source | None
    topic: str
    channel: str


class Figures(Protocol):
    """Reads only, quick also among 100,000 runs. Raises StoreUnavailable when it cannot."""

    def runs_by_outcome(self) -> Mapping[str, int]:
        """Runs that are done, by disposition, those that were pruned since as well.

        A failed run is not done: a retry may end it otherwise.
        """

    def writes_by_state(self) -> Mapping[tuple[str, str], int]:
        """Everything that was to be written, by kind ("note", "reply", "in") and state."""

    def proposals_by_label(self) -> Mapping[LabelKind, int]:
        """Proposed replies, by the label that stands on them, topic and channel."""

    def close(self) -> None:
        """Let go of every connection."""
