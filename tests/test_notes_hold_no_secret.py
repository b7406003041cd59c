"""A customer's card number or password stands in no note, whichever engine wrote it."""

from agent.adapters.model.fallback import WithFallback
from agent.adapters.model.offline import OfflineEngine
from agent.core.proposal import Proposal, Section, Statement
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from tests.small_world import SmallWorld

CARD = "4111111111111111"
SAID = (
    "Hello, the lid of the kettle from order 40-2291 arrived cracked. Could you send me a new one?",
    f"Please charge my card {CARD} for the postage if you must, I need it before Friday.",
    "Or look into my account, my password is Hund42x! and the order is 40-2291.",
)


class Repeating:
    """A model that says every message again."""

    name = "test-model"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        return Proposal(
            engine=self.name,
            statements=tuple(
                Statement(section=Section.REQUEST, text=line.text, message_ids=(line.message_id,))
                for line in transcript.lines
            ),
        )


def test_the_offline_engine_writes_no_card_number_and_no_password() -> None:
    world = SmallWorld()
    conversation = world.conversation(*SAID)

    world.live()

    (note,) = world.notes(conversation)
    assert CARD not in note.body
    assert "Hund42x" not in note.body
    assert "[card …1111]" in note.body
    assert "40-2291" in note.body


def test_no_statement_is_dropped_for_the_secret_in_it() -> None:
    world = SmallWorld(model=WithFallback(Repeating(), OfflineEngine()))
    conversation = world.conversation(*SAID)

    world.live()

    (note,) = world.notes(conversation)
    assert "test-model" in note.body
    assert "Please charge my card [card …1111] for the postage" in note.body
    assert "my password is [password] and the order" in note.body
