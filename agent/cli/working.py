"""Runs a daemon in the foreground: until it is through, or until a signal says stop."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

from agent.cli import STOPPING
from agent.cli.terminal import say
from agent.daemon import Daemon
from agent.wiring import App

LOOK_SECONDS = 0.25  # between two looks of the person's table
HARD_END_SECONDS = 13.5  # after the signal: design allows 15 in all, on a busy machine too
ENDED_AT_ONCE = 130  # what shells say of a command that Ctrl-C ended

Work = Callable[[threading.Event], None]


def work(
    app: App,
    daemon: Daemon,
    carry_on: Work,
    *,
    watch: Callable[[], None] = lambda: None,
    tell: Callable[[str], None] = say,
    beside: AbstractContextManager[object] | None = None,
) -> None:
    """Start the daemon, let `carry_on` work until it returns or a signal comes, stop it.

    `watch` is called four times a second from this thread, and once at the end; `tell` prints a
    line without spoiling a live table. `beside` is what runs meanwhile: begun after the daemon,
    ended before it. SIGTERM and SIGINT stop gracefully; a second one ends the process at once.
    """
    trouble: list[BaseException] = []

    def loop() -> None:
        try:
            carry_on(app.stopping)
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            if not app.stopping.is_set():
                trouble.append(error)

    with stopping_on_signals(app.stopping):
        daemon.start()
        # A thread of its own: a request that hangs must not delay the stop.
        thread = threading.Thread(target=loop, name="daemon", daemon=True)
        thread.start()
        try:
            with beside or nullcontext():
                while thread.is_alive() and not app.stopping.is_set():
                    watch()
                    thread.join(LOOK_SECONDS)
        finally:
            if app.stopping.is_set():
                tell(STOPPING)
            daemon.stop()
        watch()
    if trouble:
        raise trouble[0]


@contextmanager
def stopping_on_signals(stopping: threading.Event) -> Iterator[None]:
    """Set `stopping` at SIGTERM or SIGINT while the block runs; end at once at the second."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may listen for signals
        return

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(ENDED_AT_ONCE)
        stopping.set()
        # A step that hangs in another thread would hold up the exit; it is continued next time.
        timer = threading.Timer(HARD_END_SECONDS, os._exit, [0])
        timer.daemon = True
        timer.start()

    before = {n: signal.signal(n, on_signal) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
