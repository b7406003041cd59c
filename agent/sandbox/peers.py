"""Gives faults the raw connection of a request, to cut it or to write what HTTP forbids."""

import asyncio
import socket
import struct

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_Ends = tuple[tuple[str, int], tuple[str, int]]  # the client's address and ours
_CONNECTIONS: dict[_Ends, asyncio.Transport] = {}
_NO_LINGER = struct.pack("ii", 1, 0)  # close sends RST instead of FIN


class PeerAwareProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, which also remembers each connection by its two addresses."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember it."""
        super().connection_made(transport)
        self._ends = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        _CONNECTIONS[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        _CONNECTIONS.pop(self._ends, None)


def connection_of(scope: Scope) -> asyncio.Transport:
    """The connection that a request came over. Raises KeyError when it is gone."""
    return _CONNECTIONS[tuple(scope["client"]), tuple(scope["server"])]


def reset(transport: asyncio.Transport) -> None:
    """Cut the connection so that the client sees a reset."""
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
