"""Our own tables on SQLite or PostgreSQL: runs, receipts, deliveries, the team's controls."""

from agent.adapters.store.lock import DaemonLock
from agent.adapters.store.model_book import open_model_book
from agent.adapters.store.store import SqlStore, open_store

__all__ = ["DaemonLock", "SqlStore", "open_model_book", "open_store"]
