"""The console as one ASGI application: its routes, and the doors before them."""

from collections.abc import Iterable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from agent.console.answers import Refusal, problem, refusal
from agent.console.doors import Doors
from agent.console.events import events
from agent.console.guard import Page, open_to
from agent.console.pages import now, pause, run, runs, sign_in
from agent.console.parts import Parts
from agent.core.access import Role

STATIC = Path(__file__).parent / "static"


def console_app(parts: Parts, *, hosts: Iterable[str], public_host: str = "") -> Doors:
    """The application. `hosts` are the values of the `Host` header that it answers to."""
    app = Starlette(routes=_routes(), exception_handlers={HTTPException: _refuse})
    app.state.parts = parts
    return Doors(app=app, hosts=frozenset(hosts), public_host=public_host)


def _routes() -> list[BaseRoute]:
    return [
        _get("/", Role.VIEWER, now.show),
        _get("/runs", Role.VIEWER, runs.show),
        _get("/runs/{run_id}", Role.VIEWER, run.show),
        _post("/runs/{run_id}/retry", Role.TEAMMATE, run.retry),
        _post("/pause", Role.TEAMMATE, pause.pause),
        _post("/resume", Role.TEAMMATE, pause.resume),
        _get("/sign-in", None, sign_in.show),
        _post("/sign-in", None, sign_in.enter),
        _post("/sign-out", None, sign_in.leave),
        Route("/events", events, methods=["GET"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def _get(path: str, role: Role | None, page: Page) -> Route:
    return Route(path, open_to(role, page), methods=["GET"])


def _post(path: str, role: Role | None, page: Page) -> Route:
    return Route(path, open_to(role, page), methods=["POST"])


async def _refuse(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such page, no such method there."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == Refusal.NOT_FOUND.value.status:
        return refusal(request.scope, Refusal.NOT_FOUND)
    if status == Refusal.WRONG_METHOD.value.status:
        return refusal(request.scope, Refusal.WRONG_METHOD)
    return problem(Refusal.BROKE.value.status, Refusal.BROKE.value.words)
