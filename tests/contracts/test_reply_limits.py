"""What every store promises of automatic replies: counted, reserved once, never too many."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.limits import AutomaticReply, Counts, Refused, counts_of
from agent.core.team_policy import ReplyLimits
from agent.limits_port import Breaker
from agent.ports import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LIMITS = ReplyLimits()


def asked(number: int = 1, *, at: datetime = NOON, **changes: object) -> AutomaticReply:
    """A reply to somebody new each time."""
    plain = AutomaticReply(
        marker=f"m{number}",
        conversation_id=f"c{number}",
        customer_id=f"k{number}",
        topic=f"topic-{number}",
        sender=f"s{number}",
        first_contact=False,
        message_at=at - HOUR,
        at=at,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def reserve(store: Store, reply: AutomaticReply, limits: ReplyLimits = LIMITS) -> Refused | None:
    return store.reserve_reply(reply, limits, daily_cap=None)


def refused_by(store: Store, reply: AutomaticReply, limits: ReplyLimits = LIMITS) -> str:
    refusal = reserve(store, reply, limits)
    return refusal.rule if refusal else ""


def test_nothing_was_sent_before_the_first_reply(store: Store) -> None:
    assert store.reply_counts(asked()) == Counts()


def test_a_reservation_counts_at_once(store: Store) -> None:
    assert reserve(store, asked()) is None

    later = asked(2, at=NOON + MINUTE)
    assert store.reply_counts(later) == Counts(organization_10_minutes=1, organization_hour=1)


def test_counting_takes_no_place(store: Store) -> None:
    store.reply_counts(asked())

    assert store.reply_counts(asked(2)) == Counts()


def test_the_same_marker_is_one_place_however_often_it_is_asked_for(store: Store) -> None:
    tight = ReplyLimits(organization_hour=1)

    assert [reserve(store, asked(), tight) for _ in range(3)] == [None, None, None]
    assert store.reply_counts(asked(2)).organization_hour == 1


def test_a_place_that_is_given_back_is_free_again(store: Store) -> None:
    reserve(store, asked())

    store.free_reply("m1")
    store.free_reply("m1")

    assert store.reply_counts(asked(2)) == Counts()


def test_a_full_window_refuses_and_names_the_rule(store: Store) -> None:
    for number in range(2):
        reserve(store, asked(number, conversation_id="c"))

    assert refused_by(store, asked(9, conversation_id="c")) == "conversation-limit"
    assert store.reply_counts(asked(9, conversation_id="c")).conversation_life == 2


def test_a_window_rolls_on(store: Store) -> None:
    for number in range(3):
        reserve(store, asked(number, customer_id="k"))

    a_day_later = NOON + 24 * HOUR
    almost = asked(8, customer_id="k", at=a_day_later - timedelta(seconds=1))
    assert refused_by(store, almost) == "customer-limit"
    assert refused_by(store, asked(9, customer_id="k", at=a_day_later)) == ""


def test_a_daily_cap_refuses(store: Store) -> None:
    store.reserve_reply(asked(1, topic="returns"), LIMITS, daily_cap=1)

    refusal = store.reserve_reply(asked(2, topic="returns"), LIMITS, daily_cap=1)

    assert refusal == Refused("daily-cap", "1 automatic replies, at most 1 (24 h, this topic)")


def test_counts_are_those_of_all_replies_together(store: Store) -> None:
    sent = [
        asked(1, conversation_id="c9", at=NOON - 30 * 24 * HOUR),
        asked(2, customer_id="k9", topic="topic-9", at=NOON - 6 * 24 * HOUR),
        asked(3, sender="s9", topic="topic-9", at=NOON - 23 * HOUR),
        asked(4, topic="topic-9", at=NOON - 2 * HOUR),
        asked(5, first_contact=True, at=NOON - MINUTE),
        asked(6, sender="s9", at=NOON - timedelta(seconds=30)),
    ]
    for each in sent:
        assert reserve(store, each, ReplyLimits(first_contacts_hour=10)) is None

    now = asked(9, message_at=NOON)
    assert store.reply_counts(now) == counts_of(sent, now)
    assert store.reply_counts(now).told_lately == 2


def test_the_thirty_first_reply_in_ten_minutes_opens_the_breaker(store: Store) -> None:
    for number in range(30):
        assert reserve(store, asked(number)) is None

    assert refused_by(store, asked(31)) == "organization-limit"

    assert store.breaker() == Breaker(
        reason="30 automatic replies, at most 30 (10 min, all customers)", opened_at=NOON
    )


def test_an_open_breaker_refuses_until_a_person_closes_it(store: Store) -> None:
    assert store.open_breaker("too many", NOON)

    much_later = asked(1, at=NOON + 1000 * HOUR)
    assert refused_by(store, much_later) == "breaker-open"
    assert store.reply_counts(much_later).breaker_open == "too many"

    assert store.close_breaker()
    assert refused_by(store, much_later) == ""


def test_the_breaker_keeps_its_first_reason(store: Store) -> None:
    store.open_breaker("first", NOON)

    assert not store.open_breaker("second", NOON + HOUR)
    assert store.breaker() == Breaker(reason="first", opened_at=NOON)


def test_closing_a_closed_breaker_says_so(store: Store) -> None:
    assert not store.close_breaker()


def test_a_customer_s_own_limit_leaves_the_breaker_closed(store: Store) -> None:
    for number in range(4):
        reserve(store, asked(number, customer_id="k"))

    assert store.breaker() is None


def test_the_eleventh_first_contact_opens_the_breaker_where_they_are_switched_on(
    store: Store,
) -> None:
    on = ReplyLimits(first_contacts_hour=10)
    answered = [reserve(store, asked(n, first_contact=True), on) is None for n in range(12)]

    assert answered == [True] * 10 + [False] * 2
    assert store.breaker() is not None


def test_first_contacts_leave_the_breaker_closed_where_they_are_off(store: Store) -> None:
    assert refused_by(store, asked(first_contact=True)) == "first-contact"
    assert store.breaker() is None


def test_two_quick_answers_suppress_a_sender_for_a_day(store: Store) -> None:
    store.note_quick_answer("s1", marker="q1", at=NOON - HOUR)
    assert store.reply_counts(asked()).suppressed == ""

    store.note_quick_answer("s1", marker="q2", at=NOON)

    assert store.reply_counts(asked()).suppressed
    assert refused_by(store, asked()) == "ping-pong"
    assert refused_by(store, asked(at=NOON + 24 * HOUR)) == ""


def test_the_same_quick_answer_counts_once(store: Store) -> None:
    for _ in range(3):
        store.note_quick_answer("s1", marker="q1", at=NOON)

    assert store.reply_counts(asked()).suppressed == ""


def test_a_quick_answer_says_nothing_of_other_senders(store: Store) -> None:
    for marker in ("q1", "q2"):
        store.note_quick_answer("s2", marker=marker, at=NOON)

    assert store.reply_counts(asked()).suppressed == ""


def test_replies_and_breaker_outlive_the_process(new_store: Callable[[], Store]) -> None:
    store = new_store()
    reserve(store, asked())
    store.open_breaker("too many", NOON)

    again = new_store()

    assert again.reply_counts(asked(2)).organization_hour == 1
    assert again.breaker() == Breaker(reason="too many", opened_at=NOON)


@pytest.mark.timeout(60)
def test_many_workers_at_once_never_exceed_a_window(new_store: Callable[[], Store]) -> None:
    stores = [new_store() for _ in range(4)]

    def work(number: int) -> bool:
        return reserve(stores[number % 4], asked(number)) is None

    with ThreadPoolExecutor(8) as threads:
        answered = list(threads.map(work, range(60)))

    assert sum(answered) == LIMITS.organization_10_minutes
    assert stores[0].breaker() is not None
