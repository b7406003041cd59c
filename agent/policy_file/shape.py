"""The shape of `policy.toml`: its tables and keys, each with what it means.

The descriptions are what an editor shows; `schema.py` makes the JSON schema of them.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from agent.core.team_policy import ReplyLimits
from agent.policy_file.fields import (
    Channel,
    Country,
    Day,
    DayHours,
    Domain,
    Duration,
    Host,
    Kind,
    Language,
    LevelName,
    NoteLanguage,
    Pattern,
    RepeatName,
    RetriesName,
    SlotName,
    Source,
    TimeZone,
    TopicName,
    Values,
    Words,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST = ReplyLimits()  # a team can lower these, never raise them
_FIRST_CONTACTS = 10  # an hour: the most that a team can allow

_Names = Annotated[list[Words], Field(description="Ids, as Kustomer's API gives them.")]


class Table(BaseModel):
    """A table of the file. A key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NoteTable(Table):
    """How a note looks, and when one would be noise."""

    language: Annotated[NoteLanguage, Field(description="Of the headings.")] = "en"
    time_zone: Annotated[TimeZone, Field(description='Of the times, as "Europe/Berlin".')] = "UTC"
    max_words: Annotated[
        StrictInt, Field(ge=30, le=400, description="A note is cut to this many words.")
    ] = 120
    min_messages: Annotated[
        StrictInt, Field(ge=1, le=100, description="Fewer messages than this …")
    ] = 3
    min_characters: Annotated[
        StrictInt, Field(ge=1, le=100_000, description="… and fewer characters: no note.")
    ] = 400
    with_reply: Annotated[
        bool, Field(description="Also write a note where a reply was drafted or sent.")
    ] = True
    repeat: Annotated[
        RepeatName,
        Field(description="A newer note stands beside the older one, or in its place."),
    ] = "add"


class LimitsTable(Table):
    """How many automatic replies at the most, and which questions are past one.

    The numbers of replies can be lowered, not raised.
    """

    stale_after: Annotated[
        Duration, Field(description="An older question gets no approved answer.")
    ] = "24h"
    min_margin: Annotated[
        float, Field(ge=0, le=1, description="How clear a topic must be to count at all.")
    ] = 0.2
    send_margin: Annotated[
        float, Field(ge=0, le=1, description="How clear it must be to be sent, not drafted.")
    ] = 0.6
    retries: Annotated[RetriesName, Field(description="How often Kustomer is asked again.")] = (
        "default"
    )
    conversation_day: Annotated[
        StrictInt, Field(ge=0, le=_MOST.conversation_day, description="Replies, in 24 hours.")
    ] = _MOST.conversation_day
    conversation_life: Annotated[
        StrictInt, Field(ge=0, le=_MOST.conversation_life, description="Replies, ever.")
    ] = _MOST.conversation_life
    customer_day: Annotated[
        StrictInt, Field(ge=0, le=_MOST.customer_day, description="Replies, in 24 hours.")
    ] = _MOST.customer_day
    organization_10_minutes: Annotated[
        StrictInt, Field(ge=0, le=_MOST.organization_10_minutes, description="Replies.")
    ] = _MOST.organization_10_minutes
    organization_hour: Annotated[
        StrictInt, Field(ge=0, le=_MOST.organization_hour, description="Replies.")
    ] = _MOST.organization_hour
    first_contacts_hour: Annotated[
        StrictInt,
        Field(
            ge=0,
            le=_FIRST_CONTACTS,
            description="Replies to senders nobody verified, where no teammate wrote.",
        ),
    ] = _MOST.first_contacts_hour


class PersonTable(Table):
    """What always goes to a person, besides what is built in."""

    words: Annotated[
        list[Words],
        Field(description='"*" is the rest of a word, "~" up to four words between two.'),
    ] = []
    subjects: Annotated[
        list[Words], Field(description="The same, of an e-mail's subject only.")
    ] = []


class ReplyTable(Table):
    """What every automatic reply carries, and what it may hold."""

    languages: Annotated[
        list[Language], Field(description="Customers' languages to answer. Empty: all.")
    ] = []
    links: Annotated[list[Host], Field(description="Hosts that an answer may link to.")] = []
    disclosure: Annotated[
        dict[Language, Words],
        Field(
            description="Per language, the line that says that an automatic assistant wrote it "
            "and how to reach a person. Empty: the built-in lines."
        ),
    ] = {}


