"""A reply in reach is decided with what its topic has earned; the receipt tells it and keeps it."""

from dataclasses import replace
from typing import Any

import pytest

from agent.core.certificate import RightToSend, Standing
from agent.core.team_policy import Level, TeamPolicy
from agent.ports import Disposition
from agent.receipt import render_receipt
from agent.replaying import case_of
from agent.waiving import End, Waiver, end_waiver, waive
from tests.reviews import DAY
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at
from tests.test_lowering import after, at_request


def answered(world: SmallWorld) -> dict[str, Any]:
    """The receipt of a routine question."""
    conversation = ask(world)
    world.live()
    receipt = world.store.receipt(world.run(conversation).id)
    assert receipt is not None
    return receipt


def waived(world: SmallWorld, *, channel: str = "") -> None:
    now = world.clock.now()
    word = Waiver(
        topic="order-status",
        until=(now + 10 * DAY).date(),
        by="Ada",
        reason="peak season",
        at=now,
        channel=channel,
    )
    waive(world.store, world.policy, word)


def right_of(receipt: dict[str, Any], policy: TeamPolicy) -> RightToSend | None:
    case = case_of(receipt, policy)
    assert case is not None
    return case.facts.right


def test_without_a_certificate_the_receipt_says_so() -> None:
    world = world_at(Level.DRAFT)

    right = right_of(answered(world), world.policy)

    assert right is not None
    assert (right.standing, right.words) == (
        Standing.MISSING,
        "no certificate for order-status by email yet",
    )


@pytest.mark.parametrize(
    ("channel", "standing"),
    [("", Standing.WAIVED), ("email", Standing.WAIVED), ("chat", Standing.MISSING)],
)
def test_a_waiver_counts_on_its_channel(channel: str, standing: Standing) -> None:
    world = world_at(Level.DRAFT)
    waived(world, channel=channel)

    right = right_of(answered(world), world.policy)

    assert right is not None
    assert right.standing is standing


def test_a_run_that_can_only_be_a_note_reads_none() -> None:
    world = world_at(Level.NOTE)

    assert right_of(answered(world), world.policy) is None


def test_a_person_reads_it_in_the_receipt() -> None:
    world = world_at(Level.DRAFT)
    waived(world)
    receipt = answered(world)

    text = render_receipt(world.store.runs()[0], receipt)

    assert "right    waived by Ada until 15 Nov 2026 (peak season), uncertified" in text


def test_a_receipt_of_an_older_version_has_none() -> None:
    world = world_at(Level.DRAFT)
    receipt = answered(world)
    del receipt["facts"]["right"]

    assert right_of(receipt, replace(world.policy)) is None


def end_of_waiver(world: SmallWorld) -> None:
    """A lead takes it back; the watch has not looked since, so the level still says "send"."""
    end_waiver(world.store, world.policy, End(topic="order-status", by="Ada", at=world.clock.now()))


def test_a_right_that_ends_between_decision_and_release_leaves_a_draft() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    after(world, "decide", lambda: end_of_waiver(world))
    world.live()

    assert (replies(world, conversation), len(world.helpdesk._drafts)) == ([], 1)
    assert world.run(conversation).disposition is Disposition.DRAFTED


def test_a_right_that_ends_while_the_draft_is_staged_leaves_a_draft() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    at_request(world, "stage_draft", lambda: end_of_waiver(world))
    world.live()

    assert (replies(world, conversation), len(world.helpdesk._drafts)) == ([], 1)
