"""Answers and refusals in Kustomer's envelopes: JSON:API with links and meta, and errors."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from agent.sandbox.records import Json
from agent.sandbox.switches import Switches

T = TypeVar("T")
JSON_TYPE = "application/json; charset=utf-8"


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back. `applied`: a write took effect."""

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False


class Refusal(Exception):
    """A request that is answered with an error. `parameter` names the field at fault."""

    def __init__(self, status: int, code: str, title: str, **more: str) -> None:
        super().__init__(f"{status} {code}: {title}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = more.get("detail", "")
        self.parameter = more.get("parameter", "")


def not_found(parameter: str = "id") -> Refusal:
    """404 as recorded."""
    return Refusal(404, "notfound", "Not Found", parameter=parameter)


def dumps(content: object) -> bytes:
    """Compact JSON."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def refused(refusal: Refusal, switches: Switches) -> Answer:
    """The refusal in the shape that is switched on."""
    return Answer(status=refusal.status, body=dumps(error_body(refusal, switches)))


def error_body(refusal: Refusal, switches: Switches) -> Json:
    """`new`: current docs; `recorded`: as exchanged in 2020; `jsonapi`: as the description says."""
    shape = switches["error-shape"]
    if shape == "new":
        code = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found"}
        error: Json = {"code": code.get(refusal.status, refusal.code), "message": refusal.title}
        return {"errors": [{**error, "meta": {"field": refusal.parameter}}]}
    recorded = shape == "recorded"
    error = {
        "status": refusal.status if recorded else str(refusal.status),
        "code": refusal.code,
        "title": refusal.title,
        "source": {"parameter" if recorded else "parameters": refusal.parameter},
    }
    if refusal.detail:
        error["detail"] = refusal.detail
    return {"errors": [error]}


def one(resource: Json, *, status: int = 200, applied: bool = False) -> Answer:
    """One record."""
    return Answer(status=status, body=dumps({"data": resource}), applied=applied)


def nothing(*, applied: bool = True) -> Answer:
    """204."""
    return Answer(status=204, content_type="", applied=applied)


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of how many records; pages count from 1."""

    number: int
    size: int

    def cut(self, rows: Sequence[T]) -> list[T]:
        """Its part of them."""
        start = (self.number - 1) * self.size
        return list(rows[start : start + self.size])


def page_links(path: str, query: dict[str, str], page: Page, *, more: bool) -> Json:
    """self, first, prev and next as paths; prev and next are null at the ends."""

    def link(number: int) -> str:
        wanted = {**query, "page": str(number), "pageSize": str(page.size)}
        return f"{path}?{urlencode(wanted)}"

    return {
        "self": link(page.number),
        "first": link(1),
        "prev": link(page.number - 1) if page.number > 1 else None,
        "next": link(page.number + 1) if more else None,
    }
