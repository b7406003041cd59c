"""Rules on whose questions are answered, and when."""

from agent.core.audience import outside
from agent.core.hours import closed_now
from agent.core.policy import Facts


def customer_unread(facts: Facts) -> str | None:
    """Nobody knows who would get the reply."""
    unread = facts.gathered and facts.customer is None
    return "the customer could not be read" if unread else None


def outside_audience(facts: Facts) -> str | None:
    """The team answers by itself to some customers only."""
    if not facts.gathered:
        return None
    return outside(facts.policy.audience, facts.conversation, facts.customer)


def outside_hours(facts: Facts) -> str | None:
    """Replies go out while somebody is there to mend what they break."""
    return closed_now(facts.policy.hours, facts.now)
