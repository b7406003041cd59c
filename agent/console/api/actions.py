"""The send action and its siblings: customers, conversations, summaries."""

from dataclasses import replace
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Security
from pydantic import Field

from agent.console.api.admission import SCHEME, call_of, needing
from agent.console.api.changing import Once, a_place, record_call
from agent.console.api.parts import Call
from agent.console.api.shapes import (
    ID,
    Asked,
    Found,
    IdempotencyKey,
    Made,
    NewConversationIn,
    NewCustomerIn,
    Resource,
    Send,
    SendAnswer,
    SummaryOut,
)
from agent.core.tokens import Scope
from agent.creating import (
    create_conversation,
    create_customer,
    customer_json,
    find_customer,
    made_json,
    search_customers,
)
from agent.errors import InputError
from agent.ports import CustomerKey, NewConversation, NewCustomer
from agent.sending import send
from agent.wanted import parse_wanted

SHOWN = 50  # customers of one text search
Caller = Annotated[Call, Depends(call_of)]
sending = APIRouter(
    route_class=needing(Scope.SEND), dependencies=[Security(SCHEME)], tags=["actions"]
)
creating = APIRouter(
    route_class=needing(Scope.CREATE), dependencies=[Security(SCHEME)], tags=["records"]
)
finding = APIRouter(
    route_class=needing(Scope.READ), dependencies=[Security(SCHEME)], tags=["records"]
)
summarizing = APIRouter(
    route_class=needing(Scope.SUMMARIZE), dependencies=[Security(SCHEME)], tags=["summaries"]
)


@sending.post("/actions/send-message")
def send_message(
    asked: Send, call: Caller, key: IdempotencyKey = None, *, again: bool = False
) -> SendAnswer:
    """Write a note, send a reply to the customer, or record a customer's message.

    Without an Idempotency-Key each call is a new send, but the same text to the same conversation
    within 10 minutes is refused without `?again=true`. A reply is sent only if nobody wrote or
    changed anything on the conversation meanwhile. Answers once it is known what became of it,
    which can take two minutes; cut off, call again with the same key.
    """
    wanted = parse_wanted(asked.model_dump(), {}, key=key, again=again)
    desk = call.api.parts.desk()
    desk.guard()
    with a_place(call):
        record_call(call, "send-message", {"conversation": wanted.conversation_id})
        return SendAnswer.model_validate(send(desk, wanted).as_json())


@creating.post("/customers", status_code=HTTPStatus.OK)
def new_customer(
    asked: NewCustomerIn, call: Caller, key: IdempotencyKey = None, *, allow_duplicate: bool = False
) -> Made:
    """Create a customer, unless one with its external id, e-mail or phone exists.

    With an Idempotency-Key, one that has none of these gets an external id made from the key.
    """
    wanted = NewCustomer(
        name=asked.name,
        emails=tuple(asked.emails),
        phones=tuple(asked.phones),
        external_id=asked.external_id,
    )
    if key is not None and not (wanted.emails or wanted.phones or wanted.external_id):
        wanted = replace(wanted, external_id=_external_id_of(key))
    desk = call.api.parts.desk()
    with a_place(call):
        record_call(call, "create-customer", {})
        made = Once(call, "create-customer", key).make(
            asked,
            lambda: create_customer(
                desk, call.api.directory(), wanted, allow_duplicate=allow_duplicate
            ),
        )
    return Made.model_validate(made_json(made))


@creating.post("/conversations", status_code=HTTPStatus.OK)
def new_conversation(
    asked: NewConversationIn,
    call: Caller,
    key: IdempotencyKey = None,
    *,
    allow_duplicate: bool = False,
) -> Made:
    """Open a conversation, unless one with its external id or its Idempotency-Key exists."""
    wanted = NewConversation(
        customer_id=asked.customer_id,
        name=asked.name,
        external_id=asked.external_id,
        channel=asked.channel,
        status=asked.status,
    )
    desk = call.api.parts.desk()
    with a_place(call):
        record_call(call, "create-conversation", {})
        made = Once(call, "create-conversation", key).make(
            asked,
            lambda: create_conversation(
                desk,
                call.api.directory(),
                wanted,
                key=key if asked.external_id is None else None,
                allow_duplicate=allow_duplicate,
            ),
        )
    return Made.model_validate(made_json(made))


class CustomerFilters(Asked):
    """Exactly one of these."""

    email: str | None = Field(None, max_length=320)
    phone: str | None = Field(None, max_length=40)
    external_id: str | None = Field(None, max_length=512)
    text: str | None = Field(None, max_length=200, description="Words in the customer's details.")


@finding.get("/customers")
def customers(asked: Annotated[CustomerFilters, Query()], call: Caller) -> Found:
    """Find a customer by one key, or customers by words; none found is an empty list."""
    keys = {
        CustomerKey.EMAIL: asked.email,
        CustomerKey.PHONE: asked.phone,
        CustomerKey.EXTERNAL_ID: asked.external_id,
    }
    given = [(key, value) for key, value in keys.items() if value is not None]
    if len(given) + (asked.text is not None) != 1:
        raise InputError("give exactly one of email, phone, external_id and text")
    with a_place(call):
        if asked.text is not None:
            found = search_customers(call.api.directory(), asked.text, limit=SHOWN)
        else:
            one = find_customer(call.api.directory(), *given[0])
            found = (one,) if one is not None else ()
    return Found(data=[Resource.model_validate(customer_json(each)) for each in found])


@summarizing.post("/conversations/{conversation_id}/summary")
def summary(
    conversation_id: Annotated[str, Path(pattern=ID)],
    call: Caller,
    language: Annotated[str | None, Query(pattern=r"^[a-z]{2}$")] = None,
    *,
    post: bool = False,
    again: bool = False,
) -> SummaryOut:
    """Summarise one conversation now.

    `?post=true` writes the note under the key of the newest customer message: noted already, it
    gives the note that stands, `posted: false`. Safe to repeat. `?again=true` writes a further
    note even so.
    """
    if again and not post:
        raise InputError("again goes with post=true")
    with a_place(call):
        if not post:
            return SummaryOut.of(call.api.summarize(conversation_id, language))
        record_call(call, "post-summary", {"conversation": conversation_id})
        return SummaryOut.of(call.api.post(conversation_id, language, again))


def _external_id_of(key: str) -> str:
    return "sidenote-" + sha256(f"customer:{key}".encode("utf-8", "replace")).hexdigest()[:32]
