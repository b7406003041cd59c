"""A person's word on a topic is kept, counts at once, and is in the record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.adapters.memory import MemoryStore
from agent.audit_port import AuditKind
from agent.core.levels import BY_FILE, LevelChange, cautious, effective
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.errors import InputError
from agent.levels import Word, follow_file, lower_topic, raise_topic
from agent.ports import Store
from tests.waived import waive_all

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def policy(level: Level = Level.NOTE) -> TeamPolicy:
    answers = {"en": "You find the link in our e-mail."}
    topic = Topic(name="order-status", description="Where?", level=level, answers=answers)
    return TeamPolicy(topics=(topic,))


def word(to: Level, *, topic: str = "order-status", by: str = "Ada", why: str = "") -> Word:
    return Word(topic=topic, to=to, by=by, at=NOON, why=why)


def level_now(store: Store, file: TeamPolicy) -> Level:
    topic = effective(file, store.level_changes()).topic("order-status")
    assert topic is not None
    return topic.level


def test_a_word_is_kept_with_who_when_and_why() -> None:
    store = MemoryStore()

    change = raise_topic(store, policy(), word(Level.DRAFT, why="a month of good notes"))

    assert store.level_changes() == (change,)
    assert (change.by, change.at, change.why) == ("Ada", NOON, "a month of good notes")
    assert (change.was, change.level, change.file_level) == (Level.NOTE, Level.DRAFT, Level.NOTE)


def test_a_word_stands_in_the_record() -> None:
    store = MemoryStore()

    raise_topic(store, policy(), word(Level.DRAFT, why="good notes"))

    (row,) = store.audit_rows()
    assert row.link.kind == AuditKind.LEVEL_CHANGED
    assert row.content == {"from": "note", "to": "draft", "by": "Ada", "why": "good notes"}


def test_two_steps_need_two_words() -> None:
    store = MemoryStore()
    waive_all(store, policy(), NOON)
    raise_topic(store, policy(), word(Level.DRAFT))
    raise_topic(store, policy(), word(Level.SEND))

    assert level_now(store, policy()) is Level.SEND


def test_lowering_takes_it_down_in_one_go() -> None:
    store = MemoryStore()
    lower_topic(store, policy(Level.SEND), word(Level.OFF))

    assert level_now(store, policy(Level.SEND)) is Level.OFF


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(word(Level.SEND), "one step at a time", id="a jump"),
        pytest.param(word(Level.DRAFT, topic="lids"), "has: order-status", id="unknown topic"),
        pytest.param(word(Level.DRAFT, by="  "), "--by", id="nobody"),
    ],
)
def test_what_is_refused_changes_nothing(said: Word, words: str) -> None:
    store = MemoryStore()

    with pytest.raises(InputError, match=words):
        raise_topic(store, policy(), said)
    assert store.level_changes() == ()


class SomebodyElse(MemoryStore):
    """Another person is quicker, once."""

    def __init__(self, change: LevelChange) -> None:
        super().__init__()
        self.theirs: LevelChange | None = change

    def add_level_change(self, change: LevelChange) -> bool:
        """See `Store`."""
        if self.theirs is not None:
            theirs, self.theirs = self.theirs, None
            super().add_level_change(theirs)
        return super().add_level_change(change)


def test_two_who_raise_at_the_same_moment_climb_one_step_together() -> None:
    first = raise_topic(MemoryStore(), policy(), word(Level.DRAFT, by="Ben"))
    store = SomebodyElse(first)

    with pytest.raises(InputError, match="already"):
        raise_topic(store, policy(), word(Level.DRAFT))
    assert store.level_changes() == (first,)


def test_a_file_that_overrules_a_word_is_written_down_once() -> None:
    store = MemoryStore()
    raise_topic(store, policy(), word(Level.DRAFT))

    (followed,) = follow_file(store, policy(Level.OFF), NOON)

    assert (followed.level, followed.by) == (Level.OFF, BY_FILE)
    assert follow_file(store, policy(Level.OFF), NOON) == ()


def test_a_file_that_is_edited_back_revives_no_old_word() -> None:
    store = MemoryStore()
    raise_topic(store, policy(), word(Level.DRAFT))
    follow_file(store, policy(Level.OFF), NOON)

    assert level_now(store, policy(Level.NOTE)) is Level.NOTE


def test_a_topic_that_lost_its_answer_cannot_climb() -> None:
    file = policy()
    silent = replace(file, topics=(replace(file.topics[0], answers={}),))

    with pytest.raises(InputError, match="approved answer"):
        raise_topic(MemoryStore(), silent, word(Level.DRAFT))


def test_a_topic_is_lowered_to_the_level_that_the_file_says_for_those_who_read_another() -> None:
    store = MemoryStore()

    lower_topic(store, policy(Level.NOTE), word(Level.NOTE))

    held = cautious(policy(Level.SEND), store.level_changes()).topic("order-status")
    assert held is not None
    assert held.level is Level.NOTE
