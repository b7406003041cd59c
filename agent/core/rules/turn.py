"""Rules on the turn: is there a message to handle, and is it the time to handle it?"""

from datetime import timedelta

from agent.core.conversation import Direction
from agent.core.policy import Facts
from agent.core.situation import from_customer, turn_message

SKEW = timedelta(seconds=10)  # a helpdesk's clock may run ahead of ours by so much


def no_customer_message(facts: Facts) -> str | None:
    """There is nothing to handle."""
    return "no customer message" if turn_message(facts) is None else None


def our_own_message(facts: Facts) -> str | None:
    """The turn is a message from the team."""
    message = turn_message(facts)
    return "sent by the team" if message and message.direction is Direction.OUT else None


def nothing_new(facts: Facts) -> str | None:
    """Our last note says it all: another one would be noise."""
    return "no new ask or fact since the last note" if facts.nothing_new else None


def paused(facts: Facts) -> str | None:
    """Somebody stopped everything."""
    return facts.paused or None


def rehearsal(facts: Facts) -> str | None:
    """Nothing is written in a rehearsal."""
    return "rehearsal: nothing is written" if facts.rehearsal else None


def empty_message(facts: Facts) -> str | None:
    """The customer never said anything that can be summarised."""
    said = any(m.text.strip() or m.attachments for m in from_customer(facts))
    return None if said or no_customer_message(facts) else "no text and no attachment"


def still_typing(facts: Facts) -> str | None:
    """People often send two messages in a row, and the second changes the answer."""
    message = turn_message(facts)
    if message is None or facts.now - message.sent_at >= facts.quiet - SKEW:
        return None
    waited = max(facts.now - message.sent_at, timedelta(0)) // timedelta(seconds=1)
    return f"wrote {waited} s ago, under {facts.quiet // timedelta(seconds=1)} s"


def backlog(facts: Facts) -> str | None:
    """The message is older than our first start: somebody may have dealt with it elsewhere."""
    message = turn_message(facts)
    if message is None or facts.watermark is None or message.sent_at >= facts.watermark:
        return None
    return "older than the first start"


def stale(facts: Facts) -> str | None:
    """The customer waited so long that an answer may no longer fit."""
    message = turn_message(facts)
    if message is None or facts.now - message.sent_at <= facts.policy.stale_after:
        return None
    minutes = (facts.now - message.sent_at) // timedelta(minutes=1)
    return f"waited {minutes // 60} h {minutes % 60} min"
