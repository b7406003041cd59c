"""What goes before other requests when few are left, and what leaves room for all of them.

Releasing a reply, and finding out what became of it, go first; reading the past goes last. It is a
property of the caller's work, not of one call, so it is said around the work and read where the
request budget is asked. It holds for this thread only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_urgent = ContextVar("urgent", default=False)
_background = ContextVar("background", default=False)


@contextmanager
def urgent() -> Iterator[None]:
    """Every request inside goes before polling and before work that can wait."""
    token = _urgent.set(True)
    try:
        yield
    finally:
        _urgent.reset(token)


def is_urgent() -> bool:
    """Whether this thread's work is urgent right now."""
    return _urgent.get()


@contextmanager
def background() -> Iterator[None]:
    """Every read inside leaves half of our share of requests to live work."""
    token = _background.set(True)
    try:
        yield
    finally:
        _background.reset(token)


def is_background() -> bool:
    """Whether this thread's work can wait for all other."""
    return _background.get()
