"""A batch of notes by two processes at a server that allows 300 requests a minute.

    python -m tests.bench.limit            three full minutes, as they really pass
    python -m tests.bench.limit --minutes 1

Prints the requests of each minute since the first and how many were answered 429. Exit code 1
when a full minute had fewer than 285, or when there was a 429.
"""

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from agent.adapters.kustomer import Kustomer, kustomer_client, open_budget
from agent.sandbox.server import Sandbox

LIMIT, LEAST = 300, 285
THREADS = 4  # of each process


class RealClock:
    """The time as it passes."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - a figure of real minutes

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def write_notes(place: tuple[str, str, str], conversations: list[str], until: float) -> None:
    """Notes, one after the other in each thread, until the time is up."""
    url, key, budget_url = place
    clock = RealClock()
    budget = open_budget(budget_url, clock=clock, requests_per_minute=LIMIT)

    def work(client: Kustomer, thread: int) -> None:
        number = 0
        while time.time() < until:
            number += 1
            marker = f"{multiprocessing.current_process().pid}-{thread}-{number}"
            conversation = conversations[number % len(conversations)]
            client.write_note(conversation, "A note.", marker=marker, note_id=None)

    with kustomer_client(url, key) as http, ThreadPoolExecutor(THREADS) as threads:
        client = Kustomer(http, clock=clock, budget=budget)
        for each in [threads.submit(work, client, thread) for thread in range(THREADS)]:
            each.result()
    budget.close()


def measured(minutes: int) -> tuple[list[int], int]:
    """Requests of each full minute since the first, and how many were answered 429."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, Sandbox(plan="professional") as sandbox:
        conversations = [sandbox.add_conversation(f"c{n}", "Hello").id for n in range(200)]
        place = (sandbox.url, sandbox.key, f"sqlite:///{folder}/budget.sqlite")
        until = time.time() + 60 * minutes + 8
        workers = [
            spawn.Process(target=write_notes, args=(place, conversations, until)) for _ in range(2)
        ]
        for worker in workers:
            worker.start()
        waiting = threading.Event()
        waiting.wait(until - time.time())
        requests = list(sandbox.world.requests)
        for worker in workers:
            worker.kill()  # they may wait most of a minute for their next place
            worker.join()
    first = requests[0].at
    counts = Counter(int((each.at - first).total_seconds() // 60) for each in requests)
    return [counts[n] for n in range(minutes)], sum(each.status == 429 for each in requests)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=int, default=3, help="full minutes (default 3)")
    counts, refused = measured(parser.parse_args().minutes)
    for number, count in enumerate(counts, start=1):
        print(f"minute {number}: {count} of {LIMIT} requests")
    print(f"answered 429: {refused}")
    sys.exit(int(refused > 0 or min(counts) < LEAST))


if __name__ == "__main__":
    main()
