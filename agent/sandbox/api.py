"""Answers one request, without any I/O: key, limits, route, role, then the route's function."""

import json
import re
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.routing import compile_path

from agent.sandbox.answers import Answer, Refusal, refused
from agent.sandbox.calls import Call, Request, Route, seen_until
from agent.sandbox.limits import Limits, TooMany
from agent.sandbox.records import KeyRecord, Value
from agent.sandbox.routes import ROUTES
from agent.sandbox.world import World

POD = "prod1"
BODY_LIMIT = 100_000  # bytes; Kustomer documents 100 kB
STALE_SECONDS = 10.0  # how old the state is that a stale read shows

_COMPILED = [(route, compile_path(route.path)[0]) for route in ROUTES]


class Api:
    """Kustomer's API over a world. One thread at a time; takes the world's lock itself."""

    def __init__(self, world: World, limits: Limits) -> None:
        self._world = world
        self._limits = limits
        self._answered = 0

    def answer(self, request: Request, *, stale: bool = False) -> Answer:
        """What Kustomer would answer. `stale`: reads show the state of some seconds ago."""
        with self._world.lock:
            self._world.agenda.catch_up()
            headers = {"x-kustomer-pod": POD, "cache-control": "no-cache,private"}
            try:
                answer = self._admitted(request, headers, stale=stale)
            except TooMany as refusal:
                answer = self._too_many(refusal, headers)
            except Refusal as refusal:
                answer = refused(refusal, self._world.switches)
                if answer.status == 409 and self._world.switches["conflict-body"] == "empty":
                    answer.body = b""
            self._answered += 1
            if self._world.switches["request-id"] == "present":
                headers["x-request-id"] = f"sandbox-{self._answered}"
            answer.headers |= headers
            return answer

    def _admitted(self, request: Request, headers: dict[str, str], *, stale: bool) -> Answer:
        now = self._world.now()
        if len(request.body) > BODY_LIMIT:
            raise Refusal(413, "payload_too_large", "Request Entity Too Large")
        key = self._key(request)
        headers["x-ratelimit-limit"] = str(self._limits.per_minute)
        headers["x-ratelimit-remaining"] = str(self._limits.take_request(now))
        route, params = _route(request)
        if route.role and f"org.permission.{route.role}" in key.without:
            status = int(self._world.switches["missing-role"])
            raise Refusal(status, "forbidden", f"Missing role org.permission.{route.role}")
        lag = STALE_SECONDS if stale else self._world.switches.number("read-lag")
        call = Call(
            world=self._world,
            limits=self._limits,
            key=key,
            path=request.path,
            params=params,
            query=dict(parse_qsl(request.query, keep_blank_values=True)),
            body=_body(request),
            seen_until=seen_until(now, lag),
            stale=stale,
        )
        return route.handler(call)

    def _key(self, request: Request) -> KeyRecord:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = self._world.keys.get(token.strip()) if scheme.lower() == "bearer" else None
        if key is None or key.expired:
            title = "Expired token" if key else "Invalid token"
            raise Refusal(401, "unauthorized", title, parameter="Authorization")
        if key.pod != POD:
            title = f"Token is associated with pod {key.pod}, request is handled by pod {POD}"
            raise Refusal(401, "unauthorized", title, parameter="Authorization")
        return key

    def _too_many(self, refusal: TooMany, headers: dict[str, str]) -> Answer:
        switches = self._world.switches
        headers["x-ratelimit-remaining"] = "0"
        headers["x-ratelimit-reset"] = str(refusal.reset)
        wait = max(refusal.reset - int(self._world.now().timestamp()), 0)
        if switches["retry-after"] == "seconds":
            headers["retry-after"] = str(wait)
        if switches["retry-after"] == "date":
            headers["retry-after"] = format_datetime(self._world.later(wait), usegmt=True)
        if switches["too-many-body"] == "empty":
            return Answer(status=429, content_type="")
        if switches["too-many-body"] == "html":
            body = b"<html><body>429 Too Many Requests</body></html>"
            return Answer(status=429, body=body, content_type="text/html")
        return refused(refusal, switches)


def _route(request: Request) -> tuple[Route, dict[str, str]]:
    for route, pattern in _COMPILED:
        if route.method == request.method:
            match: re.Match[str] | None = pattern.match(request.path)
            if match:
                return route, match.groupdict()
    raise Refusal(404, "notfound", "Not Found", parameter="path")


def _body(request: Request) -> Value:
    """The JSON body, or None when there is none or it cannot be read."""
    try:
        return json.loads(request.body) if request.body else None
    except (ValueError, RecursionError):
        return None
