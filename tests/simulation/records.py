"""What the simulated server keeps: versions of conversations, writes, drafts, messages sent."""

from dataclasses import dataclass, field
from math import inf

from agent.core.conversation import (
    Author,
    AuthorKind,
    Conversation,
    Draft,
    Message,
    Note,
    OutboundAccount,
)

US = Author(kind=AuthorKind.SIDENOTE, id="5" * 24, name="Sidenote")
BEN = Author(kind=AuthorKind.TEAMMATE, id="7" * 24, name="Ben")
TEAM_ADDRESS = "help@kettles.example"
TEAM = "team"
ACCOUNTS = (OutboundAccount(channel="email", account=TEAM_ADDRESS, name="Kettles"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What nobody knows of the real server, one way or the other."""

    ids: str = "honoured"  # a note's id: honoured | ignored | refused
    markers: str = "accepted"  # a second note with an externalId: accepted | refused
    skew: float = 0.0  # seconds that the server's clock is ahead
    delivery: tuple[float, float] = (0.2, 3.0)  # seconds from release to message
    bounces: float = 0.0  # share of sent replies that cannot be delivered
    vanishes: float = 0.0  # share of released drafts of which no message ever comes
    keeps_markers: bool = True  # of drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One conversation from a moment on. `indexed_at` is when the search shows it."""

    at: float
    indexed_at: float
    conversation: Conversation
    messages: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One write of ours that was applied. `began` is when the worker set about it."""

    kind: str  # note | delete-note | draft | release | delete-draft
    conversation_id: str
    id: str
    began: float
    applied: float
    by: str  # process and task
    late: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request with a marker that reached the server, taken or not; or a look at such things."""

    marker: str  # of a look "": what was looked at is `about`
    about: str  # conversation's id
    began: float
    process: str


@dataclass(kw_only=True)
class Lying:
    """A draft in the composer, from `since` to `until`. `marker` is ours, kept by Kustomer or not.

    `edits` are later versions and their times.
    """

    draft: Draft
    customer_id: str
    marker: str = ""  # "" is a teammate's own
    since: float
    until: float = inf
    edits: list[tuple[float, Draft]] = field(default_factory=list)

    def as_of(self, at: float) -> Draft | None:
        """As the list showed it then."""
        if not self.since <= at < self.until:
            return None
        return next((draft for when, draft in reversed(self.edits) if when <= at), self.draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message that came of a draft. `by` is the process that released it, or "team"."""

    message_id: str
    draft_id: str
    conversation_id: str
    marker: str
    to: str
    text: str
    by: str
    released: float
