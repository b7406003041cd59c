"""A model that never sees what is personal: placeholders go out, values come back.

Importing this costs the tables of phonenumbers, so it is imported only when a key is set.
"""

from collections.abc import Callable

import structlog

from agent.core.conversation import Customer
from agent.core.masking.masked import mask_transcript
from agent.core.proposal import Proposal
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.errors import PermanentError
from agent.ports import Model

_log = structlog.get_logger()


class MaskedModel:
    """Asks `model` about a masked transcript.

    `customer_of` reads a customer's record by id: their name and address are hidden too. One
    that is gone or refused leaves what the messages themselves tell of their authors.
    """

    def __init__(self, model: Model, customer_of: Callable[[str], Customer]) -> None:
        self._model = model
        self._customer_of = customer_of

    @property
    def name(self) -> str:
        """The model's own name."""
        return self._model.name

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """What the model proposes, with the values back in it; secrets stay out.

        Raises:
            TransientError: the customer's record cannot be read now; nothing was sent.
            Anything that the model raises.
        """
        masked = mask_transcript(transcript, self._customer(transcript))
        return masked.unmask(self._model.propose(masked.transcript, policy))

    def _customer(self, transcript: Transcript) -> Customer | None:
        if transcript.customer_id is None:
            return None
        try:
            return self._customer_of(transcript.customer_id)
        except PermanentError as error:
            _log.warning(
                "masking.no-record",
                conversation=transcript.conversation_id,
                why=type(error).__name__,
            )
            return None
