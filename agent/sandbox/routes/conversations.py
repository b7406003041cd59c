"""Conversations: read, make, change, tag."""

from agent.sandbox.answers import Answer, Refusal, dumps, not_found, nothing, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.fields import Shape
from agent.sandbox.ids import parse_time
from agent.sandbox.records import ConversationRecord, Json
from agent.sandbox.resources import conversation_json
from agent.sandbox.shapes import CONVERSATION, CONVERSATION_MOVE, CONVERSATION_UPDATE, TAGS
from agent.sandbox.world import World

_FOR_CUSTOMER = Shape(CONVERSATION.fields)
_TAG_LIST = Shape({"tags": TAGS}, ("tags",))
_PLAIN = {
    "externalId": "external_id",
    "name": "name",
    "direction": "direction",
    "priority": "priority",
    "status": "status",
    "assignedUsers": "assigned_users",
    "assignedTeams": "assigned_teams",
    "locked": "locked",
    "ended": "ended",
    "defaultLang": "default_lang",
}
_HANDLED = {*_PLAIN, "tags", "queue", "rev", "deleted", "endedAt", "customer", "id", "createdAt"}


def _read(call: Call) -> Answer:
    """One conversation, or several when the path names several, without those that are gone."""
    wanted = call.param("id").split(",")
    if len(wanted) == 1:
        return one(_shown(call, _there(call.world, wanted[0])))
    found = [c for c in map(call.world.conversations.get, wanted) if c and _is_there(call.world, c)]
    content = {"data": [_shown(call, c) for c in found], "links": {"self": call.path}}
    return Answer(status=200, body=dumps(content))


def _shown(call: Call, conversation: ConversationRecord) -> Json:
    late = conversation.updated_at > call.seen_until
    if call.stale and late and conversation.previous:
        return conversation.previous
    return conversation_json(conversation, call.world.switches)


def _is_there(world: World, conversation: ConversationRecord) -> bool:
    merged_away = conversation.merged_into and world.switches["merged"] == "gone"
    return not (conversation.deleted or merged_away)


def _there(world: World, conversation_id: str) -> ConversationRecord:
    found = world.conversations.get(conversation_id)
    if found is None or not _is_there(world, found):
        raise not_found()
    return found


def _by_external(call: Call) -> Answer:
    conversation_id = call.world.by_external("conversation", call.param("external"))
    if conversation_id is None:
        raise not_found("externalId")
    return one(_shown(call, _there(call.world, conversation_id)))


def _list(call: Call) -> Answer:
    """All, newest id first; there is no date filter."""
    there = [c for c in call.world.conversations.values() if _is_there(call.world, c)]
    rows = sorted(there, key=lambda c: c.id, reverse=True)
    return call.listed(rows, lambda c: _shown(call, c))


def _of_customer(call: Call) -> Answer:
    customer = call.known(call.world.customers)
    rows = [c for c in call.world.conversations_of(customer.id) if _is_there(call.world, c)]
    return call.listed(rows, lambda c: _shown(call, c))


def _create(call: Call) -> Answer:
    fields = call.checked(CONVERSATION)
    return _created(call, fields["customer"], fields)


def _create_for_customer(call: Call) -> Answer:
    return _created(call, call.param("id"), call.checked(_FOR_CUSTOMER))


def _created(call: Call, customer_id: str, fields: Json) -> Answer:
    world = call.world
    if customer_id not in world.customers:
        raise not_found("customer")
    external_id = fields.get("externalId")
    if external_id and world.by_external("conversation", external_id):
        _refuse_duplicate(world, "externalId")
    if fields.get("id") in world.conversations:
        _refuse_duplicate(world, "id")
        fields = {name: value for name, value in fields.items() if name != "id"}
    if "importedAt" not in fields:
        call.limits.take_write("conversations", customer_id, call.key.key, world.now())
    at = parse_time(fields["createdAt"]) if "createdAt" in fields else world.now()
    conversation = ConversationRecord(
        id=fields.get("id") or world.new_id("conversation"),
        customer_id=customer_id,
        created_at=at,
        updated_at=world.now(),
        modified_at=world.now(),
        last_activity_at=world.now(),
        created_by=call.actor,
        modified_by=call.actor,
    )
    _set(world, conversation, fields)
    world.put_conversation(conversation)
    world.reindex(conversation)
    shown = conversation_json(conversation, world.switches)
    return one(shown, status=201, applied=True)


