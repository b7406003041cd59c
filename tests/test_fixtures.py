"""The conversations that travel with Sidenote, and what the rules say of each.

They are our own inventions. Here they are read without a server: every conversation is open, its
newest message is 40 minutes old and they follow each other at 40 minutes, unless it says otherwise.
"""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.cli.demo_place import POLICY as POLICY_OF_DEMO
from agent.core.conversation import (
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    Status,
)
from agent.core.policy import Facts, decide
from agent.core.proposal import Proposal, TopicGuess
from agent.core.rules import RULES
from agent.core.team_policy import TeamPolicy
from agent.policy_file import load_policy
from agent.shipped import shipped

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
PACE = timedelta(minutes=40)  # longer than a teammate counts as active
POLICY = load_policy(None)
DEMO_POLICY = load_policy(shipped("prompts") / POLICY_OF_DEMO)
Json = dict[str, Any]


def read(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


FOLDER = shipped("fixtures") / "conversations"
FAMILIES = {path.stem: read(path) for path in sorted(FOLDER.glob("*.jsonl"))}
ALL = {one["key"]: one for family in FAMILIES.values() for one in family}
LIVE = read(shipped("fixtures") / "demo" / "live.jsonl")


def sent_at(fields: Json, from_end: int) -> datetime:
    if "minutes_ago" in fields:
        return NOW - timedelta(minutes=fields["minutes_ago"])
    return NOW - PACE * (from_end + 1)


def message(given: Json, position: int) -> Message:
    fields = given["messages"][position]
    direction = Direction(fields["direction"])
    at = sent_at(fields, len(given["messages"]) - 1 - position)
    customer = Author(kind=AuthorKind.CUSTOMER, name=given["customer_name"])
    teammate = Author(kind=AuthorKind.TEAMMATE, name=fields.get("author", ""))
    sender = given.get("customer_email") or given.get("customer_phone") or ""
    return Message(
        id=f"m{position}",
        direction=direction,
        text=fields["text"],
        sent_at=at,
        created_at=at,
        author=customer if direction is Direction.IN else teammate,
        channel=given["channel"],
        subject=given.get("subject", ""),
        sender=sender if direction is Direction.IN else "",
        auto=fields.get("auto", False),
        attachments=tuple(
            Attachment(id=name["name"], name=name["name"]) for name in fields.get("attachments", ())
        ),
        headers=tuple(fields.get("headers", {}).items()),
    )


def facts(given: Json, policy: TeamPolicy = POLICY, assigned: tuple[str, ...] = ()) -> Facts:
    """What the rules see, with a proposal that names the topic a person would name."""
    messages = tuple(message(given, n) for n in range(len(given["messages"])))
    topic = given["expect"]["topic"]
    return Facts(
        conversation=Conversation(
            id=given["key"],
            updated_at=NOW,
            status=Status(given.get("status", "open")),
            spam=given.get("spam", False),
            deleted=given.get("deleted", False),
            ended=given.get("ended", False),
            merged_into=given.get("merged_into"),
            assigned_users=assigned,
        ),
        messages=messages,
        message_id=next(m.id for m in reversed(messages) if m.direction is Direction.IN),
        proposal=Proposal(
            statements=(),
            engine="offline",
            topic=TopicGuess(name=topic, margin=1.0 if topic else 0.0),
            language=given.get("language", "en"),
        ),
        policy=policy,
        now=NOW,
    )


@pytest.mark.parametrize("key", ALL)
def test_the_rules_say_what_the_conversation_expects(key: str) -> None:
    expected = ALL[key]["expect"]

    decision = decide(facts(ALL[key]), RULES)

    assert decision.autonomy.name.lower() == expected["autonomy"]
    assert list(decision.because) == expected["because"]


# --- the situations that must be there -----------------------------------------------------------

SITUATIONS = {
    "e-mail with a quoted thread": "quoted-thread-top-posted-outlook",
    "e-mail with answers between quoted lines": "quoted-thread-answers-inline",
    "e-mail with a long signature": "long-signature-and-disclaimer",
    "chat burst": "order-status-tracking-stuck",
    "SMS": "change-of-address-wrong-house-number",
    "order status": "order-status-second-parcel-missing",
    "password reset": "password-reset-mail-never-arrives",
    "opening hours": "opening-hours-bank-holiday",
    "return label": "return-label-guest-order",
    "invoice copy": "invoice-copy-vat-number",
    "change of address": "change-of-address-before-shipping",
    "angry": "angry-third-late-delivery",
    "legal": "legal-threat-small-claims",
    "refund dispute": "refund-dispute-charged-twice",
    "safety": "safety-handle-broke-boiling-water",
    "medical": "medical-allergy-nickel",
    "auto-responder": "auto-responder-after-our-reply",
    "bounce": "bounce-invoice-undelivered",
    "newsletter": "newsletter-of-a-supplier",
    "injection attempt": "injection-plain-attempt",
    "an attachment that cannot be read": "attachment-that-cannot-be-opened",
    "an empty message": "empty-message",
    "spam": "spam-search-ranking-offer",
    "merged": "merged-duplicate-of-second-parcel",
    "closed": "closed-then-thanked",
    "a teammate answered meanwhile": "teammate-answered-meanwhile",
    "300 messages": "thread-of-300-messages",
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_situation_is_there(situation: str) -> None:
    assert SITUATIONS[situation] in ALL


def test_there_are_at_least_forty_four() -> None:
    assert len(ALL) >= 44


def test_no_key_is_given_twice() -> None:
    keys = [one["key"] for family in FAMILIES.values() for one in family]
    keys += [one["key"] for one in LIVE]

    assert len(set(keys)) == len(keys)


def test_five_languages_are_there_one_of_them_right_to_left() -> None:
    languages = {one.get("language", "en") for one in ALL.values()}

    assert languages >= {"en", "de", "fr", "es", "ar"}


def test_the_long_thread_has_300_messages_in_order() -> None:
    messages = ALL["thread-of-300-messages"]["messages"]
    ages = [one["minutes_ago"] for one in messages]

    assert len(messages) == 300
    assert ages == sorted(ages, reverse=True)


def test_every_rule_that_needs_no_more_than_a_conversation_is_exercised() -> None:
    exercised = {name for one in ALL.values() for name in one["expect"]["because"]}

    assert exercised >= {
        "angry",
        "asks-for-a-person",
        "attachment-unread",
        "auto-submitted",
        "bounce",
        "bulk",
        "closed",
        "deleted",
        "empty-message",
        "ended",
        "legal",
        "maybe-automatic",
        "medical",
        "merged",
        "money-dispute",
        "person-word",
        "reads-like-instructions",
        "safety",
        "several-questions",
        "snoozed",
        "spam",
        "team-spoke-last",
        "teammate-active",
        "too-short-to-note",
    }


# --- people in them are made up ------------------------------------------------------------------

ADDRESS = re.compile(r"[\w.+-]+@([\w.-]*\w)")
HOST = re.compile(r"(?:https?://|www\.)([\w.-]*\w)")
PHONE = re.compile(r"\+\d[\d ]{7,}")


def texts() -> str:
    return json.dumps([*ALL.values(), *LIVE], ensure_ascii=False)


def test_every_address_is_in_a_domain_that_nobody_can_own() -> None:
    hosts = {*ADDRESS.findall(texts()), *HOST.findall(texts())}

    assert [host for host in sorted(hosts) if not host.endswith(".example")] == []


def test_every_telephone_number_is_one_that_nobody_has() -> None:
    reserved = re.compile(
        r"\+1555010\d{4}|\+44 7700 900\d{3}|\+\d\d(?:\d )?.*0{5,6}|\+.* 000 ?000?"
    )

    assert [n for n in PHONE.findall(texts()) if not reserved.fullmatch(n)] == []


# --- the demo ------------------------------------------------------------------------------------


def live_seconds() -> list[float]:
    plays = [one["play"] for one in LIVE if "play" in one]
    plays += [m["play"] for one in LIVE for m in one["messages"] if "play" in m]
    return sorted(play["after_seconds"] for play in plays)


@pytest.mark.parametrize("given", LIVE, ids=lambda one: str(one["key"]))
def test_the_rules_say_what_the_demo_expects(given: Json) -> None:
    expected = given["expect"]

    assigned = (given["assigned"],) if "assigned" in given else ()

    decision = decide(facts(given, DEMO_POLICY, assigned), RULES)

    assert (decision.autonomy.name.lower(), list(decision.because)) == (
        expected["autonomy"],
        expected["because"],
    )


def test_the_demo_plays_over_a_minute_without_long_waits() -> None:
    seconds = live_seconds()
    waits = [later - earlier for earlier, later in itertools.pairwise(seconds)]

    assert seconds[0] == 0
    assert 50 <= seconds[-1] <= 65
    assert max(waits) <= 8


def test_a_conversation_of_the_demo_plays_whole_or_message_by_message() -> None:
    # A message's seconds would count from the conversation's own appearance otherwise.
    both = [
        one["key"] for one in LIVE if "play" in one and any("play" in m for m in one["messages"])
    ]

    assert both == []
