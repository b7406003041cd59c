"""A configured model with the offline engine behind it: no conversation goes without a note."""

from dataclasses import replace

import structlog

from agent.core.grounding import ground, is_usable, lost_every_request
from agent.core.proposal import Proposal, Usage
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.errors import ModelUnavailable, ModelUnusable
from agent.ports import Model

_log = structlog.get_logger()


class WithFallback:
    """Asks `model`; when it gives nothing that its messages bear out, `offline`.

    Every proposal it gives is grounded. `stood_in` of an offline one says, in words for a
    teammate, why the model's was not taken.
    """

    def __init__(self, model: Model, offline: Model) -> None:
        self._model = model
        self._offline = offline

    @property
    def name(self) -> str:
        """The configured model's name; a proposal's `engine` says who answered."""
        return self._model.name

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """A grounded proposal. Never raises for what a model does."""
        try:
            given = self._model.propose(transcript, policy)
        except (ModelUnavailable, ModelUnusable) as error:
            return self._stand_in(transcript, policy, because=str(error), usage=Usage())
        proposal = ground(given, transcript)
        if is_usable(proposal) and not lost_every_request(given, proposal):
            return proposal
        return self._stand_in(
            transcript, policy, because=_unfounded(proposal), usage=proposal.usage
        )

    def _stand_in(
        self, transcript: Transcript, policy: TeamPolicy, *, because: str, usage: Usage
    ) -> Proposal:
        _log.warning(
            "model.stood_in",
            conversation=transcript.conversation_id,
            model=self.name,
            because=because,
        )
        offline = ground(self._offline.propose(transcript, policy), transcript)
        return replace(offline, stood_in=because, usage=usage)


def _unfounded(proposal: Proposal) -> str:
    lost = len(proposal.dropped)
    if not lost:
        return "the model found nothing to say"
    total = lost + len(proposal.statements)
    if is_usable(proposal):
        return "nothing of what the model gave as the customer's request was in the messages"
    return f"{lost} of the model's {total} statements were not in the messages"
