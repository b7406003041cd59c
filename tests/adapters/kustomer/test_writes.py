"""Writing to Kustomer: exactly what is sent, once, and what is known afterwards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from agent.adapters.kustomer import Kustomer, Unlimited, budget
from agent.core.conversation import Author, AuthorKind, Draft, Note
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskLocked,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
)
from agent.ports import NewDraft
from agent.retries import DEFAULT_RETRIES
from tests.adapters.kustomer.fakes import (
    C1,
    D1,
    K1,
    M1,
    N1,
    NOON,
    U1,
    Answer,
    FakeClock,
    answering,
    draft_json,
    kustomer,
    message_json,
    note_json,
    one,
    raw,
    refused,
    said,
)

DRAFT = NewDraft(
    conversation_id=C1,
    customer_id=K1,
    channel="email",
    body="It is in stock.\nShall we send it?",
    marker="sidenote-1",
    to="mara@example.test",
    sender="help@example.test",
    headers=(("Auto-Submitted", "auto-replied"),),
)


def _note(client: Kustomer) -> object:
    return client.write_note(C1, "Asks for a lid.", marker="sidenote-1", note_id=N1)


WRITES = [
    pytest.param(_note, id="note"),
    pytest.param(lambda client: client.stage_draft(DRAFT), id="draft"),
    pytest.param(lambda client: client.release_draft(D1, "email", at=NOON), id="release"),
    pytest.param(lambda client: client.delete_draft(D1), id="withdraw"),
    pytest.param(lambda client: client.delete_note(N1), id="delete note"),
    pytest.param(lambda client: client.add_tags(C1, ["lid"]), id="tags"),
    pytest.param(
        lambda client: client.record_message(C1, "Hello", channel="email", marker="m"),
        id="recorded message",
    ),
]
Write = Callable[[Kustomer], object]


def test_a_note_carries_its_marker_and_the_id_we_offer() -> None:
    server = answering(one(note_json(externalId="sidenote-1"), status=201))

    note = kustomer(server, own_user_id=U1).write_note(
        C1, "Asks for a lid.", marker="sidenote-1", note_id=N1
    )

    assert note == Note(
        id=N1,
        body="Asks for a lid.",
        created_at=NOON,
        author=Author(kind=AuthorKind.SIDENOTE, id=U1),
        marker="sidenote-1",
    )
    assert server.lines == [f"POST /v1/conversations/{C1}/notes"]
    assert server.bodies == [{"body": "Asks for a lid.", "externalId": "sidenote-1", "id": N1}]
    assert server.seen[0].headers["content-type"] == "application/json"


def test_a_note_without_an_id_of_ours_sends_none() -> None:
    server = answering(one(note_json(), status=201))

    kustomer(server).write_note(C1, "Asks.", marker="sidenote-1", note_id=None)

    assert server.bodies == [{"body": "Asks.", "externalId": "sidenote-1"}]


def _line(text: str, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [],
        "data": {},
    }


def test_an_email_draft_is_staged_without_a_time_to_send() -> None:
    server = answering(one(draft_json()))

    assert kustomer(server).stage_draft(DRAFT) == Draft(
        id=D1, channel="email", conversation_id=C1, created_by=U1, modified_by=U1
    )
    assert server.lines == [f"POST /v1/customers/{K1}/drafts"]
    assert server.bodies == [
        {
            "channel": "email",
            "conversation": C1,
            "customer": K1,
            "auto": True,
            "body": "It is in stock.\nShall we send it?",
            "to": [{"email": "mara@example.test"}],
            "from": {"email": "help@example.test"},
            "headers": [{"name": "Auto-Submitted", "value": "auto-replied"}],
            "payload": {
                "sidenote": "sidenote-1",
                "draftJs": {
                    "blocks": [
                        _line("It is in stock.", "00000"),
                        _line("Shall we send it?", "00001"),
                    ],
                    "entityMap": {},
                },
            },
        }
    ]


def test_an_sms_draft_has_plain_numbers_and_no_headers() -> None:
    server = answering(one(draft_json(channel="sms")))

    kustomer(server).stage_draft(replace(DRAFT, channel="sms", to="+15550100", sender="+15550199"))

    (body,) = server.bodies
    assert (body["to"], body["from"]) == ("+15550100", "+15550199")
    assert "headers" not in body


def test_a_draft_without_addresses_names_none() -> None:
    server = answering(one(draft_json()))

    kustomer(server).stage_draft(replace(DRAFT, to=None, sender=None))

    assert not {"to", "from"} & server.bodies[0].keys()


@pytest.mark.parametrize(("channel", "app"), [("whatsapp", "whatsapp"), ("sms", None)])
def test_only_whatsapp_names_its_app(channel: str, app: str | None) -> None:
    server = answering(one(draft_json(channel=channel)))

    kustomer(server).stage_draft(replace(DRAFT, channel=channel))
    kustomer(server).release_draft(D1, channel, at=NOON)

    assert [body.get("app") for body in server.bodies] == [app, app]


def test_a_draft_is_released_by_a_put_with_channel_and_time() -> None:
    server = answering(one(draft_json()))

    kustomer(server).release_draft(D1, "email", at=NOON)

    assert server.lines == [f"PUT /v1/drafts/{D1}"]
    assert server.bodies == [{"channel": "email", "sendAt": "2026-11-03T12:00:00.000Z"}]


class Crowded(Unlimited):
    """A place of our share comes free after three seconds."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def take(self, kind: budget.Kind, write: budget.Write | None = None) -> None:
        self._clock.sleep(3)


