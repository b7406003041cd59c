"""A model whose word on language and topic is held against what can be computed.

A model gives no margin, and is as sure of a wrong topic as of a right one.
"""

from dataclasses import replace

from agent.adapters.model.language import language_of
from agent.adapters.model.offline import OfflineEngine
from agent.core.proposal import Proposal
from agent.core.question import newest_burst
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.ports import Model


class AgreedModel:
    """Asks `model`. The language is the detector's where it is sure; the margin is the examples'.

    Where the nearest examples name the same topic, their margin counts. Where they do not, the
    topic is just clear enough for a draft that a teammate looks at, never for sending.
    """

    def __init__(self, model: Model, offline: OfflineEngine) -> None:
        self._model = model
        self._offline = offline

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """The model's proposal, with that. Raises as the model does."""
        given = self._model.propose(transcript, policy)
        language = language_of(newest_burst(transcript)) or given.language
        if given.topic.name is None:
            return replace(given, language=language)
        nearest = self._offline.topic_of(transcript, policy)
        agreed = nearest.margin if nearest.name == given.topic.name else 0.0
        topic = replace(given.topic, margin=max(agreed, policy.min_margin))
        return replace(given, language=language, topic=topic)
