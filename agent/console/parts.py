"""What the pages see and can do. `console_wiring.py` makes it; tests make their own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.approving import Ended
from agent.console.entry import Entry
from agent.console.standings import Standings
from agent.core.team_policy import TeamPolicy
from agent.doorbell import Doorbell
from agent.errors import ConfigError
from agent.notes import NoteDesk
from agent.pausing import Controls
from agent.ports import Clock, Pause, Run, Store
from agent.run_search import RunSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """How one thing does that everything rests on."""

    name: str
    is_well: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """How much of an allowance is used, such as requests in this minute; `words` says it."""

    name: str
    words: str
    more: str = ""  # what else there is to say, smaller
    used: float = 0.0
    limit: float | None = None  # None: there is none, or it is not known


def no_desk() -> NoteDesk:
    """For a console that has no way to Kustomer.

    Raises:
        ConfigError: always.
    """
    raise ConfigError("this console has no way to Kustomer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """What a person may set off. Each is what a command does; each raises as that does."""

    approve: Callable[[Run, str], Ended]
    reject: Callable[[Run, str, str], Ended]
    retry: Callable[[Run], str]  # gives what happens now, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything the console needs, and nothing that names an adapter."""

    store: Store
    search: RunSearch
    entry: Entry
    clock: Clock
    policy: Callable[[], TeamPolicy]  # the file's; levels are read anew
    controls: Controls
    paused: Callable[[], Pause | None]
    acts: Acts
    desk: Callable[[], NoteDesk] = no_desk  # one for each request: two at once are two owners
    to_look: Callable[[], NoteDesk] | None = None  # for pages: asks once; None: `desk`
    lights: Callable[[], tuple[Light, ...]] = tuple
    meters: Callable[[], tuple[Meter, ...]] = tuple
    version: str = ""
    is_demo: bool = False
    doorbell: Doorbell | None = None
    standings: Standings = field(default_factory=Standings)
    links: Mapping[str, str] = field(default_factory=dict)  # e.g. where a conversation opens
