"""How soon a note is there when Kustomer rings, with polls half a minute apart."""

import socket
import time
from pathlib import Path
from statistics import median

from tests.bench.places import LONGEST, Place, place, seconds
from tests.processes import Sidenote, wait_until

SECONDS_TO_NOTE = 1.5  # the limit, for the middle one
POLL_SECONDS = "30"
PAUSE_SECONDS = 0.5  # between two customers


def seconds_with_doorbell(folder: Path, messages: int) -> tuple[float, int]:
    """Median seconds from a customer's message to its note, and of how many messages.

    Offline engine, no quiet time, a search index that lags by a second as the sandbox's does.
    """
    with place(folder, messages) as here:
        address = f"127.0.0.1:{_free_port()}"
        settings = {
            "SIDENOTE_CONSOLE": address,
            "SIDENOTE_PUBLIC_URL": f"http://{address}",
            "SIDENOTE_POLL_SECONDS": POLL_SECONDS,
        }
        database_url = here.database()
        with here.sidenote("webhooks", "install", database_url=database_url, **settings) as once:
            assert once.ended() == 0, once.err
        with here.sidenote("start", database_url=database_url, **settings) as daemon:
            daemon.says("/sign-in?key=")
            return median(_waits(here, daemon)), messages


def _waits(here: Place, daemon: Sidenote) -> list[float]:
    conversations = [c["id"] for c in here.ask("truth")["conversations"]]
    daemon.until(lambda: len(here.noted_at()) == len(conversations), within=LONGEST, every=0.5)
    waits = []
    for number, conversation_id in enumerate(conversations):
        text = f"One more thing: it is for order 40-{7000 + number}, and I travel on Monday."
        said_at = seconds(
            here.tell(f"conversations/{conversation_id}/messages", {"text": text})["sent_at"]
        )

        def is_noted(which: str = conversation_id, since: float = said_at) -> bool:
            return here.noted_at()[which] > since

        wait_until(is_noted, within=LONGEST, every=0.1)
        waits.append(here.noted_at()[conversation_id] - said_at)
        time.sleep(PAUSE_SECONDS)  # so that each finds a daemon at rest
    return waits


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
