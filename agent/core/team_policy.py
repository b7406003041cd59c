"""What a team chose in `policy.toml`, as values. Parsing and its errors: `agent/policy_file/`."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from agent.core.certificate import Terms


class Level(StrEnum):
    """How far a topic has climbed."""

    OFF = "off"
    NOTE = "note"
    DRAFT = "draft"
    SEND = "send"


class SlotKind(StrEnum):
    """What the value of a slot may look like; `core/slots.py` checks it."""

    NAME = "name"
    ORDER_NUMBER = "order-number"
    DATE = "date"
    AMOUNT = "amount"
    NUMBER = "number"
    TEXT = "text"  # short, one line, no links


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`[topics.<name>.slots.<slot>]`: a gap in an approved answer, and what may fill it.

    `source` is "message" (words quoted from the customer's own message, checked by code), or a
    path into a record: "customer.name", "conversation.custom.orderNumberStr", ….
    """

    name: str
    source: str
    kind: SlotKind = SlotKind.TEXT
    pattern: str = ""  # a regular expression that the whole value must match; "": the kind's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One routine question, as `[topics.<name>]` describes it.

    `answers` maps a language (ISO 639-1) to the approved text; `{{slot}}` in it is a slot.
    """

    name: str
    description: str
    examples: tuple[str, ...] = ()
    level: Level = Level.NOTE
    channels: frozenset[str] = frozenset()  # empty: every channel
    languages: frozenset[str] = frozenset()  # empty: every language that has an answer
    answers: dict[str, str] = field(default_factory=dict)
    slots: tuple[Slot, ...] = ()
    daily_cap: int | None = None  # replies a day, of the whole organization; more are drafted
    share: int = 100  # percent of its replies that are sent; the rest are drafted


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`[hours]`: when replies go out by themselves. Outside they are drafted.

    `week` has seven days, Monday first; each a tuple of (from, until) local times.
    """

    time_zone: str = "UTC"
    week: tuple[tuple[tuple[time, time], ...], ...] = ()  # empty: always
    country: str = ""  # of the public holidays, such as "DE"; "": none
    region: str = ""  # … such as "BY"
    closed: frozenset[date] = frozenset()  # further days off


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """`[audience]`: whose questions may be answered; all others get a note at most.

    A `never` list holds back whoever is on it; an `only` list, when not empty, whoever is not.
    `attributes` are custom fields of the customer and the values that hold back.
    """

    only_tags: frozenset[str] = frozenset()
    never_tags: frozenset[str] = frozenset()
    only_teams: frozenset[str] = frozenset()
    never_teams: frozenset[str] = frozenset()
    only_queues: frozenset[str] = frozenset()
    never_queues: frozenset[str] = frozenset()
    never_domains: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLimits:
    """`[limits]`: how many automatic replies at the most. A team can lower them, never raise them
    above these defaults, except for first contacts, which are off until switched on.
    """

    conversation_day: int = 2
    conversation_life: int = 5
    customer_day: int = 3
    organization_10_minutes: int = 30
    organization_hour: int = 120
    first_contacts_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySettings:
    """`[reply]`: what every automatic reply carries, and what it may hold.

    `disclosure` maps a language to the line that says that an automatic assistant wrote it and how
    to reach a person; `links` are the exact hosts an answer may link to.
    """

    disclosure: dict[str, str] = field(default_factory=dict)  # empty: the built-in lines
    links: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSettings:
    """`[note]`: how a note looks, and when one would be noise."""

    language: str = "en"
    time_zone: str = "UTC"
    max_words: int = 120
    min_messages: int = 3
    min_characters: int = 400
    with_reply: bool = True
    repeat: str = "add"  # "replace": an older note of ours goes when the newer one has arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPolicy:
    """The whole of `policy.toml`. `version` is the hash of the file and its answers."""

    topics: tuple[Topic, ...] = ()
    note: NoteSettings = field(default_factory=NoteSettings)
    person_words: tuple[str, ...] = ()  # words that always go to a person, besides the built-in
    person_subjects: tuple[str, ...] = ()  # the same, of an e-mail's subject
    languages: frozenset[str] = frozenset()  # the customer's, that may be answered; empty: all
    hours: Hours = field(default_factory=Hours)
    audience: Audience = field(default_factory=Audience)
    limits: ReplyLimits = field(default_factory=ReplyLimits)
    reply: ReplySettings = field(default_factory=ReplySettings)
    certificates: Terms = field(default_factory=Terms)  # `[certificates]`
    min_margin: float = 0.2  # a topic less clear than this is no topic
    send_margin: float = 0.6  # … and one less clear than this is drafted, never sent
    stale_after: timedelta = timedelta(hours=24)  # an older question gets no reply
    retries: str = "default"  # how often Kustomer is asked again: a name of `retries.RETRIES`
    version: str = ""

    def topic(self, name: str | None) -> Topic | None:
        """The topic of that name, or None."""
        return next((topic for topic in self.topics if topic.name == name), None)
