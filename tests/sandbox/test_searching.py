"""Searches: what they find, in which order, page by page, and how late."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from agent.sandbox.server import Sandbox

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def still() -> Iterator[Sandbox]:
    """A sandbox whose clock stands at noon."""
    with Sandbox(switches={"index-lag": "0"}, frozen_at=NOON) as running:
        yield running


def search(sandbox: Sandbox, page: str = "", **query: Any) -> httpx.Response:
    """`and_` and `not_` stand for the words that Python keeps for itself."""
    headers = {"authorization": f"Bearer {sandbox.key}"}
    clauses = {name.rstrip("_"): value for name, value in query.items()}
    body = {"queryContext": "conversation", **clauses}
    return httpx.post(
        f"{sandbox.url}/v1/customers/search{page}", headers=headers, json=body, timeout=10
    )


def keys(sandbox: Sandbox, answer: httpx.Response) -> list[str]:
    return [sandbox.world.conversations[c["id"]].key for c in answer.json()["data"]]


def conversations(sandbox: Sandbox, **minutes_ago: float) -> None:
    for key, minutes in minutes_ago.items():
        message = {"direction": "in", "text": f"Hello {key}", "minutes_ago": minutes}
        sandbox.add_conversation(key, messages=[message], subject=f"About {key}")


OLDEST_FIRST = [{"conversation_updated_at": "asc"}]


def test_changes_since_a_moment_are_found_oldest_first(still: Sandbox) -> None:
    conversations(still, old=60, middle=10, new=5)
    since = {"conversation_updated_at": {"gte": "2026-11-05T11:50:00.000Z"}}

    answer = search(still, and_=[since], sort=OLDEST_FIRST)

    assert keys(still, answer) == ["middle", "new"]
    assert answer.json()["meta"] == {
        "page": 1,
        "pageSize": 100,
        "total": 2,
        "totalPages": 1,
        "aggregations": {},
    }


@pytest.mark.parametrize(
    ("operator", "found"),
    [("gte", ["middle", "new"]), ("gt", ["new"]), ("lte", ["old", "middle"]), ("lt", ["old"])],
)
def test_a_bound_includes_its_own_moment_or_not(
    still: Sandbox, operator: str, found: list[str]
) -> None:
    conversations(still, old=60, middle=10, new=5)
    clause = {"conversation_updated_at": {operator: "2026-11-05T11:50:00Z"}}

    assert keys(still, search(still, and_=[clause], sort=OLDEST_FIRST)) == found


def test_and_or_and_not_narrow_together(still: Sandbox) -> None:
    for status in ("open", "snoozed", "done"):
        still.add_conversation(status, "Hi", status=status, channel="sms")
    still.add_conversation("mail", "Hi", channel="email")

    found = search(
        still,
        and_={"conversation_channels": {"contains": "sms"}},
        or_=[
            {"conversation_status": {"equals": "open"}},
            {"conversation_status": {"in": ["done"]}},
        ],
        not_=[{"conversation_status": {"equals": "done"}}],
    )

    assert keys(still, found) == ["open"]


def test_many_with_one_timestamp_are_all_on_some_page_once(still: Sandbox) -> None:
    conversations(still, **{f"c{n}": 5 for n in range(7)})

    pages = [search(still, f"?page={n}&pageSize=3", sort=OLDEST_FIRST) for n in (1, 2, 3)]

    found = [key for page in pages for key in keys(still, page)]
    assert sorted(found) == [f"c{n}" for n in range(7)]
    assert [p.json()["links"]["next"] is None for p in pages] == [False, False, True]


def test_the_101st_page_is_promised_but_refused(still: Sandbox) -> None:
    conversations(still, **{f"c{n}": 5 for n in range(102)})

    last = search(still, "?page=100&pageSize=1", sort=OLDEST_FIRST)

    assert "page=101" in last.json()["links"]["next"]
    assert search(still, "?page=101&pageSize=1", sort=OLDEST_FIRST).status_code == 400


def test_a_page_holds_500_at_most(still: Sandbox) -> None:
    assert search(still, "?pageSize=9999").json()["meta"]["pageSize"] == 500


@pytest.mark.parametrize(
    "query",
    [
        {"and": [{"conversation_id": {"equals": "x"}}]},
        {"and": [{"conversation_status": {"resembles": "open"}}]},
        {"and": [{"conversation_updated_at": {"gte": "yesterday-ish"}}]},
        {"and": [{"conversation_updated_at": {"gte": "0001-01-01T00:00:00+23:00"}}]},
        {"sort": [{"conversation_mood": "asc"}]},
        {"queryContext": "weather"},
        {"filter": []},
        {"and": [{"conversation_status": {"equals": str(n)}} for n in range(21)]},
    ],
    ids=[
        "attribute",
        "operator",
        "date",
        "before all time",
        "sort",
        "context",
        "field",
        "too many",
    ],
)
def test_what_cannot_be_searched_is_refused(still: Sandbox, query: dict[str, Any]) -> None:
    assert search(still, **query).status_code == 400


def test_deleted_conversations_are_found_only_on_request(still: Sandbox) -> None:
    still.add_conversation("gone", "Hi", deleted=True)

    assert keys(still, search(still)) == []
    assert keys(still, search(still, includeDeleted=True)) == ["gone"]


def test_a_change_is_found_only_after_the_index_lag(still: Sandbox) -> None:
    conversations(still, kettle=60)
    still.switch("index-lag", "30")
    still.customer_says("kettle", "Hello?")
    since = {"conversation_updated_at": {"gte": "2026-11-05T12:00:00Z"}}

    still.advance(timedelta(seconds=29))
    assert keys(still, search(still, and_=[since])) == []

    still.advance(timedelta(seconds=1))
    assert keys(still, search(still, and_=[since])) == ["kettle"]


def test_the_index_shows_the_state_of_then_not_of_now(still: Sandbox) -> None:
    conversations(still, kettle=60)
    still.switch("index-lag", "30")
    still.customer_says("kettle", "one")
    still.advance(timedelta(seconds=20))
    still.customer_says("kettle", "two")

    still.advance(timedelta(seconds=10))

    found = search(still).json()["data"][0]["attributes"]
    assert found["messageCount"] == 2


def test_our_own_note_makes_a_conversation_found_again(still: Sandbox) -> None:
    conversations(still, kettle=60)
    headers = {"authorization": f"Bearer {still.key}"}
    found = still.world.conversation("kettle")

    httpx.post(
        f"{still.url}/v1/conversations/{found.id}/notes", headers=headers, json={"body": "x"}
    )

    since = {"conversation_updated_at": {"gte": "2026-11-05T12:00:00Z"}}
    assert keys(still, search(still, and_=[since])) == ["kettle"]


def test_a_conversation_that_changed_twice_is_found_once_in_its_new_place(still: Sandbox) -> None:
    conversations(still, kettle=60, teapot=5)
    for text in ("one", "two"):
        still.advance(timedelta(seconds=1))
        still.customer_says("kettle", text)

    assert keys(still, search(still, sort=OLDEST_FIRST)) == ["teapot", "kettle"]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ([{"conversation_tags": "asc"}], ["none", "lid", "pot"]),
        (
            [{"conversation_message_count": "desc"}, {"conversation_name": "desc"}],
            ["pot", "lid", "none"],
        ),
    ],
    ids=["a list", "two, downwards"],
)
def test_any_attribute_can_be_sorted_by(still: Sandbox, sort: Any, found: list[str]) -> None:
    still.add_conversation("pot", "one", "two", tags=["b"], subject="b")
    still.add_conversation("lid", "one", tags=["a"], subject="b")
    still.add_conversation("none", "one", subject="a")

    assert keys(still, search(still, sort=sort)) == found


def test_what_was_not_updated_for_two_years_is_archived(still: Sandbox) -> None:
    day = 24 * 60.0
    conversations(still, archived=731 * day, kept=729 * day)

    assert keys(still, search(still)) == ["kept"]

    still.switch("search-days", "900")
    assert len(keys(still, search(still))) == 2


def test_notes_are_found_by_external_id_and_customers_by_address(still: Sandbox) -> None:
    made = still.add_conversation("kettle", "Hi", customer_email="mara@customers.example")
    headers = {"authorization": f"Bearer {still.key}"}
    fields = {"body": "x", "externalId": "marker-1"}
    httpx.post(f"{still.url}/v1/conversations/{made.id}/notes", headers=headers, json=fields)

    note = search(still, queryContext="note", and_={"note_external_id": {"equals": "marker-1"}})
    customer = search(
        still,
        queryContext="customer",
        and_={"customer_email": {"equals": "mara@customers.example"}},
    )

    assert note.json()["meta"]["total"] == 1
    assert [c["id"] for c in customer.json()["data"]] == [made.customer_id]


def test_sorting_by_conversation_attributes_may_be_refused(still: Sandbox) -> None:
    still.switch("search-sort", "customer-only")

    assert search(still, sort=OLDEST_FIRST).status_code == 400
