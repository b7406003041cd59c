"""What a teammate reads of each rule: its evidence, letter for letter, and which rules keep silent.

The cases are those of `test_rules.py` and `test_rules_second_look.py`.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core import automatic
from agent.core.policy import Facts
from agent.core.rules import FOR_A_PERSON, NO_REPLY_FITS
from agent.core.team_policy import Level
from tests.core.facts import (
    ANSWER,
    HOUR,
    SIDENOTE,
    answered,
    applying,
    facts,
    file,
    looked,
    policy,
    routine,
    said,
)
from tests.core.test_rules import CASES
from tests.core.test_rules_second_look import CASES as SECOND_LOOK

SECOND = timedelta(seconds=1)

FIRST_WORDS = {
    "no-customer-message": "no customer message",
    "our-own-message": "sent by the team",
    "spam": "marked as spam",
    "deleted": "conversation was deleted",
    "merged": "merged into another conversation",
    "paused": "paused by Ben",
    "rehearsal": "rehearsal: nothing is written",
    "bounce": "sender is a mail server",
    "bulk": "header List-Unsubscribe",
    "auto-submitted": "marked as automatic",
    "empty-message": "no text and no attachment",
    "too-short-to-note": "2 messages, 24 characters",
    "nothing-new": "no new ask or fact since the last note",
    "closed": "conversation is done",
    "snoozed": "conversation is snoozed",
    "status-unknown": "status is not known",
    "locked": "conversation is locked",
    "ended": "conversation has ended",
    "team-spoke-last": "last message is the team's",
    "teammate-active": "a teammate wrote within 30 minutes",
    "teammate-assigned": "assigned to a teammate, and a teammate wrote within 8 hours",
    "still-typing": "wrote 3600 s ago, under 3611 s",
    "asks-for-a-person": '"speak to a real person"',
    "angry": '"unacceptable"',
    "legal": '"lawyers"',
    "safety": '"caught fire"',
    "money-dispute": '"charged twice"',
    "medical": '"allergic"',
    "person-word": '"journalist"',
    "person-subject": '"press"',
    "several-questions": "2 questions",
    "says-no": '"don\'t send"',
    "attachment-unread": '"lid.jpg" was not read',
    "message-cut": "a message may be cut off",
    "backlog": "older than the first start",
    "stale": "waited 1 h 0 min",
    "reads-like-instructions": '"ignore all previous instructions"',
    "maybe-automatic": '"i am out of the office"',
    "own-address": "sent from one of the team's own addresses",
    "answered-at-once": "came within 60 s of our reply",
    "ping-pong": "2 messages within 60 s of our replies",
    "already-told": "the approved answer of order-status is in this conversation already",
    "model-stood-in": "the model timed out",
    "transcript-cut": "it was shown 4 of 9 messages",
    "model-changed": "kettle-2 answers for kettle",
    "topic-unclear": "margin 0.39, under 0.40",
    "topic-less-clear": "margin 0.40, under 0.41 for sending",
    "unsupported-language": "en, not one of de, fr",
    "outside-hours": "day off: 4 March 2026",
    "canary-share": "0 % of order-status is sent; this is one of the other 100 %",
    "no-answer-in-language": "no approved answer in fr",
    "routine-topic-draft": "order-status is at draft",
    "routine-topic-send": "order-status is at send",
}
SECOND_WORDS = {
    "teammate-draft": "a teammate's draft is open",
    "customer-unread": "the customer could not be read",
    "audience": "an address at home.example",
    "own-address": "sent from one of the team's own addresses",
    "first-contact": "first contact from a sender that nobody has verified",
    "turn-answered": "this message was answered already",
    "conversation-limit": "2 automatic replies, at most 2 (24 h, this conversation)",
    "customer-limit": "3 automatic replies, at most 3 (24 h, this customer)",
    "answered-at-once": "came within 60 s of our reply",
    "ping-pong": "2 messages at once",
    "already-told": "this conversation got this topic's answer already",
    "organization-limit": "30 automatic replies, at most 30 (10 min, all customers)",
    "breaker-open": "too many",
    "certificate": "score 0.69, under 0.70 from which the certificate holds",
    "daily-cap": "5 automatic replies, at most 5 (24 h, this topic)",
}


@pytest.mark.parametrize("name", FIRST_WORDS)
def test_a_rule_says_why(name: str) -> None:
    assert applying(CASES[name][0])[name] == FIRST_WORDS[name]


@pytest.mark.parametrize("name", SECOND_WORDS)
def test_a_rule_of_the_second_look_says_why(name: str) -> None:
    assert applying(SECOND_LOOK[name][0])[name] == SECOND_WORDS[name]


def test_every_case_has_its_words() -> None:
    assert (set(FIRST_WORDS), set(SECOND_WORDS)) == (set(CASES), set(SECOND_LOOK))


@pytest.mark.parametrize(
    ("given", "rule", "words"),
    [
        pytest.param(
            looked(facts(), drafts=None), "teammate-draft", "the drafts could not be read", id="d"
        ),
        pytest.param(
            replace(looked(facts()), counts=None),
            "turn-answered",
            "the replies so far could not be counted",
            id="uncounted",
        ),
        pytest.param(
            facts(said(attachments=(file("lid.jpg"), file("")))),
            "attachment-unread",
            '"lid.jpg" and 1 more were not read',
            id="a second file without a name",
        ),
        pytest.param(
            facts(said(attachments=(file(""), file("lid.jpg")))),
            "attachment-unread",
            "an attachment and 1 more were not read",
            id="a first file without a name",
        ),
        pytest.param(
            facts(said(attachments=(file("n" * 300),))),
            "attachment-unread",
            f'"{"n" * 40}" was not read',
            id="forty characters of a long name",
        ),
        pytest.param(
            facts(said(ago=-SECOND), quiet=HOUR),
            "still-typing",
            "wrote 0 s ago, under 3600 s",
            id="a helpdesk's clock that runs ahead",
        ),
        pytest.param(
            facts(said(ago=2 * HOUR + 67 * SECOND), policy=policy(stale_after=HOUR)),
            "stale",
            "waited 2 h 1 min",
            id="hours and minutes",
        ),
        pytest.param(
            routine(language="", languages=("fr", "de")),
            "unsupported-language",
            "an unknown language, not one of de, fr",
            id="a language that nobody could tell",
        ),
        pytest.param(
            routine(language=""),
            "no-answer-in-language",
            "no approved answer in an unknown language",
            id="no answer in a language that nobody could tell",
        ),
    ],
)
def test_it_says_why_here_too(given: Facts, rule: str, words: str) -> None:
    assert applying(given)[rule] == words


def test_these_rules_ask_for_a_person() -> None:
    assert {
        "asks-for-a-person",
        "person-word",
        "person-subject",
        "angry",
        "legal",
        "safety",
        "money-dispute",
        "medical",
    } == FOR_A_PERSON


def test_beside_those_no_reply_is_suggested_where_one_would_not_fit() -> None:
    assert {
        "team-spoke-last",
        "several-questions",
        "says-no",
        "reads-like-instructions",
        "maybe-automatic",
        "own-address",
        "answered-at-once",
        "ping-pong",
        "already-told",
    } == NO_REPLY_FITS - FOR_A_PERSON
    assert FOR_A_PERSON < NO_REPLY_FITS


@pytest.mark.parametrize(
    "words",
    ["Never mind.", "C'est réglé, merci.", "Olvídelo, gracias.", "Laat maar!", "Lascia perdere."],
)
def test_a_question_that_was_taken_back_is_not_answered(words: str) -> None:
    assert "says-no" in applying(routine(Level.SEND, said(), said(words)))


# --- where two things meet -----------------------------------------------------------------------


def test_one_message_of_several_that_may_be_cut_is_enough() -> None:
    assert "message-cut" in applying(facts(said(may_be_cut=True), said()))
    assert "message-cut" in applying(facts(said(), said(may_be_cut=True)))


def test_the_newest_word_of_a_teammate_counts() -> None:
    early, late = answered(ago=9 * HOUR), answered(ago=HOUR / 4)

    assert "teammate-active" in applying(facts(said(ago=10 * HOUR), early, late, said(ago=SECOND)))


def test_an_answer_told_in_one_language_is_told() -> None:
    given = routine(Level.SEND, said(), answered(ANSWER), said())
    topic = replace(given.policy.topics[0], answers={"en": ANSWER, "de": "Folgen Sie dem Link."})

    assert "already-told" in applying(replace(given, policy=replace(given.policy, topics=(topic,))))


def test_a_message_of_our_reply_s_own_moment_came_at_once() -> None:
    ours = answered("See the link.", ago=HOUR, author=SIDENOTE, auto=True)

    assert "answered-at-once" in applying(facts(said(ago=2 * HOUR), ours, said(ago=HOUR)))


def test_one_message_of_a_burst_that_came_at_once_is_enough() -> None:
    ours = answered("See the link.", ago=HOUR, author=SIDENOTE, auto=True)
    slow = said(ago=HOUR / 2)

    assert "answered-at-once" in applying(facts(said(ago=2 * HOUR), ours, said(ago=HOUR), slow))


def test_what_a_teammate_is_answered_at_once_is_no_machine() -> None:
    given = facts(said(ago=2 * HOUR), answered(ago=HOUR), said(ago=HOUR - SECOND))

    assert "answered-at-once" not in applying(given)


def test_a_message_without_a_sender_is_from_nobody_s_address() -> None:
    assert "own-address" not in applying(facts(said(sender=" ", to=("",))))


def test_our_address_with_a_name_before_it_is_ours() -> None:
    given = facts(said(sender="help@shop.example", to=("The Shop <Help@shop.example >",)))

    assert "own-address" in applying(given)


def test_a_no_reply_sender_counts_until_a_teammate_has_answered() -> None:
    form = said("Please call me back. " * 30, sender="no-reply@form.example")
    receipt = answered("We got your mail.", auto=True, ago=2 * HOUR)

    assert automatic.no_reply(form)
    assert "auto-submitted" in applying(facts(receipt, form))
    assert "auto-submitted" not in applying(facts(form, answered(ago=2 * HOUR), form))


def test_a_topic_may_be_answered_in_fewer_languages_than_it_has_answers() -> None:
    given = routine()
    german = replace(given.policy.topics[0], languages=frozenset({"de"}))
    only_german = replace(given, policy=replace(given.policy, topics=(german,)))

    assert applying(only_german)["no-answer-in-language"] == "order-status is not answered in en"


def test_a_turn_that_is_not_of_the_share_is_told_both_shares() -> None:
    words = applying(routine(share=1)).get("canary-share")

    assert words == "1 % of order-status is sent; this is one of the other 99 %"
