"""Turns templates into pages: Jinja with everything escaped, times in the viewer's own zone."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from agent.console.parts import Parts
from agent.core.access import Role


@cache
def templates() -> Environment:
    """The environment; made once. Nothing in it reads a template from text."""
    environment = Environment(
        loader=PackageLoader("agent.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = moment
    environment.filters["span"] = span
    return environment


def page(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - what templates show
    """A whole page, or only its changing part where the live script asks for that."""
    parts: Parts = request.app.state.parts
    who = request.state.who
    now = parts.clock.now()
    shown = {
        "nonce": request.state.nonce,
        "path": request.url.path,
        "query": str(request.url.query),
        "who": who,
        "Role": Role,
        "now": now,
        "parts": parts,
        "pause": parts.paused() if who else None,
        "said": request.query_params.get("said", "")[:200],
        "is_part": request.headers.get("hx-request") == "true",
    }
    return HTMLResponse(templates().get_template(name).render(shown | values), status_code=status)


def moment(at: datetime | None, form: str = "short") -> Markup:
    """A time as an element that the page's script puts into the viewer's zone; UTC without it."""
    if at is None:
        return Markup("–")
    words = f"{at.day} {at:%b %H:%M} UTC"
    return Markup('<time datetime="{}" data-form="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), form, words
    )


_SPANS = ((10, 1, 1, "s"), (90, 1, 0, "s"), (5_400, 60, 0, "min"), (172_800, 3_600, 0, "h"))


def span(seconds: float | timedelta | None) -> str:
    """A length of time in words a person says: "0.9 s", "12 s", "3 min", "5 h", "2 days"."""
    if seconds is None:
        return "–"
    number = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    for below, size, digits, unit in _SPANS:
        if number < below:
            return f"{number / size:.{digits}f} {unit}"
    return f"{number / 86_400:.0f} days"
