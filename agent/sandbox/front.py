"""The ASGI side: takes a request off the socket, lets a fault hit it or not, answers.

Faults that HTTP itself forbids (a reset, a body that ends early, a byte at a time) are written
to the connection directly.
"""

import asyncio
import json
import logging
from contextlib import suppress

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agent.sandbox.answers import Answer
from agent.sandbox.api import Api
from agent.sandbox.calls import Request
from agent.sandbox.control import control_routes
from agent.sandbox.faults import Chosen, Faults
from agent.sandbox.garble import spoil
from agent.sandbox.peers import connection_of, reset
from agent.sandbox.records import RequestRecord, Value
from agent.sandbox.world import World

log = logging.getLogger(__name__)
READ_LIMIT = 1_000_000  # bytes kept of a body; the API refuses far less with a 413
DRIP_SECONDS = 0.1
_HELD = {"hold", "reset"}  # faults that give no answer at all
_CUT = {"reset-mid", "fin-mid"}


class Front:
    """Stands before the API on the socket. `app` is what uvicorn serves."""

    def __init__(self, world: World, api: Api, faults: Faults) -> None:
        self._world = world
        self._api = api
        self._faults = faults
        everything = Route("/{path:path}", self._endpoint())
        self.app = Starlette(routes=[*control_routes(world, faults), everything])

    def _endpoint(self) -> Value:
        front = self

        class Endpoint:
            """An object, so that the router passes every method on untouched."""

            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                await front.serve(scope, receive, send)

        return Endpoint()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request of the API."""
        request = await _request(scope, receive)
        chosen = self._faults.choose(request.method, request.path)
        record = self._recorded(request, chosen)
        if chosen is None:
            answer = self._answered(request, record)
            record.status = answer.status
            await _send(answer, send)
            return
        right = self._applied(request, record, chosen)
        log.debug("sandbox.fault name=%s applied=%s", record.fault, record.applied)
        await self._break(scope, receive, send, (record, chosen, right))

    def _recorded(self, request: Request, chosen: Chosen | None) -> RequestRecord:
        with self._world.lock:
            record = RequestRecord(
                number=self._world.count_request(),
                at=self._world.now(),
                method=request.method,
                path=request.path,
                query=request.query,
                body=_readable(request.body),
                fault=chosen.kind.name if chosen else "",
                key=request.headers.get("authorization", "").removeprefix("Bearer "),
            )
            self._world.requests.append(record)
            return record

    def _applied(self, request: Request, record: RequestRecord, chosen: Chosen) -> Answer | None:
        """Let the request take effect, now, later or never; the right answer, if there is one."""
        if chosen.late:
            with self._world.lock:
                wait = chosen.rule.seconds + chosen.rule.late
                due = self._world.later(wait)
                self._world.agenda.at(due, lambda: self._answered(request, record))
            return None
        if not chosen.applied:
            return None
        return self._answered(request, record, stale=chosen.kind.act == "stale")

    def _answered(self, request: Request, record: RequestRecord, *, stale: bool = False) -> Answer:
        answer = self._api.answer(request, stale=stale)
        if answer.applied:
            record.applied, record.applied_at = True, self._world.now()
        return answer

    async def _break(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        what: tuple[RequestRecord, Chosen, Answer | None],
    ) -> None:
        record, chosen, right = what
        act, rule = chosen.kind.act, chosen.rule
        if act in _HELD:
            await _leave_unanswered(scope, receive, rule.seconds if act == "hold" else 0)
            return
        if act in _CUT:
            await _cut(scope, receive, right or Answer(status=200), abrupt=act == "reset-mid")
            return
        if act.startswith("drip"):
            parts = (right or Answer(status=200), act == "drip-headers", rule.seconds)
            await _drip(scope, receive, parts)
            return
        answer = spoil(act, right, rule, self._world.now(), record.number)
        record.status = answer.status
        await _send(answer, send)


# --- off the socket ------------------------------------------------------------------------------


async def _request(scope: Scope, receive: Receive) -> Request:
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body = (body + message.get("body", b""))[:READ_LIMIT]
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("ascii", "replace").partition("?")[0],
        query=scope["query_string"].decode("ascii", "replace"),
        headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
        body=body,
    )


def _readable(body: bytes) -> Value:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


async def _send(answer: Answer, send: Send) -> None:
    headers = [(k.encode(), v.encode()) for k, v in _headers(answer).items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _headers(answer: Answer) -> dict[str, str]:
    headers = dict(answer.headers)
    if answer.content_type:
        headers["content-type"] = answer.content_type
    if answer.status != 204:
        headers["content-length"] = str(len(answer.body))
    return headers


# --- on the bare connection ----------------------------------------------------------------------


async def _leave_unanswered(scope: Scope, receive: Receive, seconds: float) -> None:
    """Say nothing until the client leaves or the time is up, then cut."""
    if seconds:
        with suppress(TimeoutError):
            await asyncio.wait_for(receive(), seconds)
    await _gone(scope, receive, abrupt=True)


async def _cut(scope: Scope, receive: Receive, answer: Answer, *, abrupt: bool) -> None:
    """Half the body that was promised."""
    head, body = _raw(answer)
    with suppress(KeyError):
        connection = connection_of(scope)
        connection.write(head + body[: len(body) // 2])
        await asyncio.sleep(DRIP_SECONDS)  # let it arrive: a reset discards what is unread
    await _gone(scope, receive, abrupt=abrupt)


async def _drip(scope: Scope, receive: Receive, parts: tuple[Answer, bool, float]) -> None:
    """A byte at a time for so many seconds, then cut."""
    answer, from_headers, seconds = parts
    head, body = _raw(answer)
    with suppress(KeyError):
        connection = connection_of(scope)
        slow = head + body if from_headers else body
        if not from_headers:
            connection.write(head)
        for position in range(min(int(seconds / DRIP_SECONDS), len(slow))):
            if connection.is_closing():
                break
            connection.write(slow[position : position + 1])
            await asyncio.sleep(DRIP_SECONDS)
    await _gone(scope, receive, abrupt=True)


def _raw(answer: Answer) -> tuple[bytes, bytes]:
    lines = [f"HTTP/1.1 {answer.status} OK"]
    lines += [f"{name}: {value}" for name, value in _headers(answer).items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), answer.body


async def _gone(scope: Scope, receive: Receive, *, abrupt: bool) -> None:
    """Close the connection and wait until the server knows."""
    with suppress(KeyError):
        connection = connection_of(scope)
        if abrupt:
            reset(connection)
        else:
            connection.close()
    while (await receive())["type"] != "http.disconnect":
        pass
