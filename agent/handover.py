"""What one step of a run hands to the next, and what each says when there is little to say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.core.amended import Amended, amended, standing, with_earlier
from agent.core.basis import Basis
from agent.core.certificate import RightToSend
from agent.core.conversation import Conversation, Customer, Draft, Message, Note
from agent.core.labels import Proposed
from agent.core.limits import AutomaticReply, Counts
from agent.core.outbound import Objection
from agent.core.policy import Autonomy, Decision, Facts
from agent.core.proposal import Statement
from agent.core.reply import Composed
from agent.core.transcript import Transcript, transcript_of
from agent.core.turn import Turn
from agent.ports import Delivery, DeliveryState, Disposition, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the read step found. `newer` is a newer customer message: this turn is overtaken."""

    conversation: Conversation
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    note_count: int
    read_at: datetime
    told: Told | None = None
    newer: str = ""
    gone: bool = False
    adopted: str = ""  # id of the note that this very turn has already, from an earlier life

    @property
    def amended(self) -> Amended:
        """What became of the messages that our last note rests on."""
        return amended(self.told.statements, self.messages) if self.told else Amended()

    @property
    def previous(self) -> tuple[Statement, ...]:
        """What our last note said that still rests on what was said."""
        return standing(self.told.statements, self.amended) if self.told else ()

    @property
    def transcript(self) -> Transcript:
        """The conversation as a model may see it, with what the last note said of the rest."""
        return with_earlier(transcript_of(self.conversation, self.messages), self.previous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a decision rested on besides what the read step found; `core.policy.Facts` says more.

    With it the same run can be decided again, under another policy.
    """

    conversation: Conversation
    now: datetime
    watermark: datetime | None
    quiet: timedelta
    gathered: bool
    customer: Customer | None
    drafts: tuple[Draft, ...] | None
    counts: Counts | None
    own_addresses: frozenset[str]
    already_noted: bool
    nothing_new: bool
    right: RightToSend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Would:
    """What a rehearsed run would have done. `why` says why it would have made no reply."""

    autonomy: str
    because: tuple[str, ...]
    findings: tuple[tuple[str, str, str, bool, str], ...]
    note: str = ""
    reply: str = ""
    channel: str = ""
    to: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the decide step made of it."""

    autonomy: str
    because: tuple[str, ...]
    findings: tuple[tuple[str, str, str, bool, str], ...]  # rule, kind, level, applies, evidence
    note: str = ""
    reply: str = ""  # the text to draft or send, past the outbound gate; "" when there is none
    topic: str = ""  # … and its topic
    asked: AutomaticReply | None = None  # … and as the limits count it
    composed: Composed | None = None  # … and what it is made of; kept where the gate refused it
    objections: tuple[Objection, ...] = ()  # the outbound gate's
    reply_why: str = ""  # why there is no reply, where the rules would have allowed one
    level: str = ""  # of the topic that the proposal names, at that moment; "" when none
    seen: Seen | None = None  # what else it was decided on
    would: Would | None = None  # of a rehearsal: what would have been done
    suggested: str = ""  # the filled answer that the note suggests; "" when it suggests none
    counts_as: Proposed | None = None  # the reply in its topic's history; None when there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """To whom a draft would go, and the conversation it was decided upon. Approvals rest on it."""

    customer_id: str
    channel: str
    basis: Basis
    to: str | None = None
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """What the act step made true."""

    disposition: Disposition
    note_id: str | None = None
    delivery: DeliveryState | None = None
    attempts: int = 0
    at: datetime | None = None
    replaced: str = ""  # id of our older note that this one took the place of
    reply_state: DeliveryState | None = None
    reply_id: str | None = None  # the message once arrived, else the draft
    reply_why: str = ""  # why there was no reply, or what became of it
    staged: Staged | None = None  # of a draft that waits for a teammate


def gone_reading(turn: Turn, told: Told | None, now: datetime) -> Reading:
    """What is read of a conversation that is not there any more."""
    return Reading(
        conversation=Conversation(id=turn.conversation_id, updated_at=now, deleted=True),
        messages=(),
        notes=(),
        note_count=told.note_count if told else 0,
        read_at=now,
        told=told,
        gone=True,
    )


def seen_of(facts: Facts) -> Seen:
    """The part of the facts that the read step does not keep."""
    return Seen(
        conversation=facts.conversation,
        now=facts.now,
        watermark=facts.watermark,
        quiet=facts.quiet,
        gathered=facts.gathered,
        customer=facts.customer,
        drafts=facts.drafts,
        counts=facts.counts,
        own_addresses=facts.own_addresses,
        already_noted=facts.already_noted,
        nothing_new=facts.nothing_new,
        right=facts.right,
    )


def left_because(why: str) -> Decided:
    """Nothing to do, for a reason that no rule had to find."""
    return Decided(autonomy=Autonomy.NOTHING.name.lower(), because=(why,), findings=())


def decided_from(decision: Decision, facts: Facts | None = None) -> Decided:
    """A decision, ready to be stored, with what it rested on."""
    topic = facts.policy.topic(facts.proposal.topic.name) if facts else None
    return Decided(
        seen=seen_of(facts) if facts else None,
        level=topic.level if topic else "",
        autonomy=decision.autonomy.name.lower(),
        because=decision.because,
        findings=tuple(
            (f.rule.id, f.rule.kind.value, f.level.name.lower(), f.applies, f.evidence)
            for f in decision.findings
        ),
    )


def did_from(delivery: Delivery) -> Did:
    """What a note's delivery made true."""
    arrived = delivery.state is DeliveryState.ARRIVED
    disposition = Disposition.NOTED if arrived else Disposition.OVERTAKEN
    return Did(
        disposition=disposition,
        note_id=delivery.remote_id,
        delivery=delivery.state,
        attempts=delivery.attempts,
        at=delivery.updated_at,
    )
