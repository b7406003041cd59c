"""Serves the console in a thread of the daemon, or of `sidenote console`."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from agent.errors import InputError

START_SECONDS = 10.0
ENOUGH_SECONDS = 0.3  # for answers under way at a stop
GRACE = 1  # seconds; what uvicorn itself allows them
STOP_SECONDS = 3.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class BusyPort(InputError):
    """Another program listens there."""


def split_address(address: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, brackets of an IPv6 host taken off."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach it."""
    return split_address(address)[0] in LOOPBACK


def hosts_of(address: str) -> frozenset[str]:
    """The values of `Host` that a browser sends for that address."""
    host, port = split_address(address)
    if host in LOOPBACK:
        return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
    return frozenset({f"{host}:{port}", host})


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """A socket on that address; port 0 takes any free one.

    Raises:
        BusyPort: another program listens there, or the address is not this machine's.
    """
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, else asyncio leaves Nagle's delay on: 40 ms for every page.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind((host, port))
        except OSError as error:
            raise BusyPort(
                f"The console cannot listen on {address} ({error.strerror}). Stop the program "
                "that does, or set SIDENOTE_CONSOLE to another address, or to off."
            ) from error
        yield own


@contextmanager
def serving(app: Callable[[str], ASGIApp], address: str) -> Iterator[str]:
    """Serve while the block runs; gives the URL. `app` makes the application for the address.

    Raises:
        BusyPort: another program listens there.
    """
    with listening(address) as own:
        host = split_address(address)[0]
        port = own.getsockname()[1]
        served = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        server = uvicorn.Server(
            uvicorn.Config(
                app(served),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        thread = threading.Thread(target=server.run, args=([own],), name="console", daemon=True)
        thread.start()
        until = time.monotonic() + START_SECONDS
        while not server.started and thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        if not server.started:
            raise BusyPort(f"The console did not start on {address}.")
        try:
            yield f"http://{served}"
        finally:
            server.should_exit = True
            thread.join(timeout=ENOUGH_SECONDS)
            server.force_exit = True  # open event streams never end by themselves
            thread.join(timeout=STOP_SECONDS)
