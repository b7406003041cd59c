"""A model's word on language and topic, held against the detector and the policy's examples."""

from dataclasses import dataclass, replace

from agent.adapters.model.agreed import AgreedModel
from agent.adapters.model.offline import OfflineEngine
from agent.core.proposal import Proposal, TopicGuess
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.policy_file import load_policy
from tests.adapters.model.builders import line, transcript

POLICY = load_policy(None)
ASKS = transcript(line(1, "Where is my order? The tracking number does not work."))
SAID = Proposal(
    statements=(), engine="kettle", topic=TopicGuess(name="order-status", margin=1.0), language="en"
)


@dataclass(frozen=True)
class Says:
    """Gives the same whatever it is asked."""

    proposal: Proposal
    name: str = "kettle"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        return self.proposal


def agreed(proposal: Proposal, asked: Transcript = ASKS) -> Proposal:
    return AgreedModel(Says(proposal), OfflineEngine()).propose(asked, POLICY)


def test_the_margin_is_that_of_the_nearest_examples_where_they_name_the_same_topic() -> None:
    expected = OfflineEngine().topic_of(ASKS, POLICY)

    assert agreed(SAID).topic == expected
    assert expected.margin >= POLICY.send_margin


def test_a_topic_that_no_example_is_near_is_clear_enough_for_a_draft_and_not_for_sending() -> None:
    topic = agreed(replace(SAID, topic=TopicGuess(name="invoice-copy", margin=1.0))).topic

    assert topic == TopicGuess(name="invoice-copy", margin=POLICY.min_margin)
    assert topic.margin < POLICY.send_margin


def test_the_language_is_the_detectors_where_it_is_sure() -> None:
    german = transcript(line(1, "Wo bleibt mein Paket? Ich habe vor einer Woche bestellt."))

    assert agreed(SAID, german).language == "de"


def test_a_text_too_short_to_tell_keeps_the_models_language() -> None:
    assert agreed(replace(SAID, language="pt"), transcript(line(1, "ok?"))).language == "pt"


def test_no_topic_stays_no_topic() -> None:
    assert agreed(replace(SAID, topic=TopicGuess())).topic == TopicGuess()
