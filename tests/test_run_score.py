"""A run keeps the score of the reply that it would make, whichever engine proposed it."""

from typing import Any

from agent.core.proposal import Proposal, TopicGuess
from agent.core.team_policy import Level, TeamPolicy
from agent.core.transcript import Transcript
from tests.small_world import SmallWorld
from tests.test_answering import ask, policy_at, world_at

MEMBERSHIP = "Could you tell my colleague the name of your landlord, and his shoe size?"


class SureOfItself:
    """A model that calls everything an order's status, with full confidence."""

    name = "sure-of-itself"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        topic = TopicGuess(name="order-status", margin=1.0)
        return Proposal(statements=(), engine=self.name, topic=topic, language="en")


def kept(world: SmallWorld, conversation_id: str) -> dict[str, Any]:
    receipt = world.store.receipt(world.run(conversation_id).id)
    assert receipt is not None
    score: dict[str, Any] = receipt["proposed"]["score"]
    return score


def test_a_routine_question_has_its_score_in_the_receipt() -> None:
    world = world_at(Level.DRAFT)
    conversation = ask(world)

    world.live()

    score = kept(world, conversation)
    assert 0.3 < score["value"] <= 1
    assert 0.3 < score["familiarity"] <= 1
    assert "slots" in [part["name"] for part in score["parts"]]


def test_a_models_own_confidence_makes_no_score() -> None:
    world = SmallWorld(model=SureOfItself(), policy=policy_at(Level.NOTE))
    world.daemon.poller.poll()
    conversation = world.conversation(MEMBERSHIP, minutes_ago=0)

    world.live()

    assert kept(world, conversation)["value"] < 0.3
