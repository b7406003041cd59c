"""How many automatic replies there were, counted in windows, and what a limit says of them.

Windows roll: a reply counts from its own moment on, for the length of the window. The same
functions answer the rules, which decide, and the store, which reserves a reply right before it is
released; between the two another worker may have taken the last place.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from agent.core.team_policy import ReplyLimits

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
TEN_MINUTES = timedelta(minutes=10)
TOLD_LATELY = timedelta(days=7)  # one answer a sender: the default of RFC 5230, section 4.2
AT_ONCE = timedelta(seconds=60)  # people need longer to read a reply and to write back
PING_PONG = 2  # messages at once within a day, after which a sender gets nothing for a day

# The rules of these names are in `core/rules/`; a refused reservation names the same ones.
TURN, CONVERSATION, CUSTOMER = "turn-answered", "conversation-limit", "customer-limit"
FIRST_CONTACT, ORGANIZATION = "first-contact", "organization-limit"
BREAKER, DAILY_CAP, PING_PONGS = "breaker-open", "daily-cap", "ping-pong"
ALREADY_TOLD, ANSWERED_AT_ONCE = "already-told", "answered-at-once"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticReply:
    """One reply that is released without a teammate. `at` is when it was reserved.

    `sender` is `sender_digest` of whom it answers; `message_at` is when that message was sent.
    """

    marker: str
    conversation_id: str
    customer_id: str
    topic: str
    sender: str
    first_contact: bool
    message_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Automatic replies that were released, or may have been, in each window before now."""

    turn: int = 0
    conversation_day: int = 0
    conversation_life: int = 0
    customer_day: int = 0
    organization_10_minutes: int = 0
    organization_hour: int = 0
    first_contacts_hour: int = 0
    topic_day: int = 0
    told_here: int = 0  # of this topic in this conversation, ever
    told_lately: int = 0  # of this topic to this customer or sender, within `TOLD_LATELY`
    at_once: bool = False  # the message came within `AT_ONCE` of a reply to the same sender
    breaker_open: str = ""  # why the breaker opened; "" while it is closed
    suppressed: str = ""  # why this sender gets nothing for a while (ping-pong); "" when not


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of the limits: one more reply, after so many."""

    counts: Counts
    limits: ReplyLimits
    first_contact: bool = False
    daily_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The rule that refuses one more reply, and its evidence."""

    rule: str
    evidence: str

    def __str__(self) -> str:
        """For the note and the receipt."""
        return f"{self.rule}: {self.evidence}"


def turn_answered(ask: Ask) -> str | None:
    """One reply to a message, ever."""
    return "this message was answered already" if ask.counts.turn else None


def conversation_limit(ask: Ask) -> str | None:
    """Few replies in one conversation."""
    counts, limits = ask.counts, ask.limits
    if counts.conversation_day >= limits.conversation_day:
        return _at_most(counts.conversation_day, limits.conversation_day, "24 h, this conversation")
    if counts.conversation_life >= limits.conversation_life:
        return _at_most(counts.conversation_life, limits.conversation_life, "this conversation")
    return None


def customer_limit(ask: Ask) -> str | None:
    """Few replies to one customer."""
    count, limit = ask.counts.customer_day, ask.limits.customer_day
    return _at_most(count, limit, "24 h, this customer") if count >= limit else None


def first_contact(ask: Ask) -> str | None:
    """None to senders that nobody knows, or few where the team has switched that on."""
    count, limit = ask.counts.first_contacts_hour, ask.limits.first_contacts_hour
    if not ask.first_contact or count < limit:
        return None
    unknown = "first contact from a sender that nobody has verified"
    return f"{unknown}; {count} answered in 1 h, at most {limit}" if limit else unknown


def organization_limit(ask: Ask) -> str | None:
    """A flood of replies is a fault, whatever each of them says."""
    counts, limits = ask.counts, ask.limits
    if counts.organization_10_minutes >= limits.organization_10_minutes:
        return _at_most(
            counts.organization_10_minutes, limits.organization_10_minutes, "10 min, all customers"
        )
    if counts.organization_hour >= limits.organization_hour:
        return _at_most(counts.organization_hour, limits.organization_hour, "1 h, all customers")
    return None


