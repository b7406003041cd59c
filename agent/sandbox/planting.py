"""Makes conversations from their descriptions. The same key gives the same ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from agent.sandbox.speaking import SOMEBODY
from agent.sandbox.world import APPS, World

NEWEST_ENDS = timedelta(minutes=3)  # before load time, so that nobody is still typing
OLDEST_ENDS = timedelta(hours=20)


def plant(world: World, plans: Sequence[Plan], *, play: bool = False) -> list[ConversationRecord]:
    """Make them all, or, with `play`, let those that say so appear in their own time.

    History is in the search index at once, what is played after the lag. Gives those made at
    once. A `merged_into` need not be there: its id is known from its key. Raises InputError, and
    makes nothing, for a key that is there already or given twice.
    """
    with world.lock:
        _refuse_doubles(world, plans)
        made = []
        for plan in plans:
            planting = _Planting(world, plan, play, world.now())
            after = plan.fields.get("play", {}).get("after_seconds")
            if play and after is not None:
                world.agenda.at(world.later(after), planting.make)
            else:
                made.append(planting.make())
        return made


def _refuse_doubles(world: World, plans: Sequence[Plan]) -> None:
    first: dict[str, str] = {}
    for plan in plans:
        if _id("conversation", plan.key) in world.conversations:
            raise InputError(f"{plan.where}: key {plan.key!r} is there already")
        if plan.key in first:
            raise InputError(f"{plan.where}: key {plan.key!r} stands in {first[plan.key]} already")
        first[plan.key] = plan.where


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
    play: bool
    start: datetime  # what is played counts from here

    def make(self) -> ConversationRecord:
        """The conversation with its history; messages to be played come in their own time."""
        messages = self.plan.fields["messages"]
        live = [self.play and "play" in message for message in messages]
        history = [i for i, later in enumerate(live) if not later]
        times = self._times([messages[i] for i in history])
        conversation = self._conversation(self._customer(times), times)
        for i, at in zip(history, times, strict=True):
            self.world.put_message(self._message(conversation, i, messages[i], at))
        for i in (i for i, later in enumerate(live) if later):
            self._play(conversation, i, messages[i])
        self._finish(conversation)
        return conversation

    def _customer(self, times: list[datetime]) -> CustomerRecord:
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
        at = min(times, default=self.world.now()) - timedelta(days=30)
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

    def _conversation(self, customer: CustomerRecord, times: list[datetime]) -> ConversationRecord:
        fields = self.plan.fields
        first = min(times, default=self.world.now())
        last = max(times, default=first)
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

    def _times(self, messages: list[Json]) -> list[datetime]:
        """When each was sent: as given, else 1 to 10 minutes after the one before."""
        if not messages:
            return []
        key = self.plan.key
        known = [_given_time(m, self.world.now()) for m in messages]
        gaps = [timedelta(minutes=_spread(f"{key}:gap:{i}", 1, 10)) for i in range(len(known))]
        if not any(known):
            known[-1] = self._ends()
        first = next(i for i, at in enumerate(known) if at)
        times = [known[first] or self.start]
        for i in range(first + 1, len(known)):
            times.append(known[i] or times[-1] + gaps[i])
        for i in range(first, 0, -1):
            times.insert(0, times[0] - gaps[i])
        return times

    def _ends(self) -> datetime:
        """When a conversation without times ended: now if it is played, else some time ago."""
        now = self.world.now()
        if self.play and "play" in self.plan.fields:
            return now
        longest = OLDEST_ENDS.total_seconds()
        ago = _spread(f"{self.plan.key}:ends", NEWEST_ENDS.total_seconds(), longest)
        return now - timedelta(seconds=ago)

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

        due = self.start + timedelta(seconds=fields["play"]["after_seconds"])
        self.world.agenda.at(max(due, self.world.now()), speak)

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
        self.world.reindex(conversation, at_once=not (self.play and "play" in fields))

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
