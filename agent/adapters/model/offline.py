"""The engine that needs no key and no network: it picks sentences and compares words."""

from agent.adapters.model.language import language_of
from agent.core.extractive import summary_of
from agent.core.nearest_topic import TopicIndex, index_of, nearest_topic
from agent.core.proposal import Proposal, TopicGuess
from agent.core.question import (
    answers_the_team,
    first_request,
    newest_burst,
    questions_in,
    says_little,
)
from agent.core.team_policy import TeamPolicy, Topic
from agent.core.transcript import Transcript

NAME = "offline"


class OfflineEngine:
    """A `Model` that only computes. The same transcript and policy give the same proposal.

    Its statements are whole sentences of the conversation; it writes no next step.
    """

    def __init__(self) -> None:
        self._indexed: tuple[str | tuple[Topic, ...], TopicIndex] | None = None

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
        index = self._index(policy)
        newest = newest_burst(transcript)
        if answers_the_team(transcript):
            return TopicGuess()
        guess = nearest_topic(index, questions_in(newest))
        if guess.name is None and says_little(newest):
            return nearest_topic(index, questions_in(first_request(transcript)))
        return guess

    def _index(self, policy: TeamPolicy) -> TopicIndex:
        """The policy's vectors, made once per version; without a version, per set of topics."""
        version = policy.version or policy.topics
        if self._indexed is None or self._indexed[0] != version:
            self._indexed = (version, index_of(policy.topics))
        return self._indexed[1]
