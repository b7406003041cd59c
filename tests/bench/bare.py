"""The baseline: the same reads, summaries and notes, with no engine, no database and no rules.

    KUSTOMER_BASE_URL=... KUSTOMER_API_KEY=... python -m tests.bench.bare

It would write everything twice when started twice, and lose its place when killed.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from agent.adapters.kustomer import Kustomer, kustomer_client
from agent.adapters.kustomer.budget import Unlimited
from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Conversation
from agent.core.note import NoteContent, render_note
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import transcript_of
from agent.policy_file import load_policy
from agent.wiring import SystemClock

THREADS = 8  # as many as the daemon's
LOOK_BACK = timedelta(days=30)


def note_all(helpdesk: Kustomer, clock: SystemClock) -> int:
    """Write a note on every conversation of the last month; gives how many."""
    note = partial(_note, helpdesk, OfflineEngine(), load_policy(None))
    with ThreadPoolExecutor(THREADS) as threads:
        pages = helpdesk.changed_conversations(clock.now() - LOOK_BACK)
        return sum(threads.map(note, [found for page in pages for found in page]))


def _note(
    helpdesk: Kustomer, engine: OfflineEngine, policy: TeamPolicy, found: Conversation
) -> int:
    transcript = transcript_of(found, helpdesk.messages(found.id))
    proposal = engine.propose(transcript, policy)
    content = NoteContent(
        transcript=transcript, proposal=proposal, settings=policy.note, run_id=found.id[:12]
    )
    helpdesk.write_note(
        found.id, render_note(content), marker=f"bare-{os.getpid()}-{found.id}", note_id=None
    )
    return 1


def main() -> None:
    """Note all once, and say how many."""
    clock = SystemClock()
    http = kustomer_client(os.environ["KUSTOMER_BASE_URL"], os.environ["KUSTOMER_API_KEY"])
    helpdesk = Kustomer(http, clock=clock, budget=Unlimited())
    sys.stdout.write(f"{note_all(helpdesk, clock)}\n")


if __name__ == "__main__":
    main()
