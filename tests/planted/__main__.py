"""`python -m tests.planted [--only WORDS]` plants each bug and says what caught it."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.planted.plant import copy, faults, plant, simulation_fails, tests_fail


def main() -> int:
    """1 if a bug was not caught by anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted")
    parser.add_argument("--only", default="", help="bugs whose name has these words")
    asked = parser.parse_args()
    missed = 0
    chosen = [fault for fault in faults() if asked.only in fault.name]
    print("tests  simulation  bug")
    for fault in chosen:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            copy(root)
            plant(fault, root)
            by_tests, by_simulation = tests_fail(fault, root), simulation_fails(root)
        missed += not (by_tests or by_simulation)
        marks = ("caught" if caught else "-" for caught in (by_tests, by_simulation))
        print("{:6} {:11} {}".format(*marks, fault.name), flush=True)
    print(f"{len(chosen)} planted, {missed} not caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
