"""Which decisions of a week a person should look at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.core.certificate import RightToSend, Standing
from agent.core.labels import Judgement, Outcome
from agent.core.letter import (
    Climber,
    Decided,
    Worth,
    has_no_right,
    ready,
    should_come_down,
    worth_an_eye,
)
from agent.core.team_policy import Level

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
MET = frozenset({"closed", "routine-topic-draft"})


def decided(run_id: str = "r1", **fields: Any) -> Decided:
    """A draft that nobody had anything to say of."""
    usual = Decided(
        run_id=run_id,
        at=NOON,
        autonomy="draft",
        because=("routine-topic-draft",),
        topic="order-status",
        score=0.7,
    )
    return replace(usual, **fields)


def named(*decisions: Decided) -> list[tuple[str, Worth]]:
    return [(eye.run_id, eye.worth) for eye in worth_an_eye(decisions, met_before=MET)]


def test_a_usual_draft_is_not_worth_an_eye() -> None:
    assert named(decided()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"judgement": Judgement.CHANGED},
        {"judgement": Judgement.REJECTED},
        {"judgement": Judgement.WRONG},
        {"outcome": Outcome.COMPLAINED},
        {"outcome": Outcome.CORRECTED, "judgement": Judgement.AS_IS},
    ],
    ids=str,
)
def test_a_disagreement_is(change: dict[str, Any]) -> None:
    assert named(decided(**change)) == [("r1", Worth.DISAGREED)]


@pytest.mark.parametrize(
    "change", [{"judgement": Judgement.EDITED}, {"outcome": Outcome.QUIET}], ids=str
)
def test_other_words_and_silence_are_none(change: dict[str, Any]) -> None:
    assert named(decided(**change)) == []


def test_of_disagreements_the_one_with_the_highest_score_comes_first() -> None:
    low = decided("low", score=0.3, judgement=Judgement.REJECTED)
    high = decided("high", score=0.9, judgement=Judgement.REJECTED)

    assert [run for run, _ in named(low, high)] == ["high", "low"]


def test_the_lowest_score_that_was_sent_is_worth_an_eye() -> None:
    sent = [
        decided(f"r{n}", score=0.6 + n / 100, was_sent=True, autonomy="send") for n in (3, 1, 2)
    ]

    assert named(*sent)[0] == ("r1", Worth.LOWEST_SENT)


@pytest.mark.parametrize(
    ("score", "because", "is_one"),
    [
        (0.6, ("closed",), True),
        (0.59, ("closed",), False),
        (0.9, ("no-grant",), False),  # its topic stands at note: that is no caution
        (None, ("closed",), False),
    ],
)
def test_a_high_score_that_was_held_is_worth_an_eye(
    score: float | None, because: tuple[str, ...], *, is_one: bool
) -> None:
    met = MET | {"no-grant"}
    held = decided(autonomy="note", because=because, score=score)

    assert bool(worth_an_eye([held], met_before=met)) is is_one


def test_of_those_that_were_held_the_highest_score_comes_first() -> None:
    low, high = (
        decided(name, autonomy="note", because=("closed",), score=score)
        for name, score in (("a-low", 0.7), ("high", 0.9))
    )

    assert [run for run, _ in named(low, high)] == ["high", "a-low"]


def test_a_rule_that_decides_for_the_first_time_is_told_once() -> None:
    later = decided("later", autonomy="note", because=("ping-pong",), score=None)
    earlier = replace(later, run_id="a-first")

    assert named(later, earlier) == [("a-first", Worth.NEW_RULE)]


@pytest.mark.parametrize("rule", ["no-grant", "routine-topic-send"])
def test_a_grant_or_its_absence_is_no_news(rule: str) -> None:
    assert named(decided(because=(rule,), score=None)) == []


def test_one_of_each_kind_comes_before_a_second_of_one() -> None:
    wrong = [decided(f"w{n}", judgement=Judgement.WRONG, score=0.9) for n in range(3)]
    sent = decided("sent", was_sent=True)
    held = decided("held", autonomy="note", because=("closed",), score=0.8)

    assert [run for run, _ in named(*wrong, sent, held)] == ["w0", "sent", "held"]


def test_no_run_is_named_twice() -> None:
    both = decided(was_sent=True, outcome=Outcome.COMPLAINED)

    assert named(both) == [("r1", Worth.DISAGREED)]


def test_the_words_say_what_happened_without_the_customers_text() -> None:
    held = decided(autonomy="note", because=("closed", "routine-topic-draft"), score=0.87)
    (eye,) = worth_an_eye([held], met_before=MET)

    assert eye.words == "scored 0.87, but held by closed"


# --- topics --------------------------------------------------------------------------------------


def climber(topic: str = "order-status", **fields: Any) -> Climber:
    """A topic at draft that has a certificate."""
    usual = Climber(
        topic=topic,
        channel="email",
        level=Level.DRAFT,
        right=RightToSend(standing=Standing.CERTIFIED, words="certified until 12 Feb 2027"),
        words="With 95 % confidence …",
    )
    return replace(usual, **fields)


MISSING = RightToSend(standing=Standing.MISSING, words="no certificate yet")


def test_a_certified_topic_at_draft_is_ready() -> None:
    assert [line.words for line in ready([climber()])] == ["With 95 % confidence …"]


@pytest.mark.parametrize("level", [Level.NOTE, Level.SEND])
def test_one_that_sends_already_or_does_not_draft_is_not(level: Level) -> None:
    assert ready([climber(level=level)]) == ()


@pytest.mark.parametrize(("more", "is_told"), [(1, True), (25, True), (26, False), (None, False)])
def test_one_that_needs_a_few_reviews_more_is_told(more: int | None, *, is_told: bool) -> None:
    assert bool(ready([climber(right=MISSING, more_clean=more)])) is is_told


def test_the_nearest_stands_after_those_that_are_ready() -> None:
    far, near = (climber(f"t{n}", right=MISSING, more_clean=n) for n in (20, 3))

    assert [line.topic for line in ready([far, near, climber()])] == ["order-status", "t3", "t20"]


def test_one_at_send_that_nothing_lets_send_should_come_down() -> None:
    (line,) = has_no_right([climber(level=Level.SEND, right=MISSING)])

    assert line.words == "at send, but no certificate yet"


@pytest.mark.parametrize("standing", [Standing.CERTIFIED, Standing.WAIVED])
def test_one_that_may_send_may_stay(standing: Standing) -> None:
    right = RightToSend(standing=standing, words="")

    assert has_no_right([climber(level=Level.SEND, right=right)]) == ()


@pytest.mark.parametrize(
    ("level", "reviewed", "refused", "comes_down"),
    [
        (Level.DRAFT, 20, 12, True),
        (Level.DRAFT, 4, 2, False),  # too few to tell
        (Level.DRAFT, 20, 5, False),
        (Level.NOTE, 20, 12, False),
    ],
)
def test_a_topic_whose_drafts_help_nobody_should_come_down(
    level: Level, reviewed: int, refused: int, *, comes_down: bool
) -> None:
    assert bool(should_come_down(level, reviewed, refused)) is comes_down
