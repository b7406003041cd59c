"""Recorded exchanges with the sandbox: readable, scrubbed, and played to the end.

Record again, after a change of the client's requests or the sandbox's answers, with

    python -m tests.adapters.kustomer.cassettes
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import vcr
import yaml

from agent.adapters.kustomer import Kustomer, Patience, Unlimited, kustomer_client
from agent.adapters.memory import FixedClock
from agent.core.conversation import Draft, Message, Note
from agent.errors import AgentError
from agent.ports import NewDraft
from agent.retries import NO_RETRIES
from agent.sandbox.ids import object_id
from agent.sandbox.server import Sandbox
from tests.adapters.kustomer.fakes import NOON

FOLDER = Path(__file__).parent / "cassettes"
HOST = "https://acme.test"
CONVERSATION = object_id("conversation:lid")
MARKER = "sidenote-recorded"
SAID = "recorded against the Sidenote sandbox; no organization, made-up people"
KEPT_HEADERS = {"accept", "content-type", "x-ratelimit-limit", "x-ratelimit-remaining"}


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of `note`."""

    found: tuple[str, ...]
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]


def note(client: Kustomer) -> Noted:
    """Find a conversation, read it, write a note, look at it."""
    pages = client.changed_conversations(NOON - timedelta(days=1))
    found = tuple(each.id for page in pages for each in page)
    messages = client.messages(CONVERSATION)
    client.write_note(CONVERSATION, "Asks for a lid.", marker=MARKER, note_id=None)
    return Noted(found=found, messages=messages, notes=client.notes(CONVERSATION))


def reply(client: Kustomer) -> tuple[Draft, ...]:
    """Stage a reply, look at the drafts, release it."""
    conversation = client.conversation(CONVERSATION)
    customer = client.customer(conversation.customer_id or "")
    account = next(each for each in client.outbound_accounts() if each.channel == "email")
    draft = NewDraft(
        conversation_id=CONVERSATION,
        customer_id=customer.id,
        channel="email",
        body="It is in stock.",
        marker=MARKER,
        to=customer.emails[0].value,
        sender=account.account,
        headers=(("Auto-Submitted", "auto-replied"),),
    )
    staged = client.stage_draft(draft)
    drafts = client.drafts(customer.id)
    client.release_draft(staged.id, "email", at=NOON)
    client.add_tags(CONVERSATION, ["lid"])
    return drafts


def refusals(client: Kustomer) -> tuple[str, ...]:
    """Ask for what is refused; gives what we say of it."""
    attempts: list[Callable[[], object]] = [
        lambda: client.conversation("0" * 24),
        lambda: client.write_note(CONVERSATION, "", marker=MARKER, note_id=None),
        lambda: client.delete_note("0" * 24),
    ]
    said = []
    for attempt in attempts:
        try:
            attempt()
        except AgentError as error:
            said.append(f"{type(error).__name__}: {error}")
    return tuple(said)


STORIES: dict[str, Callable[[Kustomer], object]] = {
    "note.yaml": note,
    "reply.yaml": reply,
    "refusals.yaml": refusals,
}


@contextmanager
def cassette(name: str, *, record: bool = False) -> Iterator[None]:
    """Play `name` in place of the network; anything not played in the end is a failure."""
    recorder = vcr.VCR(
        cassette_library_dir=str(FOLDER),
        record_mode=vcr.mode.ALL if record else vcr.mode.NONE,
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        before_record_request=_scrub_request,
        before_record_response=_scrub_response,
        serializer="readable",
    )
    recorder.register_serializer("readable", Readable)
    with recorder.use_cassette(name) as played:
        yield
    if not record:
        assert played.all_played, f"{name}: {len(played) - played.play_count} not played"


@contextmanager
def client_at(url: str, key: str = "not-a-real-key") -> Iterator[Kustomer]:
    """A client that asks once."""
    with kustomer_client(url, key) as http:
        yield Kustomer(
            http,
            clock=FixedClock(NOON),
            budget=Unlimited(),
            patience=Patience(retries=NO_RETRIES),
        )


class Readable:
    """A cassette as YAML whose JSON bodies are trees."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        for exchange in cassette["interactions"]:
            exchange["request"]["body"] = _tree(exchange["request"]["body"])
            body = exchange["response"]["body"]
            body["json"] = _tree(body.pop("string"))
        written = {"source": SAID, **cassette}
        return yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=90)

    @staticmethod
    def deserialize(text: str) -> Any:
        cassette = yaml.safe_load(text)
        for exchange in cassette["interactions"]:
            exchange["request"]["body"] = _flat(exchange["request"]["body"])
            body = exchange["response"]["body"]
            body["string"] = _flat(body.pop("json")) or ""
        return cassette


def _tree(body: Any) -> Any:
    return json.loads(body) if body else None


def _flat(tree: Any) -> str | None:
    return None if tree is None else json.dumps(tree)


def _scrub_request(request: Any) -> Any:
    request.uri = HOST + request.uri[request.uri.index("/v1/") :]
    request.headers = {
        name: value for name, value in request.headers.items() if name.lower() in KEPT_HEADERS
    }
    request.body = request.body or None
    return request


def _scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in response["headers"].items() if k.lower() in KEPT_HEADERS}
    return response | {"headers": kept}


def record() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, story in STORIES.items():
        with suppress(FileNotFoundError):
            (FOLDER / name).unlink()
        with Sandbox(frozen_at=NOON) as sandbox:
            sandbox.add_conversation(
                "lid",
                "Where is the lid of my kettle?",
                "out: On its way.",
                "Is it in stock?",
                subject="A lid",
                customer_email="mara@example.com",
            )
            sandbox.advance(timedelta(minutes=1))
            with client_at(sandbox.url, sandbox.key) as client, cassette(name, record=True):
                story(client)


if __name__ == "__main__":
    record()
