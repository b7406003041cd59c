"""`sidenote` with a clock that a test sets: `python -m tests.daemon.jumping FILE ARGS…`.

The file holds the seconds by which the clock is off; it is read each time somebody asks.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from agent import wiring
from agent.cli import main


class JumpingClock(wiring.SystemClock):
    """The real clock, off by what the file says. The monotonic one never jumps."""

    file: Path

    def now(self) -> datetime:
        """Aware UTC, as this machine has it."""
        return super().now() + timedelta(seconds=float(self.file.read_text() or "0"))


if __name__ == "__main__":
    JumpingClock.file = Path(sys.argv.pop(1))
    wiring.SystemClock = JumpingClock  # type: ignore[misc] # the only way in, and only for tests
    main()
