"""What differs between two policies, by name and never by the text of an answer."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from agent.core.policy_diff import Difference, policy_differences
from agent.core.team_policy import (
    Hours,
    Level,
    NoteSettings,
    ReplyLimits,
    Slot,
    TeamPolicy,
    Topic,
)

TOPIC = Topic(
    name="order-status",
    description="where an order is",
    answers={"en": "With the tracking link."},
    slots=(Slot(name="order", source="message"),),
)
OLD = TeamPolicy(topics=(TOPIC,), person_words=("lawyer",), version="1")
WEEK = (((time(9), time(17)),),) * 7


def topic(**changed: object) -> TeamPolicy:
    return replace(OLD, topics=(replace(TOPIC, **changed),))  # type: ignore[arg-type]


def test_the_same_policy_differs_in_nothing() -> None:
    assert policy_differences(OLD, replace(OLD, version="2")) == ()


@pytest.mark.parametrize(
    ("new", "difference"),
    [
        pytest.param(
            topic(level=Level.SEND), ("topics.order-status.level", "note", "send"), id="level"
        ),
        pytest.param(
            topic(languages=frozenset({"de"})),
            ("topics.order-status.languages", "–", "de"),
            id="list",
        ),
        pytest.param(
            topic(answers={"en": "Another."}),
            ("topics.order-status.answers.en", "there", "another text"),
            id="answer",
        ),
        pytest.param(
            topic(answers={**TOPIC.answers, "de": "Mit dem Link."}),
            ("topics.order-status.answers.de", "–", "there"),
            id="new answer",
        ),
        pytest.param(topic(slots=()), ("topics.order-status.slots.order", "there", "–"), id="slot"),
        pytest.param(
            replace(OLD, topics=()), ("topics.order-status", "at note", "–"), id="topic gone"
        ),
        pytest.param(
            replace(OLD, person_words=("lawyer", "court")),
            ("person_words", "–", "court"),
            id="word",
        ),
        pytest.param(
            replace(OLD, limits=ReplyLimits(customer_day=1)),
            ("limits.customer_day", "3", "1"),
            id="limit",
        ),
        pytest.param(
            replace(OLD, stale_after=timedelta(hours=1)),
            ("stale_after", "1 day, 0:00:00", "1:00:00"),
            id="span",
        ),
        pytest.param(
            replace(OLD, note=NoteSettings(language="de")), ("note.language", "en", "de"), id="note"
        ),
        pytest.param(
            replace(OLD, hours=Hours(country="DE")), ("hours.country", "–", "DE"), id="hours"
        ),
    ],
)
def test_a_change_is_named_with_was_and_is(
    new: TeamPolicy, difference: tuple[str, str, str]
) -> None:
    assert policy_differences(OLD, new) == (Difference(*difference),)


def test_a_week_of_hours_can_be_compared() -> None:
    (found,) = policy_differences(OLD, replace(OLD, hours=Hours(week=WEEK)))

    assert found.where == "hours.week"


def test_no_answer_is_quoted() -> None:
    found = policy_differences(OLD, topic(answers={"en": "Ask Mara."}))

    assert "Mara" not in str(found)
