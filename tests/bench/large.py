"""What the largest conversations cost: time and memory from messages to a note, no model asked.

python -m tests.bench.large            all cases, each in a process of its own
python -m tests.bench.large thread     one, in this process: milliseconds and megabytes
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.core.said import conversation, message, said
from tests.test_tricks import TRICKS, filled, huge_mail, note_of

CHECKOUT = Path(__file__).parent.parent.parent
SECONDS, MEGABYTES = 10.0, 120.0  # limits: a run's share of a worker's time, and beyond a start


def thread() -> None:
    """300 messages of 250 characters."""
    lines = [f"{'in' if n % 2 == 0 else 'out'}: Lid {n}? {'word ' * 48}" for n in range(300)]
    note_of(conversation(), said(*lines, channel="email"))


def mail() -> None:
    """An HTML mail of 2 MB."""
    note_of(conversation(), (message(huge_mail(2_000_000), channel="email"),))


def tricks() -> None:
    """500 conversations with a text made to break things in every field."""
    for trick in TRICKS:
        note_of(*filled(trick))


CASES: Mapping[str, tuple[str, Callable[[], None]]] = {
    "thread": ("a thread of 300 messages", thread),
    "mail": ("an HTML mail of 2 MB", mail),
    "tricks": (f"{len(TRICKS)} conversations of tricks", tricks),
}


def measured(case: str) -> tuple[float, float]:
    """Seconds, and the megabytes that this process came to need beyond what it had."""
    note_of(conversation(), said("in: Hello, where is it?"))  # what the first note loads
    before = _peak_megabytes()
    started = time.perf_counter()
    CASES[case][1]()
    return time.perf_counter() - started, _peak_megabytes() - before


def large_figures() -> list[tuple[str, str, str]]:
    """Name, figure and limit of each case, measured in a fresh process."""
    rows = []
    for case, (name, _) in CASES.items():
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench.large", case],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        seconds, megabytes = float(told[0]) / 1000, float(told[1])
        limit = f"at most {SECONDS * 1000:.0f} ms, {MEGABYTES:.0f} MB"
        rows.append((name, f"{seconds * 1000:.0f} ms, {megabytes:.0f} MB", limit))
    return rows


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        took, grown = measured(sys.argv[1])
        print(f"{took * 1000:.0f} {grown:.0f}")
    else:
        for row in large_figures():
            print("{:36} {:20} {}".format(*row))
