"""Kustomer over HTTP."""

from agent.adapters.kustomer.budget import (
    Budget,
    Kind,
    SharedBudget,
    Unlimited,
    Write,
    Written,
    open_budget,
)
from agent.adapters.kustomer.calls import Patience
from agent.adapters.kustomer.client import Kustomer
from agent.adapters.kustomer.directory import KustomerDirectory
from agent.adapters.kustomer.transport import kustomer_client

__all__ = [
    "Budget",
    "Kind",
    "Kustomer",
    "KustomerDirectory",
    "Patience",
    "SharedBudget",
    "Unlimited",
    "Write",
    "Written",
    "kustomer_client",
    "open_budget",
]