def _refuse_duplicate(world: World, field: str) -> None:
    answer = world.switches["duplicate-external-id"]
    if answer == "409":
        raise Refusal(409, "conflict", "Conflict", parameter=field)
    if answer == "400":
        raise Refusal(400, "badparam", "Must be unique", parameter=field)


def _update(call: Call) -> Answer:
    """PUT without `replace`, and PATCH: what is left out stays."""
    world = call.world
    conversation = _there(world, call.param("id"))
    if isinstance(call.body, dict) and "customer" in call.body:
        customer_id = call.checked(CONVERSATION_MOVE)["customer"]
        if customer_id not in world.customers:
            raise not_found("customer")
        world.move_conversation(conversation, customer_id)
    else:
        fields = call.checked(CONVERSATION_UPDATE)
        stale = "rev" in fields and fields["rev"] != conversation.rev
        if stale and world.switches["rev-conflict"] == "409":
            raise Refusal(409, "conflict", "Conflict", parameter="rev")
        world.forget_external("conversation", conversation.external_id, conversation.id)
        _set(world, conversation, fields)
        if conversation.external_id:
            world.name_external("conversation", conversation.external_id, conversation.id)
    world.touch(conversation, by=call.actor)
    return one(conversation_json(conversation, world.switches), applied=True)


def _set(world: World, conversation: ConversationRecord, fields: Json) -> None:
    if fields.get("status") == "done" != conversation.status:
        conversation.done_count += 1
    for field, name in _PLAIN.items():
        if field in fields:
            setattr(conversation, name, fields[field])
    conversation.name = conversation.name or ""
    if "tags" in fields:
        conversation.tags = [world.tag(tag) for tag in fields["tags"]]
    if "queue" in fields:
        conversation.queue_id = fields["queue"].get("id")
    if "deleted" in fields:
        conversation.deleted = bool(fields["deleted"])
    if fields.get("ended"):
        given = fields.get("endedAt")
        conversation.ended_at = parse_time(given) if given else world.now()
    conversation.more |= {name: v for name, v in fields.items() if name not in _HANDLED}


def _delete(call: Call) -> Answer:
    conversation = _there(call.world, call.param("id"))
    conversation.deleted = True
    call.world.touch(conversation, by=call.actor)
    return nothing()


def _add_tags(call: Call) -> Answer:
    """A bare array of names or ids is added; unknown names are made; 200 with tag ids."""
    conversation = _there(call.world, call.param("id"))
    added = [call.world.tag(tag) for tag in _tags(call)]
    kept = dict.fromkeys([*conversation.tags, *added])
    return _tagged(call, conversation, list(kept))


def _remove_tags(call: Call) -> Answer:
    conversation = _there(call.world, call.param("id"))
    removed = {call.world.tag(tag) for tag in _tags(call)}
    return _tagged(call, conversation, [t for t in conversation.tags if t not in removed])


def _tags(call: Call) -> list[str]:
    wrong = _TAG_LIST.first_wrong({"tags": call.body})
    if wrong:
        raise Refusal(400, "badparam", "Invalid parameter", parameter="body", detail=wrong.detail)
    tags: list[str] = call.body
    return tags


def _tagged(call: Call, conversation: ConversationRecord, tags: list[str]) -> Answer:
    if tags != conversation.tags:
        conversation.tags = tags
        call.world.touch(conversation, by=call.actor)
    return one(conversation_json(conversation, call.world.switches), applied=True)


ROUTES = (
    Route("GET", "/v1/conversations", _list, "conversation.read"),
    Route("POST", "/v1/conversations", _create, "conversation.create"),
    Route("GET", "/v1/conversations/externalId={external}", _by_external, "conversation.read"),
    Route("GET", "/v1/conversations/{id}", _read, "conversation.read"),
    Route("PUT", "/v1/conversations/{id}", _update, "conversation.update"),
    Route("PATCH", "/v1/conversations/{id}", _update, "conversation.update"),
    Route("DELETE", "/v1/conversations/{id}", _delete, "conversation.delete"),
    Route("POST", "/v1/conversations/{id}/tags", _add_tags, "conversation.update"),
    Route("DELETE", "/v1/conversations/{id}/tags", _remove_tags, "conversation.update"),
    Route("GET", "/v1/customers/{id}/conversations", _of_customer, "conversation.read"),
    Route("POST", "/v1/customers/{id}/conversations", _create_for_customer, "conversation.create"),
)
