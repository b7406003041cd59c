"""A request on its way to the function that answers it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import unquote

from agent.sandbox.answers import Answer, Page, Refusal, dumps, not_found, page_links
from agent.sandbox.fields import Shape
from agent.sandbox.limits import Limits
from agent.sandbox.records import Json, KeyRecord
from agent.sandbox.world import World

T = TypeVar("T")
PAGE_SIZE = 100  # default and most of every list but searches


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in. `path` is as sent, percent-encoded; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True, kw_only=True)
class Call:
    """A request whose key was accepted. `seen_until`: lists hide what is newer."""

    world: World
    limits: Limits
    key: KeyRecord
    path: str
    params: dict[str, str]
    query: dict[str, str]
    body: Any
    seen_until: datetime
    stale: bool = False

    @property
    def actor(self) -> str:
        """The machine user's id."""
        return self.key.teammate_id

    def param(self, name: str) -> str:
        """A part of the path, decoded."""
        return unquote(self.params[name])

    def checked(self, shape: Shape) -> Json:
        """The body, if it fits the shape. Raises Refusal (400 badparam, as recorded)."""
        if self.body is None:
            raise Refusal(400, "badparam", "Invalid JSON in request body", parameter="body")
        wrong = shape.first_wrong(self.body)
        if wrong is None:
            content: Json = self.body
            return content
        title = "Additional properties not allowed" if wrong.unknown else "Invalid parameter"
        raise Refusal(400, "badparam", title, parameter=wrong.field, detail=wrong.detail)

    def page(self, largest: int = PAGE_SIZE) -> Page:
        """Which page was asked for. Raises Refusal when it is no number."""
        try:
            page = Page(int(self.query.get("page", 1)), int(self.query.get("pageSize", PAGE_SIZE)))
        except ValueError:
            raise Refusal(400, "badparam", "Invalid parameter", parameter="page") from None
        if page.number < 1 or page.size < 1:
            raise Refusal(400, "badparam", "Invalid parameter", parameter="page")
        return Page(page.number, min(page.size, largest))

    def listed(
        self,
        rows: Sequence[T],
        render: Callable[[T], Json],
        include: Callable[[T], Iterable[Json]] | None = None,
        *,
        counted: bool = False,
    ) -> Answer:
        """One page of a list, with its links, and what it includes when that was asked for.

        Only some lists are `counted`: those name their total and their last page.
        """
        page = self.page()
        cut = page.cut(rows)
        more = page.number * page.size < len(rows)
        kept = {name: v for name, v in self.query.items() if name == "include"}
        content: Json = {
            "meta": {"page": page.number, "pageSize": page.size},
            "links": page_links(self.path, kept, page, more=more),
            "data": [render(row) for row in cut],
        }
        if counted:
            pages = max(-(-len(rows) // page.size), 1)
            content["meta"] |= {"total": len(rows), "totalPages": pages}
            last = page_links(self.path, kept, Page(pages, page.size), more=False)
            content["links"]["last"] = last["self"]
        if include and self.query.get("include"):
            content["included"] = [part for row in cut for part in include(row)]
        return Answer(status=200, body=dumps(content))

    def known(self, table: dict[str, T], name: str = "id") -> T:
        """The row that the path names. Raises Refusal (404)."""
        found = table.get(self.param(name))
        if found is None:
            raise not_found()
        return found


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the API. `role` without its prefix `org.permission.`; "" needs none."""

    method: str
    path: str
    handler: Handler
    role: str = ""


def seen_until(now: datetime, seconds: float) -> datetime:
    """The moment up to which a list that lags so far behind shows things."""
    return now - timedelta(seconds=seconds)
