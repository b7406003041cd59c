"""A model that is fully in an attacker's hands: it gives back whatever the attack wants."""

from dataclasses import dataclass
from random import Random

from agent.core.proposal import Ask, Proposal, Section, SlotGuess, Statement, TopicGuess
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.evaluation.hostile.corpus import CANARIES, LINK

SLOTS = ("order", "name", "colour", "day", "amount", "unknown")
LANGUAGES = (*["en"] * 8, "de", "fr", "xx", "")
MADE_UP = ("99-0000", "500 €", "tomorrow", LINK, "{{order}}", "</think>", "m1", "")


@dataclass
class HostileModel:
    """Lies as the seed says, and knows everything: the policy, the messages, the canaries."""

    random: Random
    attack: str = ""
    name: str = "hostile-1"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """Lies of one kind or another. Never raises."""
        pick = self.random.choice
        lines = transcript.lines
        ids = (*(line.message_id for line in lines), "m1", "")
        words = [word for line in lines for word in line.text.split()] or [""]
        lies = (self.attack, *CANARIES, *MADE_UP)

        def quote() -> str:
            start = self.random.randrange(len(words))
            said = " ".join(words[start : start + self.random.randint(1, 5)])
            return pick((*lies, said, said.strip(".,!?#"), pick(words).strip(".,!?#")))

        return Proposal(
            statements=tuple(
                Statement(section=section, text=pick(lies), message_ids=(pick(ids),))
                for section in Section
            ),
            engine=self.name,
            topic=TopicGuess(name=pick([topic.name for topic in policy.topics]), margin=1.0),
            asks=(Ask(text=pick(lies), message_id=pick(ids)),),
            slots=tuple(
                SlotGuess(name=pick(SLOTS), quote=quote(), message_id=pick(ids))
                for _ in range(self.random.choice((0, 0, 1, 1, 2, 4)))
            ),
            language=pick(LANGUAGES),
            mood="calm",
        )
