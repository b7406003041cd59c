"""What goes wrong, and where: drawn from the seed, or scripted by a sweep.

A *point* is the moment right before or right after a port call of a worker. A *fault* is what a
request meets on its way.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Protocol

from tests.simulation.clockwork import Process, Scheduler


class Fault(StrEnum):
    """What may happen to one request."""

    NONE = "none"
    # writes
    REFUSED = "refused connection"  # not applied, and known not to be
    LOST = "lost"  # not applied, no answer
    UNANSWERED = "answer lost"  # applied, no answer
    LATE = "late"  # given up on, then applied up to 300 s later
    ERROR_BEFORE = "5xx before"
    ERROR_AFTER = "5xx after"
    CONFLICT = "409"
    # reads
    UNAVAILABLE = "no answer"
    STALE = "stale"
    MUDDLED = "muddled page"  # entries twice, and out of order
    UNREADABLE = "unreadable"
    # both
    BUSY = "429"
    LOCKED = "401"
    # our database
    BEFORE_COMMIT = "database before"
    AFTER_COMMIT = "database after"
    # the model
    MODEL_DOWN = "model down"
    MODEL_UNUSABLE = "model unusable"


WRITE_FAULTS = (
    Fault.REFUSED,
    Fault.LOST,
    Fault.UNANSWERED,
    Fault.LATE,
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.BUSY,
    Fault.CONFLICT,
    Fault.LOCKED,
)
READ_FAULTS = (Fault.UNAVAILABLE, Fault.STALE, Fault.BUSY, Fault.UNREADABLE, Fault.LOCKED)
SEARCH_FAULTS = (*READ_FAULTS, Fault.MUDDLED)
STORE_FAULTS = (Fault.BEFORE_COMMIT, Fault.AFTER_COMMIT)
MODEL_FAULTS = (Fault.MODEL_DOWN, Fault.MODEL_UNUSABLE)
READS = frozenset(
    "current_user conversation conversations messages notes customer drafts "
    "outbound_accounts".split()
)
WRITES = frozenset("write_note delete_note stage_draft release_draft delete_draft".split())


def kinds(call: str) -> tuple[Fault, ...]:
    """The faults that a port call can meet."""
    if call == "changed_conversations":
        return SEARCH_FAULTS
    if call in READS:
        return READ_FAULTS
    if call in WRITES:
        return WRITE_FAULTS
    if call == "propose":
        return MODEL_FAULTS
    return () if call.startswith("engine.") else STORE_FAULTS


class Fate(Protocol):
    """Asked at every port call."""

    def at_point(self, process: Process, call: str, side: str) -> None:
        """May kill or stop the process."""

    def fault(self, process: Process, call: str) -> Fault:
        """What this request meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often things go wrong; shares of calls or of points."""

    reads: float = 0.0
    writes: float = 0.0
    store: float = 0.0
    model: float = 0.0
    unreadable: float = 0.0  # of the reads that fail: what no retry mends
    kills: float = 0.0
    stops: float = 0.0


# Points within a write weigh more: that is where being killed hurts.
_TENDER = frozenset(
    "write_note delete_note stage_draft release_draft delete_draft intend claim_delivery "
    "start_attempt start_release settle_delivery save_receipt save_told save_run move_run "
    "save_poll engine.record".split()
)
_WEIGHT = 8


@dataclass
class Drawn:
    """Chance, from the seed. `calm` ends it."""

    scheduler: Scheduler
    random: Random
    rates: Rates
    calm: bool = False
    locked_until: float = -1.0  # a spell in which the key is refused
    out_until: float = -1.0  # a spell in which nothing answers
    met: Counter[str] = field(default_factory=Counter)
    stops: list[tuple[str, float, float]] = field(default_factory=list)  # process, from, until

    def at_point(self, process: Process, call: str, side: str) -> None:
        """See `Fate`."""
        if self.calm or not process.alive:
            return
        weight = _WEIGHT if call in _TENDER else 1
        drawn = self.random.random()
        if drawn < self.rates.kills * weight:
            self.met["kill"] += 1
            self.scheduler.trace(f"{process.name} KILLED {side} {call}")
            process.kill()
        elif drawn < (self.rates.kills + self.rates.stops) * weight:
            self.met["stop"] += 1
            seconds = self.random.uniform(1, 120)
            self.scheduler.trace(f"{process.name} stopped {seconds:.1f} s {side} {call}")
            process.stopped_until = self.scheduler.now + seconds
            self.stops.append((process.name, self.scheduler.now, process.stopped_until))

    def fault(self, process: Process, call: str) -> Fault:
        """See `Fate`."""
        if self.calm:
            return Fault.NONE
        fault = self._spell(call) or self._drawn(call)
        if fault is not Fault.NONE:
            self.met[fault] += 1
        return fault

    def _spell(self, call: str) -> Fault | None:
        if call not in READS and call not in WRITES and call != "changed_conversations":
            return None
        if self.scheduler.now < self.locked_until:
            return Fault.LOCKED
        if self.scheduler.now < self.out_until:
            return Fault.LOST if call in WRITES else Fault.UNAVAILABLE
        return None

    def _drawn(self, call: str) -> Fault:
        possible = kinds(call)
        if not possible or self.random.random() >= self._rate(call):
            return Fault.NONE
        fault = self.random.choice(possible)
        if fault is Fault.LOCKED:  # comes in spells only
            return Fault.NONE
        if fault in {Fault.UNREADABLE, Fault.MODEL_UNUSABLE, Fault.CONFLICT}:
            return fault if self.random.random() < self.rates.unreadable else Fault.NONE
        return fault

    def _rate(self, call: str) -> float:
        if call in WRITES:
            return self.rates.writes
        if call in READS or call == "changed_conversations":
            return self.rates.reads
        return self.rates.model if call == "propose" else self.rates.store


@dataclass
class Scripted:
    """A sweep's: each of `faults` meets the n-th call of that name, each of `kills` the n-th time
    that point is passed once the kill before it has struck. Both count from 1.
    """

    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    kills: list[tuple[str, int]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    _since: Counter[str] = field(default_factory=Counter)

    def at_point(self, process: Process, call: str, side: str) -> None:
        """See `Fate`."""
        point = f"{call} {side}"
        self.passed[point] += 1
        self._since[point] += 1
        if self.kills and self.kills[0] == (point, self._since[point]):
            self.kills.pop(0)
            self._since.clear()
            self.met["kill"] += 1
            process.kill()

    def fault(self, process: Process, call: str) -> Fault:
        """See `Fate`."""
        self.calls[call] += 1
        fault = self.faults.get((call, self.calls[call]), Fault.NONE)
        if fault is not Fault.NONE:
            self.met[fault] += 1
        return fault
