"""What came of customers' questions: handled without a person, and how sure that is.

Two rates stand side by side, of the same conversations. Vendors count a conversation as resolved
when nobody writes in it any more. Here it counts only if a reply was sent by itself, no teammate
had to do anything, and the customer said no word on any channel for seven days: a thank-you
counts as a word too, so the figure errs on the low side.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles

from agent.core.risk import interval, upper_bound

SILENCE = timedelta(days=7)  # no word for so long
DELTA = 0.05  # of every interval and bound here


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One customer message that had a run.

    `sent_at` says when a reply was released without a teammate. `needed_person`: a teammate sent,
    changed, withdrew or corrected something, or said that it was wrong. `went_wrong` is None while
    nobody can tell. `cost` is in millionths of the unit of money, None where it is not known.
    Not `counts`: nothing was to be said (bulk mail, a bounce), but it is a word all the same.
    """

    run_id: str
    conversation_id: str
    customer_id: str  # "" when not known; then only the conversation itself tells of words
    asked_at: datetime
    counts: bool = True
    sent_at: datetime | None = None
    needed_person: bool = False
    went_wrong: bool | None = None
    cost: int | None = None
    is_uncertified: bool = False  # sent while no certificate held


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`hits` of `cases`, with the exact 95 % interval of the share behind them."""

    hits: int
    cases: int

    @property
    def rate(self) -> float | None:
        """0..1, None without cases."""
        return self.hits / self.cases if self.cases else None

    @property
    def interval(self) -> tuple[float, float]:
        """From and to, 0..1."""
        return interval(self.hits, self.cases, delta=DELTA)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """What came of the conversations that began at or after `since` and are seven days old.

    `handled` and `silent` (as vendors count) are of the same conversations; `too_young` are left
    out. `wrong` is of replies that are seven days old, and `bound` the rate that it excludes with
    95 % confidence, however often one looks; None without such a reply. `cost` (millionths) is of
    all these conversations, None where one has no price. `note_seconds`: half of the notes, and
    19 of 20, were there within.
    """

    since: datetime
    until: datetime
    handled: Share
    silent: Share
    too_young: int = 0
    sent: int = 0
    uncertified: int = 0  # of those that were sent
    wrong: Share = field(default_factory=lambda: Share(hits=0, cases=0))
    cost: int | None = None
    note_seconds: tuple[float, float] | None = None

    @property
    def bound(self) -> float | None:
        """The rate of wrong replies is below this."""
        known = self.wrong
        return upper_bound(known.hits, known.cases, delta=DELTA) if known.cases else None

    @property
    def cost_per_handled(self) -> float | None:
        """Millionths; None without prices or without a handled conversation."""
        if self.cost is None or not self.handled.hits:
            return None
        return self.cost / self.handled.hits


def outcome_report(
    questions: Sequence[Question],
    *,
    since: datetime,
    now: datetime,
    note_seconds: Sequence[float] = (),
) -> OutcomeReport:
    """Count them. `questions` hold every message since `since` that had a run, in any order."""
    conversations = _by(questions, lambda question: question.conversation_id)
    words = _by(questions, lambda question: question.customer_id)
    whole = {
        name: asked
        for name, asked in conversations.items()
        if any(q.counts for q in asked) and asked[0].asked_at >= since
    }
    old = {name: asked for name, asked in whole.items() if _settled_at(asked) <= now}
    sent = [q for q in questions if q.sent_at is not None and q.asked_at >= since]
    # Only what is seven days old: that a reply was wrong shows at once, that it was fine does not.
    known = [q for q in sent if q.went_wrong is not None and (q.sent_at or now) + SILENCE <= now]
    return OutcomeReport(
        since=since,
        until=now,
        handled=Share(
            hits=sum(_is_handled(asked, words) for asked in old.values()), cases=len(old)
        ),
        silent=Share(hits=sum(_is_silent(asked) for asked in old.values()), cases=len(old)),
        too_young=len(whole) - len(old),
        sent=len(sent),
        uncertified=sum(q.is_uncertified for q in sent),
        wrong=Share(hits=sum(q.went_wrong is True for q in known), cases=len(known)),
        cost=_cost(q for asked in old.values() for q in asked),
        note_seconds=middle_and_most(note_seconds),
    )


def middle_and_most(seconds: Sequence[float]) -> tuple[float, float] | None:
    """What half of them, and 19 of 20, lie within; None for none."""
    if not seconds:
        return None
    if len(seconds) == 1:
        return seconds[0], seconds[0]
    cut = quantiles(seconds, n=20, method="inclusive")
    return cut[9], cut[18]


def _settled_at(asked: Sequence[Question]) -> datetime:
    """When it is known what came of a conversation: seven days after the first reply."""
    first = _first_sent(asked)
    at = first.sent_at if first is not None else None
    return (at or asked[0].asked_at) + SILENCE


def _first_sent(asked: Sequence[Question]) -> Question | None:
    return next((q for q in asked if q.sent_at is not None), None)


def _is_handled(asked: Sequence[Question], words: Mapping[str, Sequence[Question]]) -> bool:
    first = _first_sent(asked)
    if first is None or first.sent_at is None:
        return False
    if any(q.needed_person or q.went_wrong for q in asked):
        return False
    until = first.sent_at + SILENCE
    # From the question on, not from the reply: who asks on two channels at once was not helped
    # by one answer.
    of_customer = words[first.customer_id] if first.customer_id else ()
    others = (q for q in (*asked, *of_customer) if q.run_id != first.run_id)
    return not any(first.asked_at <= q.asked_at <= until for q in others)


def _is_silent(asked: Sequence[Question]) -> bool:
    """As vendors count: our reply was the last there was in this conversation."""
    return asked[-1].sent_at is not None


def _cost(questions: Iterable[Question]) -> int | None:
    total = 0
    for question in questions:
        if question.cost is None:
            return None
        total += question.cost
    return total


def _by(questions: Iterable[Question], key: Callable[[Question], str]) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = defaultdict(list)
    for question in sorted(questions, key=lambda q: (q.asked_at, q.run_id)):
        found[key(question)].append(question)
    return found
