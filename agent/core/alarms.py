"""When replies that went out by themselves go wrong too often, or meet questions unlike before.

Both alarms look after every reply, and each rings falsely, ever, with 5 % probability at most
(`core/risk.py`, `first_alarm`). A reply whose outcome is not known yet counts as clean for now:
an outcome that comes later can only add evidence, so whoever looks early rings no sooner than one
who waited.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.certificate import Terms
from agent.core.labels import Outcome, Proposed
from agent.core.risk import FRESH_START, evidence_above, first_alarm, interval
from agent.core.standing import percent

_FALSE_ALARM = 0.05  # ever, each alarm
_REFERENCE = 0.01  # of it, for the share among the reviews being higher than it looks
_UNFAMILIAR = 0.05  # of the reviews have so low a familiarity
_NO_HARM = frozenset({None, Outcome.QUIET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Why a topic must not send any more. `cases` are run ids, oldest first; no customer text."""

    cases: tuple[str, ...]
    words: str


def alarm_of(sent: Sequence[Proposed], terms: Terms) -> Alarm | None:
    """The alarm that replies go wrong more often than the limit allows, or None.

    `sent` in any order; what was not sent does not count. Give those since the certificate.
    """
    replies = sorted(
        (each for each in sent if each.sent_at is not None),
        key=lambda each: (each.sent_at or each.at, each.run_id),
    )
    found = _rung([_is_bad(each) for each in replies], terms.error_limit, _FALSE_ALARM)
    if found is None:
        return None
    cases = tuple(each.run_id for each in replies[found.begin : found.end] if _is_bad(each))
    return Alarm(
        cases=cases,
        words=(
            f"{len(cases)} of the last {found.end - found.begin} replies that went out by "
            f"themselves went wrong; at most {percent(terms.error_limit)} may"
        ),
    )


def drift_of(reference: Sequence[Proposed], lately: Sequence[Proposed]) -> Alarm | None:
    """The alarm that questions are unfamiliar more often than among the reviews, or None.

    Unfamiliar is what is less familiar than 95 % of `reference`: of what the topic had met when
    its certificate was unlocked (`earning.met_before`), at any score. How often that may happen is
    the exact upper end of its share there: the bound of an order statistic, which holds although
    the reference itself sets the mark. `lately` in any order, picked in the same way (`met_since`).
    """
    if not reference:
        return None
    known = sorted(each.familiarity for each in reference)
    under = int(_UNFAMILIAR * len(known))
    mark = known[under]
    _, limit = interval(under, len(known), delta=2 * _REFERENCE)  # its upper half alone is used
    asked = sorted(lately, key=lambda each: (each.at, each.run_id))
    strange = [each.familiarity < mark for each in asked]
    found = _rung(strange, limit, _FALSE_ALARM - _REFERENCE)
    if found is None:
        return None
    window = asked[found.begin : found.end]
    cases = tuple(each.run_id for each in window if each.familiarity < mark)
    return Alarm(
        cases=cases,
        words=(
            f"{len(cases)} of the last {len(window)} questions are unlike those reviewed; "
            f"at most {percent(limit)} were"
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    """The cases that speak loudest when the alarm rings."""

    begin: int
    end: int


def _rung(cases: Sequence[bool], limit: float, delta: float) -> _Rung | None:
    end = first_alarm(cases, limit, delta=delta)
    if end is None:
        return None

    def loudness(begin: int) -> float:
        bet = begin // FRESH_START + 1
        return evidence_above(sum(cases[begin:end]), end - begin, limit) - math.log(bet * (bet + 1))

    return _Rung(begin=max(range(0, end, FRESH_START), key=loudness), end=end)


def _is_bad(reply: Proposed) -> bool:
    return reply.outcome not in _NO_HARM