def test_a_release_that_waited_too_long_for_its_place_is_not_sent() -> None:
    # It went 90 s after the look that it rested on, when other work had used up our share.
    server, clock = answering(one(draft_json())), FakeClock()
    client = kustomer(server, clock=clock, budget=Crowded(clock))

    with pytest.raises(HelpdeskUnavailable, match="wait too long"):
        client.release_draft(D1, "email", at=NOON, within=timedelta(seconds=2))

    assert server.seen == []


def test_a_release_that_got_its_place_in_time_is_sent() -> None:
    server, clock = answering(one(draft_json())), FakeClock()
    client = kustomer(server, clock=clock, budget=Crowded(clock))

    client.release_draft(D1, "email", at=NOON, within=timedelta(seconds=4))

    assert server.lines == [f"PUT /v1/drafts/{D1}"]


@pytest.mark.parametrize("status", [204, 404, 410])
def test_a_draft_that_is_gone_is_withdrawn(status: int) -> None:
    server = answering(raw(status))

    kustomer(server).delete_draft(D1)

    assert server.lines == [f"DELETE /v1/drafts/{D1}"]


@pytest.mark.parametrize("status", [204, 404])
def test_a_note_that_is_gone_is_deleted(status: int) -> None:
    server = answering(raw(status))

    kustomer(server).delete_note(N1)

    assert server.lines == [f"DELETE /v1/notes/{N1}"]


def test_tags_are_a_bare_array() -> None:
    server = answering(one({"type": "conversation", "id": C1, "attributes": {}}))

    kustomer(server).add_tags(C1, ["lid", "kettle"])

    assert (server.lines, server.bodies) == (
        [f"POST /v1/conversations/{C1}/tags"],
        [["lid", "kettle"]],
    )


def test_a_recorded_message_has_its_text_in_preview() -> None:
    server = answering(one(message_json(), status=201))

    number = kustomer(server).record_message(C1, "Hello", channel="email", marker="sidenote-2")

    assert number == M1
    assert server.bodies == [
        {
            "channel": "email",
            "app": "sidenote",
            "direction": "in",
            "status": "received",
            "preview": "Hello",
            "externalId": "sidenote-2",
        }
    ]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx.ReadTimeout("late"), id="no answer in time"),
        pytest.param(httpx.WriteTimeout("late"), id="part of it sent"),
        pytest.param(httpx.ReadError("reset"), id="reset"),
        pytest.param(httpx.RemoteProtocolError("closed"), id="closed without an answer"),
        pytest.param(refused(500), id="500"),
        pytest.param(refused(503), id="503"),
        pytest.param(refused(408), id="408"),
    ],
)
def test_a_write_without_a_clear_answer_is_unknown_and_sent_once(
    write: Write, answer: Answer
) -> None:
    server = answering(answer)

    with pytest.raises(OutcomeUnknown):
        write(kustomer(server, retries=DEFAULT_RETRIES))

    assert len(server.seen) == 1


@pytest.mark.parametrize("write", [each for each in WRITES if "delete" not in str(each.id)][:3])
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(raw(200, b"<html>Please wait</html>"), id="a page"),
        pytest.param(raw(200, b'{"data": {"id": "d'), id="half an answer"),
        pytest.param(raw(200), id="nothing"),
        pytest.param(said({"data": {}}), id="no id"),
        pytest.param(said([]), id="a list"),
    ],
)
def test_a_write_with_an_answer_that_cannot_be_read_is_unknown(
    write: Write, answer: Answer
) -> None:
    with pytest.raises(OutcomeUnknown):
        write(kustomer(answering(answer)))


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(httpx.ConnectError("refused"), HelpdeskUnavailable, id="refused"),
        pytest.param(httpx.ConnectTimeout("late"), HelpdeskUnavailable, id="no connection"),
        pytest.param(httpx.PoolTimeout("busy"), HelpdeskUnavailable, id="no free connection"),
        pytest.param(refused(400, code="badparam"), HelpdeskRefused, id="400"),
        pytest.param(refused(401), HelpdeskLocked, id="401"),
        pytest.param(refused(403), HelpdeskLocked, id="403"),
        pytest.param(refused(409), HelpdeskConflict, id="409"),
        pytest.param(refused(413), HelpdeskRefused, id="413"),
        pytest.param(refused(422), HelpdeskRefused, id="422"),
        pytest.param(refused(429), HelpdeskBusy, id="429"),
        pytest.param(raw(302, headers={"location": "/v1"}), HelpdeskRefused, id="redirect"),
    ],
)
def test_a_write_that_was_not_applied_says_so_and_is_sent_once(
    write: Write, answer: Answer, error: type[AgentError]
) -> None:
    server, clock = answering(answer), FakeClock()

    with pytest.raises(error) as raised:
        write(kustomer(server, retries=DEFAULT_RETRIES, clock=clock))

    assert raised.type is error
    assert (len(server.seen), clock.slept) == (1, [])


def test_a_draft_that_is_gone_cannot_be_released() -> None:
    with pytest.raises(HelpdeskMissing):
        kustomer(answering(refused(404))).release_draft(D1, "email", at=NOON)
