"""Customers: read by id, e-mail, phone or externalId; make, change."""

from collections.abc import Callable

from agent.sandbox.answers import Answer, Refusal, not_found, nothing, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.records import CustomerRecord, Json
from agent.sandbox.resources_customer import address, customer_json
from agent.sandbox.shapes import CUSTOMER
from agent.sandbox.world import World

_HANDLED = {"name", "externalId", "emails", "phones", "whatsapps", "locale", "rev"}
_NOT_KEPT = {*_HANDLED, "createdAt", "importedAt"}


def _shown(world: World, customer: CustomerRecord) -> Json:
    return customer_json(customer, world.conversations_of(customer.id))


def _read(call: Call) -> Answer:
    customer = call.known(call.world.customers)
    if customer.deleted:
        raise not_found()
    return one(_shown(call.world, customer))


def _by_email(call: Call) -> Answer:
    wanted = call.param("email").lower()
    return _only(call, lambda c: any(e["email"].lower() == wanted for e in c.emails), "email")


def _by_phone(call: Call) -> Answer:
    wanted = call.param("phone")
    return _only(call, lambda c: any(p["phone"] == wanted for p in c.phones), "phone")


def _by_external(call: Call) -> Answer:
    wanted = call.param("external")
    return _only(call, lambda c: c.external_id == wanted, "externalId")


def _only(call: Call, fits: Callable[[CustomerRecord], bool], field: str) -> Answer:
    there = (c for c in call.world.customers.values() if not c.deleted)
    found = next((c for c in there if fits(c)), None)
    if found is None:
        raise not_found(field)
    return one(_shown(call.world, found))


def _list(call: Call) -> Answer:
    rows = sorted(call.world.customers.values(), key=lambda c: c.id, reverse=True)
    there = [c for c in rows if not c.deleted]
    return call.listed(there, lambda c: _shown(call.world, c), counted=True)


def _create(call: Call) -> Answer:
    """201. A duplicate e-mail or externalId is refused; the exact answer is a switch."""
    world = call.world
    fields = call.checked(CUSTOMER)
    _refuse_duplicates(world, fields)
    now = world.now()
    customer = CustomerRecord(
        id=world.new_id("customer"),
        name="",
        created_at=now,
        updated_at=now,
        created_by=call.actor,
        modified_by=call.actor,
    )
    _set(customer, fields)
    world.put_customer(customer)
    return one(_shown(world, customer), status=201, applied=True)


def _refuse_duplicates(world: World, fields: Json) -> None:
    answer = world.switches["duplicate-external-id"]
    wanted = {e["email"].lower() for e in fields.get("emails", ())}
    there = [c for c in world.customers.values() if not c.deleted]
    email_taken = any(e["email"].lower() in wanted for c in there for e in c.emails)
    external_taken = bool(world.by_external("customer", fields.get("externalId") or ""))
    if answer == "accepted" or not (email_taken or external_taken):
        return
    field = "externalId" if external_taken else "emails"
    if answer == "409":
        raise Refusal(409, "conflict", "Conflict", parameter=field)
    raise Refusal(400, "badparam", "Must be unique", parameter=field)


def _update(call: Call) -> Answer:
    world = call.world
    customer = call.known(world.customers)
    fields = call.checked(CUSTOMER)
    stale = "rev" in fields and fields["rev"] != customer.rev
    if stale and world.switches["rev-conflict"] == "409":
        raise Refusal(409, "conflict", "Conflict", parameter="rev")
    world.forget_external("customer", customer.external_id, customer.id)
    _set(customer, fields)
    if customer.external_id:
        world.name_external("customer", customer.external_id, customer.id)
    customer.rev += 1
    customer.updated_at = world.now()
    customer.modified_by = call.actor
    return one(_shown(world, customer), applied=True)


def _set(customer: CustomerRecord, fields: Json) -> None:
    if "name" in fields:
        customer.name = fields["name"] or ""
    if "externalId" in fields:
        customer.external_id = fields["externalId"]
    if "locale" in fields:
        customer.locale = fields["locale"]
    if "emails" in fields:
        customer.emails = [address("email", e["email"], **_rest(e)) for e in fields["emails"]]
    if "phones" in fields:
        customer.phones = [address("phone", p["phone"], **_rest(p)) for p in fields["phones"]]
    if "whatsapps" in fields:
        customer.whatsapps = list(fields["whatsapps"])
    customer.more |= {name: v for name, v in fields.items() if name not in _NOT_KEPT}


def _rest(given: Json) -> Json:
    return {"verified": bool(given.get("verified")), "kind": given.get("type", "other")}


def _delete(call: Call) -> Answer:
    customer = call.known(call.world.customers)
    customer.deleted = True
    call.world.forget_external("customer", customer.external_id, customer.id)
    return nothing()


ROUTES = (
    Route("GET", "/v1/customers", _list, "customer.read"),
    Route("POST", "/v1/customers", _create, "customer.create"),
    Route("GET", "/v1/customers/email={email}", _by_email, "customer.read"),
    Route("GET", "/v1/customers/phone={phone}", _by_phone, "customer.read"),
    Route("GET", "/v1/customers/externalId={external}", _by_external, "customer.read"),
    Route("GET", "/v1/customers/id={id}", _read, "customer.read"),
    Route("GET", "/v1/customers/{id}", _read, "customer.read"),
    Route("PUT", "/v1/customers/{id}", _update, "customer.update"),
    Route("PATCH", "/v1/customers/{id}", _update, "customer.update"),
    Route("DELETE", "/v1/customers/{id}", _delete, "customer.delete"),
)
