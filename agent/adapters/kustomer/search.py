"""Finding changed conversations: a search that neither skips nor repeats.

Kustomer gives at most 100 pages of one search, many conversations may share one `updatedAt`, and
a conversation that changes while we read moves to the end, so that page numbers shift. So each
further page is a new search from where the last one ended, and what was given is remembered.
Only inside one timestamp do we turn pages; and where the server does not sort, to the end.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from agent.adapters.kustomer.envelope import Page
from agent.adapters.kustomer.fields import iso
from agent.adapters.kustomer.wire import (
    parse_conversation,
)
from agent.core.conversation import Conversation
from agent.errors import ReplyUnreadable

MAX_PAGES = 100  # of one search; `links.next` goes on pointing at page 101
# The index lags: an entry may show a newer `updatedAt` than the one it is sorted by. So the next
# search starts at the oldest of the last few, and one in twenty may stand out of order.
_TAIL = 5
_STRAYS = 20

Ask = Callable[[datetime, int], Page]  # (updated at or after, page) -> the page


def changed(ask: Ask, since: datetime, page_size: int) -> Iterator[tuple[Conversation, ...]]:
    """Conversations updated at or after `since`, oldest update first, page by page.

    From a server that does not sort all are read first, then sorted.

    Raises:
        ReplyUnreadable: more share one timestamp, or are unsorted, than 100 pages hold; ask for
            larger pages.
    """
    start, page, is_sorted = since, 1, True
    given: set[tuple[str, datetime]] = set()
    held: list[Conversation] = []
    while True:
        answer = ask(start, page)
        found = tuple(parse_conversation(each) for each in answer.resources)
        fresh = _fresh(found, given)
        is_sorted = is_sorted and _in_order(found)
        if not is_sorted:
            held += fresh
        elif fresh:
            yield fresh
        if not found or _is_last(answer, page, page_size):
            break
        given.update((each.id, each.updated_at) for each in fresh)
        tail = min(each.updated_at for each in found[-_TAIL:])
        if is_sorted and tail > start:
            start, page = tail, 1
            given = {known for known in given if known[1] >= start}
        elif page < MAX_PAGES:
            page += 1
        else:
            raise ReplyUnreadable(
                f"search: over {MAX_PAGES} pages of conversations share one updatedAt"
                " or come unsorted"
            )
    held.sort(key=lambda each: (each.updated_at, each.id))
    for first in range(0, len(held), page_size):
        yield tuple(held[first : first + page_size])


def query(since: datetime, *, sort: bool = True) -> dict[str, Any]:
    """The body of the search.

    Source: the operators and attribute names of Kustomer's search page; the sort is not
    documented for conversations, but used by both public Singer taps.
    """
    return {
        "queryContext": "conversation",
        "and": [{"conversation_updated_at": {"gte": iso(since)}}],
        **({"sort": [{"conversation_updated_at": "asc"}]} if sort else {}),
    }


def _fresh(
    found: Sequence[Conversation], given: set[tuple[str, datetime]]
) -> tuple[Conversation, ...]:
    by_key = {(each.id, each.updated_at): each for each in found}
    return tuple(each for key, each in by_key.items() if key not in given)


def _in_order(found: Sequence[Conversation]) -> bool:
    strays = sum(before.updated_at > after.updated_at for before, after in pairwise(found))
    return strays * _STRAYS <= len(found)


def _is_last(answer: Page, page: int, page_size: int) -> bool:
    if answer.total_pages is not None:
        return page >= answer.total_pages
    # A server may give smaller pages than asked for, and says so.
    return len(answer.resources) < min(page_size, answer.size or page_size)
