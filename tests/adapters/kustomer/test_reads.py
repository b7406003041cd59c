"""Reading from Kustomer: what is asked, how often, and what comes out."""

import threading
from datetime import timedelta

import httpx
import pytest

from agent.adapters.kustomer.budget import Kind, Used, Write, Written
from agent.core.conversation import (
    Address,
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Draft,
    Message,
    MessageRef,
    Note,
    OutboundAccount,
    Status,
    Teammate,
)
from agent.errors import HelpdeskMissing, HelpdeskRefused, ReplyUnreadable
from tests.adapters.kustomer.fakes import (
    C1,
    D1,
    K1,
    M1,
    N1,
    NOON,
    U1,
    answering,
    conversation_json,
    draft_json,
    kustomer,
    message_json,
    note_json,
    one,
    page,
    refused,
    related,
)


def test_a_conversation_is_read_with_its_newest_messages() -> None:
    server = answering(one(conversation_json()))

    assert kustomer(server).conversation(C1) == Conversation(
        id=C1,
        updated_at=NOON,
        customer_id=K1,
        name="A lid for the kettle",
        status=Status.OPEN,
        channels=("email",),
        created_at=NOON - timedelta(days=1),
        rev=7,
        message_count=3,
        note_count=1,
        last_message_in=MessageRef(id=M1, sent_at=NOON),
    )
    assert server.lines == [f"GET /v1/conversations/{C1}"]


def test_several_conversations_take_one_request() -> None:
    other = "1" * 24
    server = answering(page(conversation_json(), conversation_json(other)))

    found = kustomer(server).conversations([C1, other])

    assert [each.id for each in found] == [C1, other]
    assert server.lines == [f"GET /v1/conversations/{C1},{other}"]


def test_one_of_several_may_come_alone_in_the_answer() -> None:
    assert len(kustomer(answering(one(conversation_json()))).conversations([C1])) == 1


def test_more_than_forty_conversations_take_a_request_per_forty() -> None:
    server = answering(page())

    kustomer(server).conversations([f"{n:024x}" for n in range(41)])

    assert [len(line.split(",")) for line in server.lines] == [40, 1]


def test_no_conversations_take_no_request() -> None:
    server = answering(page())

    assert kustomer(server).conversations([]) == ()
    assert server.lines == []


def test_a_server_that_does_not_take_several_ids_is_told_from_a_missing_one() -> None:
    with pytest.raises(HelpdeskRefused):
        kustomer(answering(refused(400, code="badparam"))).conversations([C1, "1" * 24])


def test_a_message_is_read_with_author_and_times() -> None:
    server = answering(page(message_json(meta={"from": "Mara Lind <mara@example.test>"})))

    assert kustomer(server).messages(C1) == (
        Message(
            id=M1,
            direction=Direction.IN,
            text="Where is my lid?",
            sent_at=NOON,
            created_at=NOON + timedelta(seconds=2),
            author=Author(kind=AuthorKind.CUSTOMER, id=K1, name="Mara Lind"),
            channel="email",
            sender="mara@example.test",
            status="received",
        ),
    )


def test_messages_of_one_page_take_one_request() -> None:
    server = answering(page(message_json()))

    kustomer(server).messages(C1)

    assert server.lines == [
        f"GET /v1/conversations/{C1}/messages?page=1&pageSize=100&include=attachments"
    ]


def test_messages_come_oldest_first_whatever_the_pages_say() -> None:
    first, second, third = (message_json(f"{n:024x}", sent_at=NOON) for n in range(3))
    earlier = message_json("9" * 24, sent_at=NOON - timedelta(minutes=1))

    found = kustomer(answering(page(third, first, earlier, second))).messages(C1)

    assert [each.id[-1] for each in found] == ["9", "0", "1", "2"]


def _full_page(start: int, **rest: object) -> httpx.Response:
    return page(*(message_json(f"{start + n:024x}") for n in range(100)), **rest)


