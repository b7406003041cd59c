"""Learns what became of replies that went out by themselves.

What customers write back is known from the runs that handled it, without a request. What teammates
did is looked for at some ages of a reply: one request tells of many conversations whether anybody
wrote or reopened; only then messages are read. Safe to call at any time and after a restart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from agent.conversations_again import ConversationsAgain
from agent.core.cleaning import newest_reply, tidy
from agent.core.conversation import Conversation, Direction, Message
from agent.core.disclosure import LINES
from agent.core.labels import Outcome, Proposed
from agent.core.outcomes import QUIET_AFTER, Aftermath, Reply, WroteBack, applied, outcome_of
from agent.core.recipient import EMAIL
from agent.core.situation import is_by_teammate
from agent.core.team_policy import TeamPolicy
from agent.core.turn import Action, Turn, marker_of
from agent.errors import HelpdeskMissing, HelpdeskRefused
from agent.log import logger
from agent.notes import NoteDesk
from agent.ports import Run, RunState
from agent.team_port import Verdict

LOOK_AT = (timedelta(hours=1), timedelta(hours=24), timedelta(hours=72), QUIET_AFTER)
WATCHED_FOR = QUIET_AFTER + timedelta(days=2)  # a daemon that was down for a weekend catches up
FIRST_RUNS, NEW_RUNS = 500, 100  # that are looked at for who asks again, at first and later
READ_AT_ONCE = 5  # conversations whose messages are read in one call
_HANDLED = frozenset({RunState.DONE, RunState.AWAITING_APPROVAL})

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    customer: str
    topic: str
    conversation: str
    at: datetime


@dataclass(slots=True)
class Outcomes:
    """One daemon's. What it remembers only spares requests."""

    desk: NoteDesk
    policy: TeamPolicy
    _looked: dict[str, datetime] = field(default_factory=dict)
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _again: ConversationsAgain = field(
        default_factory=lambda: ConversationsAgain(one_by_one=READ_AT_ONCE)
    )

    def called_wrong(self) -> frozenset[str]:
        """Take in who was called wrong; gives the topics of what is new. Asks Kustomer nothing."""
        store, now = self.desk.store, self.desk.clock.now()
        topics = set()
        for approval in store.approvals(since=now - WATCHED_FOR):
            row = store.proposed(approval.run_id) if approval.verdict is Verdict.WRONG else None
            if row is not None and row.sent_at is not None and row.outcome is not Outcome.WRONG:
                self._set(row, Outcome.WRONG, now)
                topics.add(row.topic)
        return frozenset(topics)

    def learn(self) -> frozenset[str]:
        """Look after every reply that is not settled; gives the topics with a new bad outcome.

        Raises TransientError: call again later.
        """
        now = self.desk.clock.now()
        rows = self.desk.store.proposals(since=now - WATCHED_FOR)
        pending = [row for row in rows if row.sent_at and not row.outcome and row.conversation_id]
        self._forget_all_but(rows)
        self._remember_asked(now)
        due = [row for row in pending if self._is_due(row, now)][: self._again.at_once]
        reads = 0
        conversations = self._again.read(self.desk.reader, (row.conversation_id for row in due))
        topics = set()
        for row in pending:
            after = self._from_runs(row)
            conversation = conversations.get(row.conversation_id)
            if row in due and (conversation is None or reads < READ_AT_ONCE):
                self._looked[row.run_id] = now
                if conversation is not None:
                    after, read = self._from_kustomer(row, after, conversation)
                    reads += read
            if self._is_bad(row, after, now):
                topics.add(row.topic)
        return frozenset(topics)

    def _is_bad(self, row: Proposed, after: Aftermath, now: datetime) -> bool:
        """Keep the outcome, if there is one by now; whether it is a bad one."""
        outcome = self._outcome(row, after, now)
        if outcome is Outcome.QUIET and self._is_due(row, now):
            return False  # the last look comes first
        if outcome is not None:
            self._set(row, outcome, now)
        return outcome not in {None, Outcome.QUIET}

    def _set(self, row: Proposed, outcome: Outcome, now: datetime) -> None:
        self.desk.store.set_outcome(row.run_id, outcome, now)
        if outcome is not Outcome.QUIET:
            logger().warning("reply.outcome", run=row.run_id, topic=row.topic, outcome=outcome)

    def _outcome(self, row: Proposed, after: Aftermath, now: datetime) -> Outcome | None:
        turn = Turn(row.conversation_id, row.message_id)
        delivery = self.desk.store.delivery(marker_of(turn, Action.REPLY))
        reply = Reply(
            topic=row.topic,
            body=delivery.body if delivery is not None else "",
            question=_question(self.desk.store.receipt(row.run_id) or {}, row.message_id),
            sent_at=row.sent_at or row.at,
            ignored=(*LINES.values(), *self.policy.reply.disclosure.values()),
        )
        return outcome_of(reply, after, now)

    def _is_due(self, row: Proposed, now: datetime) -> bool:
        sent_at = row.sent_at or row.at
        last = self._looked.get(row.run_id, sent_at)
        return any(last < sent_at + age <= now for age in LOOK_AT)

    def _forget_all_but(self, rows: Iterable[Proposed]) -> None:
        known = {row.run_id for row in rows}
        self._looked = {run: at for run, at in self._looked.items() if run in known}

    # --- what runs tell -------------------------------------------------------------------------

    def _from_runs(self, row: Proposed) -> Aftermath:
        sent_at = row.sent_at or row.at
        here = self.desk.store.runs(conversation_id=row.conversation_id)
        ours = next((run.snapshot for run in here if run.id == row.run_id), {})
        customer = str(ours.get("customer_id") or "")
        wrote = [
            *(_wrote_back(self.desk, run) for run in here if _is_later(run, sent_at)),
            *(WroteBack(topic=row.topic) for _ in self._elsewhere(row, customer)),
        ]
        return Aftermath(wrote_back=tuple(each for each in wrote if each is not None))

    def _elsewhere(self, row: Proposed, customer: str) -> Iterator[_Asked]:
        """The same customer asks the same in another conversation."""
        sent_at = row.sent_at or row.at
        for asked in self._asked.values():
            is_theirs = customer != "" and asked.customer == customer
            is_other = asked.conversation != row.conversation_id
            if is_theirs and is_other and asked.topic == row.topic and asked.at > sent_at:
                yield asked

    def _remember_asked(self, now: datetime) -> None:
        """Who asked what lately. Of the time before a start only the newest runs are looked at."""
        newest = FIRST_RUNS if not self._asked else NEW_RUNS
        for run in self.desk.store.runs(states=tuple(_HANDLED), limit=newest):
            customer = run.snapshot.get("customer_id")
            if run.topic and isinstance(customer, str):
                self._asked[run.id] = _Asked(
                    customer, run.topic, run.turn.conversation_id, run.message_at
                )
        since = now - WATCHED_FOR
        self._asked = {run: asked for run, asked in self._asked.items() if asked.at >= since}

    # --- what Kustomer tells --------------------------------------------------------------------

    def _from_kustomer(
        self, row: Proposed, after: Aftermath, conversation: Conversation
    ) -> tuple[Aftermath, int]:
        """What teammates did since; and how many conversations were read for it."""
        receipt = self.desk.store.receipt(row.run_id) or {}
        # A customer who writes back reopens it, too; of that the runs tell.
        reopened = not after.wrote_back and _was_reopened(receipt, conversation, row)
        after = replace(after, was_reopened=reopened)
        last = conversation.last_message_out
        ours = (receipt.get("did") or {}).get("reply_id")
        if last is None or last.id == ours:
            return after, 0
        try:
            messages = self.desk.reader.messages(row.conversation_id)
        except (HelpdeskMissing, HelpdeskRefused):
            return after, 1
        return _with_teammates(after, messages, row), 1


