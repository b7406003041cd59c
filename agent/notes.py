"""Delivers one internal note, effectively once, on an API without idempotency keys.

Carries out `core/delivery.NOTE_NEXT`. Safe to call again at any time, also after a kill: the
intent and "attempt n started" are committed before each request, so a later call looks first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.attempt_port import Attempt, of_write
from agent.core.conversation import Note
from agent.core.delivery import NOTE_NEXT, Known, Step
from agent.core.turn import object_id_of
from agent.errors import (
    AgentError,
    Held,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
    PermanentError,
    StoreUnavailable,
)
from agent.ports import Clock, Delivery, DeliveryState, HelpdeskReader, HelpdeskWriter, Store
from agent.retries import DEFAULT_RETRIES, Retries
from agent.urgency import urgent

CLAIMED_ELSEWHERE = timedelta(seconds=5)  # then the other one may be through
CLAIM = timedelta(minutes=3)  # longer than one attempt with its look, so a claim outlives neither
SETTLED = frozenset({DeliveryState.ARRIVED, DeliveryState.OVERTAKEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDesk:
    """What delivering needs. `guard` raises Held when nothing may be written now."""

    reader: HelpdeskReader
    writer: HelpdeskWriter
    store: Store
    clock: Clock
    owner: str
    guard: Callable[[], None]
    retries: Retries = DEFAULT_RETRIES

    def deliver(self, intent: Delivery) -> Delivery:
        """Post the note of `intent`, or find that it is there; gives what is known then.

        The stored body wins over the given one once an attempt was started.

        Raises:
            Held: paused, stopping, or another worker is writing this very note.
            HelpdeskUnavailable, HelpdeskBusy: not taken after all attempts; call again later.
            HelpdeskLocked: the key is refused; call again when it is not.
            HelpdeskRefused: the note itself is refused; a person looks.
        """
        self.guard()
        stored = self.store.intend(intent)
        if stored.state in SETTLED:
            return stored
        return _Attempts(self, self.claim(stored)).run()

    def doubt(self, conversation_id: str) -> None:
        """Let the next poll look at the conversation's notes, whatever their number."""
        told = self.store.told(conversation_id)
        if told is not None:
            self.store.save_told(replace(told, note_count=0), self.clock.now())

    def claim(self, stored: Delivery) -> Delivery:
        """Take a delivery, so that nobody else walks it meanwhile. A settled one is given as it is.

        Raises:
            Held: somebody else has it.
        """
        now = self.clock.now()
        claimed = self.store.claim_delivery(stored.marker, owner=self.owner, now=now, ttl=CLAIM)
        if claimed is None:
            raise Held(
                f"another process is writing this {stored.action}", retry_at=now + CLAIMED_ELSEWHERE
            )
        return claimed

    def settle(
        self,
        delivery: Delivery,
        state: DeliveryState,
        *,
        made: int,
        remote_id: str | None,
        error: str = "",
    ) -> Delivery:
        """Store what is known after `made` attempts of this call, let go, and give it.

        Raises:
            StoreUnavailable: another one took the delivery over meanwhile.
        """
        now = self.clock.now()
        self.store.settle_delivery(
            delivery.marker,
            fence=delivery.fence,
            state=state,
            remote_id=remote_id,
            error=error,
            now=now,
        )
        return replace(
            delivery,
            state=state,
            remote_id=remote_id,
            attempts=delivery.attempts + made,
            error=error,
            updated_at=now,
        )

    @contextmanager
    def ending(
        self, delivery: Delivery, began_at: datetime, *, is_release: bool = False
    ) -> Iterator[None]:
        """Keep how the one request within ended. Its beginning was committed with its number."""
        began = of_write(
            delivery.run_id, delivery.action, delivery.marker, began_at, is_release=is_release
        )
        try:
            yield
        except Exception as error:
            self._ended(began, error)
            raise
        self._ended(began)

    def _ended(self, began: Attempt | None, error: Exception | None = None) -> None:
        if began is not None:
            with suppress(StoreUnavailable):  # what became of the write matters more
                self.store.save_attempts([began.over(self.clock.now(), error)])

    def wait_for_next(self, made: int, error: Exception | None) -> None:
        """Wait after attempt number `made`, unless it was the last."""
        if made >= self.retries.attempts:
            return
        seconds = self.retries.wait(made)
        retry_at = getattr(error, "retry_at", None)
        if retry_at is not None:
            seconds = max(seconds, (retry_at - self.clock.now()).total_seconds())
        self.clock.sleep(seconds)

    def keep_oldest(self, notes: tuple[Note, ...], marker: str) -> int:
        """Delete all but the oldest of our notes with that marker; gives how many went."""
        ours = [note for note in notes if note.marker == marker]
        for note in ours[1:]:
            self.guard()
            self.writer.delete_note(note.id)
        return max(len(ours) - 1, 0)


