"""Rules on how many automatic replies there were; the figures themselves: `core/limits.py`."""

from collections.abc import Callable

from agent.core import limits
from agent.core.acquaintance import is_first_contact
from agent.core.policy import Facts
from agent.core.situation import Test, answered_before, matched_topic


def of_limit(limit: Callable[[limits.Ask], str | None]) -> Test:
    """The rule of a limit. What could not be counted is at its limit."""

    def test(facts: Facts) -> str | None:
        if not facts.gathered:
            return None
        if facts.counts is None:
            return "the replies so far could not be counted"
        topic = matched_topic(facts)
        return limit(
            limits.Ask(
                counts=facts.counts,
                limits=facts.policy.limits,
                first_contact=is_first_contact(facts),
                daily_cap=topic.daily_cap if topic else None,
            )
        )

    return test


turn_answered = of_limit(limits.turn_answered)
conversation_limit = of_limit(limits.conversation_limit)
customer_limit = of_limit(limits.customer_limit)
first_contact = of_limit(limits.first_contact)
organization_limit = of_limit(limits.organization_limit)
breaker_open = of_limit(limits.breaker_open)
daily_cap = of_limit(limits.daily_cap)
_told_by_count = of_limit(limits.already_told)


def already_told(facts: Facts) -> str | None:
    """The same answer twice is no answer, and two machines would go on for ever."""
    topic = matched_topic(facts)
    if topic is not None and any(answered_before(facts, text) for text in topic.answers.values()):
        return f"the approved answer of {topic.name} is in this conversation already"
    return _told_by_count(facts)