def _wrote_back(desk: NoteDesk, run: Run) -> WroteBack | None:
    receipt = desk.store.receipt(run.id)
    if receipt is None:
        return None
    decided = receipt.get("decided") or {}
    told = decided.get("would") or decided
    return WroteBack(
        topic=run.topic,
        rules=applied(told.get("findings") or ()),
        mood=str((receipt.get("proposed") or {}).get("mood") or ""),
    )


def _is_later(run: Run, sent_at: datetime) -> bool:
    return run.message_at > sent_at and run.state in _HANDLED


def _was_reopened(receipt: Plain, conversation: Conversation, row: Proposed) -> bool:
    """Opened again since the run read it, and not by a message of the customer's."""
    then = ((receipt.get("facts") or {}).get("conversation") or {}).get("reopen_count")
    last = conversation.last_message_in
    if not isinstance(then, int) or conversation.reopen_count is None:
        return False
    is_by_customer = last is not None and last.id != row.message_id
    return conversation.reopen_count > then and not is_by_customer


def _with_teammates(after: Aftermath, messages: Iterable[Message], row: Proposed) -> Aftermath:
    """What teammates wrote since the reply, apart: before and after a newer customer message."""
    sent_at = row.sent_at or row.at
    told = sorted(messages, key=lambda message: message.sent_at)
    asked_at = next((message.sent_at for message in told if message.id == row.message_id), sent_at)
    unasked: list[str] = []
    answers: list[str] = []
    said = unasked
    for message in told:
        if _is_by_customer(message) and message.sent_at > asked_at:
            said = answers
        elif is_by_teammate(message) and message.sent_at > sent_at:
            said.append(tidy(newest_reply(message.text, email=message.channel == EMAIL).text))
    return replace(after, unasked=tuple(unasked), teammates=tuple(answers))


def _is_by_customer(message: Message) -> bool:
    """Their own word: "I am out of the office" is none."""
    return message.direction is Direction.IN and not message.auto


def _question(receipt: Plain, message_id: str) -> str:
    messages = (receipt.get("facts") or {}).get("messages") or ()
    return next((str(m.get("text", "")) for m in messages if m.get("id") == message_id), "")
