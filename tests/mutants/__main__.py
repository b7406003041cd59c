"""`python -m tests.mutants [--module M] [--seed S] [--sample N]` says how many changes are caught.

Prints one line a module and every survivor; ends with 1 when one survived that `survivors.toml`
does not explain, or when less than 90 % of a module's were caught.
"""

import argparse
import random
import sys
import time

from tests.mutants.changes import Mutant, mutants
from tests.mutants.targets import TARGETS, explained
from tests.mutants.trial import ROOT, tried

LEAST = 0.9  # of a module's mutants


def main() -> int:
    """0 when all is caught or explained."""
    asked = _asked()
    known, total, unexplained, low = explained(), [0, 0], 0, False
    for module, tests in TARGETS.items():
        if asked.module not in module:
            continue
        chosen = _chosen(mutants(ROOT, module), asked)
        print(f"{module}: trying {len(chosen)} changes", file=sys.stderr, flush=True)
        started = time.monotonic()
        found = tried(chosen, tests)
        left = found.survivors
        took = time.monotonic() - started
        caught = len(chosen) - len(left)
        low = low or caught < LEAST * len(chosen)
        total = [total[0] + caught, total[1] + len(chosen)]
        print(
            f"{module}: {caught} of {len(chosen)} caught{_share(caught, len(chosen))}, {took:.0f} s"
        )
        for mutant in found.hung:
            print(f"  line {mutant.line}  {mutant.name}\n    hung: counted as caught")
        for mutant in left:
            why = known.get((module, mutant.name))
            unexplained += why is None
            print(f"  line {mutant.line}  {mutant.name}")
            print(f"    {why or 'NOT EXPLAINED'}", flush=True)
    print(f"all: {total[0]} of {total[1]} caught{_share(*total)}, {unexplained} not explained")
    return 1 if unexplained or low else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--module", default="", help="modules whose path has these words")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--sample", type=int, default=0, help="so many of each module; 0: all")
    return parser.parse_args()


def _chosen(found: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    if not asked.sample or asked.sample >= len(found):
        return found
    return random.Random(asked.seed).sample(found, asked.sample)


def _share(caught: int, of: int) -> str:
    return f" ({caught / of:.1%})" if of else ""


if __name__ == "__main__":
    sys.exit(main())
