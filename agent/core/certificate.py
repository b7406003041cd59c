"""What a topic has earned on one channel: a pure function of its reviewed proposals, in order.

A certificate rests on reviews of proposals that were all made by the same makers, at a score from
the threshold on. The first threshold is fixed before any label is seen, and looser ones are
tried in a fixed order, each only after the one before has passed: whatever passes first falsely
must be the first false one, so the chance of any false unlock stays that of one test (fixed
sequence; Bauer 1991, and Angelopoulos and others, "Learn then Test", 2021). When the first
threshold turns out hopeless, the labels so far choose another one, later labels alone certify it,
and the next series has a fifth of the chance of error of the one before.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agent.core.labels import MadeBy

THRESHOLDS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
FIRST_THRESHOLD = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`[certificates]`: what a certificate promises, and for how long."""

    error_limit: float = 0.02
    confidence: float = 0.95
    valid_for: timedelta = timedelta(days=90)

    @property
    def delta(self) -> float:
        """The chance of error that is left."""
        return 1 - self.confidence

    @property
    def wanted(self) -> float:
        """The logarithm of the evidence that rules an error rate out."""
        return -math.log(self.delta)


class Standing(StrEnum):
    """Whether a topic may send on a channel."""

    CERTIFIED = "certified"
    WAIVED = "waived"  # a lead answers for it, for a time
    MISSING = "missing"  # not enough clean reviews yet
    EXPIRED = "expired"
    VOID = "void"  # what made the proposals has changed since
    ALARMED = "alarmed"  # the watch took it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One unlock: with `terms.confidence`, at most `terms.error_limit` of the replies are wrong.

    It is bound to `made_by`. `reviewed` and `wrong` count what it rests on, and `compared` what
    only the matcher judged; `bound` is the rate that the counts exclude; `coverage` is the share
    of such questions that it answers.
    """

    topic: str
    channel: str
    terms: Terms
    made_by: MadeBy
    threshold: float
    reviewed: int
    wrong: int
    bound: float
    coverage: float
    unlocked_at: datetime
    valid_until: datetime
    compared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RightToSend:
    """What a decision must know of a topic's right on one channel.

    `threshold` is the score from which the certificate holds; `words` say it for a receipt.
    """

    standing: Standing
    words: str
    threshold: float = 0.0
