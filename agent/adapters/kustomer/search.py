"""Finding changed conversations: a search that neither skips nor repeats.

Kustomer gives at most 100 pages of one search, many conversations may share one `updatedAt`, and
a conversation that changes while we read moves to the end, so that page numbers shift. So each
further page is a new search from where the last one ended, and what was given is remembered.
Only inside one timestamp do we turn pages.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from agent.adapters.kustomer.fields import iso
from agent.adapters.kustomer.wire import Page, parse_conversation
from agent.core.conversation import Conversation
from agent.errors import ReplyUnreadable

MAX_PAGES = 100  # of one search; `links.next` goes on pointing at page 101
# The index lags: an entry may show a newer `updatedAt` than the one it is sorted by. The next
# search starts at the oldest of the last few, not at the last.
_TAIL = 5

Ask = Callable[[datetime, int], Page]  # (updated at or after, page) -> the page


def changed(ask: Ask, since: datetime, page_size: int) -> Iterator[tuple[Conversation, ...]]:
    """Conversations updated at or after `since`, oldest update first, page by page.

    Raises:
        ReplyUnreadable: more share one timestamp than 100 pages hold; ask for larger pages.
    """
    start, page = since, 1
    given: set[tuple[str, datetime]] = set()
    while True:
        answer = ask(start, page)
        found = tuple(parse_conversation(each) for each in answer.resources)
        fresh = tuple(
            {(c.id, c.updated_at): c for c in found if (c.id, c.updated_at) not in given}.values()
        )
        if fresh:
            yield fresh
        if not found or _is_last(answer, page, page_size):
            return
        given.update((each.id, each.updated_at) for each in fresh)
        tail = min(each.updated_at for each in found[-_TAIL:])
        if tail > start:
            start, page = tail, 1
            given = {known for known in given if known[1] >= start}
        elif page < MAX_PAGES:
            page += 1
        else:
            raise ReplyUnreadable(
                f"more than {MAX_PAGES} pages of conversations share one updatedAt"
            )


def query(since: datetime) -> dict[str, Any]:
    """The body of the search.

    Source: the operators and attribute names of Kustomer's search page; the sort is not
    documented for conversations, but used by both public Singer taps.
    """
    return {
        "queryContext": "conversation",
        "and": [{"conversation_updated_at": {"gte": iso(since)}}],
        "sort": [{"conversation_updated_at": "asc"}],
    }


def _is_last(answer: Page, page: int, page_size: int) -> bool:
    if answer.total_pages is not None:
        return page >= answer.total_pages
    # A server may give smaller pages than asked for, and says so.
    return len(answer.resources) < min(page_size, answer.size or page_size)
