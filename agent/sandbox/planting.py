"""Makes conversations from their descriptions. The same key gives the same ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from agent.errors import InputError
from agent.sandbox.ids import object_id, parse_time
from agent.sandbox.outbox import message_meta
from agent.sandbox.plans import Plan
from agent.sandbox.records import (
    ConversationRecord,
    CustomerRecord,
    Json,
    MessageRecord,
    NoteRecord,
)
from agent.sandbox.resources_customer import address
from agent.sandbox.world import APPS, World

NEWEST_ENDS = timedelta(minutes=3)  # before load time, so that nobody is still typing
OLDEST_ENDS = timedelta(hours=20)
SOMEBODY = "Ben Okafor"  # a teammate, where the file names none


def plant(world: World, plans: Sequence[Plan], *, play: bool = False) -> list[ConversationRecord]:
    """Make them all, or, with `play`, let those that say so appear in their own time.

    Gives those made at once. Raises InputError for a key that is there already and for a
    `merged_into` that names no conversation.
    """
    with world.lock:
        keys = {plan.key for plan in plans}
        made = []
        for plan in plans:
            target = plan.fields.get("merged_into")
            there = (
                target is None
                or target in keys
                or _id("conversation", target) in world.conversations
            )
            if not there:
                raise InputError(f"{plan.where}: merged_into names no conversation: {target!r}")
            if _id("conversation", plan.key) in world.conversations:
                raise InputError(f"{plan.where}: key {plan.key!r} is there already")
            after = plan.fields.get("play", {}).get("after_seconds")
            planting = _Planting(world, plan)
            if play and after is not None:
                world.agenda.at(world.later(after), partial(planting.make, play=True))
            else:
                made.append(planting.make(play=play))
        return made


def _id(kind: str, key: str) -> str:
    return object_id(f"{kind}:{key}")


def _spread(text: str, least: float, most: float) -> float:
    """A number between the two, the same each time for the same text."""
    part = int.from_bytes(sha256(text.encode()).digest()[:6], "big") / (1 << 48)
    return least + part * (most - least)


@dataclass(frozen=True, slots=True)
class _Planting:
    world: World
    plan: Plan

    def make(self, *, play: bool) -> ConversationRecord:
        """The conversation with its history; messages to be played come in their own time."""
        fields = self.plan.fields
        live = [play and "play" in m for m in fields["messages"]]
        customer = self._customer()
        times = self._times()
        history = [t for t, later in zip(times, live, strict=True) if not later]
        conversation = self._conversation(customer, history)
        for position, (message, at) in enumerate(zip(fields["messages"], times, strict=True)):
            if live[position]:
                self._play(conversation, position, message)
            else:
                self.world.put_message(self._message(conversation, position, message, at))
        self._finish(conversation)
        return conversation

    def _customer(self) -> CustomerRecord:
        fields = self.plan.fields
        email, phone = fields.get("customer_email"), fields.get("customer_phone")
        name = fields.get("customer_name", "")
        customer_id = _id("customer", email or phone or self.plan.key)
        if customer_id in self.world.customers:
            return self.world.customers[customer_id]
        digest = sha256(self.plan.key.encode()).hexdigest()
        if email is None and fields.get("channel", "email") == "email":
            mailbox = "".join(c for c in name.lower() if c.isascii() and c.isalnum()) or "customer"
            email = f"{mailbox}.{digest[:6]}@customers.example"
        if phone is None and fields.get("channel") in {"sms", "whatsapp"}:
            phone = f"+1555{int(digest[:8], 16) % 10_000_000:07d}"
        verified = fields.get("customer_verified", True)
        at = min(self._times(), default=self.world.now()) - timedelta(days=30)
        return self.world.put_customer(
            CustomerRecord(
                id=customer_id,
                name=name,
                created_at=at,
                updated_at=at,
                external_id=fields.get("customer_external_id"),
                emails=[address("email", email, verified=verified)] if email else [],
                phones=[address("phone", phone, verified=verified)] if phone else [],
                locale=fields.get("language"),
            )
        )

    def _conversation(
        self, customer: CustomerRecord, history: list[datetime]
    ) -> ConversationRecord:
        fields = self.plan.fields
        first = min(history, default=self.world.now())
        last = max(history, default=first)
        return self.world.put_conversation(
            ConversationRecord(
                id=_id("conversation", self.plan.key),
                key=self.plan.key,
                customer_id=customer.id,
                created_at=first,
                updated_at=last,
                modified_at=last,
                last_activity_at=last,
                name=fields.get("subject", "")[:256],
                default_lang=fields.get("language"),
                channels=[fields.get("channel", "email")],
            )
        )

    def _times(self) -> list[datetime]:
        """When each message was sent: as given, else 1 to 10 minutes after the one before."""
        now = self.world.now()
        messages = self.plan.fields["messages"]
        known = [_given_time(m, now) for m in messages]
        key = self.plan.key
        gaps = [timedelta(minutes=_spread(f"{key}:gap:{i}", 1, 10)) for i in range(len(known))]
        if messages and not any(known):
            ago = _spread(f"{key}:ends", NEWEST_ENDS.total_seconds(), OLDEST_ENDS.total_seconds())
            playing = "play" in self.plan.fields
            known[-1] = now if playing else now - timedelta(seconds=ago)
        first = next((i for i, at in enumerate(known) if at), 0)
        times: list[datetime] = []
        for i, at in enumerate(known):
            if at is None and i > first:
                at = times[-1] + gaps[i]  # noqa: PLW2901 - the time that was left out
            times.append(at or now)
        for i in range(first - 1, -1, -1):
            times[i] = times[i + 1] - gaps[i]
        return times

    def _message(
        self, conversation: ConversationRecord, position: int, fields: Json, at: datetime
    ) -> MessageRecord:
        channel = str(self.plan.fields.get("channel", "email"))
        message_id = object_id(f"message:{self.plan.key}:{position}")
        inbound = fields["direction"] == "in"
        status = fields.get("status") or ("received" if inbound else "sent")
        files = fields.get("attachments", ())
        return MessageRecord(
            id=message_id,
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            direction=fields["direction"],
            channel=channel,
            app=APPS.get(channel, channel),
            text=fields["text"],
            subject=conversation.name,
            sent_at=at,
            created_at=at,
            updated_at=at,
            known_at=at,
            status=status,
            error={"status": 400, "code": "invalid-recipient"} if status == "error" else None,
            error_at=at if status == "error" else None,
            external_id=f"<{message_id}@mail.sandbox.example>",
            created_by=None if inbound else self._author(fields),
            auto=bool(fields.get("auto")),
            lang=self.plan.fields.get("language"),
            meta={**self._meta(conversation, fields), **fields.get("meta", {})},
            headers=[{"name": n, "value": str(v)} for n, v in fields.get("headers", {}).items()],
            attachments=[_file(message_id, i, file) for i, file in enumerate(files)],
            html=fields.get("html", ""),
        )

    def _author(self, fields: Json) -> str:
        name = fields.get("author") or self.plan.fields.get("assigned") or SOMEBODY
        return self.world.teammate(name).id

    def _meta(self, conversation: ConversationRecord, fields: Json) -> Json:
        channel = self.plan.fields.get("channel", "email")
        customer = self.world.customers[conversation.customer_id]
        addresses = customer.emails if channel == "email" else customer.phones
        theirs = next((a.get("email") or a.get("phone") for a in addresses), customer.id)
        ours = next((a for c, _, a in self.world.accounts if c == channel), "")
        inbound = fields["direction"] == "in"
        sender, to = (theirs, ours) if inbound else (ours, theirs)
        sender = str(fields.get("from") or sender)
        return message_meta(channel, sender=sender, to=(str(to),), subject=conversation.name)

    def _play(self, conversation: ConversationRecord, position: int, fields: Json) -> None:
        def speak() -> None:
            at = self.world.now()
            self.world.put_message(self._message(conversation, position, fields, at))
            self.world.touch(conversation, by=None)

        self.world.agenda.at(self.world.later(fields["play"]["after_seconds"]), speak)

    def _finish(self, conversation: ConversationRecord) -> None:
        """Notes, and the fields that a reply would have changed."""
        fields = self.plan.fields
        for position, note in enumerate(fields.get("notes", ())):
            self.world.put_note(self._note(conversation, position, note))
        conversation.status = fields.get("status", "open")
        conversation.spam = fields.get("spam", False)
        conversation.deleted = fields.get("deleted", False)
        conversation.ended = fields.get("ended", False)
        conversation.ended_at = conversation.updated_at if conversation.ended else None
        conversation.tags = [self.world.tag(tag) for tag in fields.get("tags", ())]
        if "assigned" in fields:
            conversation.assigned_users = [self.world.teammate(fields["assigned"]).id]
        if "merged_into" in fields:
            conversation.merged_into = _id("conversation", fields["merged_into"])
        conversation.rev = 1 + len(conversation.messages) + conversation.note_count
        self.world.reindex(conversation)

    def _note(self, conversation: ConversationRecord, position: int, fields: Json) -> NoteRecord:
        given = fields.get("minutes_ago")
        at = conversation.updated_at
        if given is not None:
            at = self.world.now() - timedelta(minutes=given)
        conversation.updated_at = max(conversation.updated_at, at)
        author = self.world.teammate(fields.get("author", SOMEBODY)).id
        return NoteRecord(
            id=object_id(f"note:{self.plan.key}:{position}"),
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            body=fields["body"],
            created_at=at,
            updated_at=at,
            created_by=author,
            modified_by=author,
        )


def _given_time(fields: Json, now: datetime) -> datetime | None:
    if "at" in fields:
        return parse_time(fields["at"])
    if "minutes_ago" in fields:
        return now - timedelta(minutes=fields["minutes_ago"])
    return None


def _file(message_id: str, position: int, fields: Json) -> Json:
    return {
        "id": object_id(f"attachment:{message_id}:{position}"),
        "name": fields["name"],
        "contentType": fields.get("content_type", "application/octet-stream"),
        "contentLength": 1_000 + position,
    }
