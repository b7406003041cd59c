"""Kustomer's answers, as they are and as they may become: only ids, times and direction matter."""

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.adapters.kustomer.envelope import Garbled, parse_json, parse_one, parse_page
from agent.adapters.kustomer.wire import (
    parse_conversation,
    parse_customer,
    parse_draft,
    parse_message,
    parse_note,
)
from agent.core.conversation import Address, Message, Status
from agent.errors import ReplyUnreadable
from tests.adapters.kustomer.fakes import (
    K1,
    NOON,
    U1,
    at,
    conversation_json,
    draft_json,
    message_json,
    note_json,
    related,
)


def _message(**attributes: Any) -> Message:
    return parse_message(message_json(**attributes), included={}, own_user_id=None)


@pytest.mark.parametrize("status", ["archived", "", None, 3, ["open"]])
def test_a_status_we_do_not_know_is_unknown(status: object) -> None:
    assert parse_conversation(conversation_json(status=status)).status is Status.UNKNOWN


def test_custom_fields_of_a_conversation_are_kept_where_they_are_texts_or_numbers() -> None:
    custom = {"orderStr": "40-2291", "itemsNum": 3, "isVipBool": True, "tagsTree": ["a"], "n": None}

    found = parse_conversation(conversation_json(custom=custom)).custom

    assert found == (("orderStr", "40-2291"), ("itemsNum", "3"))


@pytest.mark.parametrize("empty", [{}, None, [], "", {"id": None}, {"sentAt": at(NOON)}])
def test_a_young_conversation_has_no_newest_message(empty: object) -> None:
    assert parse_conversation(conversation_json(lastMessageIn=empty)).last_message_in is None


def test_what_a_conversation_says_of_itself_is_kept() -> None:
    found = parse_conversation(
        conversation_json(
            spam=True,
            deleted=True,
            locked=True,
            ended=True,
            mergedTarget={"id": "9" * 24},
            assignedUsers=[U1],
            assignedTeams=["8" * 24],
            tags=["7" * 24],
            defaultLang="de",
        )
    )

    assert (found.spam, found.deleted, found.locked, found.ended) == (True, True, True, True)
    assert (found.merged_into, found.default_lang) == ("9" * 24, "de")
    assert (found.assigned_users, found.assigned_teams, found.tags) == (
        (U1,),
        ("8" * 24,),
        ("7" * 24,),
    )


@pytest.mark.parametrize("queue", [{"queue": {"id": "6" * 24}}, {"queue": "6" * 24}])
def test_a_queue_may_be_an_attribute(queue: dict[str, Any]) -> None:
    assert parse_conversation(conversation_json(**queue)).queue_id == "6" * 24


def test_a_queue_may_be_a_relationship() -> None:
    resource = conversation_json()
    resource["relationships"]["queue"] = related("queue", "6" * 24)

    assert parse_conversation(resource).queue_id == "6" * 24


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-03T12:00:00.000Z", NOON),
        ("2026-11-03T13:00:00+01:00", NOON),
        ("2026-11-03T12:00:00", NOON),
        ("2026-11-03T12:00:00.123456Z", NOON + timedelta(microseconds=123_456)),
    ],
)
def test_times_are_utc_however_they_are_written(text: str, moment: datetime) -> None:
    found = parse_conversation(conversation_json() | {"attributes": {"updatedAt": text}})

    assert (found.updated_at, found.updated_at.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    ("sent", "name", "address"),
    [
        ("mara@example.test", "", "mara@example.test"),
        ("Mara Lind <mara@example.test>", "Mara Lind", "mara@example.test"),
        ('"Lind, Mara" <mara@example.test>', "Lind, Mara", "mara@example.test"),
        ({"email": "mara@example.test", "name": "Mara"}, "Mara", "mara@example.test"),
        ([{"email": "mara@example.test"}], "", "mara@example.test"),
        ("+15550100", "", "+15550100"),
        ({}, "", ""),
        (None, "", ""),
        (["", 7, None], "", "7"),
    ],
)
def test_a_sender_is_read_in_every_shape(sent: object, name: str, address: str) -> None:
    found = _message(meta={"from": sent})

    assert (found.author.name, found.sender) == (name, address)


def test_a_subject_may_stand_on_the_message_or_in_its_meta() -> None:
    assert _message(subject="Lid", meta={"subject": "Other"}).subject == "Lid"
    assert _message(meta={"subject": "Other"}).subject == "Other"


@pytest.mark.parametrize(
    "headers",
    [[{"name": "Auto-Submitted", "value": "auto-replied"}], {"Auto-Submitted": "auto-replied"}],
)
def test_headers_are_read_as_list_or_object(headers: object) -> None:
    assert _message(meta={"headers": headers, "inReplyTo": "<1@x>"}).headers == (
        ("Auto-Submitted", "auto-replied"),
        ("In-Reply-To", "<1@x>"),
    )


def test_a_delivery_that_failed_carries_kustomers_code() -> None:
    found = _message(
        direction="out", status="error", error={"status": 400, "code": "invalid-recipient"}
    )

    assert (found.status, found.error) == ("error", "invalid-recipient")


@pytest.mark.parametrize(("length", "cut"), [(10_239, False), (10_240, True)])
def test_a_text_at_the_maximum_may_be_cut(length: int, cut: bool) -> None:
    assert _message(preview="a" * length).may_be_cut is cut


