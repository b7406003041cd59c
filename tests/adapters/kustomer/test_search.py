"""Finding changed conversations: none is left out, none is given twice."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from agent.errors import HelpdeskRefused, ReplyUnreadable
from tests.adapters.kustomer.fakes import (
    NOON,
    FakeServer,
    answering,
    conversation_json,
    kustomer,
    page,
    refused,
    said,
)

SECOND = timedelta(seconds=1)


@dataclass
class Index:
    """What Kustomer's search knows: id -> the time it is sorted by, and the one it shows."""

    sorted_by: dict[str, datetime]
    shown: dict[str, datetime] = field(default_factory=dict)
    tells_total: bool = True
    order: str = "oldest first"  # or "newest first", "refused", "by name"
    pages_given: int = 0
    highest_page: int = 0
    changes: dict[int, dict[str, datetime]] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        number, size = (int(request.url.params[name]) for name in ("page", "pageSize"))
        since = datetime.fromisoformat(_since(request))
        if self.order == "refused" and "sort" in FakeServer([], [request]).bodies[0]:
            return refused(400, code="badparam", source={"parameter": "sort"})
        found = sorted((at, name) for name, at in self.sorted_by.items() if at >= since)
        if self.order == "by name":
            found.sort(key=lambda each: each[1][::-1])
        elif self.order != "oldest first":
            found.reverse()
        mine = found[(number - 1) * size : number * size]
        meta: dict[str, Any] = {"page": number, "pageSize": size}
        if self.tells_total:
            meta |= {"total": len(found), "totalPages": max(1, -(-len(found) // size))}
        self.pages_given += 1
        self.highest_page = max(number, self.highest_page)
        self.sorted_by |= self.changes.get(self.pages_given, {})
        resources = [
            conversation_json(name, updated_at=self.shown.get(name, at)) for at, name in mine
        ]
        return said({"data": resources, "meta": meta, "links": {"next": "/v1/customers/search"}})


def _since(request: httpx.Request) -> str:
    return str(FakeServer([], [request]).bodies[0]["and"][0]["conversation_updated_at"]["gte"])


def _name(number: int) -> str:
    return f"{number:024x}"


def _second_by_second(count: int) -> dict[str, datetime]:
    return {_name(n): NOON + n * SECOND for n in range(count)}


def _found(index: Index, *, page_size: int = 10) -> list[str]:
    pages = list(kustomer(FakeServer([index])).changed_conversations(NOON, page_size=page_size))
    return [each.id for page_ in pages for each in page_]


def test_the_search_asks_for_conversations_updated_since_oldest_first() -> None:
    server = answering(page())

    list(kustomer(server).changed_conversations(NOON + timedelta(microseconds=1_999)))

    assert server.lines == ["POST /v1/customers/search?page=1&pageSize=100"]
    assert server.bodies == [
        {
            "queryContext": "conversation",
            "and": [{"conversation_updated_at": {"gte": "2026-11-03T12:00:00.001Z"}}],
            "sort": [{"conversation_updated_at": "asc"}],
        }
    ]


def test_nothing_changed_gives_no_page() -> None:
    assert list(kustomer(answering(page())).changed_conversations(NOON)) == []


@pytest.mark.parametrize("tells_total", [True, False])
def test_ninety_conversations_are_one_request(tells_total: bool) -> None:
    index = Index(_second_by_second(90), tells_total=tells_total)

    assert len(_found(index, page_size=100)) == 90
    assert index.pages_given == 1


def test_a_full_page_that_is_all_there_is_takes_no_second_request() -> None:
    index = Index(_second_by_second(10))

    assert len(_found(index)) == 10
    assert index.pages_given == 1


@pytest.mark.parametrize("tells_total", [True, False])
def test_all_pages_are_read_oldest_first(tells_total: bool) -> None:
    index = Index(_second_by_second(95), tells_total=tells_total)

    assert _found(index) == list(index.sorted_by)


@pytest.mark.parametrize("tells_total", [True, False])
def test_more_conversations_with_one_time_than_a_page_holds_are_all_found(
    tells_total: bool,
) -> None:
    together = {_name(1000 + n): NOON + 20 * SECOND for n in range(35)}
    index = Index(_second_by_second(40) | together, tells_total=tells_total)

    found = _found(index)

    assert sorted(found) == sorted(index.sorted_by)


def test_more_than_a_hundred_pages_are_read_without_asking_for_page_101() -> None:
    index = Index(_second_by_second(1_000))

    assert _found(index, page_size=8) == list(index.sorted_by)
    assert index.pages_given > 100
    assert index.highest_page < 100


def test_one_time_that_fills_a_hundred_pages_is_said_and_not_skipped() -> None:
    index = Index(dict.fromkeys(map(_name, range(300)), NOON))

    with pytest.raises(ReplyUnreadable, match="share one updatedAt"):
        _found(index, page_size=2)

    assert index.highest_page == 100


def test_a_conversation_that_moves_to_the_end_meanwhile_pushes_none_out() -> None:
    index = Index(_second_by_second(40))
    index.changes = {n: {_name(n): NOON + timedelta(hours=n)} for n in (1, 2, 3)}

    found = _found(index)

    assert set(found) == set(index.sorted_by)


def test_a_conversation_that_changes_meanwhile_is_given_again() -> None:
    index = Index(_second_by_second(20))
    index.changes = {1: {_name(0): NOON + timedelta(hours=1)}}

    assert _found(index).count(_name(0)) == 2


def test_none_is_given_twice_with_the_same_time() -> None:
    twice = conversation_json("1" * 24)

    (only,) = kustomer(answering(page(twice, twice))).changed_conversations(NOON)

    assert len(only) == 1


def test_an_index_that_lags_hides_none_behind_a_newer_time_shown() -> None:
    # The tenth, last of its page, shows a change of an hour later than the index knows of.
    index = Index(_second_by_second(40), shown={_name(9): NOON + timedelta(hours=1)})

    assert set(_found(index)) == set(index.sorted_by)


def test_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_its_end() -> None:
    inner = Index(_second_by_second(25), tells_total=False)

    def capped(request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_set_param("pageSize", 10)
        return inner(request)

    pages = list(kustomer(FakeServer([capped])).changed_conversations(NOON, page_size=500))

    assert sum(map(len, pages)) == 25


def test_an_unreadable_conversation_is_not_passed_over() -> None:
    broken = conversation_json("2" * 24)
    del broken["attributes"]["updatedAt"]

    with pytest.raises(ReplyUnreadable, match="conversation: cannot read updatedAt"):
        list(kustomer(answering(page(conversation_json(), broken))).changed_conversations(NOON))


@pytest.mark.parametrize("order", ["newest first", "refused", "by name"])
@pytest.mark.parametrize("tells_total", [True, False])
def test_a_server_that_does_not_sort_still_gives_all_oldest_first(
    order: str, tells_total: bool
) -> None:
    index = Index(_second_by_second(95), tells_total=tells_total, order=order)

    assert _found(index) == list(index.sorted_by)


def test_a_refused_sort_is_not_asked_for_again() -> None:
    index = Index(_second_by_second(5), order="refused")
    server = FakeServer([index])
    client = kustomer(server)

    for _ in range(2):
        list(client.changed_conversations(NOON))

    assert ["sort" in body for body in server.bodies] == [True, False, False]


def test_a_search_refused_for_something_else_is_refused() -> None:
    with pytest.raises(HelpdeskRefused):
        list(kustomer(answering(refused(400))).changed_conversations(NOON))
