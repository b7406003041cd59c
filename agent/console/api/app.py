"""The API as one application, to be mounted at `PATH`."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from agent.console.api import actions, team
from agent.console.api.parts import ApiParts
from agent.console.api.problems import tell_problems
from agent.console.api.shapes import Problem

PATH = "/api/v1"
_TOLD = """
What Sidenote's commands do, for workflow tools and scripts. Every call but `GET /health` needs a
token with the scope that it names: `Authorization: Bearer sn_…`. Errors are problem+json.
"""
_PROBLEMS = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read",
    HTTPStatus.UNAUTHORIZED: "No token, or one that is unknown or expired",
    HTTPStatus.FORBIDDEN: "The token does not allow this",
    HTTPStatus.NOT_FOUND: "There is no such thing",
    HTTPStatus.CONFLICT: "Under way already, or changed meanwhile; see Retry-After",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "It cannot be done so; `detail` says why",
    HTTPStatus.TOO_MANY_REQUESTS: "Too much at once; see Retry-After",
    HTTPStatus.SERVICE_UNAVAILABLE: "Paused, or something does not answer; see Retry-After",
}


def api_app(api: ApiParts) -> FastAPI:
    """The application. Its description is at /openapi.json; there are no pages about it."""
    app = FastAPI(
        title="Sidenote",
        version="1",
        description=_TOLD,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Its own traces and logs hold queries, which name customers, and errors' texts.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        responses=_responses(),
    )
    app.state.api = api
    tell_problems(app)
    for router in _ROUTERS:
        app.include_router(router)
    return app


_ROUTERS = (
    actions.sending,
    actions.creating,
    actions.finding,
    actions.summarizing,
    team.looking,
    team.retrying,
    team.deciding,
    team.climbing,
    team.pausing,
    team.anybody,
)


def _responses() -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {
        int(status): {"description": words, "content": content}
        for status, words in _PROBLEMS.items()
    }
