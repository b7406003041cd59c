"""Labels for free: what a note suggested, beside what a teammate then sent to the customer.

One request tells of forty conversations whether anybody answered; only then messages are read.
Safe to call at any time and again after a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.conversations_again import ConversationsAgain
from agent.core.answered import answer_to, wrote_again_first
from agent.core.conversation import Conversation
from agent.core.labels import Judgement, Label, Proposed, Source
from agent.core.matching import match
from agent.core.turn import Turn
from agent.errors import HelpdeskMissing, HelpdeskRefused
from agent.log import logger
from agent.notes import NoteDesk

EVERY = timedelta(minutes=5)
# Ages of a suggestion at which somebody may have answered; later ones are looked at no more.
LOOK_AT = tuple(timedelta(hours=hours) for hours in (0.5, 2, 6, 24, 72))
SETTLED = timedelta(minutes=10)  # people often send two messages in a row
READ_AT_ONCE = 10  # conversations whose messages are read in one look


@dataclass(slots=True)
class Suggestions:
    """One daemon's. What it remembers only spares requests."""

    desk: NoteDesk
    _next: datetime | None = None
    _looked: dict[str, datetime] = field(default_factory=dict)
    _again: ConversationsAgain = field(
        default_factory=lambda: ConversationsAgain(one_by_one=READ_AT_ONCE)
    )
    _over: set[str] = field(default_factory=set)  # runs that will get no label from here

    def watch(self) -> None:
        """Look at what is due for a look. Raises TransientError; call again later."""
        now = self.desk.clock.now()
        if self._next is not None and now < self._next:
            return
        self._next = now + EVERY
        rows = self.desk.store.proposals(since=now - LOOK_AT[-1] - EVERY)
        self._forget_all_but(rows)
        due = [row for row in rows if self._is_due(row, now)][: self._again.at_once]
        found = self._again.read(self.desk.reader, (row.conversation_id for row in due))
        read = 0
        for row in due:
            conversation = found.get(row.conversation_id)
            self._looked[row.run_id] = now
            if conversation is None or not _may_be_answered(conversation, row):
                continue
            if read == READ_AT_ONCE:
                del self._looked[row.run_id]  # in the next round
                continue
            read += 1
            self._look(row, now)

    def _forget_all_but(self, rows: Iterable[Proposed]) -> None:
        known = {row.run_id for row in rows}
        self._over &= known
        self._looked = {run: at for run, at in self._looked.items() if run in known}

    def _is_due(self, row: Proposed, now: datetime) -> bool:
        if row.label is not None or row.sent_at is not None or row.run_id in self._over:
            return False
        last = self._looked.get(row.run_id, row.at)
        if not any(last < row.at + age <= now for age in LOOK_AT):
            return False
        if not self._suggested(row):  # a draft, a backtest, or removed by now
            self._over.add(row.run_id)
            return False
        return True

    def _suggested(self, row: Proposed) -> str:
        """What the note suggested; "" when it is not known any more."""
        if Turn(row.conversation_id, row.message_id).run_id != row.run_id:
            return ""
        receipt = self.desk.store.receipt(row.run_id) or {}
        return str((receipt.get("decided") or {}).get("suggested") or "")

    def _look(self, row: Proposed, now: datetime) -> None:
        try:
            messages = self.desk.reader.messages(row.conversation_id)
        except (HelpdeskMissing, HelpdeskRefused):
            self._over.add(row.run_id)
            return
        answer = answer_to(messages, row.message_id)
        if answer is None:
            if wrote_again_first(messages, row.message_id):
                self._over.add(row.run_id)
            return
        if not answer.is_over and now - answer.last_at < SETTLED:
            self._looked.pop(row.run_id, None)
            return
        self._over.add(row.run_id)
        judgement = match(self._suggested(row), answer.text, answer.question) or Judgement.DOUBTFUL
        label = Label(judgement=judgement, source=Source.MATCHED, by=answer.by, at=now)
        if self.desk.store.label(row.run_id, label, was=None):
            logger().info("suggestion.compared", run=row.run_id, judgement=judgement.value)


def _may_be_answered(conversation: Conversation, row: Proposed) -> bool:
    last = conversation.last_message_out
    return last is not None and (last.sent_at is None or last.sent_at >= row.at)