def test_every_page_is_read_and_a_message_on_two_pages_counts_once() -> None:
    server = answering(_full_page(0), _full_page(99), page(message_json("9" * 24)))

    found = kustomer(server).messages(C1)

    assert len(found) == len({each.id for each in found}) == 200
    assert len(server.lines) == 3


@pytest.mark.parametrize(
    "end",
    [
        pytest.param({"links": {"next": None}}, id="no next link"),
        pytest.param({"meta": {"totalPages": 1}}, id="as many pages as there are"),
    ],
)
def test_a_full_page_that_is_the_last_is_the_last_request(end: dict[str, object]) -> None:
    server = answering(_full_page(0, **end))

    assert len(kustomer(server).messages(C1)) == 100
    assert len(server.lines) == 1


def test_a_server_with_smaller_pages_is_read_to_its_end() -> None:
    small = {"meta": {"pageSize": 2}}
    server = answering(
        page(message_json("1" * 24), message_json("2" * 24), **small),
        page(message_json("3" * 24), **small),
    )

    assert len(kustomer(server).messages(C1)) == 3


def test_a_short_page_before_the_last_loses_nothing() -> None:
    many = {"meta": {"totalPages": 2}}
    server = answering(page(message_json("1" * 24), **many), page(message_json("2" * 24), **many))

    assert len(kustomer(server).messages(C1)) == 2


def test_a_list_without_an_end_is_given_up() -> None:
    with pytest.raises(ReplyUnreadable, match="no end"):
        kustomer(answering(_full_page(0))).messages(C1)


def test_attachments_are_named_from_the_same_answer() -> None:
    message = message_json(
        relationships={"attachments": {"data": [{"type": "attachment", "id": "8" * 24}]}}
    )
    attachment = {
        "type": "attachment",
        "id": "8" * 24,
        "attributes": {"name": "kettle.jpg", "contentType": "image/jpeg"},
    }

    (found,) = kustomer(answering(page(message, included=[attachment]))).messages(C1)

    assert found.attachments == (
        Attachment(id="8" * 24, name="kettle.jpg", content_type="image/jpeg"),
    )


def test_our_own_user_is_told_from_a_teammate() -> None:
    ours = message_json("1" * 24, direction="out", relationships={"createdBy": related("user", U1)})
    theirs = message_json(
        "2" * 24, direction="out", relationships={"createdBy": related("user", "7" * 24)}
    )

    found = kustomer(answering(page(ours, theirs)), own_user_id=U1).messages(C1)

    assert [each.author.kind for each in found] == [AuthorKind.SIDENOTE, AuthorKind.TEAMMATE]


def test_without_our_own_user_all_that_goes_out_is_a_teammates() -> None:
    ours = message_json(direction="out", relationships={"createdBy": related("user", U1)})

    (found,) = kustomer(answering(page(ours))).messages(C1)

    assert found.author == Author(kind=AuthorKind.TEAMMATE, id=U1)


def test_notes_come_oldest_first_with_our_marker_and_without_deleted_ones() -> None:
    server = answering(
        page(
            note_json(externalId="sidenote-1"),
            note_json("1" * 24, created_at=NOON - timedelta(hours=1)),
            note_json("2" * 24, deleted=True),
        )
    )

    first, second = kustomer(server, own_user_id=U1).notes(C1)

    assert first.id == "1" * 24
    assert second == Note(
        id=N1,
        body="Asks for a lid.",
        created_at=NOON,
        author=Author(kind=AuthorKind.SIDENOTE, id=U1),
        marker="sidenote-1",
    )


