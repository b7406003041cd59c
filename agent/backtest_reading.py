"""Past conversations from Kustomer, read when live work leaves room; waits as long as it takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from agent.backtesting import Past
from agent.core.conversation import Conversation, Customer
from agent.errors import HelpdeskBusy, HelpdeskRefused, ReplyUnreadable
from agent.ports import Clock, HelpdeskReader
from agent.urgency import background

PAGE = 500  # conversations of one search, which are few beside the reads of messages
FEWEST = 2  # messages of a conversation in which somebody was answered
_SHORTEST = timedelta(seconds=1)
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class PastReader:
    """Reads; `held_up` is told the seconds of each wait for our share of requests.

    Each read raises Held when the program stops meanwhile, and what `HelpdeskReader` raises but
    for HelpdeskBusy: that is waited out.
    """

    reader: HelpdeskReader
    clock: Clock
    held_up: Callable[[float], None] = lambda _seconds: None
    _customer: tuple[str, Customer | None] = field(default=("", None))

    def changed(self, since: datetime) -> Iterator[Conversation]:
        """Each conversation updated since then in which a customer may have been answered, once."""
        start, given = since, set[str]()
        pages: Iterator[tuple[Conversation, ...]] | None = None
        while True:
            try:
                with background():
                    if pages is None:
                        pages = self.reader.changed_conversations(start, page_size=PAGE)
                    page = next(pages, ())
            except HelpdeskBusy as error:
                self._wait(error)
                pages = None  # a search that failed is over; another begins where it was
                continue
            if not page:
                return
            for each in page:
                if each.id not in given and _may_hold_an_answer(each):
                    yield each
                given.add(each.id)
            start = max(start, *(each.updated_at for each in page))

    def past(self, conversation: Conversation) -> Past | None:
        """The conversation with its messages; None when they cannot be had any more."""
        try:
            messages = self._patiently(lambda: self.reader.messages(conversation.id))
        except (HelpdeskRefused, ReplyUnreadable):
            return None
        return Past(conversation=conversation, messages=messages)

    def customer(self, conversation: Conversation) -> Customer | None:
        """Whose it is, asked once for each conversation; None when it cannot be read."""
        return self.record(conversation.customer_id) if conversation.customer_id else None

    def record(self, customer_id: str) -> Customer | None:
        """The same by id."""
        if self._customer[0] != customer_id:
            self._customer = (customer_id, self._look_up(customer_id))
        return self._customer[1]

    def _look_up(self, customer_id: str) -> Customer | None:
        try:
            return self._patiently(lambda: self.reader.customer(customer_id))
        except (HelpdeskRefused, ReplyUnreadable):  # gone, or nothing that could fill a slot
            return None

    def _patiently(self, ask: Callable[[], T]) -> T:
        while True:
            try:
                with background():
                    return ask()
            except HelpdeskBusy as error:
                self._wait(error)

    def _wait(self, error: HelpdeskBusy) -> None:
        left = error.retry_at - self.clock.now() if error.retry_at is not None else _SHORTEST
        seconds = max(left, _SHORTEST).total_seconds()
        self.held_up(seconds)
        self.clock.sleep(seconds)


def _may_hold_an_answer(conversation: Conversation) -> bool:
    count = conversation.message_count
    return count is None or count >= FEWEST
