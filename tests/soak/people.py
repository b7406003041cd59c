"""Customers who write again, teammates who act, and somebody who pauses everything now and then."""

from dataclasses import dataclass
from random import Random

from tests.soak.ground import Change, Ground

PACE = (0.2, 1.2)  # seconds between two things that happen
ASKS = 3  # questions after the first in one conversation; the notes on one are limited
PAUSED = (3.0, 6.0)  # seconds
BETWEEN_PAUSES = (10.0, 25.0)


@dataclass
class People:
    """All who act on the helpdesk besides Sidenote."""

    ground: Ground
    random: Random

    def live(self) -> None:
        """Act until it is calm. The body of a thread."""
        acts = {
            self._ask: 40,
            self._write_first: 25,
            self._answer: 10,
            self._note: 8,
            self._change: 12,
            self._draft: 5,
        }
        while not self.ground.calm.wait(self.random.uniform(*PACE)):
            self.random.choices(list(acts), list(acts.values()))[0]()

    def _ask(self) -> None:
        conversation_id = self._some()
        if self.ground.said[conversation_id] < ASKS:
            self.ground.customer_asks(conversation_id)

    def _write_first(self) -> None:
        self.ground.add_conversations(1)

    def _answer(self) -> None:
        conversation_id = self._some()
        message = self.ground.sandbox.teammate_says(conversation_id, "We are looking for it.")
        self._changed(Change(conversation_id, message.sent_at, "teammate wrote"))

    def _note(self) -> None:
        self.ground.sandbox.teammate_notes(self._some(), "Called the warehouse.")

    def _change(self) -> None:
        conversation_id = self._some()
        before = self.ground.sandbox.world.conversation(conversation_id).status
        status = "open" if before == "done" else "done"
        changed = self.ground.sandbox.teammate_changes(conversation_id, status=status)
        self._changed(Change(conversation_id, changed.updated_at, "teammate changed it"))

    def _draft(self) -> None:
        conversation_id = self._some()
        draft = self.ground.sandbox.teammate_drafts(conversation_id, "Dear customer, I")
        self._changed(Change(conversation_id, draft.created_at, "teammate drafts"))

    def _some(self) -> str:
        return self.ground.any_conversation(self.random)

    def _changed(self, change: Change) -> None:
        self.ground.changes.append(change)


@dataclass
class Pauser:
    """Somebody who pauses by command, and resumes."""

    ground: Ground
    random: Random

    def live(self) -> None:
        """Until it is calm, which finds nothing paused. The body of a thread."""
        while not self.ground.calm.wait(self.random.uniform(*BETWEEN_PAUSES)):
            self._pause()

    def _pause(self) -> None:
        if not self._commanded("pause"):
            return
        began = self.ground.now()
        self.ground.calm.wait(self.random.uniform(*PAUSED))
        self.ground.pauses.append((began, self.ground.now()))
        self.ground.counted("pauses")
        while not self._commanded("resume"):
            self.ground.calm.wait(0.5)

    def _commanded(self, name: str) -> bool:
        """Whether it was done; not while the database is away."""
        with self.ground.sidenote(name) as process:
            return process.ended() == 0
