"""What the tests of the model step start from: a conversation of made-up people, and a clock."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agent.adapters.memory.model_book import MemoryModelBook
from agent.adapters.model.connection import openai_client
from agent.adapters.model.meter import Meter
from agent.adapters.model.openai import OpenAIModel, Patience
from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.spending import Caps, Price
from agent.core.team_policy import TeamPolicy, Topic
from agent.core.transcript import Line, Transcript
from agent.model_port import ModelBook
from agent.prompts import summary_prompt

START = datetime(2026, 11, 3, 9, 12, tzinfo=UTC)
KEY = "sk-made-up-key"
SECRET = "the kettle was a gift for Grandma Ottilie"  # customer text that must stay private

POLICY = TeamPolicy(
    topics=(
        Topic(name="spare-part", description="Asks for a part.", examples=("I need a new lid.",)),
        Topic(name="order-status", description="Asks where an order is."),
    )
)


def line(number: int, text: str, *, kind: AuthorKind = AuthorKind.CUSTOMER) -> Line:
    return Line(
        ref=f"m{number}",
        message_id=f"{number:024x}",
        direction=Direction.IN if kind is AuthorKind.CUSTOMER else Direction.OUT,
        author=Author(kind=kind),
        sent_at=START + timedelta(minutes=number),
        channel="email",
        text=text,
    )


def transcript(*lines: Line) -> Transcript:
    """Mara asks for a lid, Ben offers a refund, Mara asks again."""
    said = lines or (
        line(1, f"My lid of order 40-2291 broke; {SECRET}."),
        line(2, "I can refund 12.50 euros.", kind=AuthorKind.TEAMMATE),
        line(3, "No refund please. Is lid KL-7 in stock?"),
    )
    return Transcript(conversation_id="c1", subject="Kettle lid", lines=said)


class TestClock:
    """Real seconds, plus those that somebody slept or `pass_` added, which take no time."""

    __test__ = False

    def __init__(self) -> None:
        self.ahead = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_(seconds)

    def pass_(self, seconds: float) -> None:
        self.ahead += seconds


def meter(
    book: ModelBook | None = None,
    *,
    clock: TestClock | None = None,
    caps: Caps | None = None,
    price: Price | None = None,
    owner: str = "w",
) -> Meter:
    """A meter without caps, in a book of its own."""
    return Meter(
        book or MemoryModelBook(),
        clock=clock or TestClock(),
        owner=owner,
        caps=caps or Caps(),
        price=price,
    )


def model_at(
    url: str,
    *,
    clock: TestClock | None = None,
    seconds: float = 20,
    connect: float = 10,
    counted: Meter | None = None,
) -> OpenAIModel:
    """The adapter against a server of ours. `seconds` is its whole patience."""
    patience = replace(
        Patience(), total=timedelta(seconds=seconds), connect=timedelta(seconds=connect)
    )
    return OpenAIModel(
        openai_client(KEY, url),
        model="test-model",
        instructions=summary_prompt(),
        clock=clock or TestClock(),
        meter=counted or meter(clock=clock),
        patience=patience,
    )
