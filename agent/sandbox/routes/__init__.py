"""The calls of the API, one module per resource."""

from agent.sandbox.routes import (
    conversations,
    customers,
    drafts,
    messages,
    notes,
    people,
    search,
    webhooks,
)

ROUTES = (
    *people.ROUTES,
    *search.ROUTES,
    *customers.ROUTES,
    *conversations.ROUTES,
    *messages.ROUTES,
    *notes.ROUTES,
    *drafts.ROUTES,
    *webhooks.ROUTES,
)
