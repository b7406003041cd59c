"""The parts that a command works with, let go of at its end."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager

from agent.cli.demo_place import settings_for
from agent.log import configure
from agent.wiring import App


@contextmanager
def opened(*, demo: bool = False, needs_database: bool = True) -> Iterator[App]:
    """The app on the team's settings, or on the last demo's; logs only what went wrong.

    Raises:
        ConfigError: the settings cannot work.
    """
    configure(level=logging.WARNING)
    with closing(App(settings_for(demo=demo), needs_database=needs_database)) as app:
        yield app
