"""What a backtest found for one topic on one channel, counted by score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.core.certificate import THRESHOLDS
from agent.core.labels import CLEAN, Judgement


@dataclass(frozen=True, slots=True)
class Compared:
    """One reply that would have been proposed: its score, and what the matcher says of it."""

    score: float
    judgement: Judgement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FromScore:
    """Replies with that score or more. `same` as the teammate's, `other` facts, or in `doubt`."""

    threshold: float
    same: int
    other: int
    doubt: int

    @property
    def proposed(self) -> int:
        """How many would have been proposed."""
        return self.same + self.other + self.doubt


def by_score(some: Sequence[Compared]) -> tuple[FromScore, ...]:
    """One line for each threshold that a certificate may have, and one for all; strictest first."""
    return tuple(_from(threshold, some) for threshold in (*THRESHOLDS, 0.0))


def _from(threshold: float, some: Iterable[Compared]) -> FromScore:
    judged = [each.judgement for each in some if each.score >= threshold]
    doubt = judged.count(None)
    same = sum(each in CLEAN for each in judged)
    return FromScore(threshold=threshold, same=same, other=len(judged) - same - doubt, doubt=doubt)
