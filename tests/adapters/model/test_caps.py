"""What the model may cost: counted before each call, over all workers, and kept."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent.adapters.memory import MemoryModelBook
from agent.adapters.model.fallback import WithFallback
from agent.adapters.model.offline import OfflineEngine
from agent.adapters.model.openai import OpenAIModel
from agent.adapters.store import open_model_book
from agent.core.proposal import Usage
from agent.core.spending import Call, Caps, OverCap, Price, Spent
from agent.errors import ModelUnavailable, StoreUnavailable
from tests.adapters.model.builders import POLICY, TestClock, meter, model_at, transcript
from tests.adapters.model.server import ModelServer, prompt_tokens

STORM = 10_000  # conversations in ten minutes
PRICE = Price(input=2.5, output=10.0)


def said_by(server: ModelServer) -> int:
    """Tokens that the server told of all its calls."""
    return sum(prompt_tokens(asked) + 90 for asked in server.requests)


def ask_until_refused(model: OpenAIModel) -> str:
    """What it says then."""
    for _ in range(100):
        try:
            model.propose(transcript(), POLICY)
        except ModelUnavailable as error:
            return str(error)
    return "never refused"


def test_what_the_server_told_is_what_counts() -> None:
    book, clock = MemoryModelBook(), TestClock()
    with ModelServer() as server:
        counted = meter(book, clock=clock, price=PRICE)
        proposal = model_at(server.url, clock=clock, counted=counted).propose(transcript(), POLICY)

    tokens = proposal.usage.input_tokens + proposal.usage.output_tokens
    assert book.spent("c1", clock.now()) == Spent(
        conversation=tokens, hour=tokens, day=PRICE.of(proposal.usage)
    )


def test_a_server_that_tells_nothing_is_counted_by_its_texts() -> None:
    book, clock = MemoryModelBook(), TestClock()
    with ModelServer("no-usage") as server:
        model_at(server.url, clock=clock, counted=meter(book)).propose(transcript(), POLICY)

    assert book.spent("c1", clock.now()).hour > prompt_tokens(server.requests[0])


@pytest.mark.parametrize("profile", ["bad-request", "error-500", "no-quota", "html"])
def test_an_error_in_place_of_an_answer_costs_nothing(profile: str) -> None:
    book, clock = MemoryModelBook(), TestClock()
    with ModelServer(profile) as server:
        model = WithFallback(model_at(server.url, counted=meter(book)), OfflineEngine())
        model.propose(transcript(), POLICY)

    assert book.spent("c1", clock.now()) == Spent()


def test_a_call_that_was_never_answered_counts_its_prompt() -> None:
    book, clock = MemoryModelBook(), TestClock()
    with ModelServer("silent") as server, pytest.raises(ModelUnavailable):
        model_at(server.url, seconds=0.3, counted=meter(book)).propose(transcript(), POLICY)

    assert prompt_tokens(server.requests[0]) < book.spent("c1", clock.now()).hour < 4_000


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(tokens_per_hour=20_000), "the model's cap of 20,000 tokens an hour is reached"),
        (Caps(spend_per_day=60_000), "the model's cap of 0.06 a day is reached"),
        (
            Caps(tokens_per_conversation=20_000),
            "this conversation's cap of 20,000 tokens a day is reached",
        ),
    ],
)
def test_over_the_cap_the_offline_engine_stands_in_and_says_so(caps: Caps, words: str) -> None:
    with ModelServer() as server:
        model = WithFallback(
            model_at(server.url, counted=meter(caps=caps, price=PRICE)), OfflineEngine()
        )
        proposals = [model.propose(transcript(), POLICY) for _ in range(30)]

    assert proposals[0].engine == "test-model"
    assert (proposals[-1].engine, proposals[-1].stood_in) == ("offline", words)
    assert proposals[-1].statements


def test_one_conversation_over_its_cap_leaves_the_others_the_model() -> None:
    with ModelServer() as server:
        model = model_at(server.url, counted=meter(caps=Caps(tokens_per_conversation=20_000)))
        assert "this conversation's cap" in ask_until_refused(model)

        other = replace(transcript(), conversation_id="c2")
        assert model.propose(other, POLICY).engine == "test-model"


def test_an_hour_later_the_model_is_asked_again() -> None:
    clock, caps = TestClock(), Caps(tokens_per_hour=20_000)
    with ModelServer() as server:
        model = model_at(server.url, clock=clock, counted=meter(clock=clock, caps=caps))
        ask_until_refused(model)
        clock.pass_(3_601)

        assert model.propose(transcript(), POLICY).engine == "test-model"


def test_a_cap_that_is_reached_is_told_once_and_not_for_each_conversation() -> None:
    clock = TestClock()
    with ModelServer() as server, capture_logs() as logged:
        counted = meter(clock=clock, caps=Caps(tokens_per_hour=20_000))
        model = WithFallback(model_at(server.url, clock=clock, counted=counted), OfflineEngine())
        for _ in range(60):
            model.propose(transcript(), POLICY)
            clock.pass_(1)

    assert [one["event"] for one in logged].count("model.cap_reached") == 1


def test_what_cannot_be_counted_is_not_asked() -> None:
    class Gone(MemoryModelBook):
        def reserve(self, call: Call, caps: Caps) -> OverCap | None:
            raise StoreUnavailable("the disk is full")

    with ModelServer() as server, pytest.raises(StoreUnavailable):
        model_at(server.url, counted=meter(Gone())).propose(transcript(), POLICY)

    assert server.requests == []


def test_an_answer_that_cannot_be_counted_is_taken_and_its_worst_stays_counted() -> None:
    class Full(MemoryModelBook):
        def settle(self, call_id: str, *, tokens: int, cost: int) -> None:
            raise StoreUnavailable("the disk is full")

    book, clock = Full(), TestClock()
    with ModelServer() as server:
        proposal = model_at(server.url, counted=meter(book)).propose(transcript(), POLICY)

    assert proposal.engine == "test-model"
    assert book.spent("c1", clock.now()).hour > 4_000


@pytest.mark.parametrize("caps", [Caps(tokens_per_hour=60_000), Caps(spend_per_day=200_000)])
def test_a_storm_costs_no_more_than_the_cap(tmp_path: Path, caps: Caps) -> None:
    clock = TestClock()
    url = f"sqlite:///{tmp_path}/sidenote.sqlite-budget"
    books = [open_model_book(url) for _ in range(2)]  # two workers
    answered = 0
    with ModelServer() as server:
        workers = [
            model_at(
                server.url,
                clock=clock,
                counted=meter(book, clock=clock, caps=caps, price=PRICE, owner=f"w{n}"),
            )
            for n, book in enumerate(books)
        ]
        for number in range(STORM):
            try:
                workers[number % 2].propose(transcript(), POLICY)
                answered += 1
            except ModelUnavailable:
                pass
            clock.pass_(timedelta(minutes=10).total_seconds() / STORM)
    for book in books:
        book.close()

    spent = Usage(
        input_tokens=sum(map(prompt_tokens, server.requests)),
        output_tokens=90 * len(server.requests),
    )
    assert answered == len(server.requests) > 5
    assert said_by(server) <= (caps.tokens_per_hour or 10**9)
    assert PRICE.of(spent) <= (caps.spend_per_day or 10**9)


def test_no_customer_text_stands_in_the_book(tmp_path: Path) -> None:
    file = tmp_path / "sidenote.sqlite-budget"
    book = open_model_book(f"sqlite:///{file}")
    with ModelServer("no-schema") as server:
        model_at(server.url, counted=meter(book)).propose(transcript(), POLICY)
    book.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"40-2291" in json.dumps(server.requests).encode()
    assert b"40-2291" not in kept
