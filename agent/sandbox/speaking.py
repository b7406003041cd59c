"""Customers and teammates who speak while the sandbox runs."""

from collections.abc import Mapping

from agent.errors import InputError
from agent.sandbox.outbox import message_meta
from agent.sandbox.records import ConversationRecord, DraftRecord, MessageRecord, NoteRecord
from agent.sandbox.world import APPS, World

SOMEBODY = "Ben Okafor"  # a teammate, where nobody is named
_PLAIN = ("status", "spam", "deleted", "locked", "ended", "name", "queue_id")


def customer_says(world: World, conversation: str, text: str) -> MessageRecord:
    """A customer's message now, by id or key of the conversation; reopens it.

    Raises KeyError when there is no such conversation.
    """
    return _said(world, conversation, text, author=None)


def teammate_says(world: World, conversation: str, text: str, *, author: str) -> MessageRecord:
    """A teammate's message now, as the customer sees it. Raises KeyError."""
    return _said(world, conversation, text, author=author)


def _said(world: World, conversation: str, text: str, *, author: str | None) -> MessageRecord:
    with world.lock:
        found = world.conversation(conversation)
        now = world.now()
        channel = found.channels[0] if found.channels else "email"
        customer = world.customers[found.customer_id]
        addresses = customer.emails if channel == "email" else customer.phones
        theirs = str(next((a.get("email") or a.get("phone") for a in addresses), customer.id))
        ours = next((account for c, _, account in world.accounts if c == channel), "")
        sender, to = (ours, theirs) if author else (theirs, ours)
        message_id = world.new_id("message")
        message = MessageRecord(
            id=message_id,
            conversation_id=found.id,
            customer_id=found.customer_id,
            direction="out" if author else "in",
            channel=channel,
            app=APPS.get(channel, channel),
            text=text,
            subject=found.name,
            sent_at=now,
            created_at=now,
            updated_at=now,
            known_at=now,
            status="sent" if author else "received",
            external_id=f"<{message_id}@mail.sandbox.example>",
            created_by=world.teammate(author).id if author else None,
            meta=message_meta(channel, sender=sender, to=(to,), subject=found.name),
        )
        world.put_message(message)
        world.touch(found, by=message.created_by)
        return message


def teammate_notes(world: World, conversation: str, body: str, *, author: str) -> NoteRecord:
    """A teammate's note now. Raises KeyError."""
    with world.lock:
        found = world.conversation(conversation)
        by = world.teammate(author).id
        note = NoteRecord(
            id=world.new_id("note"),
            conversation_id=found.id,
            customer_id=found.customer_id,
            body=body,
            created_at=world.now(),
            updated_at=world.now(),
            created_by=by,
            modified_by=by,
        )
        world.put_note(note)
        world.touch(found, by=by)
        return note


def teammate_drafts(world: World, conversation: str, body: str, *, author: str) -> DraftRecord:
    """A teammate begins a reply in the composer. Raises KeyError."""
    with world.lock:
        found = world.conversation(conversation)
        by = world.teammate(author).id
        channel = found.channels[0] if found.channels else "email"
        draft = DraftRecord(
            id=world.new_id("draft"),
            customer_id=found.customer_id,
            channel=channel,
            fields={"channel": channel, "conversation": found.id, "body": body},
            created_at=world.now(),
            updated_at=world.now(),
            created_by=by,
            modified_by=by,
        )
        world.drafts[draft.id] = draft
        return draft


def teammate_changes(
    world: World, conversation: str, fields: Mapping[str, object], *, author: str
) -> ConversationRecord:
    """A teammate sets plain fields, `assigned` (a name) or `merged_into` (an id or key).

    Raises KeyError for an unknown conversation, InputError for an unknown field.
    """
    with world.lock:
        found = world.conversation(conversation)
        unknown = set(fields) - {*_PLAIN, "assigned", "merged_into"}
        if unknown:
            raise InputError(f"unknown field {sorted(unknown)}")
        for name in _PLAIN:
            if name in fields:
                setattr(found, name, fields[name])
        if "assigned" in fields:
            found.assigned_users = [world.teammate(str(fields["assigned"])).id]
        if "merged_into" in fields:
            found.merged_into = world.conversation(str(fields["merged_into"])).id
        world.touch(found, by=world.teammate(author).id)
        return found
