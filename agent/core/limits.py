"""How many automatic replies there were, counted in windows, and what a limit says of them."""

from dataclasses import dataclass


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
    breaker_open: str = ""  # why the breaker opened; "" while it is closed
    suppressed: str = ""  # why this sender gets nothing for a while (ping-pong); "" when not
