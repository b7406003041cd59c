"""A process that opens its database once more keeps what it holds of it.

Looked like this from outside: after any command beside a daemon with a console, the daemon's rows
went into a write-ahead log that was deleted, and its console said that the disk is broken.
"""

import subprocess
import sys
from pathlib import Path

from agent.adapters.store import open_store
from agent.adapters.store.connect import connect
from agent.ports import Pause
from tests.adapters.store.builders import NOON

A_COMMAND = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
print(file.execute("SELECT count(*) FROM sidenote_pause").fetchone()[0])
file.close()
"""


def in_another_process(path: Path) -> int:
    """Look at the database, and leave it, as a command does."""
    done = subprocess.run(
        [sys.executable, "-c", A_COMMAND, str(path)], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def test_what_is_written_after_a_command_has_left_is_not_lost(sqlite_url: str, path: Path) -> None:
    store = open_store(sqlite_url)
    store.resume()
    second = connect(sqlite_url)  # as the console's books do beside the daemon's store
    assert in_another_process(path) == 0

    store.pause(Pause(by="Ada", at=NOON))

    assert in_another_process(path) == 1
    second.close()
    store.close()
