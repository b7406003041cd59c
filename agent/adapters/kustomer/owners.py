"""Whose conversation it is: Kustomer limits notes and messages for each customer.

A write names only its conversation. Most conversations were read before they are written to, and
the answer to a write names the customer, so asking is rarely needed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from agent.adapters.kustomer.budget import Budget, Write, Written
from agent.adapters.kustomer.fields import related
from agent.core.conversation import Conversation

_KEPT = 10_000  # conversations, about 2 MB


class Owners:
    """Customers by conversation, as far as answers told them. Threads may share it."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._customers: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def learn(self, *conversations: Conversation) -> None:
        """Remember whose they are."""
        for each in conversations:
            if each.customer_id:
                self._keep(each.id, each.customer_id)

    def before(
        self, kind: Written, conversation_id: str, read: Callable[[str], Conversation]
    ) -> Write | None:
        """What a write there counts against; None when no customer is near the limit anyway.

        Reads the conversation only when its customer is unknown and might be at the limit.
        """
        customer = self._customers.get(conversation_id)
        if customer is None and self._budget.is_near(kind):
            customer = read(conversation_id).customer_id
        return Write(kind, customer) if customer else None

    def after(self, kind: Written, conversation_id: str, resource: Mapping[str, Any]) -> None:
        """Count a write for the customer that its answer names."""
        relationships = resource.get("relationships")
        links = relationships if isinstance(relationships, Mapping) else {}
        customer = related(links, "customer")
        if customer:
            self._keep(conversation_id, customer)
            self._budget.count(Write(kind, customer))

    def _keep(self, conversation_id: str, customer_id: str) -> None:
        with self._lock:
            self._customers[conversation_id] = customer_id
            self._customers.move_to_end(conversation_id)
            while len(self._customers) > _KEPT:
                self._customers.popitem(last=False)
