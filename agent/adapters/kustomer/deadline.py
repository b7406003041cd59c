"""One total deadline for a call, which a server that drips bytes cannot stretch.

httpx's timeouts are per read: a byte every few seconds, in the headers or in the body, holds a
call open for ever. Here every read, write, connect and TLS step of a call gets at most what is
left of its deadline. What this cannot bound is the system's name lookup.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import httpcore
import httpx

_IDLE = 5.0  # seconds; a write on a connection that the server just closed is an unknown outcome
_SLICE = 16 * 1024  # bytes per write, so that the deadline is looked at in between

_ends_at: ContextVar[float | None] = ContextVar("_ends_at", default=None)
_connected_at: ContextVar[float | None] = ContextVar("_connected_at", default=None)


@contextmanager
def within(span: timedelta, *, connected: timedelta | None = None) -> Iterator[None]:
    """Everything that this thread sends or reads inside ends by then (monotonic time).

    A connection that has to be made first stands within `connected`, TLS and all, or fails.
    """
    now = time.monotonic()
    whole = _ends_at.set(now + span.total_seconds())
    first = _connected_at.set(None if connected is None else now + connected.total_seconds())
    try:
        yield
    finally:
        _ends_at.reset(whole)
        _connected_at.reset(first)


def _left_to_connect(timeout: float | None) -> float | None:
    left = _until(_ends_at.get(), timeout, httpcore.ConnectTimeout)
    return _until(_connected_at.get(), left, httpcore.ConnectTimeout)


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    return _until(_ends_at.get(), timeout, late)


def _until(ends_at: float | None, timeout: float | None, late: type[Exception]) -> float | None:
    if ends_at is None:
        return timeout
    left = ends_at - time.monotonic()
    if left <= 0:
        raise late("the deadline of the call has passed")
    return left if timeout is None else min(left, timeout)


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport in everything, but bound to the deadline of `within`."""

    def __init__(self, *, connections: int, proxy: str | None = None) -> None:
        limits = httpx.Limits(max_connections=connections, keepalive_expiry=_IDLE)
        super().__init__(limits=limits, proxy=proxy)
        # httpx has no argument for it. Should the name go, the tests with slow servers fail.
        self._pool._network_backend = _Backend()  # noqa: SLF001


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        # One address at a time: the standard library grants each address the whole timeout.
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in _addresses(host, port):
            left = _left_to_connect(timeout)
            try:
                inner = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(inner)
        raise failure

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


def _addresses(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _SLICE):
            left = _left(timeout, httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + _SLICE], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left_to_connect(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        return self._inner.get_extra_info(info)
