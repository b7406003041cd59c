"""What makes a proposal another maker's, and what does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core import makers
from agent.core.labels import MadeBy
from agent.core.makers import made_by, makers_of
from agent.core.proposal import Proposal, TopicGuess
from agent.core.team_policy import (
    Audience,
    Hours,
    Level,
    NoteSettings,
    ReplyLimits,
    ReplySettings,
    Slot,
    SlotKind,
    TeamPolicy,
    Topic,
)

ORDER = Slot(name="order", source="message", kind=SlotKind.ORDER_NUMBER)
TOPIC = Topic(
    name="order-status",
    description="Where an order is",
    examples=("Where is my order?", "Has it left?"),
    languages=frozenset({"en", "de"}),
    channels=frozenset({"email", "chat"}),
    answers={"en": "It left us.", "de": "Es ist unterwegs."},
    slots=(ORDER,),
)
OTHER = Topic(name="refund", description="Money back", examples=("I want my money back",))
POLICY = TeamPolicy(topics=(TOPIC, OTHER), person_words=("lawyer",))
PROPOSAL = Proposal(
    statements=(), engine="offline", topic=TopicGuess(name="order-status", margin=0.8)
)


def differing(policy: TeamPolicy, proposal: Proposal = PROPOSAL) -> set[str]:
    """Which parts differ from those of POLICY and PROPOSAL."""
    before, now = made_by(POLICY, TOPIC.name, PROPOSAL), made_by(policy, TOPIC.name, proposal)
    return {name for name in MadeBy.__slots__ if getattr(before, name) != getattr(now, name)}


def with_topic(**changes: object) -> TeamPolicy:
    return replace(POLICY, topics=(replace(TOPIC, **changes), OTHER))  # type: ignore[arg-type]


def with_other(**changes: object) -> TeamPolicy:
    return replace(POLICY, topics=(TOPIC, replace(OTHER, **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "part"),
    [
        pytest.param(with_topic(description="Where it is"), "topic", id="description"),
        pytest.param(with_topic(examples=("Where is it?",)), "topic", id="examples"),
        pytest.param(with_topic(slots=()), "topic", id="slots"),
        pytest.param(with_topic(slots=(replace(ORDER, pattern="4.*"),)), "topic", id="a pattern"),
        pytest.param(with_topic(channels=frozenset({"email"})), "topic", id="channels"),
        pytest.param(with_topic(languages=frozenset({"en"})), "topic", id="languages"),
        pytest.param(with_topic(answers={"en": "It left."}), "answers", id="an answer"),
        pytest.param(with_other(description="A refund"), "knowledge", id="another's description"),
        pytest.param(with_other(examples=()), "knowledge", id="another's examples"),
        pytest.param(with_other(name="money"), "knowledge", id="another's name"),
        pytest.param(replace(POLICY, topics=(TOPIC,)), "knowledge", id="one topic less"),
        pytest.param(replace(POLICY, min_margin=0.3), "knowledge", id="the least margin"),
        pytest.param(replace(POLICY, send_margin=0.7), "knowledge", id="the margin for sending"),
        pytest.param(replace(POLICY, languages=frozenset({"en"})), "rules", id="team's languages"),
        pytest.param(replace(POLICY, person_words=()), "rules", id="words for a person"),
        pytest.param(replace(POLICY, person_subjects=("legal",)), "rules", id="subjects"),
        pytest.param(
            replace(POLICY, audience=Audience(never_tags=frozenset({"vip"}))),
            "rules",
            id="a tag of the audience",
        ),
        pytest.param(
            replace(POLICY, audience=Audience(attributes=(("tier", frozenset({"gold"})),))),
            "rules",
            id="an attribute of the audience",
        ),
    ],
)
def test_what_shapes_a_reply_makes_another_maker(policy: TeamPolicy, part: str) -> None:
    assert differing(policy) == {part}


@pytest.mark.parametrize(
    ("proposal", "part"),
    [
        pytest.param(replace(PROPOSAL, engine="gpt-x"), "engine", id="model"),
        pytest.param(replace(PROPOSAL, prompt_version="0123"), "prompt", id="prompt"),
    ],
)
def test_another_engine_or_prompt_is_another_maker(proposal: Proposal, part: str) -> None:
    assert differing(POLICY, proposal) == {part}


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(with_topic(level=Level.SEND, daily_cap=3, share=10), id="level, cap, share"),
        pytest.param(with_topic(examples=tuple(reversed(TOPIC.examples))), id="examples' order"),
        pytest.param(with_other(answers={"en": "Yes."}, level=Level.OFF), id="another's answer"),
        pytest.param(replace(POLICY, topics=(OTHER, TOPIC)), id="the order of topics"),
        pytest.param(replace(POLICY, hours=Hours(time_zone="Europe/Berlin")), id="hours"),
        pytest.param(replace(POLICY, limits=ReplyLimits(customer_day=1)), id="limits"),
        pytest.param(replace(POLICY, note=NoteSettings(max_words=60)), id="notes"),
        pytest.param(
            replace(POLICY, reply=ReplySettings(disclosure={"en": "A robot."})), id="line"
        ),
        pytest.param(replace(POLICY, stale_after=timedelta(hours=1)), id="staleness"),
        pytest.param(replace(POLICY, version="other"), id="the file's version"),
    ],
)
def test_what_changes_no_word_of_a_reply_changes_nothing(policy: TeamPolicy) -> None:
    assert differing(policy) == set()


def test_makers_are_the_same_in_every_process() -> None:
    assert made_by(POLICY, TOPIC.name, PROPOSAL) == MadeBy(
        engine=f"offline/{makers.TOPIC_ENGINE}",
        prompt="",
        topic="867939e2db7ac15e",
        answers="d18e5b4c46c3ac73",
        knowledge="e8b2cf6157d23853",
        rules="6e67596f865d9337",
    )


def test_the_makers_in_force_are_those_of_a_proposal_of_now() -> None:
    proposal = replace(PROPOSAL, engine="gpt-x", prompt_version="0123")

    assert made_by(POLICY, TOPIC.name, proposal) == makers_of(
        POLICY, TOPIC.name, engine="gpt-x", prompt="0123"
    )


def test_a_topic_that_is_not_there_has_no_makers() -> None:
    with pytest.raises(ValueError, match="no topic 'returns'"):
        made_by(POLICY, "returns", PROPOSAL)
