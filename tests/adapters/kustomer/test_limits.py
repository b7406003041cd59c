"""The client keeps Kustomer's limits by itself, so that nobody is ever answered 429."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from agent.adapters.kustomer import (
    Kind,
    Kustomer,
    KustomerDirectory,
    Patience,
    Write,
    Written,
    kustomer_client,
)
from agent.adapters.kustomer.budget import BudgetSpent, SharedBudget, Used, open_budget
from agent.adapters.memory import ManualClock
from agent.ports import NewConversation, NewDraft
from agent.retries import NO_RETRIES
from agent.sandbox.server import Sandbox
from agent.urgency import urgent
from tests.adapters.kustomer.fakes import (
    C1,
    K1,
    NOON,
    FakeServer,
    answering,
    conversation_json,
    draft_json,
    kustomer,
    message_json,
    note_json,
    one,
    page,
    related,
)


class CountingBudget:
    """Lets everything pass and keeps what it was asked; `near` as told."""

    def __init__(self, *, near: bool = False) -> None:
        self.near = near
        self.taken: list[tuple[Kind, Write | None]] = []
        self.counted: list[Write] = []

    def take(self, kind: Kind, write: Write | None = None) -> None:
        self.taken.append((kind, write))

    def is_near(self, kind: Written) -> bool:
        return self.near

    def count(self, write: Write) -> None:
        self.counted.append(write)

    def learn(self, headers: object) -> None: ...

    def pause(self, until: object) -> None: ...

    def used(self) -> Used:
        return Used()


NOTE = {**note_json(), "relationships": {"customer": related("customer", K1)}}
KS_NOTE = Write(Written.NOTES, K1)


def _note(server: FakeServer, budget: CountingBudget, *, after_reading: bool = False) -> None:
    client = kustomer(server, budget=budget)
    if after_reading:
        client.conversation(C1)
    client.write_note(C1, "Asks for a lid.", marker="ours", note_id=None)


# --- what is urgent ------------------------------------------------------------------------------


def test_what_is_said_to_be_urgent_goes_before_the_rest() -> None:
    budget = CountingBudget()
    client = kustomer(answering(one(conversation_json())), budget=budget)
    with urgent():
        client.conversation(C1)
    client.conversation(C1)

    assert [kind for kind, _ in budget.taken] == [Kind.URGENT, Kind.OTHER]


def test_a_search_is_never_urgent() -> None:
    budget = CountingBudget()
    client = kustomer(answering(page()), budget=budget)
    with urgent():
        list(client.changed_conversations(NOON))

    assert budget.taken == [(Kind.SEARCH, None)]


def test_one_threads_urgency_is_not_anothers() -> None:
    budget = CountingBudget()
    client = kustomer(answering(one(conversation_json())), budget=budget)
    with urgent():
        other = threading.Thread(target=client.conversation, args=(C1,))
        other.start()
        other.join()

    assert budget.taken == [(Kind.OTHER, None)]


# --- whose write it is ---------------------------------------------------------------------------


def test_a_note_counts_for_the_customer_of_a_conversation_that_was_read() -> None:
    budget = CountingBudget()
    _note(answering(one(conversation_json()), one(NOTE)), budget, after_reading=True)

    assert (budget.taken[1:], budget.counted) == ([(Kind.OTHER, KS_NOTE)], [])


def test_conversations_of_a_search_need_no_reading() -> None:
    budget = CountingBudget(near=True)
    server = answering(page(conversation_json()), one(NOTE))
    client = kustomer(server, budget=budget)
    list(client.changed_conversations(NOON))
    client.write_note(C1, "Asks for a lid.", marker="ours", note_id=None)

    assert (len(server.seen), budget.taken[-1]) == (2, (Kind.OTHER, KS_NOTE))


def test_a_note_to_an_unknown_conversation_counts_for_the_customer_its_answer_names() -> None:
    budget = CountingBudget()
    server = answering(one(NOTE))
    _note(server, budget)

    assert (len(server.seen), budget.counted) == (1, [KS_NOTE])


def test_near_a_limit_an_unknown_conversation_is_read_first() -> None:
    budget = CountingBudget(near=True)
    server = answering(one(conversation_json()), one(NOTE))
    _note(server, budget)

    assert [line.split()[0] for line in server.lines] == ["GET", "POST"]
    assert (budget.taken[-1], budget.counted) == ((Kind.OTHER, KS_NOTE), [])


def test_a_draft_counts_for_its_customer() -> None:
    budget = CountingBudget()
    draft = NewDraft(conversation_id=C1, customer_id=K1, channel="email", body="Yes.", marker="m")
    kustomer(answering(one(draft_json())), budget=budget).stage_draft(draft)

    assert budget.taken == [(Kind.OTHER, Write(Written.DRAFTS, K1))]


def test_a_recorded_message_counts_for_the_customer_its_answer_names() -> None:
    budget = CountingBudget()
    client = kustomer(answering(one(message_json())), budget=budget)
    client.record_message(C1, "Hello?", channel="email", marker="m")

    assert budget.counted == [Write(Written.MESSAGES, K1)]


def test_a_new_conversation_counts_for_its_customer() -> None:
    budget = CountingBudget()
    http = httpx.Client(
        base_url="https://acme.test",
        transport=httpx.MockTransport(answering(one(conversation_json()))),
    )
    directory = KustomerDirectory(http, clock=ManualClock(NOON), budget=budget)
    directory.create_conversation(NewConversation(customer_id=K1))

    assert budget.taken == [(Kind.OTHER, Write(Written.CONVERSATIONS, K1))]


# --- against a server that counts ----------------------------------------------------------------

STEP = timedelta(milliseconds=20)  # what a request takes


class World:
    """A sandbox and two workers, each with a client and a budget of its own on one database."""

    def __init__(self, sandbox: Sandbox, folder: Path, *, share: int) -> None:
        self.sandbox = sandbox
        self.clock = _SandboxTime(sandbox)
        self.budgets = [
            open_budget(
                f"sqlite:///{folder}/budget.sqlite", clock=self.clock, requests_per_minute=share
            )
            for _ in range(2)
        ]
        self.https = [kustomer_client(sandbox.url, sandbox.key) for _ in self.budgets]
        self.clients = [self._client(*each) for each in zip(self.https, self.budgets, strict=True)]

    def _client(self, http: httpx.Client, budget: SharedBudget) -> Kustomer:
        patience = Patience(retries=NO_RETRIES)
        return Kustomer(http, clock=self.clock, budget=budget, patience=patience)

    def write_notes(self, conversations: list[str], number: int) -> None:
        """So many notes, in turn by both workers."""
        for each in range(number):
            self.clients[each % 2].write_note(
                conversations[each % len(conversations)], "x", marker=f"n{each}", note_id=None
            )
            self.clock.advance(STEP)

    @property
    def statuses(self) -> Counter[int]:
        return Counter(each.status or 0 for each in self.sandbox.world.requests)

    def in_minute(self, number: int) -> int:
        """Requests in that minute since the first."""
        first = self.sandbox.world.requests[0].at
        start, end = (first + timedelta(minutes=each) for each in (number, number + 1))
        return sum(start <= each.at < end for each in self.sandbox.world.requests)

    def close(self) -> None:
        for http, budget in zip(self.https, self.budgets, strict=True):
            http.close()
            budget.close()


class _SandboxTime(ManualClock):
    """The sandbox's clock and ours are one."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(NOON)
        self._sandbox = sandbox

    def advance(self, span: timedelta) -> None:
        super().advance(span)
        self._sandbox.advance(span)


