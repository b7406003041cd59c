"""The sandbox's answers and our client's requests against Kustomer's public API description.

It runs when SIDENOTE_OPENAPI names that file. The description was made from recorded examples, so
it is narrower than the API in places; each such place is listed below with what we know instead.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from openapi_core import OpenAPI

from agent.adapters.kustomer import (
    Kustomer,
    KustomerDirectory,
    Patience,
    Unlimited,
    kustomer_client,
)
from agent.adapters.memory import ManualClock
from agent.errors import HelpdeskConflict, HelpdeskMissing
from agent.ports import CustomerKey, NewConversation, NewCustomer, NewDraft
from agent.retries import NO_RETRIES
from agent.sandbox.records import ConversationRecord
from agent.sandbox.server import Sandbox
from tests.contracts.openapi import VARIABLE, description, exchange_of, problems

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)

# --- where the description is known to be wrong or to lack something -----------------------------

NOT_DESCRIBED = {
    "GET /v1/users/current": "documented under API keys and roles; in the list of June 2026",
    "GET /v1/users/{id}": "in the list of operations of June 2026",
    "GET /v1/conversations/{id},{id}": "documented: one path fetches several, so data is a list",
}
_SEARCH = "its example has customers and a further page; a search gives whole records of any kind"
_RECORDED = "its example has texts there; recorded exchanges have a number, an object or null"
_DELETED = "it declares a text/plain body for a 204, which has none"
KNOWN = {
    r"DELETE .* 204 MissingData": _DELETED,
    r"POST /v1/customers/search 200 data/\*/attributes: .* is a required property": _SEARCH,
    r"POST /v1/customers/search 200 links/next: None .*": _SEARCH,
    r"POST /v1/messages 201 data/attributes/(size|meta): .*": _RECORDED,
    r"GET /v1/customers 200 data/\*/attributes/(gender|lastMessageIn/sentiment): None .*": (
        "null elsewhere in the description itself (GET /v1/customers/{id})"
    ),
    r"(POST|PUT) /v1/customers\S* 20. data/attributes/(gender|locale): None .*": (
        "null elsewhere in the description itself (GET /v1/customers/{id})"
    ),
    r"GET /v1/messages/\S+ 200 data/relationships: 'modifiedBy' is a required property": (
        "inbound messages of webhook samples have no author"
    ),
    r"POST /v1/customers/\{id\}/drafts request : \{'channel': 'whatsapp'.*": (
        "nothing fits it: one half of its shape forbids the fields that the other half requires"
    ),
    r".* (400|401|403|404|409|413|422|429) (ResponseNotFound|DataValidationError)": (
        "it lacks almost every 4xx; the shapes are those of recorded exchanges and current docs"
    ),
}


def is_known(problem: str) -> bool:
    return any(re.fullmatch(pattern, problem) for pattern in KNOWN) or any(
        problem.startswith(f"{call} ") for call in NOT_DESCRIBED
    )


class Checked:
    """Remembers every problem of the exchanges that go through a client."""

    def __init__(self, api: OpenAPI) -> None:
        self._api = api
        self.found: dict[str, None] = {}
        self.calls: set[str] = set()

    def watch(self, http: httpx.Client) -> None:
        http.event_hooks = {"response": [self._look]}

    def _look(self, response: httpx.Response) -> None:
        exchange = exchange_of(response)
        self.calls.add(exchange.call)
        self.found |= dict.fromkeys(problems(self._api, exchange))

    def unknown(self) -> list[str]:
        return [problem for problem in self.found if not is_known(problem)]


@pytest.fixture(scope="module")
def api() -> OpenAPI:
    loaded = description()
    if loaded is None:
        pytest.skip(f"not checked: {VARIABLE} names no API description")
    return loaded


@pytest.fixture
def checked(api: OpenAPI) -> Checked:
    return Checked(api)


@pytest.fixture
def still() -> Iterator[Sandbox]:
    with Sandbox(frozen_at=NOON, switches={"index-lag": "0"}) as running:
        yield running


@pytest.fixture
def http(still: Sandbox, checked: Checked) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {still.key}"}
    with httpx.Client(base_url=still.url, headers=headers) as client:
        checked.watch(client)
        yield client


@pytest.fixture
def conversation(still: Sandbox) -> ConversationRecord:
    photo = {"name": "lid.jpg", "content_type": "image/jpeg"}
    return still.add_conversation(
        "kettle",
        customer_email="mara@customers.example",
        customer_phone="+15550001111",
        customer_external_id="shop-1",
        language="en",
        messages=[
            {"direction": "in", "text": "Where is my lid?", "attachments": [photo]},
            {"direction": "out", "text": "Looking."},
            {"direction": "in", "text": "Any news?"},
        ],
        notes=[{"body": "Called them."}],
    )


# --- plain requests ------------------------------------------------------------------------------


def read_conversations(http: httpx.Client, conversation: ConversationRecord) -> None:
    path = f"/v1/conversations/{conversation.id}"
    for tail in ("", "/messages", "/messages?include=attachments&page=1&pageSize=2", "/notes"):
        http.get(path + tail)
    http.get("/v1/conversations")
    http.get(f"/v1/customers/{conversation.customer_id}/conversations")
    http.get(f"{path},{'f' * 24}")
    http.get(f"/v1/conversations/{'f' * 24}")
    http.get(path, headers={"authorization": "Bearer wrong"})


def read_messages(http: httpx.Client, conversation: ConversationRecord) -> None:
    inbound, outbound, _ = conversation.messages
    for message in (inbound, outbound):
        http.get(f"/v1/messages/{message.id}")
    http.get(f"/v1/messages/{inbound.id}/attachments/{inbound.attachments[0]['id']}")


def read_customers(http: httpx.Client, conversation: ConversationRecord) -> None:
    http.get(f"/v1/customers/{conversation.customer_id}")
    http.get("/v1/customers/email=mara@customers.example")
    http.get("/v1/customers/phone=%2B15550001111")
    http.get("/v1/customers/externalId=shop-1")
    http.get("/v1/customers")
    http.get("/v1/outboundAccounts")
    http.get("/v1/users/current")


def search_everything(http: httpx.Client, conversation: ConversationRecord) -> None:
    for context in ("conversation", "customer", "note", "message"):
        since = {f"{context}_updated_at": {"gte": "2026-01-01T00:00:00.000Z"}}
        query = {"queryContext": context, "and": [since]}
        assert http.post("/v1/customers/search?pageSize=10", json=query).json()["data"]


def write_notes(http: httpx.Client, conversation: ConversationRecord) -> None:
    path = f"/v1/conversations/{conversation.id}/notes"
    fields = {"body": "x", "externalId": "marker-1"}
    note = http.post(path, json=fields).json()["data"]["id"]
    http.post(path, json=fields)
    http.get(f"/v1/notes/{note}")
    http.put(f"/v1/notes/{note}", json={"conversation": conversation.id, "body": "y"})
    http.delete(f"/v1/notes/{note}")


def write_conversations(http: httpx.Client, conversation: ConversationRecord) -> None:
    path = f"/v1/conversations/{conversation.id}"
    http.post(f"{path}/tags", json=["lid", "kettle"])
    http.request("DELETE", f"{path}/tags", json=["lid"])
    http.put(path, json={"status": "done", "rev": conversation.rev})
    customer = conversation.customer_id
    http.post("/v1/conversations", json={"customer": customer, "externalId": "case-1"})
    http.get("/v1/conversations/externalId=case-1")
    http.post(f"/v1/customers/{customer}/conversations", json={"name": "Another"})


def write_customers(http: httpx.Client, conversation: ConversationRecord) -> None:
    http.post("/v1/customers", json={"name": "Ada", "emails": [{"email": "ada@c.example"}]})
    http.put(f"/v1/customers/{conversation.customer_id}", json={"name": "Mara B. Lind"})


def record_messages(http: httpx.Client, conversation: ConversationRecord) -> None:
    meta = {
        "subject": "Lid",
        "from": "m@c.example",
        "to": [{"email": "h@c.example"}],
        "cc": [],
        "recipient": {"email": "h@c.example", "mailboxHash": ""},
        "inReplyTo": "",
    }
    common = {"channel": "email", "app": "postmark", "direction": "in", "preview": "Hi"}
    fields = {**common, "lang": "en", "meta": meta}
    path = f"/v1/conversations/{conversation.id}/messages"
    made = http.post(path, json=fields).json()["data"]["id"]
    http.post("/v1/messages", json={**fields, "conversation": conversation.id})
    http.get(f"/v1/messages/{made}")


def write_drafts(http: httpx.Client, conversation: ConversationRecord) -> None:
    path = f"/v1/customers/{conversation.customer_id}/drafts"
    common = {"conversation": conversation.id, "body": "Hi", "auto": True}
    mail = {"to": [{"email": "m@c.example"}], "headers": [{"name": "X-Loop", "value": "1"}]}
    first = http.post(path, json={"channel": "email", **common, **mail}).json()["data"]["id"]
    second = http.post(path, json={"channel": "sms", **common}).json()["data"]["id"]
    http.post(path, json={"channel": "whatsapp", "app": "whatsapp", **common})
    http.post(path, json={"channel": "chat", **common})
    http.get(path)
    http.delete(f"/v1/drafts/{second}")
    http.put(f"/v1/drafts/{first}", json={"channel": "email", "sendAt": "2026-11-05T12:00:00Z"})


SCENES = (
    read_conversations,
    read_messages,
    read_customers,
    search_everything,
    write_notes,
    write_conversations,
    write_customers,
    record_messages,
    write_drafts,
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_sandbox_answers_as_the_description_says(
    http: httpx.Client,
    checked: Checked,
    conversation: ConversationRecord,
    scene: Callable[[httpx.Client, ConversationRecord], None],
) -> None:
    scene(http, conversation)

    assert checked.unknown() == []


def test_every_exemption_is_still_needed(
    http: httpx.Client, checked: Checked, conversation: ConversationRecord
) -> None:
    for scene in SCENES:
        scene(http, conversation)
    http.get(f"/v1/users/{conversation.messages[1].created_by}")

    needless = [
        pattern for pattern in KNOWN if not any(re.fullmatch(pattern, p) for p in checked.found)
    ]
    described = [c for c in NOT_DESCRIBED if not any(p.startswith(c) for p in checked.found)]
    assert (needless, described) == ([], [])


def test_a_made_up_field_would_be_noticed(
    http: httpx.Client, checked: Checked, conversation: ConversationRecord
) -> None:
    http.post(f"/v1/conversations/{conversation.id}/notes", json={"body": "x", "mood": "good"})

    assert any("mood" in problem for problem in checked.unknown())


# --- our own client ------------------------------------------------------------------------------


@pytest.fixture
def client(still: Sandbox, checked: Checked) -> Iterator[Kustomer]:
    with kustomer_client(still.url, still.key) as http:
        checked.watch(http)
        patience = Patience(retries=NO_RETRIES)
        yield Kustomer(http, clock=ManualClock(NOON), budget=Unlimited(), patience=patience)


def new_draft(conversation: ConversationRecord, channel: str) -> NewDraft:
    return NewDraft(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        channel=channel,
        body="Your lid is on its way.",
        marker="sidenote-1",
        to="mara@customers.example" if channel == "email" else "+15550001111",
        sender="help@lumenhearth.example" if channel == "email" else "+15550100000",
        headers=(("Auto-Submitted", "auto-replied"),),
    )


def test_our_client_reads_as_the_description_says(
    client: Kustomer, checked: Checked, conversation: ConversationRecord
) -> None:
    client.current_user()
    list(client.changed_conversations(NOON - timedelta(days=1)))
    client.conversation(conversation.id)
    client.conversations([conversation.id, "f" * 24])
    client.messages(conversation.id)
    client.notes(conversation.id)
    client.customer(conversation.customer_id)
    client.drafts(conversation.customer_id)
    client.outbound_accounts()
    with pytest.raises(HelpdeskMissing):
        client.conversation("f" * 24)

    assert checked.unknown() == []


def test_our_client_writes_as_the_description_says(
    client: Kustomer, checked: Checked, conversation: ConversationRecord
) -> None:
    marker, note_id = "sidenote-2", "a" * 24
    client.write_note(conversation.id, "Asks.", marker=marker, note_id=note_id)
    with pytest.raises(HelpdeskConflict):
        client.write_note(conversation.id, "Asks.", marker=marker, note_id=note_id)
    client.delete_note(note_id)
    client.record_message(conversation.id, "Hello", channel="email", marker="sidenote-3")
    client.add_tags(conversation.id, ["kettle"])
    for channel in ("email", "sms", "whatsapp", "chat"):
        draft = client.stage_draft(new_draft(conversation, channel))
        client.release_draft(draft.id, channel, at=NOON)
    client.delete_draft(client.stage_draft(new_draft(conversation, "email")).id)

    assert checked.unknown() == []


def test_our_directory_asks_and_creates_as_the_description_says(
    still: Sandbox, checked: Checked, conversation: ConversationRecord
) -> None:
    with kustomer_client(still.url, still.key) as http:
        checked.watch(http)
        directory = KustomerDirectory(http, clock=ManualClock(NOON), budget=Unlimited())
        directory.customer_by(CustomerKey.EMAIL, "mara@customers.example")
        directory.customer_by(CustomerKey.PHONE, "+15550001111")
        directory.customer_by(CustomerKey.EXTERNAL_ID, "shop-1")
        directory.customers_like("mara")
        new = NewCustomer(
            name="Ada",
            emails=("ada@customers.example",),
            phones=("+15550002222",),
            external_id="shop-2",
        )
        ada = directory.create_customer(new)
        directory.create_conversation(
            NewConversation(customer_id=ada.id, name="Lid", external_id="case-1", channel="email")
        )
        directory.conversation_by_external_id("case-1")

    assert checked.unknown() == []
