"""Drafts: how a reply reaches a customer, when it does not, and what nobody can see meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from agent.sandbox.records import ConversationRecord
from agent.sandbox.server import Sandbox

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEN_SECONDS = 10 * SECOND


class Helpdesk:
    """A sandbox whose clock stands, one conversation, and the calls about drafts."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.http = http
        self.conversation: ConversationRecord = sandbox.add_conversation(
            "kettle", "Where is it?", customer_email="mara@customers.example"
        )

    def stage(self, **fields: Any) -> httpx.Response:
        body = {"channel": "email", "conversation": self.conversation.id, "body": "On its way."}
        path = f"/v1/customers/{self.conversation.customer_id}/drafts"
        return self.http.post(path, json={**body, **fields})

    def staged(self, **fields: Any) -> str:
        draft_id: str = self.stage(**fields).json()["data"]["id"]
        return draft_id

    def put(self, draft_id: str, **fields: Any) -> httpx.Response:
        return self.http.put(f"/v1/drafts/{draft_id}", json={"channel": "email", **fields})

    def listed(self) -> list[Any]:
        path = f"/v1/customers/{self.conversation.customer_id}/drafts"
        data: list[Any] = self.http.get(path).json()["data"]
        return data

    def outbound(self) -> list[Any]:
        path = f"/v1/conversations/{self.conversation.id}/messages"
        messages = self.http.get(path).json()["data"]
        return [m["attributes"] for m in messages if m["attributes"]["direction"] == "out"]

    def wait(self, span: timedelta = TEN_SECONDS) -> None:
        self.sandbox.advance(span)


