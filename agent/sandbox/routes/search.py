"""POST /v1/customers/search: of conversations (through the lagging index), customers, notes and
messages. 100 pages at most; a machine user may ask 100 times a minute.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from agent.sandbox.answers import Answer, Page, Refusal, dumps, page_links
from agent.sandbox.calls import Call, Route, seen_until
from agent.sandbox.ids import stamp
from agent.sandbox.index import KNOWN as CONVERSATION_NAMES
from agent.sandbox.index import Entry
from agent.sandbox.records import Json, Value
from agent.sandbox.search import in_order, test_of, updated_since
from agent.sandbox.searchable import (
    CUSTOMER_NAMES,
    MESSAGE_NAMES,
    NOTE_NAMES,
    customer_entry,
    message_entry,
    note_entry,
)
from agent.sandbox.shapes import SEARCH

PAGES = 100
LARGEST_PAGE = 500
LONGEST_DAYS = 36_500  # further back no calendar of ours reaches safely


def _search(call: Call) -> Answer:
    """200 with whole records; `links.next` points on past the last page that is answered."""
    call.limits.take_search(call.actor, call.world.now())
    query = call.checked(SEARCH)
    page = call.page(largest=LARGEST_PAGE)
    if page.number > PAGES:
        raise Refusal(400, "badparam", f"At most {PAGES} pages", parameter="page")
    context = query.get("queryContext", "customer")
    if context not in _CONTEXTS:
        raise Refusal(400, "badparam", "Not offered by the sandbox", parameter="queryContext")
    known, entries = _CONTEXTS[context]
    _refuse_sort(call, query.get("sort"))
    fits = test_of(query, known)
    deleted, gone = bool(query.get("includeDeleted")), f"{context}_deleted"
    oldest = _oldest(call)
    found = [
        entry
        for entry in entries(call, max(updated_since(query, context), oldest))
        if entry.updated_at >= oldest
        and fits(entry.attributes)
        and (deleted or not entry.attributes.get(gone))
    ]
    return _page_of(call, in_order(found, query.get("sort"), known), page)


def _refuse_sort(call: Call, sort: Value) -> None:
    listed = sort if isinstance(sort, list) else [sort] if sort else []
    names = [name for part in listed for name in part]
    customers_only = call.world.switches["search-sort"] == "customer-only"
    if customers_only and not all(name.startswith("customer_") for name in names):
        raise Refusal(400, "badparam", "Invalid sort", parameter="sort")


def _page_of(call: Call, found: list[Entry], page: Page) -> Answer:
    total_pages = -(-len(found) // page.size)
    links = page_links(call.path, {}, page, more=page.number < total_pages)
    last = page_links(call.path, {}, Page(max(total_pages, 1), page.size), more=False)
    meta = {
        "page": page.number,
        "pageSize": page.size,
        "total": len(found),
        "totalPages": total_pages,
        "aggregations": {},
    }
    return Answer(status=200, body=_joined(meta, {**links, "last": last["self"]}, page.cut(found)))


def _joined(meta: Json, links: Json, entries: list[Entry]) -> bytes:
    """The answer's bytes, from records that are JSON already."""
    head = dumps({"meta": meta, "links": links})[:-1]
    return head + b',"data":[' + b",".join(entry.raw() for entry in entries) + b"]}"


def _conversations(call: Call, since: str) -> Iterable[Entry]:
    found = call.world.index.entries(since)
    if call.world.switches["merged"] != "gone":
        return found
    return [e for e in found if not call.world.conversations[e.id].merged_into]


def _customers(call: Call, _since: str) -> Iterable[Entry]:
    until = _seen(call)
    for customer in call.world.customers.values():
        if customer.updated_at <= until and not customer.deleted:
            yield customer_entry(customer, partial(call.world.conversations_of, customer.id))


def _notes(call: Call, _since: str) -> Iterable[Entry]:
    until = _seen(call)
    return [note_entry(note) for note in call.world.notes.values() if note.updated_at <= until]


def _messages(call: Call, _since: str) -> Iterable[Entry]:
    until, switches = _seen(call), call.world.switches
    messages = call.world.messages.values()
    return [message_entry(m, switches) for m in messages if m.updated_at <= until]


def _oldest(call: Call) -> str:
    """Searches do not see what was updated before: two years, by the documentation."""
    days = min(call.world.switches.number("search-days"), LONGEST_DAYS)
    return stamp(call.world.now() - timedelta(days=days))


def _seen(call: Call) -> datetime:
    return seen_until(call.world.now(), call.world.switches.number("index-lag"))


_CONTEXTS: dict[str, tuple[frozenset[str], Callable[[Call, str], Iterable[Entry]]]] = {
    "conversation": (CONVERSATION_NAMES, _conversations),
    "customer": (CUSTOMER_NAMES, _customers),
    "note": (NOTE_NAMES, _notes),
    "message": (MESSAGE_NAMES, _messages),
}
ROUTES = (Route("POST", "/v1/customers/search", _search, "search.create"),)