def test_a_customer_is_read_with_the_ways_to_reach_them() -> None:
    server = answering(
        one(
            {
                "type": "customer",
                "id": K1,
                "attributes": {
                    "name": "Mara Lind",
                    "externalId": "40-2291",
                    "emails": [{"email": "mara@example.test", "verified": True, "type": "home"}],
                    "phones": [{"phone": "+15550100"}],
                    "custom": {"planStr": "gold"},
                },
            }
        )
    )

    assert kustomer(server).customer(K1) == Customer(
        id=K1,
        name="Mara Lind",
        external_id="40-2291",
        emails=(Address(value="mara@example.test", verified=True),),
        phones=(Address(value="+15550100"),),
        custom={"planStr": "gold"},
    )


def test_drafts_are_read_with_our_marker_and_without_a_body() -> None:
    server = answering(page(draft_json(payload={"sidenote": "sidenote-1"})))

    assert kustomer(server).drafts(K1) == (
        Draft(
            id=D1,
            channel="email",
            conversation_id=C1,
            marker="sidenote-1",
            created_by=U1,
            modified_by=U1,
        ),
    )


@pytest.mark.parametrize(
    "to",
    [
        pytest.param([{"email": "mara@example.test"}], id="list"),
        pytest.param({"email": "mara@example.test", "name": "Mara"}, id="object"),
        pytest.param("mara@example.test", id="text"),
    ],
)
def test_the_recipient_of_a_draft_may_be_written_in_three_ways(to: object) -> None:
    (draft,) = kustomer(answering(page(draft_json(to=to)))).drafts(K1)

    assert draft.to == ("mara@example.test",)


def test_outbound_accounts_have_no_id() -> None:
    account = {
        "type": "outbound_account",
        "attributes": {"channel": "email", "name": "Shop", "account": "help@example.test"},
    }

    assert kustomer(answering(page(account))).outbound_accounts() == (
        OutboundAccount(channel="email", account="help@example.test", name="Shop"),
    )


def test_the_machine_user_of_the_key_is_named() -> None:
    user = {"type": "user", "id": U1, "attributes": {"displayName": "Sidenote", "email": ""}}

    assert kustomer(answering(one(user))).current_user() == Teammate(id=U1, name="Sidenote")


def test_a_teammate_who_is_gone_is_none() -> None:
    assert kustomer(answering(refused(404, code="notfound"))).teammate(U1) is None


def test_a_conversation_that_is_gone_is_missing() -> None:
    with pytest.raises(HelpdeskMissing):
        kustomer(answering(refused(404, code="notfound"))).conversation(C1)


def test_an_id_cannot_leave_its_place_in_the_path() -> None:
    server = answering(one(conversation_json()))

    kustomer(server).conversation("../users/current?x=1")

    assert server.lines == ["GET /v1/conversations/..%2Fusers%2Fcurrent%3Fx%3D1"]


def test_requests_are_counted_by_name_from_many_threads() -> None:
    server = answering(one(conversation_json()))
    client = kustomer(server)
    threads = [threading.Thread(target=client.conversation, args=(C1,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert client.requests == {"conversation": 10}


class SeenBudget:
    """Keeps what passed it."""

    def __init__(self) -> None:
        self.taken: list[Kind] = []
        self.limits: list[str] = []

    def take(self, kind: Kind, write: Write | None = None) -> None:
        self.taken.append(kind)

    def is_near(self, kind: Written) -> bool:
        raise AssertionError("a read has no limit for its customer")

    def count(self, write: Write) -> None:
        raise AssertionError("a read has no limit for its customer")

    def learn(self, headers: object) -> None:
        assert isinstance(headers, httpx.Headers)
        self.limits.append(headers.get("x-ratelimit-limit", ""))

    def pause(self, until: object) -> None:
        raise AssertionError("nobody asked to slow down")

    def used(self) -> Used:
        raise AssertionError("nobody asked for figures")


def test_every_request_passes_the_budget_which_learns_from_the_answer() -> None:
    budget = SeenBudget()
    answer = one(conversation_json())
    answer.headers["x-ratelimit-limit"] = "1000"

    kustomer(answering(answer), budget=budget).conversation(C1)

    assert (budget.taken, budget.limits) == ([Kind.OTHER], ["1000"])
