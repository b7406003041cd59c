"""One daemon per SQLite file, by a lock that the operating system drops when the process dies."""

import fcntl
import os
import time
from pathlib import Path

_TRIES = 5
_PAUSE_SECONDS = 0.025


class DaemonLock:
    """Held by the daemon that works on the SQLite database at `path`.

    The lock lies on `PATH.lock`, a file of its own, because SQLite puts locks on the database
    itself. It is never removed: between a removal and a new file two daemons could hold "the"
    lock. A killed daemon leaves no lock behind, so a restart works at once.

    Unix only. Windows has no `flock`; there the daemon runs under WSL or uses PostgreSQL.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def acquire(self) -> bool:
        """Take it. False: another daemon holds it. Having it already is fine.

        Tries for a tenth of a second: a command that asks whether a daemon lives takes the lock
        for an instant.

        Raises OSError when the file cannot be made.
        """
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _lock(file):
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file
        return True

    def release(self) -> None:
        """Let go. Not having it is fine."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> int | None:
        """The process id that took it last, for a message to a person; None when unknown."""
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return None


def _lock(file: int) -> bool:
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False
