"""A model behind the mask: it sees no value, and its answer has them all again."""

import logging
import random
import re
import string
import subprocess
import sys
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from agent.adapters.model.fallback import WithFallback
from agent.adapters.model.masked import MaskedModel
from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Address, Customer
from agent.core.masking.cards import luhn
from agent.core.proposal import Proposal, Section, Statement
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.errors import HelpdeskMissing, HelpdeskUnavailable, ModelUnavailable
from agent.prompts import summary_prompt
from tests.adapters.model.builders import POLICY, line, transcript

MARA = Customer(id="k1", name="Mara Lindqvist", emails=(Address(value="mara@example.org"),))
PLANTED = 5_000


class ListeningModel:
    """Keeps every prompt it was sent and repeats each message as a statement."""

    name = "test-model"

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        self.prompts.append("\n".join(summary_prompt().render(transcript, policy)))
        return Proposal(
            engine=self.name,
            statements=tuple(
                Statement(section=Section.REQUEST, text=said.text, message_ids=(said.message_id,))
                for said in transcript.lines
            ),
        )


def nobody(customer_id: str) -> Customer:
    raise HelpdeskMissing("GET /v1/customers/k1: 404")


def of(text: str) -> Transcript:
    return replace(transcript(line(1, text)), customer_id="k1")


def test_the_customers_record_is_read_for_what_to_hide() -> None:
    model = ListeningModel()

    proposal = MaskedModel(model, lambda _: MARA).propose(of("Mara here, order 40-2291"), POLICY)

    assert "customer: [name-1] here, order 40-2291" in model.prompts[0]
    assert proposal.statements[0].text == "Mara here, order 40-2291"


def test_a_masked_model_goes_by_its_own_name() -> None:
    assert MaskedModel(ListeningModel(), nobody).name == "test-model"


def test_without_a_customer_no_record_is_asked_for() -> None:
    model = ListeningModel()

    def refuse(customer_id: str) -> Customer:
        raise AssertionError(customer_id)

    MaskedModel(model, refuse).propose(transcript(), POLICY)

    assert len(model.prompts) == 1


def test_a_customer_that_is_gone_leaves_what_the_messages_tell() -> None:
    model = ListeningModel()

    with capture_logs() as logged:
        MaskedModel(model, nobody).propose(of("mara@example.org"), POLICY)

    assert "[email-1]" in model.prompts[0]
    assert [(each["event"], each["why"]) for each in logged] == [
        ("masking.no-record", "HelpdeskMissing")
    ]


def test_nothing_is_sent_while_the_record_cannot_be_read() -> None:
    model = ListeningModel()

    def silent(customer_id: str) -> Customer:
        raise HelpdeskUnavailable("GET /v1/customers/k1: 503")

    with pytest.raises(HelpdeskUnavailable):
        MaskedModel(model, silent).propose(of("Mara here"), POLICY)
    assert model.prompts == []


def test_what_a_model_raises_comes_through() -> None:
    class Silent(ListeningModel):
        def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
            raise ModelUnavailable("no answer")

    with pytest.raises(ModelUnavailable):
        MaskedModel(Silent(), nobody).propose(of("Hi"), POLICY)


def test_a_masked_model_is_grounded_against_the_messages_as_they_are() -> None:
    said = of("I am Mara Lindqvist, 0151 23456789, mara@example.org, order 40-2291.")
    model = WithFallback(MaskedModel(ListeningModel(), lambda _: MARA), OfflineEngine())

    proposal = model.propose(said, POLICY)

    assert proposal.engine == "test-model"
    assert [one.text for one in proposal.statements] == [said.lines[0].text]


def test_a_placeholder_that_a_model_invents_does_not_pass_for_a_value() -> None:
    class Inventing(ListeningModel):
        def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
            proposal = super().propose(transcript, policy)
            invented = replace(proposal.statements[0], text="Write to [email-9] about it.")
            return replace(proposal, statements=(*proposal.statements, invented))

    said = of("Write to mara@example.org about it.")
    model = WithFallback(MaskedModel(Inventing(), lambda _: MARA), OfflineEngine())

    proposal = model.propose(said, POLICY)

    assert [one.text for one in proposal.statements] == ["Write to mara@example.org about it."]
    assert proposal.dropped[0][0] == "Write to [email-9] about it."


