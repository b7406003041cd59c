"""A span for each request to Kustomer, named by OpenTelemetry's conventions for HTTP clients.

The whole address is left out: paths hold customers' addresses, queries hold what was searched.
"""

import httpx

from agent.trace_port import Traces

_FIXED = frozenset(
    """
    v1 conversations current customers drafts messages notes outbound-webhooks outboundAccounts
    search tags users
    """.split()
)
_KEYS = frozenset({"email", "externalId", "phone"})


class TracedTransport(httpx.BaseTransport):
    """Any transport, with a span around each request until its answer's headers are there."""

    def __init__(self, inner: httpx.BaseTransport, traces: Traces) -> None:
        self._inner = inner
        self._traces = traces

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises as the transport does."""
        template = template_of(request.url.path)
        attributes: dict[str, str | int] = {
            "http.request.method": request.method,
            "url.template": template,
            "server.address": request.url.host,
            "server.port": request.url.port or (443 if request.url.scheme == "https" else 80),
        }
        with self._traces.span(f"{request.method} {template}", attributes, is_call=True) as span:
            response = self._inner.handle_request(request)
            span.tell({"http.response.status_code": response.status_code})
            if response.is_error:
                span.failed(str(response.status_code))
            return response

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


def template_of(path: str) -> str:
    """The path with `{id}` in place of every part that is none of the words we know."""
    return "/".join(_segment(each) for each in path.split("/"))


def _segment(text: str) -> str:
    if not text or text in _FIXED:
        return text
    key = text.partition("=")[0]
    return f"{key}={{value}}" if key in _KEYS else "{id}"
