"""Stored runs are decided again from their receipts: the same policy gives the same decision."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.core.policy import Autonomy
from agent.core.team_policy import Level, TeamPolicy
from agent.fixture_cases import fixture_cases
from agent.replaying import (
    Outcome,
    Redecided,
    case_of,
    decided_under,
    differing,
    sends_a_day,
)
from agent.shipped import shipped
from tests.small_world import NOON, SmallWorld
from tests.test_answering import ask, policy_at, world_at

OFFLINE = OfflineEngine()


def receipt_of(world: SmallWorld, conversation: str) -> dict[str, Any]:
    receipt = world.store.receipt(world.run(conversation).id)
    assert receipt is not None
    return receipt


def answered(level: Level) -> tuple[SmallWorld, dict[str, Any]]:
    """A routine question with its run behind it, and that run's receipt."""
    world = world_at(level)
    conversation = ask(world)
    world.live()
    return world, receipt_of(world, conversation)


def again(receipt: dict[str, Any], policy: TeamPolicy) -> Outcome:
    case = case_of(receipt, policy)
    assert case is not None
    return decided_under(case, policy, OFFLINE)


@pytest.mark.parametrize("level", [Level.NOTE, Level.DRAFT, Level.SEND])
def test_the_same_policy_decides_the_same(level: Level) -> None:
    world, receipt = answered(level)

    outcome = again(receipt, world.policy)

    decided = receipt["decided"]
    assert outcome.autonomy.name.lower() == decided["autonomy"] == level.value
    assert list(outcome.because) == decided["because"]


def test_a_lower_level_lowers_and_says_why() -> None:
    _, receipt = answered(Level.SEND)

    outcome = again(receipt, policy_at(Level.NOTE))

    assert (outcome.autonomy, outcome.because) == (Autonomy.NOTE, ("no-grant",))
    assert outcome.is_whole


def test_a_higher_level_than_was_read_for_is_said_to_be_uncertain() -> None:
    _, receipt = answered(Level.NOTE)

    outcome = again(receipt, policy_at(Level.SEND))

    assert (outcome.autonomy, outcome.is_whole) == (Autonomy.SEND, False)


def test_the_offline_engine_finds_no_topic_that_the_policy_lacks() -> None:
    _, receipt = answered(Level.SEND)

    outcome = again(receipt, replace(policy_at(Level.SEND), topics=(), version=""))

    assert (outcome.topic, outcome.because) == ("", ("too-short-to-note",))


def test_a_topic_that_a_model_named_is_kept() -> None:
    world, receipt = answered(Level.SEND)
    receipt["proposed"]["engine"] = "some-model"
    receipt["proposed"]["topic"] = {"name": "somewhere-else", "margin": 1.0}

    assert again(receipt, world.policy).topic == "somewhere-else"


def test_the_time_of_a_decision_is_that_of_the_run() -> None:
    world, receipt = answered(Level.SEND)
    world.clock.advance(timedelta(days=30))

    assert again(receipt, world.policy).autonomy is Autonomy.SEND


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"facts": None}, id="no rule decided it"),
        pytest.param({"facts": {"now": "yesterday"}}, id="of another version"),
        pytest.param({"proposed": {}}, id="no proposal"),
    ],
)
def test_a_receipt_without_its_facts_cannot_be_decided_again(broken: dict[str, Any]) -> None:
    _, receipt = answered(Level.NOTE)

    assert case_of({**receipt, **broken}, policy_at(Level.NOTE)) is None


def test_an_overtaken_run_cannot_be_decided_again() -> None:
    world = world_at(Level.NOTE)
    conversation = ask(world)
    world.live()
    receipt = receipt_of(world, conversation)
    receipt["facts"] = None

    assert case_of(receipt, world.policy) is None


def test_nothing_is_written_by_deciding_again() -> None:
    world, receipt = answered(Level.SEND)
    requests, head = world.requests(), world.store.audit_head()

    again(receipt, policy_at(Level.DRAFT))

    assert (world.requests(), world.store.audit_head()) == (requests, head)


def test_what_goes_further_is_told_apart_from_what_has_other_reasons() -> None:
    _, receipt = answered(Level.SEND)
    case = case_of(receipt, policy_at(Level.SEND))
    assert case is not None
    sent = Outcome(autonomy=Autonomy.SEND, because=("routine-topic-send",))
    noted, closed = (Outcome(autonomy=Autonomy.NOTE, because=(b,)) for b in ("stale", "closed"))
    lowered = Redecided(case=case, before=sent, after=noted)
    otherwise = Redecided(case=case, before=noted, after=closed)
    alike = Redecided(case=case, before=noted, after=noted)

    assert differing([alike, otherwise, lowered]) == ((lowered,), (otherwise,))


def test_sends_a_day_are_over_the_days_from_first_to_last() -> None:
    sent, noted = (Outcome(autonomy=a, because=()) for a in (Autonomy.SEND, Autonomy.NOTE))
    told = [(NOON, sent), (NOON, sent), (NOON, noted), (NOON + timedelta(days=3), sent)]

    assert sends_a_day(told) == 3 / 4


def test_no_runs_are_no_sends_a_day() -> None:
    assert sends_a_day([]) == 0.0


def test_the_shipped_conversations_can_stand_in() -> None:
    folder = shipped("fixtures") / "conversations"
    cases = fixture_cases(folder, policy_at(Level.SEND), OFFLINE, NOON)

    levels = {decided_under(case, policy_at(Level.SEND), OFFLINE).autonomy for case in cases}

    assert len(cases) > 20
    assert levels >= {Autonomy.NOTE, Autonomy.SEND}
