"""Spoilt answers: what a client gets instead of, or made from, the right one."""

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from agent.sandbox.answers import Answer, dumps
from agent.sandbox.faults import FaultRule
from agent.sandbox.records import Json

_PAGE = b"<!doctype html><html><head><title>%s</title></head><body>%s</body></html>"
_OPTIONAL = ("tags", "sentiment", "suggestedTags", "satisfaction", "channels", "lang", "rev")
_ENUMS = ("status", "channel", "directionType", "app")
_WAIT = timedelta(seconds=2)  # what a 429 asks for


def spoil(act: str, right: Answer | None, rule: FaultRule, now: datetime, seed: int) -> Answer:
    """The answer that the client is given. `right` is None when the request was not applied."""
    if act in _STATUS:
        return _STATUS[act](rule, now)
    if act in _INSTEAD:
        return _INSTEAD[act](rule)
    return _changed(act, right or Answer(status=200, body=b'{"data":{}}'), seed)


# --- instead of the answer --------------------------------------------------------------------


def _error(status: int, code: str) -> Callable[[FaultRule, datetime], Answer]:
    content = {"errors": [{"status": status, "code": code, "title": code.replace("_", " ")}]}
    return lambda _rule, _now: Answer(status=status, body=dumps(content))


def _edge(status: int) -> Callable[[FaultRule, datetime], Answer]:
    text = str(status).encode()
    return lambda _rule, _now: Answer(
        status=status, body=_PAGE % (text, b"Bad gateway"), content_type="text/html"
    )


def _redirect(_rule: FaultRule, _now: datetime) -> Answer:
    headers = {"location": "https://elsewhere.example/v1"}
    return Answer(status=302, headers=headers, content_type="text/html")


def _too_many(rule: FaultRule, now: datetime) -> Answer:
    reset = str(int((now + _WAIT).timestamp()) + 1)
    headers = {
        "none": {},
        "reset": {"x-ratelimit-reset": reset},
        "seconds": {"retry-after": "2"},
        "date": {"retry-after": format_datetime(now + _WAIT, usegmt=True)},
        "zero": {"retry-after": "0"},
        "huge": {"retry-after": "99999999"},
        "negative": {"retry-after": "-5"},
        "junk": {"retry-after": "soon", "x-ratelimit-reset": "later"},
    }
    answer = _error(429, "too_many_requests")(rule, now)
    limits = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "0"}
    return replace(answer, headers={**limits, **headers.get(rule.header, {})})


_STATUS = {
    "500": _error(500, "internal_error"),
    "502": _edge(502),
    "504": _edge(504),
    "429": _too_many,
    "302": _redirect,
    "401": _error(401, "unauthorized"),
    "403": _error(403, "forbidden"),
    "404": _error(404, "notfound"),
    "409": _error(409, "conflict"),
    "410": _error(410, "gone"),
    "422": _error(422, "unprocessable"),
}


def _bomb(rule: FaultRule) -> Answer:
    headers = {"content-encoding": "gzip"}
    return Answer(status=200, body=_packed(rule.size), headers=headers)


@lru_cache(maxsize=2)
def _packed(size: int) -> bytes:
    return gzip.compress(b'{"data":"' + b"0" * size + b'"}', compresslevel=1)


def _oversized(rule: FaultRule) -> Answer:
    return Answer(status=200, body=b'{"data":' + b" " * rule.size + b"{}}")


_INSTEAD: dict[str, Callable[[FaultRule], Answer]] = {
    "malformed-json": lambda _: Answer(status=200, body=b'{"data": {"id": nope, }'),
    "html-200": lambda _: Answer(
        status=200, body=_PAGE % (b"Sign in", b"Please sign in"), content_type="text/html"
    ),
    "empty-204": lambda _: Answer(status=204, content_type=""),
    "gzip-bomb": _bomb,
    "oversized": _oversized,
}


# --- the answer, changed ------------------------------------------------------------------------


def _changed(act: str, right: Answer, seed: int) -> Answer:
    if act == "wrong-type":
        return replace(right, content_type="text/plain")
    if act == "truncated-json":
        return replace(right, body=right.body[: len(right.body) * 2 // 3])
    if act == "duplicate-keys":
        return replace(right, body=right.body[:-1] + b',"data":null}')
    if act not in _CHANGES or not right.body:
        return right
    content = json.loads(right.body)
    _CHANGES[act](content, random.Random(seed))
    # ASCII escapes carry a lone surrogate over the wire; NaN is written as it is.
    return replace(right, body=json.dumps(content).encode())


def _records(content: Json) -> list[Json]:
    data = content.get("data")
    return data if isinstance(data, list) else [data] if isinstance(data, dict) else []


def _each(change: Callable[[Json], None]) -> Callable[[Json, random.Random], None]:
    """Apply to the attributes of every record."""

    def change_all(content: Json, _random: random.Random) -> None:
        for record in _records(content):
            change(record.get("attributes", {}))

    return change_all


def _new_enum(attributes: Json) -> None:
    for name in _ENUMS:
        if isinstance(attributes.get(name), str):
            attributes[name] = "quantum"
    attributes["neverSeenBefore"] = {"flux": 1}


def _missing(attributes: Json) -> None:
    for name in _OPTIONAL:
        attributes.pop(name, None)


def _nan(attributes: Json) -> None:
    for name in ("satisfaction", "size", "rev", "priority"):
        if name in attributes:
            attributes[name] = float("nan")


def _lone(attributes: Json) -> None:
    for name in ("preview", "name", "subject", "body"):
        if isinstance(attributes.get(name), str):
            attributes[name] += "\ud83d"


def _number_ids(content: Json, _random: random.Random) -> None:
    for record in _records(content):
        record["id"] = int(str(record.get("id") or "0"), 16)


def _twice(content: Json, random_: random.Random) -> None:
    data: Any = content.get("data")
    if isinstance(data, list) and data:
        data += random_.sample(data, k=min(3, len(data)))


def _shuffled(content: Json, random_: random.Random) -> None:
    if isinstance(content.get("data"), list):
        random_.shuffle(content["data"])


_CHANGES: dict[str, Callable[[Json, random.Random], None]] = {
    "new-enum": _each(_new_enum),
    "missing-field": _each(_missing),
    "nan-json": _each(_nan),
    "lone-surrogate": _each(_lone),
    "id-type": _number_ids,
    "duplicate-page": _twice,
    "shuffled-page": _shuffled,
}
