"""The frame around Kustomer's resources: one, some or a page of them, still JSON.

What does not even have that frame is `Garbled`: cut off, or from something in between.
"""

import json
from dataclasses import dataclass
from typing import Any

from agent.adapters.kustomer.fields import clean
from agent.errors import ReplyUnreadable


class Garbled(ReplyUnreadable):
    """Not even JSON of the announced shape: cut, or a page of something in between.

    For a read, asking again may mend it.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. `more` is None when the answer does not say."""

    resources: tuple[dict[str, Any], ...]
    included: tuple[dict[str, Any], ...] = ()
    size: int | None = None
    total_pages: int | None = None
    more: bool | None = None  # from links.next


def parse_json(body: bytes) -> dict[str, Any]:
    """The object that an answer is. Raises `Garbled`."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled("the answer is not JSON") from error
    if not isinstance(parsed, dict):
        raise Garbled("the answer is not a JSON object")
    return parsed


def parse_one(body: bytes) -> dict[str, Any]:
    """The one resource of an answer, still JSON. Raises `Garbled`."""
    resource = parse_json(body).get("data")
    if not isinstance(resource, dict) or "id" not in resource:
        raise Garbled("the answer has no resource in `data`")
    return resource


def parse_page(body: bytes) -> Page:
    """The resources of a list, still JSON. Raises `Garbled`."""
    answer = parse_json(body)
    resources = answer.get("data")
    if not isinstance(resources, list) or not all(
        isinstance(each, dict) and "attributes" in each for each in resources
    ):
        raise Garbled("the answer has no list of resources in `data`")
    meta, links = _object(answer.get("meta")), _object(answer.get("links"))
    included = answer.get("included")
    return Page(
        resources=tuple(resources),
        included=tuple(e for e in included if isinstance(e, dict))
        if isinstance(included, list)
        else (),
        size=_positive(meta.get("pageSize")),
        total_pages=_positive(meta.get("totalPages")),
        more=bool(links["next"]) if "next" in links else None,
    )


def parse_some(body: bytes) -> tuple[dict[str, Any], ...]:
    """The resources asked for by several ids; a single one may come alone. Raises `Garbled`."""
    if isinstance(parse_json(body).get("data"), dict):
        return (parse_one(body),)
    return parse_page(body).resources


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _positive(value: object) -> int | None:
    number = clean(value)
    return int(number) if number.isascii() and number.isdigit() and int(number) > 0 else None
