"""Records a customer's message, effectively once. It is delivered to nobody.

Carries out `core/delivery.RECORD_NEXT`. Safe to call again at any time, also after a kill: every
call looks for our marker before it writes.
"""

from dataclasses import dataclass, field

from agent.core.delivery import RECORD_NEXT, Known, Step
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
)
from agent.notes import NoteDesk
from agent.ports import Delivery, DeliveryState

# Seconds between looks for a message that may be there: it cannot be deleted, so a list that
# lags must not make us record it twice.
LOOKS = (0.5, 1, 2)
OVER = frozenset({DeliveryState.ARRIVED, DeliveryState.OVERTAKEN, DeliveryState.UNKNOWN})
_STATES = {
    Step.SETTLE_ARRIVED: DeliveryState.ARRIVED,
    Step.SETTLE_OVERTAKEN: DeliveryState.OVERTAKEN,
    Step.SETTLE_UNKNOWN: DeliveryState.UNKNOWN,
}


def record(desk: NoteDesk, intent: Delivery) -> Delivery:
    """Record the message of `intent`, or find that it is there; gives what is known then.

    Raises:
        Held: paused, stopping, or another process records this very message.
        HelpdeskUnavailable, HelpdeskBusy: not taken after all attempts; call again later.
        HelpdeskLocked: the key is refused.
        HelpdeskRefused: the message itself is refused; a person looks.
    """
    desk.guard()
    stored = desk.store.intend(intent)
    if stored.state in OVER:
        return stored
    claimed = desk.claim(stored)
    return claimed if claimed.state in OVER else _Recording(desk, claimed).run()


@dataclass
class _Recording:
    """One walk through the table."""

    desk: NoteDesk
    delivery: Delivery
    made: int = 0
    remote_id: str | None = None
    error: AgentError | None = None
    known: Known = field(init=False)

    def __post_init__(self) -> None:
        self.known = Known.STARTED if self.delivery.attempts else Known.INTENDED

    def run(self) -> Delivery:
        moves = {
            Step.WRITE: self.write,
            Step.LOOK: self.look,
            Step.WAIT: self.wait,
            Step.STOP: self.stop,
        }
        try:
            while (step := RECORD_NEXT[self.known]) in moves:
                self.known = moves[step]()
        except AgentError as error:
            self.settle(DeliveryState.INTENDED, error=str(error))
            raise
        return self.settle(_STATES[step])

    def write(self) -> Known:
        if self.made >= self.desk.retries.attempts:
            raise self.error or HelpdeskUnavailable("the message was not taken")
        self.made += 1
        delivery = self.delivery
        self.desk.store.start_attempt(
            delivery.marker, fence=delivery.fence, now=self.desk.clock.now()
        )
        self.desk.guard()
        try:
            self.remote_id = self.desk.writer.record_message(
                delivery.conversation_id,
                delivery.body,
                channel=delivery.channel,
                marker=delivery.marker,
            )
        except OutcomeUnknown as error:
            self.error = HelpdeskUnavailable(str(error))
            return Known.STARTED
        except (HelpdeskBusy, HelpdeskUnavailable) as error:
            self.error = error
            return Known.NOT_APPLIED
        except HelpdeskMissing:
            return Known.GONE
        except HelpdeskRefused as error:
            return self.after_refusal(error)
        return Known.APPLIED

    def look(self) -> Known:
        may_be_there = self.known is not Known.INTENDED
        for seconds in (0.0, *(LOOKS if may_be_there else ())):
            if seconds:
                self.desk.clock.sleep(seconds)
            try:
                messages = self.desk.reader.messages(self.delivery.conversation_id)
            except HelpdeskMissing:
                return Known.GONE
            ours = [m for m in messages if m.marker == self.delivery.marker]
            if ours:
                self.remote_id = ours[0].id
                return Known.FOUND
        return Known.ABSENT

    def wait(self) -> Known:
        self.desk.wait_for_next(self.made, self.error)
        return Known.STARTED

    def after_refusal(self, error: HelpdeskRefused) -> Known:
        """It may be refused because it is there: some answer 409 to that, some 400."""
        self.error = error
        self.known = Known.STARTED
        known = self.look()
        if known is not Known.ABSENT:
            return known
        return Known.HIDDEN if isinstance(error, HelpdeskConflict) else Known.REFUSED

    def stop(self) -> Known:
        raise self.error or HelpdeskRefused("the message was refused")

    def settle(self, state: DeliveryState, *, error: str = "") -> Delivery:
        if state is DeliveryState.UNKNOWN:
            error = "Kustomer says that the message exists, but does not show it"
        return self.desk.settle(
            self.delivery, state, made=self.made, remote_id=self.remote_id, error=error
        )
