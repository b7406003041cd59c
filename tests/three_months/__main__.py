"""Tell the story: `python -m tests.three_months`, or `--small` for a minute of it."""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from agent.log import configure
from tests.three_months.story import SMALL, WHOLE, beginning


def main() -> int:
    """Print each step with its date; a step that is not as it should be ends it."""
    parser = argparse.ArgumentParser(prog="python -m tests.three_months", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a looser promise, fewer questions")
    plot = SMALL if parser.parse_args().small else WHOLE
    configure(level=logging.CRITICAL)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, beginning(Path(folder), plot, _say) as story:
        story.play()
        asked = story.team.asked
    print(
        f"Every step is in the record, in 'certify' and on the console's page: {asked} questions,"
    )
    print(f"{time.monotonic() - began:.0f} s.")
    return 0


def _say(day: str, words: str) -> None:
    print(f"{day:10}  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
