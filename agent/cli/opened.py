"""The parts that a command works with, let go of at its end."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager

from agent.cli.demo_place import settings_for
from agent.log import configure
from agent.rehearsal_place import rehearsed_settings
from agent.wiring import App


@contextmanager
def opened(
    *, demo: bool = False, rehearsal: bool = False, needs_database: bool = True
) -> Iterator[App]:
    """The app on the team's settings, or on the last demo's; logs only what went wrong.

    With `rehearsal`, on the database of that one's rehearsals.

    Raises:
        ConfigError: the settings cannot work.
        InputError: there was no such rehearsal yet.
    """
    configure(level=logging.WARNING)
    settings = settings_for(demo=demo)
    if rehearsal:
        settings = rehearsed_settings(settings)
    with closing(App(settings, needs_database=needs_database)) as app:
        yield app
