"""A model that is measured: it counts how often it gave no answer of its own."""

from agent.core.proposal import Proposal
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.ports import Model


class Asking:
    """Passes on what `model` proposes. `stood_in` counts answers that another engine gave."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.asked = 0
        self.stood_in = 0
        self.why = ""  # of the newest that stood in

    @property
    def name(self) -> str:
        """The model's own name."""
        return self._model.name

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """What the model proposes."""
        proposal = self._model.propose(transcript, policy)
        self.asked += 1
        if proposal.stood_in:
            self.stood_in += 1
            self.why = proposal.stood_in
        return proposal