class HoursTable(Table):
    """When replies go out by themselves; outside they are drafted. No day named: always."""

    time_zone: Annotated[TimeZone | None, Field(description="Default: the one of [note].")] = None
    mon: DayHours = ""
    tue: DayHours = ""
    wed: DayHours = ""
    thu: DayHours = ""
    fri: DayHours = ""
    sat: DayHours = ""
    sun: DayHours = ""
    country: Annotated[Country, Field(description="Closed on its public holidays.")] = ""
    region: Annotated[str, Field(description='Of the country, such as "BY".')] = ""
    closed: Annotated[list[Day], Field(description="Further days off.")] = []


class AudienceTable(Table):
    """Whose questions may be answered; all others get a note at most."""

    only_tags: _Names = []
    never_tags: _Names = []
    only_teams: _Names = []
    never_teams: _Names = []
    only_queues: _Names = []
    never_queues: _Names = []
    never_domains: Annotated[
        list[Domain], Field(description="Of customers' e-mail addresses.")
    ] = []
    attributes: Annotated[
        dict[str, Values],
        Field(description="Custom fields of the customer, and the values that hold back."),
    ] = {}


class CertificatesTable(Table):
    """What a topic must have shown before it may send by itself, per topic and channel."""

    error_limit: Annotated[
        float,
        Field(ge=0.001, le=0.1, description="Share of its replies that may be wrong: 0.02 is 2 %."),
    ] = 0.02
    confidence: Annotated[
        float, Field(ge=0.9, le=0.999, description="How sure of that it must be.")
    ] = 0.95
    valid_days: Annotated[
        StrictInt, Field(ge=1, le=180, description="After so many days it is to be earned again.")
    ] = 90


class SlotTable(Table):
    """A gap in an approved answer, and what may fill it."""

    source: Annotated[
        Source,
        Field(description='"message" for the customer\'s own words, or a field of a record.'),
    ]
    kind: Annotated[Kind, Field(description="What a value looks like.")] = "text"
    pattern: Annotated[
        Pattern, Field(description="A regular expression that the whole value must match.")
    ] = ""


class TopicTable(Table):
    """One routine question. Its approved answers are replies/<topic>.<language>.md."""

    description: Annotated[Words, Field(description="What the customer wants, in one sentence.")]
    examples: Annotated[
        list[Words], Field(min_length=1, description="Questions as customers ask them.")
    ]
    level: Annotated[
        LevelName, Field(description="Where the topic starts; 'sidenote topics raise' goes on.")
    ] = "note"
    channels: Annotated[list[Channel], Field(description="Left out: all.")] = []
    languages: Annotated[
        list[Language], Field(description="Left out: all that have an answer.")
    ] = []
    daily_cap: Annotated[
        Annotated[StrictInt, Field(ge=1)] | None,
        Field(description="Sent replies a day; more are drafted."),
    ] = None
    share: Annotated[
        StrictInt,
        Field(ge=1, le=100, description="Percent of its replies that are sent, not drafted."),
    ] = 100
    slots: dict[SlotName, SlotTable] = {}


class PolicyFile(Table):
    """The team's policy: how notes look, what may be answered, what always goes to a person."""

    note: NoteTable = NoteTable()
    limits: LimitsTable = LimitsTable()
    person: PersonTable = PersonTable()
    reply: ReplyTable = ReplyTable()
    hours: HoursTable = HoursTable()
    audience: AudienceTable = AudienceTable()
    certificates: CertificatesTable = CertificatesTable()
    topics: dict[TopicName, TopicTable] = {}


TABLES: dict[str, type[Table]] = {
    "note": NoteTable,
    "limits": LimitsTable,
    "person": PersonTable,
    "reply": ReplyTable,
    "hours": HoursTable,
    "audience": AudienceTable,
    "certificates": CertificatesTable,
}


def keys_at(path: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that the table of that path may have; () where there is no such table."""
    table: type[Table] | None = None
    if not path:
        table = PolicyFile
    elif len(path) == 1:
        table = TABLES.get(str(path[0]))
    elif path[0] == "topics" and len(path) in {2, 4}:
        table = TopicTable if len(path) == 2 else SlotTable
    return tuple(table.model_fields) if table else ()
