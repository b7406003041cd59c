"""Replays past conversations: what would have been proposed, beside what a teammate answered.

Each customer message that a teammate answered is tried with the messages up to it and no note, tag
or assignment of today. What cannot be turned back is told in the help: records that fill slots are
today's, and so are the policy and the model. Writes nothing; `kept` adds rows when it is asked to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.composing import reply_channel
from agent.core.answered import Answer, answer_to, answered_in
from agent.core.conversation import Conversation, Customer, Message, MessageRef, Status
from agent.core.labels import Judgement, Label, Proposed, Source
from agent.core.matching import match
from agent.core.policy import Autonomy, Facts, decide
from agent.core.proposal import Proposal
from agent.core.reply import compose, sources_of, suggested_reply, wants_customer
from agent.core.rules import NO_REPLY_FITS, RULES
from agent.core.scoring import with_score
from agent.core.slots import NotFilled
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import transcript_of
from agent.core.turn import Turn
from agent.handover import Reading
from agent.history import row_of
from agent.ports import Model, Store

PREFIX = "backtest:"  # of the run ids of what was replayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One conversation as it is today; `messages` oldest first."""

    conversation: Conversation
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One customer message that a teammate answered.

    `row` is what would have been proposed, None when nothing would; `judgement` says how it
    compares with the teammate's answer, None when in doubt. No text, so that it can be kept.
    """

    message_id: str
    at: datetime
    by: str
    row: Proposed | None = None
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Tries conversations with the engine and the policy in force.

    `customer` gives the record that may fill a slot, None when there is none.
    """

    model: Model
    policy: TeamPolicy
    customer: Callable[[Conversation], Customer | None]
    quiet: timedelta = timedelta(seconds=60)

    def tried(self, past: Past, *, since: datetime | None = None) -> tuple[Tried, ...]:
        """Every customer message since then that a teammate answered, oldest first.

        Raises:
            TransientError: the model or a record could not be had. Safe to call again.
        """
        if past.conversation.spam or past.conversation.deleted or past.conversation.merged_into:
            return ()
        return tuple(
            self._try(past.conversation, past.messages[: at + 1], answer)
            for at, answer in _answered(past.messages)
            if since is None or past.messages[at].sent_at >= since
        )

    def _try(self, today: Conversation, messages: tuple[Message, ...], answer: Answer) -> Tried:
        asked = messages[-1]
        tried = Tried(message_id=asked.id, at=asked.sent_at, by=answer.by)
        conversation = as_it_was(today, messages)
        transcript = transcript_of(conversation, messages)
        proposal = with_score(self.model.propose(transcript, self.policy), transcript, self.policy)
        text = self._proposed(conversation, messages, proposal)
        if not text:
            return tried
        return replace(
            tried,
            row=self._row(conversation, messages, proposal),
            judgement=match(text, answer.text, answer.question),
        )

    def _proposed(
        self, conversation: Conversation, messages: tuple[Message, ...], proposal: Proposal
    ) -> str:
        """The filled answer, whatever the topic's level but off; "" when none fits."""
        chosen = suggested_reply(proposal, self.policy, reply_channel(messages))
        if chosen is None or not self._fits(conversation, messages, proposal):
            return ""
        customer = self.customer(conversation) if wants_customer(chosen, self.policy) else None
        sources = sources_of(conversation, messages, messages[-1].id, customer)
        made = compose(chosen, proposal, self.policy, sources)
        return "" if isinstance(made, NotFilled) else made.filled

    def _fits(
        self, conversation: Conversation, messages: tuple[Message, ...], proposal: Proposal
    ) -> bool:
        lines = transcript_of(conversation, messages).lines
        cleaned = {line.message_id: line.text for line in lines}
        facts = Facts(
            conversation=conversation,
            messages=tuple(replace(m, text=cleaned.get(m.id, m.text)) for m in messages),
            message_id=messages[-1].id,
            proposal=proposal,
            policy=self.policy,
            now=messages[-1].sent_at + self.quiet,
            quiet=self.quiet,
        )
        decision = decide(facts, RULES)
        applying = {finding.rule.id for finding in decision.findings if finding.applies}
        return decision.autonomy > Autonomy.NOTHING and not applying & NO_REPLY_FITS

    def _row(
        self, conversation: Conversation, messages: tuple[Message, ...], proposal: Proposal
    ) -> Proposed:
        turn = Turn(conversation.id, messages[-1].id)
        at = messages[-1].sent_at + self.quiet
        reading = Reading(
            conversation=conversation, messages=messages, notes=(), note_count=0, read_at=at
        )
        row = row_of(turn, reading, proposal, self.policy, now=at)
        return replace(row, run_id=f"{PREFIX}{turn.key}")


def as_it_was(today: Conversation, messages: Sequence[Message]) -> Conversation:
    """The conversation when its newest message was the last of these, as far as that is known.

    Tags, assignments, queue and status of today say what happened later; they are left out.
    """
    newest = messages[-1]
    return replace(
        today,
        updated_at=newest.sent_at,
        status=Status.OPEN,
        message_count=len(messages),
        note_count=0,
        last_message_in=MessageRef(id=newest.id, sent_at=newest.sent_at),
        last_message_out=None,
        assigned_users=(),
        assigned_teams=(),
        tags=(),
        queue_id=None,
        locked=False,
        ended=False,
    )


def kept(store: Store, tried: Sequence[Tried], *, now: datetime) -> int:
    """Store what would have been proposed, with its label; gives how many are new.

    What a run of the daemon proposed already is in the history; it is not counted twice. Safe to
    call again. Raises StoreUnavailable.
    """
    rows = []
    for each in tried:
        row = each.row
        if row is None or store.proposed(Turn(row.conversation_id, row.message_id).run_id):
            continue
        rows.append(replace(row, label=label_of(each, now)))
    return store.add_all_proposed(rows)


def label_of(tried: Tried, now: datetime) -> Label | None:
    """The matcher's label of it, a doubt too; None where nothing would have been proposed."""
    if tried.row is None:
        return None
    judgement = tried.judgement or Judgement.DOUBTFUL
    return Label(judgement=judgement, source=Source.BACKTEST, by=tried.by, at=now)


def _answered(messages: Sequence[Message]) -> list[tuple[int, Answer]]:
    found = ((at, answer_to(messages, messages[at].id)) for at in answered_in(messages))
    return [(at, answer) for at, answer in found if answer is not None]
