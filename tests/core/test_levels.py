"""A topic climbs one step at a time, falls at once, and the newest word wins."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.core.levels import (
    LevelChange,
    Refused,
    at_most,
    autonomy_of,
    cautious,
    effective,
    lowered,
    next_step,
    outdated,
    raised,
)
from agent.core.policy import Autonomy
from agent.core.team_policy import Level, TeamPolicy, Topic

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
ANSWERS = {"en": "You find the link in our e-mail."}


def topic(level: Level = Level.NOTE) -> Topic:
    return Topic(name="order-status", description="Where is it?", level=level, answers=ANSWERS)


def policy(level: Level = Level.NOTE) -> TeamPolicy:
    return TeamPolicy(topics=(topic(level), Topic(name="invoice-copy", description="Paper.")))


def change(number: int, level: Level, *, file_level: Level = Level.NOTE) -> LevelChange:
    return LevelChange(
        number=number,
        topic="order-status",
        level=level,
        was=Level.NOTE,
        file_level=file_level,
        by="Ada",
        at=NOON,
    )


def level_of(given: TeamPolicy, name: str = "order-status") -> Level:
    found = given.topic(name)
    assert found is not None
    return found.level


def test_without_a_change_the_file_says_it() -> None:
    assert effective(policy(Level.DRAFT), ()) == policy(Level.DRAFT)


def test_a_change_sets_the_level_of_its_topic_only() -> None:
    changed = effective(policy(), [change(1, Level.DRAFT)])

    assert level_of(changed) is Level.DRAFT
    assert level_of(changed, "invoice-copy") is Level.NOTE


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_the_newest_change_wins_whatever_their_order(order: tuple[int, int]) -> None:
    changes = {1: change(1, Level.SEND), 2: change(2, Level.OFF)}

    assert level_of(effective(policy(), [changes[n] for n in order])) is Level.OFF


def test_a_file_that_says_something_else_since_wins() -> None:
    changes = [change(1, Level.SEND, file_level=Level.NOTE)]

    assert level_of(effective(policy(Level.OFF), changes)) is Level.OFF


def test_a_file_that_was_edited_meanwhile_is_named_once() -> None:
    changes = [change(1, Level.SEND)]
    assert [t.name for t in outdated(policy(Level.OFF), changes)] == ["order-status"]

    changes.append(change(2, Level.OFF, file_level=Level.OFF))

    assert outdated(policy(Level.OFF), changes) == ()


def test_a_file_that_is_edited_back_revives_no_old_word() -> None:
    changes = [change(1, Level.SEND), change(2, Level.OFF, file_level=Level.OFF)]

    assert level_of(effective(policy(Level.NOTE), changes)) is Level.NOTE


def test_a_change_of_a_topic_that_is_gone_changes_nothing() -> None:
    gone = replace(change(1, Level.SEND), topic="opening-hours")

    assert effective(policy(), [gone]) == policy()


@pytest.mark.parametrize(
    ("at", "to"),
    [(Level.OFF, Level.NOTE), (Level.NOTE, Level.DRAFT), (Level.DRAFT, Level.SEND)],
)
def test_a_topic_climbs_one_step(at: Level, to: Level) -> None:
    assert raised(topic(at), to) is to
    assert next_step(at) is to


@pytest.mark.parametrize(
    ("at", "to"),
    [(Level.OFF, Level.DRAFT), (Level.OFF, Level.SEND), (Level.NOTE, Level.SEND)],
)
def test_a_jump_is_refused_and_names_the_step(at: Level, to: Level) -> None:
    refused = raised(topic(at), to)

    assert isinstance(refused, Refused)
    assert f"raise it to {next_step(at)} first" in refused.why


@pytest.mark.parametrize("to", [Level.NOTE, Level.DRAFT])
def test_raising_never_lowers(to: Level) -> None:
    assert isinstance(raised(topic(Level.DRAFT), to), Refused)


@pytest.mark.parametrize(("at", "to"), [(Level.NOTE, Level.DRAFT), (Level.DRAFT, Level.SEND)])
def test_without_an_approved_answer_nothing_is_drafted_or_sent(at: Level, to: Level) -> None:
    refused = raised(replace(topic(at), answers={}), to)

    assert isinstance(refused, Refused)
    assert "replies/order-status.en.md" in refused.why


@pytest.mark.parametrize("to", [Level.SEND, Level.DRAFT, Level.NOTE, Level.OFF])
def test_a_topic_falls_to_any_level_that_is_not_above_its_own(to: Level) -> None:
    assert lowered(topic(Level.SEND), to) is to


@pytest.mark.parametrize("to", [Level.DRAFT, Level.SEND])
def test_lowering_never_raises(to: Level) -> None:
    assert isinstance(lowered(topic(Level.NOTE), to), Refused)


@pytest.mark.parametrize(
    ("level", "autonomy"),
    [
        (Level.OFF, Autonomy.NOTE),
        (Level.NOTE, Autonomy.NOTE),
        (Level.DRAFT, Autonomy.DRAFT),
        (Level.SEND, Autonomy.SEND),
    ],
)
def test_what_a_level_allows(level: Level, autonomy: Autonomy) -> None:
    assert autonomy_of(level) is autonomy


# --- a process that read its file a while ago ---------------------------------------------------


@pytest.mark.parametrize(
    ("own", "said", "stands"),
    [
        pytest.param(Level.SEND, Level.OFF, Level.OFF, id="lowered"),
        pytest.param(Level.NOTE, Level.SEND, Level.NOTE, id="raised"),
        pytest.param(Level.SEND, Level.DRAFT, Level.DRAFT, id="raised from below its own"),
    ],
)
def test_a_word_under_another_file_can_only_lower(own: Level, said: Level, stands: Level) -> None:
    other = Level.DRAFT if own is Level.NOTE else Level.NOTE

    assert level_of(cautious(policy(own), [change(1, said, file_level=other)])) is stands


@pytest.mark.parametrize("said", Level)
def test_a_word_under_the_same_file_counts_as_it_stands(said: Level) -> None:
    changes = [change(1, Level.OFF, file_level=Level.SEND), change(2, said)]

    assert cautious(policy(), changes) == effective(policy(), changes)


def test_a_word_under_another_file_touches_its_topic_only() -> None:
    changed = cautious(policy(Level.SEND), [change(1, Level.OFF)])

    assert level_of(changed, "invoice-copy") is Level.NOTE


@pytest.mark.parametrize(
    ("level", "stands"),
    [(Level.OFF, Level.OFF), (Level.NOTE, Level.NOTE), (Level.SEND, Level.NOTE)],
)
def test_a_policy_can_be_held_to_notes(level: Level, stands: Level) -> None:
    assert level_of(at_most(policy(level), Level.NOTE)) is stands