@pytest.fixture
def helpdesk() -> Any:
    switches = {"index-lag": "0", "send-seconds": "1", "settle-seconds": "2"}
    with Sandbox(switches=switches, frozen_at=NOON) as sandbox:
        headers = {"authorization": f"Bearer {sandbox.key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as http:
            yield Helpdesk(sandbox, http)


def test_a_draft_is_answered_with_200_and_stays_unsent(helpdesk: Helpdesk) -> None:
    answer = helpdesk.stage(payload={"sidenote": "marker-1"})

    helpdesk.wait(timedelta(days=1))
    assert answer.status_code == 200
    assert "body" not in answer.json()["data"]["attributes"]
    attributes = helpdesk.listed()[0]["attributes"]
    assert (attributes["status"], attributes["body"]) == ("draft", "On its way.")
    assert attributes["payload"] == {"sidenote": "marker-1"}
    assert helpdesk.sandbox.world.deliveries == []


def test_a_released_draft_is_taken_then_gone_then_a_message(helpdesk: Helpdesk) -> None:
    draft = helpdesk.staged()

    assert helpdesk.put(draft, sendAt="now").status_code == 200
    assert (len(helpdesk.listed()), len(helpdesk.outbound())) == (1, 0)

    helpdesk.wait(SECOND)  # the worker took it; nobody sees whether it was sent
    assert (len(helpdesk.listed()), len(helpdesk.outbound())) == (0, 0)

    helpdesk.wait(2 * SECOND)
    assert (len(helpdesk.listed()), len(helpdesk.outbound())) == (0, 1)
    assert helpdesk.outbound()[0]["status"] == "sent"


def test_a_delivery_goes_to_the_newest_sender_from_the_channels_account(
    helpdesk: Helpdesk,
) -> None:
    helpdesk.put(helpdesk.staged(auto=True), sendAt="now")

    helpdesk.wait()
    (delivery,) = helpdesk.sandbox.world.deliveries
    assert (delivery.to, delivery.sender) == (
        ("mara@customers.example",),
        "help@lumenhearth.example",
    )
    assert (delivery.body, delivery.status, delivery.auto) == ("On its way.", "sent", True)


def test_the_truth_is_up_to_date_without_a_request(helpdesk: Helpdesk) -> None:
    helpdesk.put(helpdesk.staged(), sendAt="now")

    helpdesk.sandbox.world.clock.advance(TEN_SECONDS)

    assert len(helpdesk.sandbox.world.deliveries) == 1


def test_every_recipient_of_a_draft_is_on_record(helpdesk: Helpdesk) -> None:
    to, cc = [{"email": "a@customers.example"}], [{"email": "b@customers.example"}]

    helpdesk.put(helpdesk.staged(to=to, cc=cc), sendAt="now")

    helpdesk.wait()
    (delivery,) = helpdesk.sandbox.world.deliveries
    assert delivery.to == ("a@customers.example", "b@customers.example")


def test_a_bounced_delivery_stands_on_the_message(helpdesk: Helpdesk) -> None:
    helpdesk.sandbox.world.bouncing.add("mara@customers.example")

    helpdesk.put(helpdesk.staged(), sendAt="now")

    helpdesk.wait()
    message = helpdesk.outbound()[0]
    assert (message["status"], message["error"]["code"]) == ("error", "invalid-recipient")
    assert message["errorAt"] is not None
    assert helpdesk.listed() == []
    assert helpdesk.sandbox.world.deliveries[0].status == "error"


@pytest.mark.parametrize(("switch", "messages"), [("one", 1), ("two", 2)])
def test_releasing_the_same_draft_twice(helpdesk: Helpdesk, switch: str, messages: int) -> None:
    helpdesk.sandbox.switch("release-twice", switch)
    draft = helpdesk.staged()

    helpdesk.put(draft, sendAt="now")
    helpdesk.put(draft, sendAt="now")

    helpdesk.wait()
    assert len(helpdesk.outbound()) == messages
    assert len(helpdesk.sandbox.world.deliveries) == messages


def test_a_draft_that_is_gone_cannot_be_released(helpdesk: Helpdesk) -> None:
    draft = helpdesk.staged()
    helpdesk.put(draft, sendAt="now")
    helpdesk.wait()

    assert helpdesk.put(draft, sendAt="now").status_code == 404
    assert len(helpdesk.sandbox.world.deliveries) == 1


def test_a_deleted_draft_is_never_sent(helpdesk: Helpdesk) -> None:
    draft = helpdesk.staged()
    helpdesk.put(draft, sendAt="now")

    assert helpdesk.http.delete(f"/v1/drafts/{draft}").status_code == 204
    helpdesk.wait()
    assert helpdesk.http.delete(f"/v1/drafts/{draft}").status_code == 404
    assert helpdesk.sandbox.world.deliveries == []


@pytest.mark.parametrize(
    ("fields", "sent_at_once"),
    [({}, True), ({"scheduled": False}, True), ({"scheduled": True}, False)],
    ids=["left out", "false", "true"],
)
def test_a_future_send_at_without_scheduled_is_sent_now(
    helpdesk: Helpdesk, fields: dict[str, bool], sent_at_once: bool
) -> None:
    helpdesk.stage(sendAt="now+1h", **fields)

    helpdesk.wait(timedelta(minutes=1))
    assert (len(helpdesk.sandbox.world.deliveries) == 1) is sent_at_once

    helpdesk.wait(timedelta(hours=1))
    assert len(helpdesk.sandbox.world.deliveries) == 1


@pytest.mark.parametrize(
    ("first", "then", "minutes"),
    [("now+1h", "now", 1), ("now+1h", "now+2h", 120)],
    ids=["brought forward", "put off"],
)
def test_a_draft_goes_once_at_the_time_it_was_last_given(
    helpdesk: Helpdesk, first: str, then: str, minutes: int
) -> None:
    draft = helpdesk.staged()
    helpdesk.put(draft, sendAt=first)
    helpdesk.put(draft, sendAt=then)

    helpdesk.wait(timedelta(minutes=minutes - 1))
    assert helpdesk.sandbox.world.deliveries == []

    helpdesk.wait(timedelta(minutes=1))
    assert len(helpdesk.sandbox.world.deliveries) == 1

    helpdesk.wait(timedelta(hours=3))
    assert len(helpdesk.sandbox.world.deliveries) == 1


@pytest.mark.parametrize(("switch", "deliveries"), [("yes", 0), ("no", 1)])
def test_send_at_null_takes_a_released_draft_back(
    helpdesk: Helpdesk, switch: str, deliveries: int
) -> None:
    helpdesk.sandbox.switch("undo-send", switch)
    draft = helpdesk.staged()
    helpdesk.put(draft, sendAt="now")

    helpdesk.put(draft, sendAt=None)

    helpdesk.wait()
    assert len(helpdesk.sandbox.world.deliveries) == deliveries


def test_a_changed_draft_is_sent_as_changed(helpdesk: Helpdesk) -> None:
    draft = helpdesk.staged()
    helpdesk.put(draft, body="Changed by a teammate.")

    helpdesk.put(draft, sendAt="now")

    helpdesk.wait()
    assert helpdesk.sandbox.world.deliveries[0].body == "Changed by a teammate."


@pytest.mark.parametrize(("switch", "status"), [("400", 400), ("422", 422)])
def test_a_draft_without_a_body_is_neither_released_nor_changed(
    helpdesk: Helpdesk, switch: str, status: int
) -> None:
    helpdesk.sandbox.switch("bad-draft", switch)

    draft = helpdesk.staged(body="")

    assert helpdesk.put(draft, lang="en", sendAt="now").status_code == status
    assert "lang" not in helpdesk.listed()[0]["attributes"]
    assert helpdesk.sandbox.world.deliveries == []


@pytest.mark.parametrize(
    "fields",
    [
        {"externalId": "marker-1"},
        {"channel": "pigeon"},
        {"body": "x" * 10_241},
        {"to": "mara@customers.example"},
        {"sendAt": "soon"},
        {"sendAt": "now+999999w"},
    ],
    ids=["externalId", "channel", "too long", "bare address", "time", "after all time"],
)
def test_what_a_draft_cannot_hold_is_refused(helpdesk: Helpdesk, fields: dict[str, str]) -> None:
    assert helpdesk.stage(**fields).status_code == 400
    assert helpdesk.listed() == []


@pytest.mark.parametrize(("switch", "seen"), [("visible", 2), ("hidden", 1)])
def test_a_teammates_draft_stands_in_the_same_list(
    helpdesk: Helpdesk, switch: str, seen: int
) -> None:
    helpdesk.sandbox.switch("other-drafts", switch)
    helpdesk.sandbox.teammate_drafts("kettle", "I will look")

    helpdesk.staged()

    assert len(helpdesk.listed()) == seen


@pytest.mark.parametrize(("switch", "raised"), [("yes", 1), ("no", 0)])
def test_a_draft_raises_the_conversations_rev_or_not(
    helpdesk: Helpdesk, switch: str, raised: int
) -> None:
    helpdesk.sandbox.switch("draft-raises-rev", switch)
    before = helpdesk.conversation.rev

    helpdesk.staged()

    assert helpdesk.conversation.rev == before + raised


@pytest.mark.parametrize(
    ("switch", "value", "field", "shown"),
    [
        ("draft-from-to", "absent", "to", False),
        ("draft-from-to", "echoed", "to", True),
        ("draft-payload", "lost", "payload", False),
        ("body-in-draft", "never", "body", False),
        ("body-in-draft", "always", "body", True),
    ],
)
def test_a_listed_draft_shows_what_the_switch_says(
    helpdesk: Helpdesk, switch: str, value: str, field: str, shown: bool
) -> None:
    helpdesk.sandbox.switch(switch, value)

    helpdesk.stage(to=[{"email": "mara@customers.example"}], payload={"sidenote": "m"})

    assert (field in helpdesk.listed()[0]["attributes"]) is shown


@pytest.mark.parametrize(("switch", "kept"), [("kept", True), ("lost", False)])
def test_a_drafts_headers_are_on_the_sent_message_or_not(
    helpdesk: Helpdesk, switch: str, kept: bool
) -> None:
    helpdesk.sandbox.switch("sent-headers", switch)
    headers = [{"name": "Auto-Submitted", "value": "auto-replied"}]

    helpdesk.put(helpdesk.staged(headers=headers), sendAt="now")

    helpdesk.wait()
    assert (helpdesk.outbound()[0]["meta"].get("headers") == headers) is kept


def test_a_draft_keeps_its_channel(helpdesk: Helpdesk) -> None:
    answer = helpdesk.put(helpdesk.staged(), channel="sms", sendAt="now")

    assert answer.status_code == 400
    assert helpdesk.listed()[0]["attributes"]["channel"] == "email"


def test_a_draft_without_a_body_does_not_go_by_itself(helpdesk: Helpdesk) -> None:
    helpdesk.sandbox.switch("unsent-draft", "sends")

    helpdesk.staged(body="")

    helpdesk.wait(timedelta(minutes=2))
    assert len(helpdesk.listed()) == 1


def test_an_unsent_draft_goes_by_itself_when_the_switch_says_so(helpdesk: Helpdesk) -> None:
    helpdesk.sandbox.switch("unsent-draft", "sends")

    helpdesk.staged()

    helpdesk.wait(timedelta(minutes=2))
    assert len(helpdesk.sandbox.world.deliveries) == 1


def test_a_conversation_has_one_draft_of_a_note(helpdesk: Helpdesk) -> None:
    helpdesk.staged(channel="note", body="first")
    helpdesk.staged(channel="note", body="second")

    assert [d["attributes"]["body"] for d in helpdesk.listed()] == ["second"]
