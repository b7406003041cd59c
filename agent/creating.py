"""Creates customers and conversations, each once, and finds customers.

What identifies them is checked, looked up first, and only then created: see `making.py`.
"""

from dataclasses import replace
from functools import partial
from hashlib import sha256

from agent.core.conversation import Conversation, Customer
from agent.core.new_records import (
    MOST,
    STATUSES,
    email_problem,
    id_problem,
    phone_of,
    phone_problem,
    plain_problem,
)
from agent.errors import HelpdeskMissing, InputError
from agent.making import Made, Making
from agent.notes import NoteDesk
from agent.ports import CustomerKey, Directory, NewConversation, NewCustomer

Keys = tuple[tuple[CustomerKey, str], ...]


def find_customer(directory: Directory, key: CustomerKey, value: str) -> Customer | None:
    """The customer with that e-mail address, phone number or external id, None when none has it.

    Raises:
        InputError: it cannot be such a key.
    """
    ((key, value),) = _keys(_checked_customer(_with_key(key, value)))
    return directory.customer_by(key, value)


def search_customers(directory: Directory, text: str, *, limit: int) -> tuple[Customer, ...]:
    """At most `limit` customers whose details hold these words.

    Raises:
        InputError: there is nothing to search for.
    """
    _refuse("the text", plain_problem(text))
    return directory.customers_like(text.strip(), limit=limit)


def create_customer(
    desk: NoteDesk, directory: Directory, new: NewCustomer, *, allow_duplicate: bool = False
) -> Made[Customer]:
    """Create the customer, or find the one that has its external id, e-mail or phone.

    One that exists is given as it is, nothing of it is changed. Safe to call again, but for a
    customer without any key: that needs `allow_duplicate`.

    Raises:
        InputError: it cannot be created so, or its keys belong to different customers.
        Held: paused, or another process is creating this very customer.
        OutcomeUnknown: it may or may not exist; call again, which looks first.
        TransientError: not created; call again.
        HelpdeskRefused: Kustomer refuses it.
    """
    wanted = _checked_customer(new)
    keys = _keys(wanted)
    if not keys and not allow_duplicate:
        raise InputError(
            "a customer without e-mail, phone and external id cannot be looked up, so each call "
            "would create another one. Give one of them, or --allow-duplicate."
        )
    return Making(
        desk=desk,
        what="customer",
        names=tuple(f"{key}={value.lower()}" for key, value in keys),
        find=partial(_one_customer, directory, keys),
        create=lambda: directory.create_customer(wanted),
    ).run()


def create_conversation(
    desk: NoteDesk,
    directory: Directory,
    new: NewConversation,
    *,
    key: str | None = None,
    allow_duplicate: bool = False,
) -> Made[Conversation]:
    """Open the conversation, or find the one that has its external id.

    `key` is any text that stands for this one conversation; its external id is made from it.
    Without both each call opens another one, which needs `allow_duplicate`.

    Raises:
        InputError: it cannot be opened so, or its external id is another customer's.
        HelpdeskMissing: there is no such customer.
        Held, OutcomeUnknown, TransientError, HelpdeskRefused: as for `create_customer`.
    """
    wanted = _checked_conversation(new, key)
    external_id = wanted.external_id
    if external_id is None and not allow_duplicate:
        raise InputError(
            "a conversation without external id cannot be looked up, so each call would open "
            "another one. Give --external-id or --key, or --allow-duplicate."
        )
    return Making(
        desk=desk,
        what="conversation",
        names=(f"externalId={external_id}",) if external_id else (),
        find=partial(_one_conversation, directory, wanted),
        create=partial(_open, directory, wanted),
    ).run()


def external_id_of(key: str) -> str:
    """The external id of the conversation that a `key` stands for."""
    return "sidenote-" + sha256(f"conversation:{key}".encode()).hexdigest()[:32]


def made_json(made: Made[Customer] | Made[Conversation]) -> dict[str, object]:
    """The fixed answer: `{"data": {"id", "attributes"}, "created"}`."""
    record = made.record
    data = customer_json(record) if isinstance(record, Customer) else conversation_json(record)
    return {"data": data, "created": made.created}


