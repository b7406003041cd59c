"""`python -m tests.planted [--only WORDS]` plants each bug and says what caught it."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.planted.plant import copy, failed_test, faults, plant, wrong_schedule

WIDE = 110  # characters of a line that says what caught it


def main() -> int:
    """1 if a bug was not caught by anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted")
    parser.add_argument("--only", default="", help="bugs whose name has these words")
    asked = parser.parse_args()
    missed = 0
    chosen = [fault for fault in faults() if asked.only in fault.name]
    for fault in chosen:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            copy(root)
            plant(fault, root)
            caught = [line for line in (failed_test(fault, root), wrong_schedule(root)) if line]
        missed += not caught
        print(f"{'caught' if caught else 'NOT CAUGHT'}  {fault.name}", flush=True)
        for line in caught:
            print(f"        {line[:WIDE]}", flush=True)
    print(f"{len(chosen)} planted, {missed} not caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
