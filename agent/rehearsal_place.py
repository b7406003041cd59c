"""Where rehearsals keep their own database, apart from the team's."""

from dataclasses import replace
from pathlib import Path

from agent.errors import ConfigError, InputError
from agent.settings import Settings

NAME = "rehearsal"  # how the name of such a database ends
SQLITE = "sqlite:///"


def rehearsal_settings(settings: Settings) -> Settings:
    """The same settings on the rehearsal's database: `FILE-rehearsal` beside an SQLite file.

    Raises:
        ConfigError: on PostgreSQL, unless the database is named as one for rehearsals.
    """
    url = settings.database_url
    if url.startswith(SQLITE):
        return replace(settings, database_url=f"{url}-{NAME}")
    if url.split("?", maxsplit=1)[0].endswith(NAME):
        return settings
    raise ConfigError(
        "a rehearsal needs a database of its own, so that the turns it rehearses are handled when "
        f"the daemon really starts. Set SIDENOTE_DATABASE_URL to one whose name ends in '{NAME}', "
        "or to an SQLite file, for this command."
    )


def rehearsed_settings(settings: Settings) -> Settings:
    """The settings of the rehearsals that there were.

    Raises:
        ConfigError: as `rehearsal_settings`.
        InputError: there was none yet.
    """
    found = rehearsal_settings(settings)
    url = found.database_url
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).exists():
        raise InputError(
            "there was no rehearsal yet; start one with 'sidenote start --rehearse --once'"
        )
    return found
