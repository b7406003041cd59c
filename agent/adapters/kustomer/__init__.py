"""Kustomer over HTTP."""

from agent.adapters.kustomer.budget import Budget, Kind, SharedBudget, Unlimited, open_budget
from agent.adapters.kustomer.calls import (
    AGGRESSIVE_RETRIES,
    DEFAULT_RETRIES,
    NO_RETRIES,
    Patience,
    Retries,
)
from agent.adapters.kustomer.client import Kustomer
from agent.adapters.kustomer.transport import kustomer_client

__all__ = [
    "AGGRESSIVE_RETRIES",
    "DEFAULT_RETRIES",
    "NO_RETRIES",
    "Budget",
    "Kind",
    "Kustomer",
    "Patience",
    "Retries",
    "SharedBudget",
    "Unlimited",
    "kustomer_client",
    "open_budget",
]
