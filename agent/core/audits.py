"""Which of the matcher's labels a person looks at, and how often the matcher was wrong there.

A hash of the run's id picks 1 in 10, so nobody chooses, and everybody picks the same ones. Only
those count: a label that a person corrected because it looked odd says nothing of the others.
What the matcher doubts is picked like the rest: the audits are of all that teammates answered.
"""

from collections.abc import Iterable
from hashlib import sha256

from agent.core.labels import CLEAN, Proposed

ONE_IN = 10
_BYTES = 8  # of the hash; plenty to be even


def is_audited(run_id: str) -> bool:
    """Whether a person is asked about the matcher's label of this run, without seeing it."""
    digest = sha256(f"audit:{run_id}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:_BYTES]) % ONE_IN == 0


def awaits_audit(proposed: Proposed) -> bool:
    """Whether the matcher's label stands on it, and a person is to look at it."""
    label = proposed.label
    return label is not None and not label.is_by_person and is_audited(proposed.run_id)


def is_audit(proposed: Proposed) -> bool:
    """Whether a person's label of it answers the question that chance put."""
    label = proposed.label
    if label is None or not label.is_by_person or label.matched is None:
        return False
    return is_audited(proposed.run_id)


def is_missed(proposed: Proposed) -> bool:
    """Whether the matcher had called clean what the audit found wrong."""
    label = proposed.label
    return label is not None and is_audit(proposed) and label.matched in CLEAN and label.is_wrong


def matcher_miss(history: Iterable[Proposed]) -> tuple[int, int]:
    """How many audits found wrong what the matcher had called clean, and how many audits."""
    audits = [proposed for proposed in history if is_audit(proposed)]
    return sum(map(is_missed, audits)), len(audits)
