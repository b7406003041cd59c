"""The team's two allowances as the first page shows them: requests to Kustomer, and the model."""

from agent.console.parts import Meter
from agent.core.spending import MILLION, Caps, Spent, money

REQUESTS, MODEL = "Requests", "Model"


def request_meter(*, last_minute: int, a_minute: int) -> Meter:
    """What all workers asked of Kustomer in the last 60 seconds, and how many a minute are ours."""
    if not a_minute:  # nothing counts them here
        return not_known(REQUESTS)
    return Meter(
        name=REQUESTS,
        words=f"{last_minute:,} of {a_minute:,} this minute",
        used=last_minute,
        limit=a_minute,
    )


def model_meter(
    spent: Spent, total: tuple[int, int], caps: Caps, *, is_set_up: bool, has_price: bool
) -> Meter:
    """What the model cost, of its cap: money where its price is known, else tokens.

    `total` is tokens and cost (millionths) of all time. Without a model in the settings of this
    process, another one's may have been counted all the same; its caps are not known here.
    """
    tokens, cost = total
    if not is_set_up and not tokens:
        return Meter(name=MODEL, words="no cost: the offline engine")
    in_money = has_price if is_set_up else bool(cost)
    if in_money:
        used, limit, unit = spent.day, caps.spend_per_day, "in 24 hours"
        figures, in_all = money(used), money(cost)
        of = money(limit) if limit else ""
    else:
        used, limit, unit = spent.hour, caps.tokens_per_hour, "tokens in an hour"
        figures, in_all = f"{used:,}", f"{tokens:,}"
        of = f"{limit:,}" if limit else ""
    if not is_set_up:
        limit, of = None, ""
    cap = "" if of else ", no cap" if is_set_up else ", cap not known here"
    return Meter(
        name=MODEL,
        words=f"{figures}{' of ' + of if of else ''} {unit}{cap}",
        more=f"{in_all} in all, {'as your prices count it' if in_money else 'tokens'}",
        used=used / MILLION if in_money else used,
        limit=(limit / MILLION if in_money else limit) if limit else None,
    )


def not_known(name: str) -> Meter:
    """Where this process cannot tell."""
    return Meter(name=name, words="not known here")
