"""Rules on what is read only once a reply is in reach: customer, drafts and earlier replies."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.certificate import RightToSend, Standing
from agent.core.conversation import Address, Draft, Note
from agent.core.policy import Autonomy, Facts
from agent.core.score import Score
from agent.core.team_policy import Audience, Level, ReplyLimits
from tests.core.facts import (
    NOON,
    SIDENOTE,
    TEAMMATE,
    answered,
    applying,
    certified,
    customer,
    decided,
    facts,
    looked,
    policy,
    routine,
    said,
)

UNVERIFIED = customer(verified=False)
PLAIN = facts(said())
MAY_SEND = (Standing.CERTIFIED, Standing.WAIVED)


def counted(**counts: object) -> Facts:
    return looked(routine(), counts=counts)


def strangers(answered_so_far: int, limit: int) -> Facts:
    allowed = policy(limits=ReplyLimits(first_contacts_hour=limit))
    counts = {"first_contacts_hour": answered_so_far}
    return looked(facts(said(), policy=allowed), counts=counts, customer=UNVERIFIED)


def capped(sent: int) -> Facts:
    given = routine()
    topic = replace(given.policy.topics[0], daily_cap=5)
    team = replace(given.policy, topics=(topic,))
    return looked(replace(given, policy=team), counts={"topic_day": sent})


def draft(**changes: object) -> Draft:
    theirs = Draft(id="d1", channel="email", conversation_id="c1", body="Dear Mara")
    return replace(theirs, **changes)  # type: ignore[arg-type]


NOT_GOLD = policy(audience=Audience(never_domains=frozenset({"home.example"})))


def scored(value: float, right: RightToSend | None) -> Facts:
    given = routine()
    score = Score(value=value, familiarity=1.0)
    return looked(replace(given, proposal=replace(given.proposal, score=score)), right=right)


CASES = {
    # rule: (where it applies, the nearest place where it does not)
    "certificate": (scored(0.69, certified(threshold=0.7)), scored(0.7, certified(threshold=0.7))),
    "teammate-draft": (
        looked(PLAIN, drafts=(draft(),)),
        looked(PLAIN, drafts=(draft(marker="sidenote-1"), draft(conversation_id="c2"))),
    ),
    "customer-unread": (looked(PLAIN, customer=None), replace(PLAIN, customer=None)),
    "audience": (
        looked(facts(policy=NOT_GOLD)),
        looked(facts(policy=NOT_GOLD), customer=customer(emails=())),
    ),
    "own-address": (
        looked(facts(said(sender="Help@Shop.example"))),
        looked(facts(said(sender="help2@shop.example"))),
    ),
    "first-contact": (
        looked(facts(said()), customer=UNVERIFIED),
        looked(facts(said(), answered(), said()), customer=UNVERIFIED),
    ),
    "turn-answered": (counted(turn=1), counted(turn=0)),
    "conversation-limit": (counted(conversation_day=2), counted(conversation_day=1)),
    "customer-limit": (counted(customer_day=3), counted(customer_day=2)),
    "answered-at-once": (counted(at_once=True), counted(at_once=False)),
    "ping-pong": (counted(suppressed="2 messages at once"), counted(suppressed="")),
    "already-told": (counted(told_here=1), counted(told_here=0)),
    "organization-limit": (
        counted(organization_10_minutes=30),
        counted(organization_10_minutes=29),
    ),
    "breaker-open": (counted(breaker_open="too many"), counted(breaker_open="")),
    "daily-cap": (capped(5), capped(4)),
}


@pytest.mark.parametrize("name", CASES)
def test_it_applies(name: str) -> None:
    given, _ = CASES[name]

    assert applying(given).get(name, "")


@pytest.mark.parametrize("name", CASES)
def test_it_does_not_apply_next_door(name: str) -> None:
    _, given = CASES[name]

    assert name not in applying(given)


@pytest.mark.parametrize("name", CASES)
def test_it_does_not_apply_at_the_first_look(name: str) -> None:
    given, _ = CASES[name]

    first = replace(
        given, gathered=False, customer=None, drafts=None, counts=None, own_addresses=frozenset()
    )

    assert name not in applying(first)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        pytest.param(counted(conversation_life=5), "conversation-limit", id="conversation's life"),
        pytest.param(counted(organization_hour=120), "organization-limit", id="an hour"),
        pytest.param(counted(told_lately=1), "already-told", id="told in another conversation"),
        pytest.param(strangers(10, 10), "first-contact", id="the eleventh stranger"),
        pytest.param(looked(PLAIN, drafts=(draft(conversation_id=None),)), "teammate-draft"),
        pytest.param(looked(PLAIN, drafts=None), "teammate-draft", id="drafts not readable"),
        pytest.param(
            replace(looked(PLAIN), counts=None), "conversation-limit", id="replies not counted"
        ),
    ],
)
def test_it_applies_here_too(given: Facts, rule: str) -> None:
    assert applying(given).get(rule, "")


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        pytest.param(counted(conversation_life=4), "conversation-limit", id="four in its life"),
        pytest.param(counted(organization_hour=119), "organization-limit", id="119 in an hour"),
        pytest.param(strangers(9, 10), "first-contact", id="the tenth stranger, switched on"),
        pytest.param(looked(routine(), counts={"topic_day": 99}), "daily-cap", id="no cap is set"),
    ],
)
def test_it_does_not_apply_here(given: Facts, rule: str) -> None:
    assert rule not in applying(given)


@pytest.mark.parametrize(
    ("channel", "sender", "known", "is_first"),
    [
        pytest.param("email", "MARA@home.example", customer(), False, id="a verified address"),
        pytest.param("email", "mara@home.example", UNVERIFIED, True, id="not verified"),
        pytest.param("email", "eve@home.example", customer(), True, id="another address"),
        pytest.param("email", "", customer(), False, id="no sender told, her address verified"),
        pytest.param("email", "", UNVERIFIED, True, id="no sender told, nothing verified"),
        pytest.param("chat", "", customer(), False, id="chat, verified"),
        pytest.param("chat", "", UNVERIFIED, True, id="chat, nothing verified"),
        pytest.param(
            "chat", "", replace(UNVERIFIED, external_id="8"), False, id="chat, known to the shop"
        ),
        pytest.param(
            "email",
            "mara@home.example",
            replace(UNVERIFIED, external_id="8"),
            True,
            id="an id of the shop proves no e-mail sender",
        ),
        pytest.param(
            "sms",
            "+1 555 010 77 88",
            customer(phones=(Address(value="+15550107788", verified=True),)),
            False,
            id="a verified number",
        ),
        pytest.param("sms", "+15550107788", customer(), True, id="a number that is not theirs"),
    ],
)
def test_who_is_a_first_contact(
    channel: str, sender: str, known: object, *, is_first: bool
) -> None:
    given = looked(facts(said(channel=channel, sender=sender)), customer=known)

    assert ("first-contact" in applying(given)) is is_first


def test_a_routine_question_of_a_verified_customer_is_answered() -> None:
    decision = decided(looked(routine()))

    assert (decision.autonomy, decision.because) == (Autonomy.SEND, ("routine-topic-send",))


@pytest.mark.parametrize("rule", ["daily-cap", "organization-limit", "breaker-open"])
def test_where_sending_would_be_too_much_a_draft_is_left(rule: str) -> None:
    given, _ = CASES[rule]

    decision = decided(replace(given, messages=routine().messages))

    assert (decision.autonomy, decision.because) == (Autonomy.DRAFT, (rule,))


def test_the_share_of_a_topic_is_sent_and_the_rest_is_drafted() -> None:
    turns = [
        replace(routine(share=20), conversation=replace(PLAIN.conversation, id=f"c{n}"))
        for n in range(1000)
    ]

    held = sum("canary-share" in applying(each) for each in turns)

    assert 760 <= held <= 840


def test_a_share_of_nothing_sends_nothing() -> None:
    plain = routine(share=0)
    turns = [
        replace(plain, conversation=replace(plain.conversation, id=f"c{n}")) for n in range(1000)
    ]

    assert all("canary-share" in applying(each) for each in turns)


def test_whoever_could_not_be_read_is_a_stranger() -> None:
    assert "first-contact" in applying(looked(PLAIN, customer=None))


def test_the_same_turn_falls_into_the_same_share_and_a_larger_share_keeps_it() -> None:
    def held(share: int) -> bool:
        return "canary-share" in applying(routine(share=share))

    first_sent = next(share for share in range(101) if not held(share))

    assert [held(share) for share in range(101)] == [share < first_sent for share in range(101)]


def test_a_share_says_nothing_of_drafts() -> None:
    assert "canary-share" not in applying(routine(Level.DRAFT, share=0))


def test_a_teammate_s_note_counts_as_being_at_it() -> None:
    at = NOON - timedelta(minutes=5)
    theirs = Note(id="n1", body="I call her.", created_at=at, author=TEAMMATE)

    assert "teammate-active" in applying(facts(said(), notes=(theirs,)))
    assert "teammate-active" not in applying(
        facts(said(), notes=(replace(theirs, author=SIDENOTE),))
    )


@pytest.mark.parametrize("standing", [s for s in Standing if s not in MAY_SEND])
def test_without_a_valid_certificate_a_topic_is_drafted_at_most(standing: Standing) -> None:
    decision = decided(scored(1.0, certified(standing, words="41 more clean reviews")))

    assert decision.autonomy is Autonomy.DRAFT
    assert decision.because == ("certificate",)


def test_a_certificate_that_was_not_read_is_none() -> None:
    assert decided(scored(1.0, None)).because == ("certificate",)


def test_a_waived_topic_is_sent_and_the_receipt_says_uncertified() -> None:
    decision = decided(scored(0.0, certified(Standing.WAIVED, words="waived by Ada", threshold=1)))
    (finding,) = [f for f in decision.findings if f.rule.id == "certificate"]

    assert decision.autonomy is Autonomy.SEND
    assert (finding.applies, finding.evidence) == (False, "uncertified: waived by Ada")


def test_a_proposal_without_a_score_is_below_every_threshold() -> None:
    assert "certificate" in applying(looked(routine(), right=certified(threshold=0.3)))


def test_a_draft_needs_no_certificate() -> None:
    assert "certificate" not in applying(looked(routine(Level.DRAFT), right=None))


def test_an_e_mail_without_headers_says_so_and_a_chat_does_not() -> None:
    def told(given: Facts) -> str:
        return next(f.evidence for f in decided(given).findings if f.rule.id == "auto-submitted")

    assert told(facts(said())) == "headers not available"
    assert told(facts(said(headers=(("X-Mailer", "Mutt"),)))) == ""
    assert told(facts(said(channel="chat"))) == ""
