"""Finds conversations with a new customer message; misses none and repeats none.

The search index lags and our own writes raise `updated_at`, so "changed since" only says where
to look. What decides is the newest customer message: one turn, one run. The cursor moves in the
transaction that stores the turns, and each poll looks back over an overlap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.core.conversation import Conversation, MessageRef
from agent.core.turn import Turn
from agent.errors import (
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
    PermanentError,
    TransientError,
)
from agent.log import logger
from agent.pipeline import due_at, newest_from_customer
from agent.plain import to_plain
from agent.ports import Clock, HelpdeskReader, Run, SeenTurn, Store, Told
from agent.trace_port import NO_TRACES, Traces

OVERLAP = timedelta(minutes=5)  # at least twice the search's lag (up to 2 min) and clock skew
SHORT_OVERLAP = timedelta(seconds=30)  # between two looks over the whole overlap: spares searches
LONG_LOOK_EVERY = timedelta(minutes=1)
BACKLOG = timedelta(hours=24)  # how far before the first start customers' messages are noted
FRESH = OVERLAP  # a database younger than this may have notes that the search does not show yet


@dataclass(slots=True, kw_only=True)
class Poller:
    """One look per call. `since`, when given, makes the first poll look back that far."""

    reader: HelpdeskReader
    store: Store
    clock: Clock
    quiet: timedelta
    tidy: Callable[[Told], None]  # called where notes appeared that we do not know of
    since: datetime | None = None
    traces: Traces = NO_TRACES
    _reads_many: bool = True  # whether the helpdesk answers for several conversations at once
    _looked_back: bool = False
    _long_look_at: datetime | None = None
    _confirmed_ids: set[str] = field(default_factory=set)

    def poll(self) -> tuple[Run, ...]:
        """Store a run for each new turn; gives the new ones.

        Safe to call again at any time; cut off in the middle, the next poll finds the rest.
        """
        with self.traces.span("poll") as span:
            new = self._poll()
            span.tell({"sidenote.poll.runs": len(new)})
        return new

    def _poll(self) -> tuple[Run, ...]:
        now = self.clock.now()
        watermark = self.store.watermark(now)
        floor = self.since or watermark - BACKLOG
        fresh = now - watermark < FRESH
        new: list[Run] = []
        untidy: TransientError | None = None
        for found in self.reader.changed_conversations(self._start(floor)):
            told = self.store.told_of([conversation.id for conversation in found])
            page = self._confirmed(found, told) if fresh else found
            turns = [seen for c in page if (seen := self._seen(c, told.get(c.id), floor))]
            untidy = self._tidy(page, told) or untidy
            # What could not be tidied now, in a pause for one, must be met again later.
            # Never ahead of our clock: one update dated in the future would hide all before it.
            newest = max((min(c.updated_at, now) for c in page), default=None)
            cursor = newest if untidy is None else None
            new += self.store.save_poll(turns, cursor=cursor, now=self.clock.now())
        self._looked_back = True
        if new:
            logger().info("poll.found", runs=len(new))
        if untidy is not None:
            raise untidy
        return tuple(new)

    def look(self, conversation_ids: Sequence[str]) -> tuple[Run, ...]:
        """Store a run for each new turn of these conversations, read directly; gives the new ones.

        The cursor stands: what this look cannot see yet, the next poll finds. Safe to call again.
        """
        now = self.clock.now()
        floor = self.since or self.store.watermark(now) - BACKLOG
        found = self._read(conversation_ids)
        told = self.store.told_of([conversation.id for conversation in found])
        turns = [seen for c in found if (seen := self._seen(c, told.get(c.id), floor))]
        new = self.store.save_poll(turns, cursor=None, now=self.clock.now())
        if new:
            logger().info("poll.rung", runs=len(new))
        return new

    def _read(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        if self._reads_many:
            try:
                return self.reader.conversations(conversation_ids)
            except HelpdeskRefused as error:
                # Gone says something of one of them; anything else, of asking for several.
                self._reads_many = isinstance(error, HelpdeskMissing)
        found = []
        for conversation_id in conversation_ids:
            try:
                found.append(self.reader.conversation(conversation_id))
            except HelpdeskMissing:
                continue
        return tuple(found)

    def _tidy(
        self, page: tuple[Conversation, ...], told: Mapping[str, Told]
    ) -> TransientError | None:
        """A teammate wrote a note, or one of ours was applied late: look at those notes.

        Gives what went wrong, if it may go better the next time.
        """
        trouble = None
        for conversation in page:
            known = told.get(conversation.id)
            if known is None or not _miscounted(conversation, known):
                continue
            try:
                self.tidy(known)
            except TransientError as error:
                trouble = error
            except OutcomeUnknown as error:
                trouble = HelpdeskUnavailable(str(error))
            except PermanentError as error:
                logger().warning("notes.untidy", conversation=known.conversation_id, why=str(error))
        return trouble

    def _start(self, floor: datetime) -> datetime:
        cursor = self.store.cursor()
        if cursor is None or (self.since is not None and not self._looked_back):
            return floor
        now = self.clock.now()
        if self._long_look_at is not None and now - self._long_look_at < LONG_LOOK_EVERY:
            return max(floor, cursor - SHORT_OVERLAP)
        self._long_look_at = now
        return max(floor, cursor - OVERLAP)

    def _seen(
        self, conversation: Conversation, told: Told | None, floor: datetime
    ) -> SeenTurn | None:
        """The turn to handle, or None."""
        if conversation.spam or conversation.deleted or conversation.merged_into:
            return None
        newest = self._newest(conversation)
        if newest is None or (told is not None and told.last_message_id == newest.id):
            return None
        message_at = newest.sent_at or conversation.updated_at
        if message_at < floor:
            return None
        return SeenTurn(
            turn=Turn(conversation.id, newest.id),
            message_at=message_at,
            due_at=due_at(message_at, self.clock.now(), self.quiet),
            snapshot=to_plain(conversation),
        )

    def _newest(self, conversation: Conversation) -> MessageRef | None:
        """The newest customer message; asked for, at each look, when the search names none."""
        if conversation.last_message_in is not None:
            return conversation.last_message_in
        if conversation.message_count == 0:
            return None
        try:
            message = newest_from_customer(self.reader.messages(conversation.id))
        except HelpdeskMissing:
            return None
        return MessageRef(id=message.id, sent_at=message.sent_at) if message else None

    def _confirmed(
        self, page: tuple[Conversation, ...], told: Mapping[str, Told]
    ) -> tuple[Conversation, ...]:
        """The page with conversations that are new to a fresh database read directly.

        A database that was lost moments ago left notes that the search does not count yet.
        Where the helpdesk does not answer for several at once, the search is believed: a second
        note would show in a later `note_count`, and `tidy` deletes it.
        """
        unknown = [c.id for c in page if c.id not in told and c.id not in self._confirmed_ids]
        if not unknown or not self._reads_many:
            return page
        try:
            direct = {c.id: c for c in self.reader.conversations(unknown)}
        except HelpdeskRefused:
            self._reads_many = False
            return page
        self._confirmed_ids.update(unknown)
        return tuple(direct.get(c.id, c) for c in page)


def _miscounted(conversation: Conversation, known: Told) -> bool:
    """Whether the notes are more than we know of, or fewer.

    Fewer, because a teammate deleted one, would hide a double later. Right after a note of ours
    the search only lags: its answer is older than the note then.
    """
    count = conversation.note_count
    if count is None or count == known.note_count:
        return False
    is_newer = known.noted_at is None or conversation.updated_at > known.noted_at
    return count > known.note_count or is_newer
