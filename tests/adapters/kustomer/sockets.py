"""A server below HTTP: it sends exactly these bytes, as slowly as told."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Script:
    """What the server does with each connection.

    `pause` is the time in seconds between single bytes; 0 sends all at once. `reads` is False for
    a server that never takes the request.
    """

    sends: bytes
    pause: float = 0.0
    hangs: bool = False  # keeps the connection open afterwards
    reads: bool = True
    connections: list[socket.socket] = field(default_factory=list)


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Run the script on a free port; gives its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()
        thread = threading.Thread(target=_accept, args=(listener, script, stop))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            for connection in script.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listener: socket.socket, script: Script, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        script.connections.append(connection)
        with contextlib.suppress(OSError), connection:
            _play(connection, script, stop)


def _play(connection: socket.socket, script: Script, stop: threading.Event) -> None:
    if script.reads:
        connection.recv(65_536)
    step = 1 if script.pause else len(script.sends) or 1
    for start in range(0, len(script.sends), step):
        if stop.wait(script.pause):
            return
        connection.sendall(script.sends[start : start + step])
    if script.hangs:
        stop.wait()
