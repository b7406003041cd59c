"""The engine that needs no key and no network: it picks sentences and compares words."""

from agent.adapters.model.language import language_of
from agent.core.compared import compared
from agent.core.extractive import summary_of
from agent.core.nearest_topic import index_for, nearest_topic
from agent.core.proposal import Proposal, TopicGuess
from agent.core.question import newest_burst
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript

NAME = "offline"


class OfflineEngine:
    """A `Model` that only computes. The same transcript and policy give the same proposal.

    Its statements are whole sentences of the conversation; it writes no next step.
    """

    @property
    def name(self) -> str:
        """Always "offline"."""
        return NAME

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """A summary, the nearest topic and the customer's language. Never raises."""
        return Proposal(
            statements=summary_of(transcript),
            engine=NAME,
            topic=self.topic_of(transcript, policy),
            language=language_of(newest_burst(transcript)),
        )

    def topic_of(self, transcript: Transcript, policy: TeamPolicy) -> TopicGuess:
        """The nearest topic, and how clearly. Never raises."""
        index = index_for(policy.topics)
        return nearest_topic(index, compared(index, transcript).texts)
