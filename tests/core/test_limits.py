"""Windows of automatic replies: what counts, and where each limit begins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.limits import (
    AT_ONCE,
    DAY,
    HOUR,
    LIMITS,
    TEN_MINUTES,
    TOLD_LATELY,
    Ask,
    AutomaticReply,
    Counts,
    Refused,
    counts_of,
    refused,
    sender_digest,
    suppressed,
    trips_breaker,
)
from agent.core.rules import RULES
from agent.core.team_policy import ReplyLimits

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OPEN = ReplyLimits(first_contacts_hour=10)


def reply(number: int = 0, *, ago: timedelta = HOUR, **changes: object) -> AutomaticReply:
    """One of somebody else, elsewhere, on another topic."""
    plain = AutomaticReply(
        marker=f"r{number}",
        conversation_id="c2",
        customer_id="k2",
        topic="returns",
        sender="s2",
        first_contact=False,
        message_at=NOON - ago - HOUR,
        at=NOON - ago,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


ASKED = AutomaticReply(
    marker="now",
    conversation_id="c1",
    customer_id="k1",
    topic="order-status",
    sender="s1",
    first_contact=False,
    message_at=NOON - timedelta(minutes=1),
    at=NOON,
)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        pytest.param(reply(marker="now"), Counts(turn=1), id="to this very message"),
        pytest.param(
            reply(conversation_id="c1", ago=DAY - SECOND),
            Counts(conversation_day=1, conversation_life=1),
            id="in this conversation, within a day",
        ),
        pytest.param(
            reply(conversation_id="c1", ago=DAY),
            Counts(conversation_life=1),
            id="in this conversation, a day ago",
        ),
        pytest.param(
            reply(customer_id="k1", ago=DAY - SECOND), Counts(customer_day=1), id="this customer"
        ),
        pytest.param(reply(customer_id="k1", ago=DAY), Counts(), id="this customer, a day ago"),
        pytest.param(
            reply(ago=TEN_MINUTES - SECOND),
            Counts(organization_10_minutes=1, organization_hour=1),
            id="anybody, within ten minutes",
        ),
        pytest.param(
            reply(ago=TEN_MINUTES), Counts(organization_hour=1), id="anybody, ten minutes ago"
        ),
        pytest.param(reply(ago=HOUR), Counts(), id="anybody, an hour ago"),
        pytest.param(
            reply(first_contact=True, ago=HOUR - SECOND),
            Counts(organization_hour=1, first_contacts_hour=1),
            id="a first contact",
        ),
        pytest.param(
            reply(topic="order-status", ago=DAY - SECOND), Counts(topic_day=1), id="this topic"
        ),
        pytest.param(reply(topic="order-status", ago=DAY), Counts(), id="this topic, a day ago"),
        pytest.param(
            reply(topic="order-status", conversation_id="c1", ago=90 * DAY),
            Counts(conversation_life=1, told_here=1),
            id="told in this conversation, however long ago",
        ),
        pytest.param(
            reply(topic="order-status", customer_id="k1", ago=TOLD_LATELY - SECOND),
            Counts(told_lately=1),
            id="told to this customer within a week",
        ),
        pytest.param(
            reply(topic="order-status", sender="s1", ago=TOLD_LATELY - SECOND),
            Counts(told_lately=1),
            id="told to this sender within a week",
        ),
        pytest.param(
            reply(topic="order-status", sender="s1", ago=TOLD_LATELY), Counts(), id="a week ago"
        ),
        pytest.param(
            reply(sender="s1", ago=2 * HOUR, at=ASKED.message_at - AT_ONCE + SECOND),
            Counts(organization_10_minutes=1, organization_hour=1, at_once=True),
            id="the sender wrote at once after it",
        ),
        pytest.param(
            reply(sender="s1", at=ASKED.message_at - AT_ONCE),
            Counts(organization_10_minutes=1, organization_hour=1),
            id="the sender wrote a minute after it",
        ),
        pytest.param(
            reply(sender="s1", at=ASKED.message_at + SECOND),
            Counts(organization_10_minutes=1, organization_hour=1),
            id="the sender wrote before it",
        ),
    ],
)
def test_what_an_earlier_reply_counts_for(earlier: AutomaticReply, expected: Counts) -> None:
    assert counts_of([earlier], ASKED) == expected


@pytest.mark.parametrize(
    ("at_limit", "rule"),
    [
        pytest.param(Counts(turn=1), "turn-answered"),
        pytest.param(Counts(at_once=True), "answered-at-once"),
        pytest.param(Counts(suppressed="at once, twice"), "ping-pong"),
        pytest.param(Counts(told_here=1), "already-told"),
        pytest.param(Counts(told_lately=1), "already-told"),
        pytest.param(Counts(conversation_day=2), "conversation-limit"),
        pytest.param(Counts(conversation_life=5), "conversation-limit"),
        pytest.param(Counts(customer_day=3), "customer-limit"),
        pytest.param(Counts(breaker_open="too many"), "breaker-open"),
        pytest.param(Counts(organization_10_minutes=30), "organization-limit"),
        pytest.param(Counts(organization_hour=120), "organization-limit"),
        pytest.param(Counts(topic_day=7), "daily-cap"),
    ],
)
def test_each_limit_refuses_once_it_is_reached(at_limit: Counts, rule: str) -> None:
    refusal = refused(Ask(counts=at_limit, limits=ReplyLimits(), daily_cap=7))

    assert refusal is not None
    assert refusal.rule == rule
    assert refusal.evidence


@pytest.mark.parametrize(
    ("at_limit", "words"),
    [
        (Counts(turn=1), "this message was answered already"),
        (Counts(at_once=True), "came within 60 s of our reply"),
        (Counts(suppressed="at once, twice"), "at once, twice"),
        (Counts(told_here=1), "this conversation got this topic's answer already"),
        (Counts(told_lately=1), "this customer got this topic's answer within 7 days"),
        (
            Counts(conversation_day=2),
            "2 automatic replies, at most 2 (24 h, this conversation)",
        ),
        (Counts(conversation_life=5), "5 automatic replies, at most 5 (this conversation)"),
        (Counts(customer_day=3), "3 automatic replies, at most 3 (24 h, this customer)"),
        (Counts(breaker_open="too many"), "too many"),
        (
            Counts(organization_10_minutes=30),
            "30 automatic replies, at most 30 (10 min, all customers)",
        ),
        (Counts(organization_hour=120), "120 automatic replies, at most 120 (1 h, all customers)"),
        (Counts(topic_day=7), "7 automatic replies, at most 7 (24 h, this topic)"),
    ],
)
def test_a_refusal_says_how_many_there_were_and_may_be(at_limit: Counts, words: str) -> None:
    refusal = refused(Ask(counts=at_limit, limits=ReplyLimits(), daily_cap=7))

    assert refusal is not None
    assert refusal.evidence == words


def test_a_refused_first_contact_says_how_many_were_answered() -> None:
    ask = Ask(counts=Counts(first_contacts_hour=10), limits=OPEN, first_contact=True)

    assert str(refused(ask)) == (
        "first-contact: first contact from a sender that nobody has verified; "
        "10 answered in 1 h, at most 10"
    )


def test_the_windows_are_as_long_as_their_names_say() -> None:
    assert timedelta(hours=24) == DAY
    assert timedelta(minutes=60) == HOUR
    assert timedelta(seconds=600) == TEN_MINUTES
    assert timedelta(hours=168) == TOLD_LATELY
    assert timedelta(minutes=1) == AT_ONCE


def test_one_below_every_limit_nothing_is_refused() -> None:
    counts = Counts(
        conversation_day=1,
        conversation_life=4,
        customer_day=2,
        organization_10_minutes=29,
        organization_hour=119,
        first_contacts_hour=9,
        topic_day=6,
    )

    assert refused(Ask(counts=counts, limits=OPEN, first_contact=True, daily_cap=7)) is None


def test_first_contacts_are_refused_until_a_team_switches_them_on() -> None:
    ask = Ask(counts=Counts(), limits=ReplyLimits(), first_contact=True)

    assert refused(ask) == Refused(
        "first-contact", "first contact from a sender that nobody has verified"
    )
    assert refused(replace(ask, limits=OPEN)) is None


def test_a_team_s_own_lower_limit_counts() -> None:
    lower = ReplyLimits(customer_day=1)

    refusal = refused(Ask(counts=Counts(customer_day=1), limits=lower))

    assert refusal == Refused(
        "customer-limit", "1 automatic replies, at most 1 (24 h, this customer)"
    )


@pytest.mark.parametrize(
    ("ask", "trips"),
    [
        pytest.param(
            Ask(counts=Counts(organization_10_minutes=30), limits=ReplyLimits()), True, id="10 min"
        ),
        pytest.param(
            Ask(counts=Counts(organization_hour=120), limits=ReplyLimits()), True, id="1 h"
        ),
        pytest.param(
            Ask(counts=Counts(organization_hour=119), limits=ReplyLimits()), False, id="one below"
        ),
        pytest.param(
            Ask(counts=Counts(first_contacts_hour=10), limits=OPEN, first_contact=True),
            True,
            id="a flood of first contacts, switched on",
        ),
        pytest.param(
            Ask(counts=Counts(first_contacts_hour=10), limits=OPEN),
            False,
            id="a known customer meanwhile",
        ),
        pytest.param(
            Ask(counts=Counts(), limits=ReplyLimits(), first_contact=True),
            False,
            id="first contacts, switched off",
        ),
        pytest.param(
            Ask(counts=Counts(customer_day=3), limits=ReplyLimits()), False, id="one customer only"
        ),
    ],
)
def test_only_a_flood_trips_the_breaker(ask: Ask, *, trips: bool) -> None:
    assert (trips_breaker(ask) is not None) is trips


@pytest.mark.parametrize(
    ("ago", "is_suppressed"),
    [
        pytest.param([], False, id="never"),
        pytest.param([HOUR], False, id="once"),
        pytest.param([HOUR, 2 * HOUR], True, id="twice today"),
        pytest.param([DAY - SECOND, 2 * DAY - 2 * SECOND], True, id="for a day after the second"),
        pytest.param([DAY, DAY + HOUR], False, id="a day later it may be answered again"),
        pytest.param([HOUR, DAY + HOUR], False, id="twice, a day apart"),
    ],
)
def test_a_sender_that_answers_at_once_twice_gets_nothing_for_a_day(
    ago: list[timedelta], *, is_suppressed: bool
) -> None:
    assert bool(suppressed([NOON - span for span in ago], NOON)) is is_suppressed


def test_a_sender_is_counted_whatever_the_case_of_its_address() -> None:
    assert sender_digest(" MARA@home.example", "k1") == sender_digest("mara@home.example", "k2")


def test_a_sender_that_is_not_told_is_counted_by_its_customer() -> None:
    assert sender_digest("", "k1") == sender_digest("", "k1") != sender_digest("", "k2")


def test_no_address_can_be_read_from_what_a_sender_is_counted_by() -> None:
    assert "mara" not in sender_digest("mara@home.example", "k1")


def test_every_limit_is_a_rule_of_the_same_name() -> None:
    assert set(LIMITS) <= {rule.id for rule in RULES}


NUMBERS = st.integers(0, 200)
COUNTS = st.builds(
    Counts,
    conversation_day=NUMBERS,
    conversation_life=NUMBERS,
    customer_day=NUMBERS,
    organization_10_minutes=NUMBERS,
    organization_hour=NUMBERS,
    first_contacts_hour=NUMBERS,
    topic_day=NUMBERS,
)


@given(COUNTS, st.booleans(), st.sampled_from(sorted(Counts.__dataclass_fields__)))
def test_one_reply_more_never_makes_room(counts: Counts, stranger: bool, field: str) -> None:
    value = getattr(counts, field)
    one_more: dict[str, Any] = {field: "seen" if isinstance(value, str) else value + 1}
    more = replace(counts, **one_more)
    ask = Ask(counts=counts, limits=OPEN, first_contact=stranger, daily_cap=5)

    assert refused(ask) is None or refused(replace(ask, counts=more)) is not None


@given(
    st.lists(
        st.tuples(st.integers(0, 8 * 24 * 60), st.integers(0, 2), st.integers(0, 3)), max_size=60
    )
)
def test_no_window_ever_holds_more_than_its_limit(arrivals: list[tuple[int, int, int]]) -> None:
    sent: list[AutomaticReply] = []
    limits = ReplyLimits(
        conversation_day=2,
        conversation_life=3,
        customer_day=3,
        organization_10_minutes=4,
        organization_hour=6,
    )
    for number, (minute, customer, topic) in enumerate(sorted(arrivals)):
        at = NOON + timedelta(minutes=minute)
        asked = replace(
            ASKED,
            marker=str(number),
            conversation_id=f"c{customer}",
            customer_id=f"k{customer}",
            sender=f"s{customer}",
            topic=f"t{topic}",
            message_at=at - HOUR,
            at=at,
        )
        if refused(Ask(counts=counts_of(sent, asked), limits=limits)) is None:
            sent.append(asked)

    for one in sent:
        day = [r for r in sent if one.at - DAY < r.at <= one.at]
        assert sum(r.customer_id == one.customer_id for r in day) <= 3
        assert sum(r.conversation_id == one.conversation_id for r in day) <= 2
        assert sum(one.at - HOUR < r.at <= one.at for r in sent) <= 6
        assert sum(one.at - TEN_MINUTES < r.at <= one.at for r in sent) <= 4


def test_one_first_contact_an_hour_switched_on_trips_the_breaker_at_the_second() -> None:
    one = ReplyLimits(first_contacts_hour=1)
    ask = Ask(counts=Counts(first_contacts_hour=1), limits=one, first_contact=True)

    assert trips_breaker(ask) is not None


def test_a_sender_that_is_not_suppressed_has_no_evidence() -> None:
    assert suppressed([], NOON) == ""


def test_a_message_of_the_reply_s_own_moment_came_at_once() -> None:
    counts = counts_of([reply(sender="s1", at=ASKED.message_at)], ASKED)

    assert counts.at_once