def doubles(notes: tuple[Note, ...]) -> int:
    """How many of the notes repeat a marker of ours."""
    markers = [note.marker for note in notes if note.marker]
    return len(markers) - len(set(markers))


class _Attempts:
    """One walk through the table."""

    def __init__(self, desk: NoteDesk, delivery: Delivery) -> None:
        self.desk = desk
        self.delivery = delivery
        self.known = Known.STARTED if delivery.attempts else Known.INTENDED
        self.made = 0  # attempts of this call; those of earlier calls do not use up ours
        self.note_id: str | None = object_id_of(delivery.marker)
        self.notes: tuple[Note, ...] = ()
        self.remote_id: str | None = None
        self.error: Exception | None = None

    def run(self) -> Delivery:
        moves = {
            Step.WRITE: self.write,
            Step.LOOK: self.look,
            Step.WAIT: self.wait,
            Step.KEEP_OLDEST: self.keep_oldest,
            Step.STOP: self.stop,
        }
        try:
            while (step := NOTE_NEXT[self.known]) in moves:
                self.known = moves[step]()
        except AgentError:
            self.let_go()
            raise
        return self.settle(step)

    def write(self) -> Known:
        if self.made >= self.desk.retries.attempts:
            self.give_up()
        self.desk.guard()
        self.made += 1
        delivery, now = self.delivery, self.desk.clock.now()
        self.desk.store.start_attempt(delivery.marker, fence=delivery.fence, now=now)
        try:
            with self.desk.ending(delivery, now):
                note = self.desk.writer.write_note(
                    delivery.conversation_id,
                    delivery.body,
                    marker=delivery.marker,
                    note_id=self.note_id,
                )
        except OutcomeUnknown as error:
            self.error = error
            return Known.STARTED
        except (HelpdeskBusy, HelpdeskUnavailable) as error:
            self.error = error
            return Known.NOT_APPLIED
        except HelpdeskMissing:
            return Known.GONE
        except HelpdeskConflict as error:
            return self.after_conflict(error)
        except HelpdeskRefused as error:
            return self.after_refusal(error)
        self.remote_id = note.id
        return Known.APPLIED

    def look(self) -> Known:
        try:
            with urgent():  # what became of a write goes before polling
                self.notes = self.desk.reader.notes(self.delivery.conversation_id)
        except HelpdeskMissing:
            return Known.GONE
        ours = [note for note in self.notes if note.marker == self.delivery.marker]
        if not ours:
            return Known.ABSENT
        self.remote_id = ours[0].id
        return Known.TWICE if len(ours) > 1 else Known.FOUND

    def wait(self) -> Known:
        if self.made >= self.desk.retries.attempts:
            self.give_up()
        self.desk.wait_for_next(self.made, self.error)
        # Refused connections and 429 were not applied, but an attempt before them may have been.
        return Known.STARTED if self.delivery.attempts + self.made > 1 else Known.INTENDED

    def keep_oldest(self) -> Known:
        self.desk.keep_oldest(self.notes, self.delivery.marker)
        return Known.FOUND

    def after_conflict(self, error: HelpdeskConflict) -> Known:
        """Something with our id or marker exists: find it, allowing for a list that lags."""
        self.error = error
        for _ in range(3):
            known = self.look()
            if known is not Known.ABSENT:
                return known
            self.desk.clock.sleep(1)
        # Not ours then. Without the id it can be written; a second conflict is final.
        return self.without_id()

    def after_refusal(self, error: HelpdeskRefused) -> Known:
        self.error = error
        return self.without_id()

    def without_id(self) -> Known:
        if self.note_id is None:
            return Known.REFUSED
        self.note_id = None
        return Known.STARTED

    def give_up(self) -> None:
        if isinstance(self.error, HelpdeskBusy | HelpdeskUnavailable):
            raise self.error
        raise HelpdeskUnavailable(f"the note was not taken after {self.made} attempts")

    def stop(self) -> Known:
        raise self.error if self.error is not None else HelpdeskRefused("the note was refused")

    def let_go(self) -> None:
        """Not settled: the next call goes on, looking first if an attempt was started."""
        self.desk.store.settle_delivery(
            self.delivery.marker,
            fence=self.delivery.fence,
            state=DeliveryState.INTENDED,
            error=str(self.error) if isinstance(self.error, PermanentError) else "",
            now=self.desk.clock.now(),
        )

    def settle(self, step: Step) -> Delivery:
        state = {
            Step.SETTLE_ARRIVED: DeliveryState.ARRIVED,
            Step.SETTLE_OVERTAKEN: DeliveryState.OVERTAKEN,
        }[step]
        try:
            return self.desk.settle(self.delivery, state, made=self.made, remote_id=self.remote_id)
        except StoreUnavailable:
            # Another worker took over while we were frozen, and may have written it too.
            self.desk.doubt(self.delivery.conversation_id)
            raise
