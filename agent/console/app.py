"""The console as one ASGI application: its routes, and the doors before them."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from agent.console.answers import Refusal, refusal
from agent.console.api.app import PATH as API_PATH
from agent.console.api.app import api_app
from agent.console.api.parts import ApiParts
from agent.console.doors import HOOK, Doors
from agent.console.events import events
from agent.console.guard import Page, open_to
from agent.console.hooks import ring
from agent.console.metrics import PATH as METRICS_PATH
from agent.console.metrics import metrics_for
from agent.console.pages import approvals, certificate, now, pause, run, runs, sign_in, topics
from agent.console.parts import Parts
from agent.console.proxies import Forwarded
from agent.core.access import Role

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the console may be reached; the rest is refused.

    `hosts` are the values of the `Host` header at its own address. `proxied_url` is where a proxy
    of `proxies` shows it, `public_url` where Kustomer reaches the doorbell and nothing else.
    """

    hosts: frozenset[str]
    public_url: str = ""
    proxied_url: str = ""
    proxies: frozenset[str] = frozenset()


def console_app(parts: Parts, places: Places, api: ApiParts | None = None) -> Forwarded:
    """The application. Everything passes the proxies' word and the doors first."""
    every = [*routes(), *(api_routes(api) if api is not None else ())]
    app = Starlette(routes=every, exception_handlers={HTTPException: _refuse, Exception: _refuse})
    app.router.redirect_slashes = False
    app.state.parts = parts
    doors = Doors(
        app=app,
        hosts=places.hosts,
        public_host=host_of(places.public_url),
        proxied_host=host_of(places.proxied_url),
        needs_tls=places.proxied_url.startswith("https:"),
    )
    return Forwarded(doors, places.proxies)


def host_of(url: str) -> str:
    """What a browser writes into `Host` for that URL; "" for none."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    host = parts.hostname or ""
    return f"[{host}]{port}" if ":" in host else f"{host}{port}"


_PORTS = {"https": 443, "http": 80}


def routes() -> list[BaseRoute]:
    """Every page and call there is."""
    return [
        _get("/", Role.VIEWER, now.show),
        _get("/runs", Role.VIEWER, runs.show),
        _get("/runs/{run_id}", Role.VIEWER, run.show),
        _post("/runs/{run_id}/retry", Role.TEAMMATE, run.retry),
        _post("/runs/{run_id}/wrong", Role.TEAMMATE, run.wrong),
        _get("/approvals", Role.VIEWER, approvals.show),
        _get("/approvals/{run_id}", Role.VIEWER, approvals.show),
        _post("/approvals/{run_id}/approve", Role.TEAMMATE, approvals.approve),
        _post("/approvals/{run_id}/edit", Role.TEAMMATE, approvals.edit),
        _post("/approvals/{run_id}/reject", Role.TEAMMATE, approvals.reject),
        _get("/topics", Role.VIEWER, topics.show),
        _post("/topics/{topic}/raise", Role.LEAD, topics.raise_),
        _post("/topics/{topic}/lower", Role.LEAD, topics.lower),
        _get("/topics/{topic}/certificate", Role.VIEWER, certificate.show),
        _post("/topics/{topic}/waive", Role.LEAD, certificate.waive_),
        _post("/topics/{topic}/end-waiver", Role.LEAD, certificate.end),
        _post("/pause", Role.TEAMMATE, pause.pause),
        _post("/resume", Role.TEAMMATE, pause.resume),
        _get("/sign-in", None, sign_in.show),
        _post("/sign-in", None, sign_in.enter),
        _post("/sign-out", None, sign_in.leave),
        Route("/events", events, methods=["GET"]),
        Route(HOOK, ring, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def api_routes(api: ApiParts) -> list[BaseRoute]:
    """What programs call, with tokens."""
    return [
        Mount(API_PATH, api_app(api)),
        Route(METRICS_PATH, metrics_for(api), methods=["GET"]),
    ]


def _get(path: str, role: Role | None, page: Page) -> Route:
    return Route(path, open_to(role, page), methods=["GET"])


def _post(path: str, role: Role | None, page: Page) -> Route:
    return Route(path, open_to(role, page), methods=["POST"])


async def _refuse(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such page, no such method there; and what broke."""
    status = error.status_code if isinstance(error, HTTPException) else None
    for why in (Refusal.NOT_FOUND, Refusal.WRONG_METHOD, Refusal.TOO_LARGE):
        if status == why.value.status:
            return refusal(request.scope, why)
    return refusal(request.scope, Refusal.BROKE)
