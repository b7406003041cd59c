"""The doorbell's address: Kustomer's calls prove themselves by a signature, nobody signs in.

The body is read here, because the signature is over its raw bytes; the answer does not wait for
what the ring sets off.
"""

import asyncio
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from agent.console.answers import problem
from agent.console.parts import Parts

SIGNATURE = "x-kustomer-webhook-signature"
BODY_SECONDS = 5.0  # for all of a body; Kustomer waits a few seconds for the answer
NOT_SIGNED = (
    "The signature is not right. It is the lower-case hex HMAC-SHA256 of the body with the "
    "webhook's token; 'sidenote webhooks status' shows which webhook is known here."
)


async def ring(request: Request) -> Response:
    """204 for a genuine call, whatever it names; 401 for any other."""
    parts: Parts = request.app.state.parts
    try:
        body = await asyncio.wait_for(request.body(), BODY_SECONDS)
    except (TimeoutError, ClientDisconnect):
        return problem(HTTPStatus.REQUEST_TIMEOUT, "The body did not come within 5 seconds.")
    signatures = request.headers.getlist(SIGNATURE)
    if parts.doorbell is None or not await run_in_threadpool(
        parts.doorbell.answer, body, signatures
    ):
        return problem(HTTPStatus.UNAUTHORIZED, NOT_SIGNED)
    return Response(status_code=204)