def customer_json(customer: Customer) -> dict[str, object]:
    """The fixed shape of a customer."""
    return {
        "id": customer.id,
        "attributes": {
            "name": customer.name,
            "external_id": customer.external_id,
            "emails": [each.value for each in customer.emails],
            "phones": [each.value for each in customer.phones],
        },
    }


def conversation_json(conversation: Conversation) -> dict[str, object]:
    """The fixed shape of a conversation."""
    return {
        "id": conversation.id,
        "attributes": {
            "name": conversation.name,
            "customer_id": conversation.customer_id,
            "external_id": conversation.external_id,
            "status": conversation.status.value,
            "channels": list(conversation.channels),
        },
    }


# Which one is meant.


def _one_customer(directory: Directory, keys: Keys) -> Customer | None:
    found = {each.id: each for key, value in keys if (each := directory.customer_by(key, value))}
    if len(found) > 1:
        raise InputError(
            f"these keys belong to different customers: {', '.join(found)}. Nothing was created; "
            "merge them in Kustomer, or leave a key out."
        )
    return next(iter(found.values()), None)


def _one_conversation(directory: Directory, wanted: NewConversation) -> Conversation | None:
    if wanted.external_id is None:
        return None
    found = directory.conversation_by_external_id(wanted.external_id)
    if found is not None and found.customer_id != wanted.customer_id:
        raise InputError(
            f"conversation {found.id} has this external id or key, and is of another customer "
            f"({found.customer_id}). Nothing was created; take another one."
        )
    return found


def _open(directory: Directory, wanted: NewConversation) -> Conversation:
    try:
        return directory.create_conversation(wanted)
    except HelpdeskMissing:
        raise HelpdeskMissing(
            f"Kustomer has no customer {wanted.customer_id}: check the id and the organization"
        ) from None


# What was asked for.


def _keys(new: NewCustomer) -> Keys:
    """What it can be looked up by, the surest first."""
    external = ((CustomerKey.EXTERNAL_ID, new.external_id),) if new.external_id else ()
    emails = ((CustomerKey.EMAIL, each) for each in new.emails)
    return (*external, *emails, *((CustomerKey.PHONE, each) for each in new.phones))


def _with_key(key: CustomerKey, value: str) -> NewCustomer:
    if key is CustomerKey.EMAIL:
        return NewCustomer(emails=(value,))
    if key is CustomerKey.PHONE:
        return NewCustomer(phones=(value,))
    return NewCustomer(external_id=value)


def _checked_customer(new: NewCustomer) -> NewCustomer:
    wanted = replace(
        new,
        name=new.name.strip(),
        emails=tuple(dict.fromkeys(each.strip() for each in new.emails)),
        phones=tuple(dict.fromkeys(map(phone_of, new.phones))),
    )
    if not (wanted.name or wanted.emails or wanted.phones or wanted.external_id):
        raise InputError("a customer needs a name, an e-mail, a phone or an external id")
    _refuse("the name", plain_problem(wanted.name) if wanted.name else None)
    for each in wanted.emails:
        _refuse("the e-mail", email_problem(each))
    for each in wanted.phones:
        _refuse("the phone", phone_problem(each))
    for what, values in (("e-mails", wanted.emails), ("phones", wanted.phones)):
        _refuse("the customer", f"has over {MOST} {what}" if len(values) > MOST else None)
    _refuse_external_id(wanted.external_id)
    return wanted


def _checked_conversation(new: NewConversation, key: str | None) -> NewConversation:
    wanted = replace(new, customer_id=new.customer_id.strip().lower(), name=new.name.strip())
    _refuse("the customer's id", id_problem(wanted.customer_id))
    _refuse("the name", plain_problem(wanted.name) if wanted.name else None)
    _refuse("the channel", plain_problem(wanted.channel) if wanted.channel is not None else None)
    _refuse("the status", None if wanted.status in STATUSES else f"is none of {STATUSES}")
    _refuse_external_id(wanted.external_id)
    if key is None:
        return wanted
    if wanted.external_id is not None:
        raise InputError("give --external-id or --key, not both: the one is made from the other")
    _refuse("the key", plain_problem(key))
    return replace(wanted, external_id=external_id_of(key))


def _refuse_external_id(external_id: str | None) -> None:
    _refuse("the external id", plain_problem(external_id) if external_id is not None else None)


def _refuse(what: str, problem: str | None) -> None:
    if problem is not None:
        raise InputError(f"{what} {problem}")
