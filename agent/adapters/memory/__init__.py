"""The ports in memory: for tests, demos and trying things out. No files, no network, no threads.

They pass the same contract tests as the real adapters.
"""

from agent.adapters.memory.clock import FixedClock, ManualClock
from agent.adapters.memory.directory import MemoryDirectory
from agent.adapters.memory.engine import MemoryEngine
from agent.adapters.memory.helpdesk import MemoryHelpdesk, Request
from agent.adapters.memory.model_book import MemoryModelBook
from agent.adapters.memory.store import MemoryStore

__all__ = [
    "FixedClock",
    "ManualClock",
    "MemoryDirectory",
    "MemoryEngine",
    "MemoryHelpdesk",
    "MemoryModelBook",
    "MemoryStore",
    "Request",
]
