"""The pause: one click on every page, with who and when."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.parts import Parts


def pause(request: Request) -> Response:
    """Stop all writes."""
    parts: Parts = request.app.state.parts
    reason = request.state.form.get("reason", "").strip()[:200]
    where = parts.controls.pause(request.state.who.name, parts.clock.now(), reason)
    return _back(request, f"Paused, written to the {where}.")


def resume(request: Request) -> Response:
    """Go on."""
    parts: Parts = request.app.state.parts
    still = parts.controls.resume(request.state.who.name, parts.clock.now())
    said = "Going on." if not still else f"Still paused by {' and '.join(still)}."
    return _back(request, said)


def _back(request: Request, said: str) -> Response:
    back = request.state.form.get("back", "/")
    path = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    return RedirectResponse(f"{path}?{urlencode({'said': said})}", status_code=303)
