"""What many schedules came to, in figures to print."""

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.schedule import Outcome

NO_FAULT = frozenset({"kill", "stop"})
# What must be 0, and which findings of the checker count there.
MUST_BE_ZERO = {
    "duplicates": ("duplicate", "sent-twice"),
    "losses": ("loss", "empty", "deleted", "open", "unexplained"),
    "wrong recipients": ("wrong-recipient", "wrong-conversation", "stranger"),
    "notes that reached a customer": ("leak",),
    "texts nobody approved": ("not-approved",),
    "sends after pause": ("after-pause", "send-after-pause"),
    "stale sends outside the gap": ("stale",),
    "writes without looking": ("blind",),
    "replies told wrongly": ("untold", "told-unsent"),
    "crashes and bugs": ("crash", "bug"),
}


@dataclass
class Figures:
    """Sums. Spans in seconds."""

    schedules: int = 0
    failed: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    virtual: float = 0.0
    gap: float = 0.0
    look: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """One schedule more."""
        self.schedules += 1
        self.failed += bool(outcome.broken)
        self.counts += outcome.counts
        self.met += outcome.met
        self.virtual += outcome.seconds
        self.gap = max([self.gap, *outcome.gaps])
        self.look = max([self.look, *outcome.looks])

    def lines(self, wall: float) -> list[str]:
        """As they are printed; `wall` is how long it took."""
        counts, met = self.counts, self.met
        faults = sum(count for name, count in met.items() if name not in NO_FAULT)
        told = {
            "schedules": f"{self.schedules}, {self.failed} of them wrong",
            "virtual time": f"{self.virtual / 3600:.1f} h in {wall:.0f} s",
            "faults injected": f"{faults}, {counts['late apply']} applied late",
            "kills": f"{met['kill']}, {met['stop']} stops, {counts['starts']} starts",
            "turns": f"{counts['turns']}: {self._endings()}",
            "notes written": f"{counts['write_note']}, {counts['delete_note']} doubles deleted",
            "replies sent": f"{counts['sent by us']}, {counts['delete_draft']} withdrawn",
            "drafts left lying": str(counts["drafts left"]),
            "from look to release": f"at most {self.look:.1f} s of 2 s",
            "stale sends": f"{counts['stale sends']}, at most {self.gap:.1f} s late",
        }
        for name, kinds in MUST_BE_ZERO.items():
            told[name] = str(sum(counts[f"broken {kind}"] for kind in kinds))
        return [f"{name:31}{value}" for name, value in told.items()]

    def _endings(self) -> str:
        endings = {
            name.removeprefix("run "): count
            for name, count in self.counts.most_common()
            if name.startswith("run ")
        }
        return ", ".join(f"{count} {name}" for name, count in endings.items())
