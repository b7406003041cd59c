"""A bound on a whole HTTP exchange.

A read timeout starts anew with every byte (encode/httpx #1450), so a server that drips can hold
a caller for hours. This transport takes a request's read timeout as the time for all of it.
"""

import contextlib
import socket
from collections.abc import Iterator
from threading import Timer
from typing import Any

import httpx2

MAX_BODY = 4_000_000  # bytes; a summary has a few thousand


class WholeTimeout(httpx2.BaseTransport):
    """Cuts an exchange that is not complete after the request's `read` timeout.

    `inner` must open a connection for each request (no keep-alive), because its socket is what
    gets cut. Raises httpx2.ReadTimeout for a cut, httpx2.ReadError for a body over `MAX_BODY`.
    """

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request; the response's body is still to be read and still timed."""
        seconds = request.extensions.get("timeout", {}).get("read")
        if seconds is None:
            return self._inner.handle_request(request)
        watch = _Watch(seconds)
        request.extensions = {**request.extensions, "trace": watch.see}
        with watch.translating(request):
            response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Watched(response.stream, watch, request)
        return response

    def close(self) -> None:
        """Close the transport below."""
        self._inner.close()


class _Watch:
    """Shuts the socket when the time is up. `cut` says that it did, or would have."""

    def __init__(self, seconds: float) -> None:
        self.cut = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def see(self, event: str, info: dict[str, Any]) -> None:
        """Take note of the socket (httpx2's `trace` extension)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.cut:
                self._shut()

    def stop(self) -> None:
        self._timer.cancel()

    @contextlib.contextmanager
    def translating(self, request: httpx2.Request) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.stop()
            if self.cut and isinstance(error, httpx2.TransportError):
                raise httpx2.ReadTimeout("the time for the exchange is over") from error
            raise

    def _shut(self) -> None:
        self.cut = True
        if self._socket is not None:
            # The plain socket's method: that of SSLSocket also takes its TLS state away from
            # the thread that is reading. A shutdown, unlike a close, wakes that thread.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Watched(httpx2.SyncByteStream):
    """A body that is timed and counted."""

    def __init__(
        self, stream: httpx2.SyncByteStream, watch: _Watch, request: httpx2.Request
    ) -> None:
        self._stream = stream
        self._watch = watch
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        with self._watch.translating(self._request):
            for part in self._stream:
                size += len(part)
                if size > MAX_BODY:
                    raise httpx2.ReadError(f"the body has more than {MAX_BODY} bytes")
                yield part
            if self._watch.cut:  # without a length, a cut looks like the end
                raise httpx2.ReadError("cut")

    def close(self) -> None:
        self._watch.stop()
        self._stream.close()
