"""The client against the sandbox's faults and open questions: never wrong about what it did."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from agent.adapters.kustomer import Kustomer, Patience, Unlimited, kustomer_client
from agent.adapters.memory import FixedClock
from agent.core.conversation import Note
from agent.errors import AgentError, OutcomeUnknown, TransientError
from agent.retries import Retries
from agent.sandbox.faults import KINDS, FaultRule
from agent.sandbox.records import ConversationRecord
from agent.sandbox.server import Sandbox
from agent.sandbox.switches import SWITCHES
from tests.adapters.kustomer.fakes import NOON

SPAN = timedelta(seconds=0.3)
HELD = 0.5  # seconds that a fault holds a request: longer than we wait
MENDABLE = [kind.name for kind in KINDS if kind.in_mix]
FAULTS = [kind.name for kind in KINDS]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(frozen_at=NOON) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with kustomer_client(sandbox.url, sandbox.key) as http:
        yield http


@pytest.fixture
def client(http: httpx.Client) -> Kustomer:
    patience = Patience(read=SPAN, write=SPAN, retries=Retries.of(1, 1))
    return Kustomer(http, clock=FixedClock(NOON), budget=Unlimited(), patience=patience)


@pytest.fixture
def conversation(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[ConversationRecord]:
    made = sandbox.add_conversation(request.node.name, "Where is my lid?", "Hello?")
    sandbox.advance(timedelta(minutes=2))
    yield made
    sandbox.faults.set()


def _fault(name: str, route: str) -> FaultRule:
    return FaultRule(name=name, route=route, count=1, seconds=HELD, late=0.1)


@pytest.mark.parametrize("fault", MENDABLE)
def test_a_read_survives_each_fault(
    sandbox: Sandbox, client: Kustomer, conversation: ConversationRecord, fault: str
) -> None:
    sandbox.faults.set(_fault(fault, "GET */messages"))

    assert len(client.messages(conversation.id)) == 2


@pytest.mark.parametrize("fault", MENDABLE)
def test_a_search_survives_each_fault(
    sandbox: Sandbox, client: Kustomer, conversation: ConversationRecord, fault: str
) -> None:
    sandbox.faults.set(_fault(fault, "POST */search"))

    pages = list(client.changed_conversations(conversation.updated_at, page_size=2))

    assert conversation.id in {each.id for page in pages for each in page}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_write_says_of_itself_is_true(
    sandbox: Sandbox, client: Kustomer, conversation: ConversationRecord, fault: str
) -> None:
    sandbox.faults.set(_fault(fault, "POST */notes"))

    said = _written(client, conversation.id, marker=fault)
    there = any(note.external_id == fault for note in sandbox.world.notes_of(conversation.id))

    if isinstance(said, Note):
        assert there
    elif not isinstance(said, OutcomeUnknown):
        assert not there


def _written(client: Kustomer, conversation_id: str, *, marker: str) -> Note | AgentError:
    try:
        return client.write_note(conversation_id, "Asks.", marker=marker, note_id=None)
    except AgentError as error:
        return error


@pytest.mark.parametrize("header", ["reset", "none", "seconds", "date", "zero", "huge", "junk"])
def test_a_429_is_waited_out_whatever_its_header_says(
    sandbox: Sandbox, client: Kustomer, conversation: ConversationRecord, header: str
) -> None:
    sandbox.faults.set(FaultRule(name="429", route="GET *", count=1, header=header))

    assert client.conversation(conversation.id).id == conversation.id


ANSWERS = [
    pytest.param(switch.name, value, id=f"{switch.name} {value}")
    for switch in SWITCHES
    for value in switch.values
]


@pytest.mark.parametrize(("name", "value"), ANSWERS)
def test_every_answer_to_an_open_question_is_understood(name: str, value: str) -> None:
    with (
        Sandbox(frozen_at=NOON, switches={name: value}) as sandbox,
        kustomer_client(sandbox.url, sandbox.key) as http,
    ):
        made = sandbox.add_conversation("lid", "Where is my lid?", "out: On its way.", "Thanks!")
        sandbox.advance(timedelta(minutes=2))
        client = Kustomer(
            http,
            clock=FixedClock(NOON),
            budget=Unlimited(),
            patience=Patience(read=SPAN * 10, write=SPAN * 10, retries=Retries.of()),
        )

        (found,) = next(client.changed_conversations(NOON - timedelta(days=1)))
        messages = client.messages(made.id)
        note = client.write_note(made.id, "Asks.", marker="m", note_id=None)

        assert found.id == made.id
        assert [each.text for each in messages] == ["Where is my lid?", "On its way.", "Thanks!"]
        assert [each.id for each in client.notes(made.id)] == [note.id]


def test_a_key_that_is_wrong_is_said_in_words(sandbox: Sandbox) -> None:
    with kustomer_client(sandbox.url, "no-such-key") as http:
        client = Kustomer(http, clock=FixedClock(NOON), budget=Unlimited())

        with pytest.raises(TransientError, match="check KUSTOMER_API_KEY"):
            client.current_user()