@contextmanager
def world(folder: Path, *, plan: str, share: int) -> Iterator[World]:
    with Sandbox(frozen_at=NOON, plan=plan) as sandbox:
        made = World(sandbox, folder, share=share)
        try:
            yield made
        finally:
            made.close()


def test_a_large_batch_uses_the_whole_limit_and_is_never_told_to_slow_down(tmp_path: Path) -> None:
    with world(tmp_path, plan="professional", share=300) as place:
        conversations = [place.sandbox.add_conversation(f"c{n}", "Hello").id for n in range(50)]
        place.write_notes(conversations, 1_000)

        assert set(place.statuses) == {201}
        assert [place.in_minute(n) >= 285 for n in range(3)] == [True, True, True]


def test_one_customers_many_conversations_never_pass_that_customers_limit(tmp_path: Path) -> None:
    with world(tmp_path, plan="enterprise", share=1_000) as place:
        sandbox = place.sandbox
        conversations = [
            sandbox.add_conversation(f"c{n}", "Hello", customer_email="mara@example.test").id
            for n in range(200)
        ]
        place.write_notes(conversations, 300)

        assert place.statuses[429] == 0
        assert place.statuses[201] == 300


def test_the_limit_of_a_customer_is_really_the_servers(tmp_path: Path) -> None:
    # So that the test above could fail.
    with world(tmp_path, plan="enterprise", share=1_000) as place:
        only = place.sandbox.add_conversation("c", "Hello").id
        place.clients[0].write_note(only, "x", marker="n", note_id=None)
        statuses = [
            place.https[0].post(f"/v1/conversations/{only}/notes", json={"body": "x"}).status_code
            for _ in range(120)
        ]

        assert (statuses[:119], statuses[119]) == ([201] * 119, 429)


def test_a_confirmation_finds_a_place_while_a_batch_has_used_all_of_its_own(
    tmp_path: Path,
) -> None:
    with world(tmp_path, plan="professional", share=300) as place:
        conversation = place.sandbox.add_conversation("c", "Hello").id
        impatient = open_budget(
            f"sqlite:///{tmp_path}/budget.sqlite",
            clock=place.clock,
            requests_per_minute=300,
            patience=timedelta(0),
        )
        client = Kustomer(place.https[0], clock=place.clock, budget=impatient)
        with suppress(BudgetSpent):
            for _ in range(400):
                client.conversation(conversation)
        with pytest.raises(BudgetSpent):
            client.conversation(conversation)
        with urgent():
            found = client.messages(conversation)
        impatient.close()

        assert len(found) == 1