def test_what_masking_imports_is_not_loaded_without_a_model() -> None:
    # A quick --help, and an offline engine that needs no tables of phone numbers.
    code = "import sys, agent.wiring, agent.cli; print({'phonenumbers', 'stdnum'} & {*sys.modules})"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_planted_values_never_reach_a_model_a_log_or_a_repr(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    rng = random.Random(20261105)
    model = ListeningModel()
    masked = MaskedModel(model, lambda _: MARA)
    planted: set[str] = set()
    shown: list[str] = []
    with capture_logs() as logged:
        while len(planted) < PLANTED:
            canaries = [plant(rng) for plant in rng.sample(PLANTS, 5)]
            lines = [line(n, said) for n, (said, _) in enumerate(canaries, start=1)]
            proposal = masked.propose(replace(transcript(*lines), customer_id="k1"), POLICY)
            secrets = {value for said, value in canaries if is_secret(said)}
            shown += [
                one.text for one in proposal.statements if any(s in one.text for s in secrets)
            ]
            planted |= {value for _, value in canaries}

    everything = squeezed("\n".join(model.prompts) + repr(masked) + repr(logged) + caplog.text)
    assert [value for value in planted if squeezed(value) in everything] == []
    assert shown == []


def squeezed(text: str) -> str:
    """Without what may stand between digits; other numbers must not run together."""
    return re.sub(r"(?<=\w)[ -](?=\w)", "", text)


def is_secret(said: str) -> bool:
    """Those do not come back into a note either."""
    return said.startswith(("My password", "Use the key", "My card"))


def card(rng: random.Random) -> tuple[str, str]:
    digits = "4" + "".join(rng.choices(string.digits, k=14))
    whole = next(digits + last for last in string.digits if luhn(digits + last))
    mark = rng.choice(["", " ", "-"])
    number = mark.join(whole[at : at + 4] for at in range(0, 16, 4))
    return f"My card is {number}, thanks.", number


def iban(rng: random.Random) -> tuple[str, str]:
    account = "".join(rng.choices(string.digits, k=18))
    check = 98 - int(account + "131400") % 97
    number = f"DE{check:02}{account}"
    if rng.random() < 0.5:
        number = " ".join(number[at : at + 4] for at in range(0, 22, 4))
    return f"Send it to {number} please.", number


def email(rng: random.Random) -> tuple[str, str]:
    address = f"{letters(rng)}.{letters(rng)}@{letters(rng)}.{rng.choice(['org', 'de', 'co.uk'])}"
    return f"Write to {address}.", address


def phone(rng: random.Random) -> tuple[str, str]:
    digits = "".join(rng.choices("23456789", k=8))
    number = rng.choice(["+49 151 {}", "+4416{}", "0151{}", "(212) 5{}"]).format(digits)
    return f"Call me on {number} today.", number


def password(rng: random.Random) -> tuple[str, str]:
    word = letters(rng).title() + "".join(rng.choices(string.digits, k=3)) + rng.choice("!#?x")
    cue = rng.choice(["My password is", "My password:", "My password for the shop is"])
    return f"{cue} {word} again", word.rstrip("?")


def token(rng: random.Random) -> tuple[str, str]:
    key = rng.choice(["sk-", "ghp_", "xoxb-"]) + "".join(
        rng.choices(string.ascii_letters + string.digits, k=30)
    )
    return f"Use the key {key} for it.", key


def national_id(rng: random.Random) -> tuple[str, str]:
    number = f"{rng.randint(1, 665):03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"
    return f"My SSN is {number}.", number


def letters(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_lowercase, k=8))


PLANTS = (card, iban, email, phone, password, token, national_id)
