"""Customers and conversations by what identifies them, and new ones: `agent.ports.Directory`."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from agent.adapters.kustomer.budget import Budget, Write, Written
from agent.adapters.kustomer.calls import SEARCH, Calls, Patience
from agent.adapters.kustomer.envelope import parse_one, parse_page
from agent.adapters.kustomer.transport import Request
from agent.adapters.kustomer.wire import parse_conversation, parse_customer
from agent.core.conversation import Conversation, Customer
from agent.errors import HelpdeskMissing
from agent.ports import Clock, CustomerKey, NewConversation, NewCustomer

T = TypeVar("T")
LARGEST_PAGE = 500  # of a search


class KustomerDirectory:
    """One organization's customers over HTTP. Threads may share it.

    Look-ups raise what `Kustomer`'s reads raise; none found is no error. What creates is sent
    once. No address or name stands in an error.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        clock: Clock,
        budget: Budget,
        patience: Patience | None = None,
    ) -> None:
        self._calls = Calls(http, clock=clock, budget=budget, patience=patience or Patience())

    def customer_by(self, key: CustomerKey, value: str) -> Customer | None:
        """Source: GET /v1/customers/email={x}, phone={x}, externalId={x}; 404 when absent."""
        return self._by("customer by key", "customers", key.value, value, parse_customer)

    def conversation_by_external_id(self, external_id: str) -> Conversation | None:
        """Source: GET /v1/conversations/externalId={x}; 404 when absent."""
        name = "conversation by key"
        return self._by(name, "conversations", "externalId", external_id, parse_conversation)

    def customers_like(self, text: str, *, limit: int = 50) -> tuple[Customer, ...]:
        """One search, which counts against 100 a minute; a new customer may take seconds to show.

        Source: POST /v1/customers/search, `customer_any_text`; whole words, as one connector's
        documentation says.
        """
        request = Request(
            name=SEARCH,
            method="POST",
            path="/v1/customers/search",
            params={"page": 1, "pageSize": min(limit, LARGEST_PAGE)},
            content={
                "queryContext": "customer",
                "and": [{"customer_any_text": {"contains": text}}],
            },
        )
        page = self._calls.read(request, lambda answer: parse_page(answer.body))
        return tuple(map(parse_customer, page.resources))[:limit]

    def create_customer(self, new: NewCustomer) -> Customer:
        """Source: POST /v1/customers answers 201. A known address or id: 4xx, which is unknown."""
        content: dict[str, Any] = {}
        if new.name:
            content["name"] = new.name
        if new.external_id:
            content["externalId"] = new.external_id
        if new.emails:
            content["emails"] = [{"email": each} for each in new.emails]
        if new.phones:
            content["phones"] = [{"phone": each} for each in new.phones]
        call = Request(name="new customer", method="POST", path="/v1/customers", content=content)
        return self._calls.write(call, lambda answer: parse_customer(parse_one(answer.body)))

    def create_conversation(self, new: NewConversation) -> Conversation:
        """Source: POST /v1/conversations answers 201; `replyChannel` is free text there."""
        content = {"customer": new.customer_id, "status": new.status}
        more = {"name": new.name, "externalId": new.external_id, "replyChannel": new.channel}
        content |= {name: value for name, value in more.items() if value}
        call = Request(
            name="new conversation", method="POST", path="/v1/conversations", content=content
        )
        return self._calls.write(
            call,
            lambda answer: parse_conversation(parse_one(answer.body)),
            counted=Write(Written.CONVERSATIONS, new.customer_id),
        )

    def _by(
        self,
        name: str,
        kind: str,
        key: str,
        value: str,
        parse: Callable[[Mapping[str, Any]], T],
    ) -> T | None:
        start = f"/v1/{kind}/{key}="
        request = Request(
            name=name, method="GET", path=start + quote(value, safe=""), shown=f"{start}…"
        )
        try:
            return self._calls.read(request, lambda answer: parse(parse_one(answer.body)))
        except HelpdeskMissing:
            return None
