"""A model step that takes its time and fails now and then. What it says is plain to check."""

import re

from agent.core.conversation import Direction
from agent.core.proposal import Proposal, Section, Statement, TopicGuess
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.errors import ModelUnavailable, ModelUnusable
from tests.simulation.door import Passage
from tests.simulation.fate import Fault

THINKING = (0.5, 8.0)  # seconds
_CODE = re.compile(r"40-\d+")  # stands in every question
_STATUS = re.compile(r"where is order")


class SimulatedModel:
    """`agent.ports.Model`: quotes the customer's last questions."""

    name = "offline"

    def __init__(self, passage: Passage) -> None:
        self._passage = passage

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """See `Model`."""
        fault = self._passage.enter("propose", THINKING)
        self._passage.trace("propose", transcript.conversation_id, fault)
        if fault is Fault.MODEL_DOWN:
            raise ModelUnavailable("the model does not answer")
        if fault is Fault.MODEL_UNUSABLE:
            raise ModelUnusable("the model declined")
        lines = [line for line in transcript.lines if line.direction is Direction.IN]
        said = [line for line in lines if _CODE.search(line.text)][-2:]
        self._passage.point("propose", "after")
        asks_status = bool(lines) and _STATUS.search(lines[-1].text.casefold()) is not None
        return Proposal(
            statements=tuple(
                Statement(
                    section=Section.REQUEST,
                    text=" ".join(line.text.split()[:12]),
                    message_ids=(line.message_id,),
                )
                for line in said
            ),
            engine=self.name,
            topic=TopicGuess(name="order-status", margin=0.9) if asks_status else TopicGuess(),
            language="en",
        )
