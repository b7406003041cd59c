"""Notes: internal, never seen by the customer."""

import html
import re

from agent.sandbox.answers import Answer, Refusal, not_found, nothing, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.ids import OBJECT_ID
from agent.sandbox.orders import ordered
from agent.sandbox.records import Json, NoteRecord
from agent.sandbox.resources import note_json
from agent.sandbox.shapes import NOTE, NOTE_UPDATE
from agent.sandbox.taken import refuse_taken
from agent.sandbox.world import World

_HTML_TAG = re.compile(r"<[^<>]*>")


def _create(call: Call) -> Answer:
    """201. A limit of 120 a minute per customer and key."""
    world = call.world
    conversation = call.known(world.conversations)
    fields = call.checked(NOTE)
    note_id = _offered_id(world, fields)
    refuse_taken(world, "note", fields.get("externalId"), note_id in world.notes)
    if note_id in world.notes:
        note_id = world.new_id("note")  # only when duplicates are accepted
    call.limits.take_write("notes", conversation.customer_id, call.key.key, world.now())
    note = NoteRecord(
        id=note_id,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        body=_kept(world, fields["body"]),
        created_at=world.now(),
        updated_at=world.now(),
        created_by=call.actor,
        modified_by=call.actor,
        external_id=fields.get("externalId"),
        mentions=fields.get("userMentions", []),
    )
    world.put_note(note)
    world.touch(conversation, by=call.actor)
    return one(note_json(note), status=201, applied=True)


def _offered_id(world: World, fields: Json) -> str:
    offered = fields.get("id")
    if offered is None or world.switches["note-id"] == "ignored":
        return world.new_id("note")
    if world.switches["note-id"] == "refused" or not OBJECT_ID.match(offered):
        raise Refusal(400, "badparam", "Invalid parameter", parameter="id")
    return str(offered)


def _kept(world: World, body: str) -> str:
    if world.switches["note-html"] == "stripped":
        return _HTML_TAG.sub("", body)
    return html.escape(body) if world.switches["note-html"] == "escaped" else body


def _list(call: Call) -> Answer:
    conversation = call.known(call.world.conversations)
    notes = call.world.notes_of(conversation.id)
    seen = [note for note in notes if note.created_at <= call.seen_until]
    return call.listed(ordered(seen, call.world.switches["note-order"]), note_json)


def _read(call: Call) -> Answer:
    return one(note_json(call.known(call.world.notes)))


def _update(call: Call) -> Answer:
    note = call.known(call.world.notes)
    fields = call.checked(NOTE_UPDATE)
    note.body = _kept(call.world, fields["body"])
    note.updated_at = call.world.now()
    note.modified_by = call.actor
    _touch(call, note)
    return one(note_json(note), applied=True)


def _delete(call: Call) -> Answer:
    """204; deleting again is a 404."""
    note = call.known(call.world.notes)
    call.world.drop_note(note)
    _touch(call, note)
    return nothing()


def _touch(call: Call, note: NoteRecord) -> None:
    conversation = call.world.conversations.get(note.conversation_id or "")
    if conversation is None:
        raise not_found()
    call.world.touch(conversation, by=call.actor)


ROUTES = (
    Route("POST", "/v1/conversations/{id}/notes", _create, "note.create"),
    Route("GET", "/v1/conversations/{id}/notes", _list, "note.read"),
    Route("GET", "/v1/notes/{id}", _read, "note.read"),
    Route("PUT", "/v1/notes/{id}", _update, "note.update"),
    Route("DELETE", "/v1/notes/{id}", _delete, "note.delete"),
)
