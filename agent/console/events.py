"""Tells open pages that something changed, as server-sent events. Pages ask for what changed."""

import asyncio
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from agent.console.answers import Refusal, refusal
from agent.console.guard import who_is
from agent.console.parts import Parts
from agent.errors import AgentError
from agent.run_search import RunQuery

LOOK_EVERY = 1.0  # seconds
MOST = 20  # open pages; more reload by hand, so that no forgotten tab wears the database out
ALIVE_EVERY = 15  # looks without news after which a comment keeps proxies from hanging up


async def events(request: Request) -> Response:
    """A stream that never ends by itself, for whoever is signed in."""
    state = request.app.state
    if await run_in_threadpool(_nobody, request):
        return refusal(request.scope, Refusal.SIGNED_OUT)
    if getattr(state, "listening", 0) >= MOST:
        return refusal(request.scope, Refusal.NO_DATABASE, "Too many open pages; reload by hand.")
    return StreamingResponse(_stream(request), media_type="text/event-stream")


def _nobody(request: Request) -> bool:
    try:
        return who_is(request) is None
    except AgentError:
        return True


async def _stream(request: Request) -> AsyncIterator[str]:
    state = request.app.state
    state.listening = getattr(state, "listening", 0) + 1
    try:
        before, quiet = await run_in_threadpool(_stamp, state.parts), 0
        yield ": here\n\n"
        while not await request.is_disconnected():
            await asyncio.sleep(LOOK_EVERY)
            stamp = await run_in_threadpool(_stamp, state.parts)
            quiet = 0 if stamp != before else quiet + 1
            if stamp != before:
                before = stamp
                yield "event: fresh\ndata: \n\n"
            elif quiet % ALIVE_EVERY == 0:
                yield ": here\n\n"
    finally:
        state.listening -= 1


def _stamp(parts: Parts) -> tuple[object, ...]:
    """Another one whenever a page would look different."""
    try:
        newest = parts.search.find_runs(RunQuery(limit=1))
        counts = tuple(parts.store.count_runs().values())
        pause = parts.paused()
        return (*(run.id for run in newest), *counts, pause.at if pause else None)
    except AgentError:
        return ("unavailable",)
