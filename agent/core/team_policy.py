"""What a team chose in `policy.toml`, as values. Parsing and its errors: `agent/policy_file.py`."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Level(StrEnum):
    """How far a topic has climbed."""

    OFF = "off"
    NOTE = "note"
    DRAFT = "draft"
    SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One routine question, as `[topics.<name>]` describes it.

    `answers` maps a language (ISO 639-1) to the approved text.
    """

    name: str
    description: str
    examples: tuple[str, ...] = ()
    level: Level = Level.NOTE
    channels: frozenset[str] = frozenset()  # empty: every channel
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSettings:
    """`[note]`: how a note looks, and when one would be noise."""

    language: str = "en"
    time_zone: str = "UTC"
    max_words: int = 120
    min_messages: int = 3
    min_characters: int = 400
    with_reply: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPolicy:
    """The whole of `policy.toml`. `version` is the hash of the file and its answers."""

    topics: tuple[Topic, ...] = ()
    note: NoteSettings = field(default_factory=NoteSettings)
    person_words: tuple[str, ...] = ()  # words that always go to a person, besides the built-in
    min_margin: float = 0.2  # a topic nearer than this to the next one is no topic
    stale_after: timedelta = timedelta(hours=24)  # an older question gets no reply
    retries: str = "default"  # how often Kustomer is asked again: a name of `retries.RETRIES`
    version: str = ""

    def topic(self, name: str | None) -> Topic | None:
        """The topic of that name, or None."""
        return next((topic for topic in self.topics if topic.name == name), None)