@pytest.mark.parametrize("missing", ["sentAt", "createdAt"])
def test_one_of_the_two_times_of_a_message_stands_in_for_the_other(missing: str) -> None:
    found = _message(**{missing: None})

    assert found.sent_at == found.created_at


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"direction": "sideways"}, "message: cannot read direction", id="direction"),
        pytest.param({"direction": None}, "message: cannot read direction", id="no direction"),
        pytest.param(
            {"sentAt": None, "createdAt": "noon"},
            "message: cannot read sentAt, createdAt",
            id="both times",
        ),
    ],
)
def test_what_we_cannot_do_without_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ReplyUnreadable, match=named):
        _message(**change)


@pytest.mark.parametrize("number", [None, "", 7, {"id": "x"}])
def test_a_resource_without_an_id_is_unreadable(number: object) -> None:
    with pytest.raises(ReplyUnreadable, match="conversation: has no id"):
        parse_conversation(conversation_json() | {"id": number})


def test_an_error_names_the_field_and_not_what_stands_in_it() -> None:
    with pytest.raises(ReplyUnreadable) as raised:
        parse_conversation(conversation_json() | {"attributes": {"updatedAt": "Mara's words"}})

    assert "Mara" not in str(raised.value)
    # Not even in a traceback: pydantic's own error quotes the input.
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)


def test_lone_surrogates_and_nul_become_marks_that_can_be_stored() -> None:
    text = rb'"a\u0000b\ud83d c\ud83d\ude00"'
    body = json.dumps({"data": note_json(body="TEXT")}).encode().replace(b'"TEXT"', text)

    note = parse_note(parse_one(body), own_user_id=None)

    assert note
    assert note.body == "a\ufffdb\ufffd c\U0001f600"
    assert note.body.encode()


@pytest.mark.parametrize(
    "entry",
    [{"whatsapp": "+15550100"}, {"phone": "+15550100"}, {"address": "+15550100"}, "+15550100"],
)
def test_a_whatsapp_address_is_read_in_every_shape(entry: object) -> None:
    customer = parse_customer({"id": K1, "attributes": {"whatsapps": [entry]}})

    assert customer.whatsapps == (Address(value="+15550100"),)


@pytest.mark.parametrize("verified", ["true", 1, "yes", None])
def test_only_a_plain_true_makes_an_address_verified(verified: object) -> None:
    emails = [{"email": "mara@example.test", "verified": verified}]

    (address,) = parse_customer({"id": K1, "attributes": {"emails": emails}}).emails

    assert address.verified is False


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"sidenote": ["a"]}, {"sidenote": None}])
def test_a_draft_without_our_marker_is_not_ours(payload: object) -> None:
    assert parse_draft(draft_json(payload=payload)).marker == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b'{"data":',
        b"null",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"data": [1, 2]}',
        b'{"data": "x"}',
        b'{"data": {}}',
        b'{"data": [{}]}',
        b"{}",
        b"9" * 10_000,
    ],
)
def test_what_is_no_answer_of_kustomers_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        parse_one(body)
    with pytest.raises(Garbled):
        parse_page(body)


def test_nan_and_repeated_keys_do_no_harm() -> None:
    assert parse_json(b'{"a": NaN, "b": 1, "b": 2}')["b"] == 2


@pytest.mark.parametrize("meta", [None, [], {"totalPages": "two"}, {"totalPages": -1}, {}])
def test_a_page_count_that_makes_no_sense_is_none(meta: object) -> None:
    assert parse_page(json.dumps({"data": [], "meta": meta}).encode()).total_pages is None


# --- drift: any one value of an answer replaced by something else -------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_CONVERSATION = conversation_json(mergedTarget=None, assignedUsers=[U1], queue={"id": U1})
_MESSAGE = message_json(
    error={"code": "x"},
    relationships={"createdBy": related("user", U1), "attachments": {"data": [{"id": K1}]}},
)
_DRAFT = draft_json(payload={"sidenote": "m"}, to=[{"email": "mara@example.test"}], body="b")
_NOTE = note_json(externalId="m", deleted=False)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    for key, inner in entries:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _replaced(resource: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(resource)
    target: Any = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


_READ: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], object], set[str]]] = {
    "conversation": (_CONVERSATION, parse_conversation, {"updatedAt"}),
    "message": (
        _MESSAGE,
        lambda each: parse_message(each, included={K1: each}, own_user_id=U1),
        {"direction"},  # of its two times one may go
    ),
    "note": (_NOTE, lambda each: parse_note(each, own_user_id=U1), {"createdAt"}),
    "draft": (_DRAFT, parse_draft, set()),
}


@pytest.mark.parametrize("kind", _READ)
@given(data=st.data(), value=_JSON)
def test_any_one_optional_value_may_become_anything(
    kind: str, data: st.DataObject, value: Any
) -> None:
    resource, read, needed = _READ[kind]
    must = {("id",), ("attributes",), *(("attributes", name) for name in needed)}
    path = data.draw(st.sampled_from([each for each in _places(resource) if each not in must]))

    read(_replaced(resource, path, value))


@pytest.mark.parametrize("kind", _READ)
@given(data=st.data(), value=_JSON)
def test_nothing_but_our_own_error_comes_of_what_is_needed(
    kind: str, data: st.DataObject, value: Any
) -> None:
    resource, read, needed = _READ[kind]
    must = [("id",), ("attributes",), *(("attributes", name) for name in sorted(needed))]
    path = data.draw(st.sampled_from(must))

    with contextlib.suppress(ReplyUnreadable):
        read(_replaced(resource, path, value))


def test_a_customers_postal_addresses_are_one_text_each() -> None:
    locations = [
        {"address": "Tulpenweg 12", "zipCode": "20095", "cityName": "Hamburg", "latitude": 53.5},
        {"name": "home"},
        "nonsense",
    ]

    customer = parse_customer({"id": K1, "attributes": {"locations": locations}})

    assert customer.addresses == ("Tulpenweg 12, 20095, Hamburg",)
