"""`python -m tests.soak --minutes N [--seed S] [--schedules N] [--kills N]`.

Simulated schedules first, then real processes that are killed; each half ends when its number is
reached, or its share of the time is up.
"""

import argparse
import sys
import time

from tests.simulation.figures import MUST_BE_ZERO, Figures
from tests.soak.real import Real
from tests.soak.simulated import simulate
from tests.soak.verdict import LOOK_WITHIN, outside

FORBIDDEN = (
    "duplicates",
    "losses",
    "wrong recipients",
    "notes that reached a customer",
    "sends after pause",
    "stale sends outside the gap",
    "told wrongly",
)
BREAKDOWNS = ("tracebacks", "broken threads")


def say(words: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


def report(figures: Figures, wall: float, real: Real) -> bool:
    """Print everything; whether all is well."""
    print("Simulated")
    print("\n".join(f"  {line}" for line in figures.lines(wall)))
    print("Real processes")
    for name, figure in _figures(real).items():
        print(f"  {name:40}{figure}")
    for kind in FORBIDDEN:
        print(f"  {kind:40}{real.kinds[kind]}")
    print("Both")
    for kind in FORBIDDEN:
        simulated = sum(figures.counts[f"broken {k}"] for k in MUST_BE_ZERO.get(kind, ()))
        print(f"  {kind:40}{simulated + real.kinds[kind]}")
    breakdowns = sum(real.counts[name] for name in BREAKDOWNS)
    return not (figures.failed or real.kinds or breakdowns)


def _figures(real: Real) -> dict[str, str]:
    told = {name: str(count) for name, count in sorted(real.counts.items())}
    looks, stale = sorted(real.looks), real.stale
    if looks:
        told["from look to request to send"] = (
            f"median {looks[len(looks) // 2]:.2f} s, at most {looks[-1]:.2f} s of {LOOK_WITHIN} s"
        )
    told["stale sends"] = str(len(stale))
    if stale:
        spans = {
            "what the look was told was so old": max(each.before_look for each in stale),
            "from the change to the request": max(each.before_request for each in stale),
            "from the change to Kustomer doing it": max(each.before_applied for each in stale),
        }
        told |= {f"  {name}, at most": f"{span:.2f} s" for name, span in spans.items()}
        told["  of them inside the gap"] = str(sum(not outside(each) for each in stale))
    return told


def main() -> int:
    """Run both halves; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: a new one")
    parser.add_argument("--schedules", type=int, help="end the simulated half after so many")
    parser.add_argument("--kills", type=int, help="end the real half after so many")
    asked = parser.parse_args()
    seconds, began = asked.minutes * 60, time.monotonic()
    say(f"seed {asked.seed}; the same seed gives the same schedules, but not the same kills")
    figures, wall = simulate(asked.seed, seconds / 2, say, at_most=asked.schedules)
    say(f"{figures.schedules} schedules are over; now real processes")
    left = seconds - (time.monotonic() - began)
    real = Real(asked.seed, left, say, at_most=asked.kills)
    real.run()
    return 0 if report(figures, wall, real) else 1


if __name__ == "__main__":
    sys.exit(main())
