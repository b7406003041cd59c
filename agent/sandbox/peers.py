"""Gives faults the raw connection of a request, to cut it or to write what HTTP forbids."""

import asyncio
import socket
import struct

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_CONNECTIONS: dict[tuple[str, int], asyncio.Transport] = {}
_NO_LINGER = struct.pack("ii", 1, 0)  # close sends RST instead of FIN


class PeerAwareProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which also remembers each connection by the client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember it."""
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peername")
        _CONNECTIONS[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        _CONNECTIONS.pop(self._peer, None)


def connection_of(scope: Scope) -> asyncio.Transport:
    """The connection that a request came over. Raises KeyError when it is gone."""
    return _CONNECTIONS[tuple(scope["client"])]


def reset(transport: asyncio.Transport) -> None:
    """Cut the connection so that the client sees a reset."""
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