def breaker_open(ask: Ask) -> str | None:
    """A person must look before anything is sent again."""
    return ask.counts.breaker_open or None


def daily_cap(ask: Ask) -> str | None:
    """The team's own cap on a topic."""
    count, cap = ask.counts.topic_day, ask.daily_cap
    return _at_most(count, cap, "24 h, this topic") if cap is not None and count >= cap else None


def answered_at_once(ask: Ask) -> str | None:
    """Nobody can have read our reply so soon."""
    return f"came within {AT_ONCE.seconds} s of our reply" if ask.counts.at_once else None


def ping_pong(ask: Ask) -> str | None:
    """A sender that keeps answering at once is a machine."""
    return ask.counts.suppressed or None


def already_told(ask: Ask) -> str | None:
    """The same answer twice is no answer."""
    if ask.counts.told_here:
        return "this conversation got this topic's answer already"
    if ask.counts.told_lately:
        return f"this customer got this topic's answer within {TOLD_LATELY.days} days"
    return None


LIMITS: dict[str, Callable[[Ask], str | None]] = {
    TURN: turn_answered,
    ANSWERED_AT_ONCE: answered_at_once,
    PING_PONGS: ping_pong,
    ALREADY_TOLD: already_told,
    CONVERSATION: conversation_limit,
    CUSTOMER: customer_limit,
    FIRST_CONTACT: first_contact,
    BREAKER: breaker_open,
    ORGANIZATION: organization_limit,
    DAILY_CAP: daily_cap,
}


def refused(ask: Ask) -> Refused | None:
    """The first limit that forbids one more reply, or None."""
    found = ((name, test(ask)) for name, test in LIMITS.items())
    return next((Refused(name, words) for name, words in found if words), None)


def trips_breaker(ask: Ask) -> str | None:
    """Why one more reply opens the breaker, in words; None when it does not.

    Not where first contacts are switched off: then a flood of them sends nothing.
    """
    words = organization_limit(ask)
    if words is None and ask.limits.first_contacts_hour > 0:
        words = first_contact(ask)
    return words


def suppressed(at_once: Iterable[datetime], now: datetime) -> str:
    """Evidence that a sender gets nothing now, from the times at which it answered at once; or "".

    From the second time within a day on, for a day.
    """
    times = sorted(at_once)
    for first, second in pairwise(times):
        if second - first < DAY and now - second < DAY:
            return f"{PING_PONG} messages within {AT_ONCE.seconds} s of our replies"
    return ""


def sender_digest(sender: str, customer_id: str) -> str:
    """What a sender is counted by: a hash of the address, or of the customer where none is told."""
    address = sender.strip().casefold()
    return sha256((address or f"customer:{customer_id}").encode()).hexdigest()[:32]


def counts_of(replies: Iterable[AutomaticReply], asked: AutomaticReply) -> Counts:
    """What `replies` are in each window before `asked.at`. Breaker and ping-pong are not here."""
    rows = list(replies)
    here = [r for r in rows if r.conversation_id == asked.conversation_id]
    customers = [r for r in rows if asked.customer_id and r.customer_id == asked.customer_id]
    same_sender = [r for r in rows if r.sender == asked.sender]
    told = {r.marker: r for r in (*customers, *same_sender) if r.topic == asked.topic}

    def since(window: timedelta, of: Iterable[AutomaticReply]) -> int:
        return sum(r.at > asked.at - window for r in of)

    return Counts(
        turn=sum(r.marker == asked.marker for r in rows),
        conversation_day=since(DAY, here),
        conversation_life=len(here),
        customer_day=since(DAY, customers),
        organization_10_minutes=since(TEN_MINUTES, rows),
        organization_hour=since(HOUR, rows),
        first_contacts_hour=since(HOUR, (r for r in rows if r.first_contact)),
        topic_day=since(DAY, (r for r in rows if r.topic == asked.topic)),
        told_here=sum(r.topic == asked.topic for r in here),
        told_lately=since(TOLD_LATELY, told.values()),
        at_once=any(timedelta(0) <= asked.message_at - r.at < AT_ONCE for r in same_sender),
    )


def _at_most(count: int, limit: int, where: str) -> str:
    return f"{count} automatic replies, at most {limit} ({where})"
