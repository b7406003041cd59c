"""What goes before other requests when few are left: releasing a reply, and what became of it.

A property of the caller's work, not of one call, so it is said around the work and read where the
request budget is asked. It holds for this thread only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_urgent = ContextVar("urgent", default=False)


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
