"""What a model may cost: caps, prices, and whether one more call fits under them."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.core.proposal import Usage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MILLION = 1_000_000
BYTES_A_TOKEN = 3  # of a text at the worst; English has about four and a half
LEAST_CAP = 40_000  # tokens; below that one long conversation would never fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that the model may cost; None: no cap. Money is in millionths of its unit."""

    tokens_per_conversation: int | None = None  # in 24 hours
    tokens_per_hour: int | None = None
    spend_per_day: int | None = None  # in 24 hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Of a million tokens, in the unit in which the caps on money are."""

    input: float = 0.0
    output: float = 0.0

    def of(self, usage: Usage) -> int:
        """What that many tokens cost, in millionths of the unit, rounded up."""
        return math.ceil(usage.input_tokens * self.input + usage.output_tokens * self.output)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the model: what it may cost at the most, and later what it did cost."""

    id: str
    conversation_id: str
    at: datetime
    tokens: int
    cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """All calls of the last 24 hours, and of the last one; those under way at their worst."""

    conversation: int = 0  # tokens of one conversation, in 24 hours
    hour: int = 0  # tokens
    day: int = 0  # millionths of the unit of money


@dataclass(frozen=True, slots=True)
class OverCap:
    """Which cap leaves no room. `everywhere`: for other conversations neither."""

    why: str
    everywhere: bool


def worst_case(text: str, answer_tokens: int) -> Usage:
    """More than a call with this prompt and this limit on its answer can cost."""
    prompt = len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN + 1
    return Usage(input_tokens=prompt, output_tokens=answer_tokens, calls=1)


def over_cap(spent: Spent, call: Call, caps: Caps) -> OverCap | None:
    """The first cap that this call could break, or None."""
    day, hour, own = caps.spend_per_day, caps.tokens_per_hour, caps.tokens_per_conversation
    if day is not None and spent.day + call.cost > day:
        return OverCap(f"the model's cap of {money(day)} a day is reached", everywhere=True)
    if hour is not None and spent.hour + call.tokens > hour:
        return OverCap(f"the model's cap of {hour:,} tokens an hour is reached", everywhere=True)
    if own is not None and spent.conversation + call.tokens > own:
        why = f"this conversation's cap of {own:,} tokens a day is reached"
        return OverCap(why, everywhere=False)
    return None


def money(millionths: int) -> str:
    """As people write it: `0.42`, `5`, and `0.0003` where cents would say nothing."""
    if 0 < millionths < MILLION // 100:
        return f"{millionths / MILLION:.4f}"
    return f"{millionths / MILLION:.2f}".removesuffix(".00")
