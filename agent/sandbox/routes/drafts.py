"""Drafts: unsent replies. There is no call that reads a single one.

`sendAt` is what sends. On creation a time in the future is kept only with `scheduled: true`;
without it the draft is sent now.
"""

from datetime import datetime

from agent.sandbox.answers import Answer, Refusal, not_found, nothing, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.ids import parse_time_math
from agent.sandbox.outbox import plan_unasked, release, take_back
from agent.sandbox.records import DraftRecord, Json
from agent.sandbox.resources import draft_json
from agent.sandbox.shapes_draft import draft_shape

_NOT_KEPT = {"sendAt", "scheduled"}


def _checked(call: Call, *, update: bool) -> Json:
    channel = call.body.get("channel", "") if isinstance(call.body, dict) else ""
    shape = draft_shape(channel, update=update) if isinstance(channel, str) else None
    if shape is None:
        raise Refusal(400, "badparam", "Invalid parameter", parameter="channel", detail="/oneOf")
    return call.checked(shape)


def _create(call: Call) -> Answer:
    """200, not 201. Saved in the composer; sent only with `sendAt`."""
    world = call.world
    customer = call.known(world.customers)
    fields = _checked(call, update=False)
    conversation = world.conversations.get(fields.get("conversation", ""))
    if fields.get("conversation") and conversation is None:
        raise not_found("conversation")
    call.limits.take_write("drafts", customer.id, call.key.key, world.now())
    draft = DraftRecord(
        id=world.new_id("draft"),
        customer_id=customer.id,
        channel=fields["channel"],
        fields={name: value for name, value in fields.items() if name not in _NOT_KEPT},
        created_at=world.now(),
        updated_at=world.now(),
        created_by=call.actor,
        modified_by=call.actor,
    )
    if fields.get("sendAt"):
        # A draft that cannot be sent is not kept either: the refusal comes first.
        release(world, draft, _when(call, fields))
    _replace_note_draft(call, draft)
    world.drafts[draft.id] = draft
    plan_unasked(world, draft)
    _touch(call, draft)
    return one(draft_json(draft, world.switches, listed=False), applied=True)


def _replace_note_draft(call: Call, draft: DraftRecord) -> None:
    """A conversation has one draft of a note at most."""
    for other in call.world.drafts_of(draft.customer_id):
        same = other.channel == "note" and other.conversation_id == draft.conversation_id
        if draft.channel == "note" and same:
            other.gone_at = call.world.now()


def _when(call: Call, fields: Json) -> datetime:
    now = call.world.now()
    wanted = parse_time_math(fields["sendAt"], now)
    return wanted if fields.get("scheduled") else min(wanted, now)


def _touch(call: Call, draft: DraftRecord) -> None:
    conversation = call.world.conversations.get(draft.conversation_id or "")
    if conversation and call.world.switches["draft-raises-rev"] == "yes":
        call.world.touch(conversation, by=call.actor)


def _list(call: Call) -> Answer:
    """The customer's drafts, teammates' included (a switch)."""
    world = call.world
    customer = call.known(world.customers)
    rows = [d for d in world.drafts.values() if d.customer_id == customer.id and _seen(call, d)]
    if world.switches["other-drafts"] == "hidden":
        rows = [d for d in rows if d.created_by == call.actor]
    call.query.setdefault("include", "attachments")  # the description has `included` always
    return call.listed(rows, lambda d: draft_json(d, world.switches, listed=True), lambda _: ())


def _seen(call: Call, draft: DraftRecord) -> bool:
    still_there = draft.gone_at is None or draft.gone_at > call.seen_until
    return draft.created_at <= call.seen_until and still_there


def _there(call: Call) -> DraftRecord:
    draft = call.known(call.world.drafts)
    if draft.gone_at is not None:
        raise not_found()
    return draft


def _update(call: Call) -> Answer:
    """200. `sendAt` sends or schedules, null takes back, left out changes nothing."""
    world = call.world
    draft = _there(call)
    fields = _checked(call, update=True)
    if fields["channel"] != draft.channel:
        raise Refusal(400, "badparam", "Invalid parameter", parameter="channel")
    before = dict(draft.fields)
    draft.fields |= {name: value for name, value in fields.items() if name not in _NOT_KEPT}
    if fields.get("sendAt"):
        try:
            release(world, draft, _when_updated(call, fields))
        except Refusal:
            draft.fields = before
            raise
    elif "sendAt" in fields:
        take_back(world, draft)
    draft.updated_at = world.now()
    draft.modified_by = call.actor
    _touch(call, draft)
    shown = draft_json(draft, world.switches, listed=True)
    return one(shown, applied=True)


def _when_updated(call: Call, fields: Json) -> datetime:
    if call.world.switches["put-future-send-at"] == "scheduled" and "scheduled" not in fields:
        return parse_time_math(fields["sendAt"], call.world.now())
    return _when(call, fields)


def _delete(call: Call) -> Answer:
    """204; a draft that is gone is a 404."""
    draft = _there(call)
    draft.gone_at = call.world.now()
    _touch(call, draft)
    return nothing()


ROUTES = (
    Route("POST", "/v1/customers/{id}/drafts", _create),
    Route("GET", "/v1/customers/{id}/drafts", _list, "draft.read"),
    Route("PUT", "/v1/drafts/{id}", _update),
    Route("DELETE", "/v1/drafts/{id}", _delete),
)
