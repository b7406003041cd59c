"""What every store promises of levels, verdicts and a topic's figures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.levels import LevelChange
from agent.core.team_policy import Level
from agent.core.turn import Turn
from agent.ports import Disposition, Run, RunState, Store
from agent.team_port import Approval, TopicCount, Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_change(number: int, level: Level = Level.DRAFT, why: str = "") -> LevelChange:
    return LevelChange(
        number=number,
        topic="order-status",
        level=level,
        was=Level.NOTE,
        file_level=Level.NOTE,
        by="Ada \x00 \ud83d",
        at=NOON,
        why=why,
    )


def an_approval(run_id: str = "r1", *, at: datetime = NOON, outcome: str = "") -> Approval:
    return Approval(
        run_id=run_id,
        conversation_id="c1",
        verdict=Verdict.APPROVED,
        by="Ada",
        at=at,
        topic="order-status",
        binds="0123",
        outcome=outcome,
    )


def a_run(
    message: str,
    *,
    topic: str = "order-status",
    disposition: Disposition | None = Disposition.NOTED,
    because: tuple[str, ...] = ("no-grant",),
    at: datetime = NOON,
) -> Run:
    turn = Turn("c1", message)
    return Run(
        id=turn.run_id,
        turn=turn,
        message_at=at,
        state=RunState.DONE,
        due_at=at,
        created_at=at,
        updated_at=at,
        disposition=disposition,
        because=because,
        topic=topic,
    )


def test_changes_of_levels_come_back_as_given_oldest_first(store: Store) -> None:
    changes = (a_change(1, why="they went well"), a_change(2, Level.SEND))

    assert [store.add_level_change(change) for change in changes] == [True, True]
    assert store.level_changes() == changes


@pytest.mark.parametrize("number", [1, 3])
def test_a_change_that_is_not_the_next_one_is_refused(store: Store, number: int) -> None:
    store.add_level_change(a_change(1))

    assert not store.add_level_change(a_change(number, Level.SEND))
    assert store.level_changes() == (a_change(1),)


def test_a_run_keeps_its_topic(store: Store) -> None:
    store.save_run(a_run("m1"))

    assert [run.topic for run in store.runs()] == ["order-status"]


def test_there_is_no_verdict_before_somebody_gives_one(store: Store) -> None:
    assert store.approval("r1") is None


def test_a_verdict_comes_back_as_given(store: Store) -> None:
    assert store.set_approval(an_approval(), was=None)

    assert store.approval("r1") == an_approval()


def test_of_two_verdicts_at_once_one_stands(store: Store) -> None:
    store.set_approval(an_approval(), was=None)

    assert not store.set_approval(replace(an_approval(), by="Ben"), was=None)
    assert store.approval("r1") == an_approval()


def test_a_verdict_is_replaced_by_who_has_seen_it(store: Store) -> None:
    store.set_approval(an_approval(), was=None)

    assert store.set_approval(an_approval(outcome="sent"), was=an_approval())
    assert store.approval("r1") == an_approval(outcome="sent")


def test_verdicts_are_listed_newest_first(store: Store) -> None:
    store.set_approval(an_approval("old", at=NOON - DAY), was=None)
    store.set_approval(an_approval("new"), was=None)

    assert [a.run_id for a in store.approvals()] == ["new", "old"]
    assert [a.run_id for a in store.approvals(since=NOON)] == ["new"]


def test_runs_are_counted_by_topic_and_by_how_and_why_they_ended(store: Store) -> None:
    store.save_run(a_run("m1"))
    store.save_run(a_run("m2"))
    store.save_run(a_run("m3", because=("angry",)))
    store.save_run(a_run("m4", disposition=Disposition.DRAFTED))
    store.save_run(a_run("m5", topic=""))
    store.save_run(a_run("m6", at=NOON - DAY))

    def count(disposition: Disposition, because: str, runs: int) -> TopicCount:
        return TopicCount(
            topic="order-status", disposition=disposition, because=(because,), runs=runs
        )

    assert set(store.topic_counts(NOON)) == {
        count(Disposition.NOTED, "no-grant", 2),
        count(Disposition.NOTED, "angry", 1),
        count(Disposition.DRAFTED, "no-grant", 1),
    }
