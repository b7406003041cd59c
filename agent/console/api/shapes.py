"""What requests and answers look like. Fields are added, never renamed."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Header, Path
from pydantic import BaseModel, ConfigDict, Field

from agent.attempt_port import Attempt
from agent.core.levels import LevelChange, next_step
from agent.core.team_policy import Level, Topic
from agent.on_demand import Summary
from agent.ports import Delivery, Disposition, Run, RunState
from agent.topic_figures import TopicFigures
from agent.wanted import LONGEST_KEY

Plain = dict[str, Any]
ID = r"^[0-9A-Za-z_-]{1,64}$"  # of conversations, customers, messages and runs
NAME = r"^[0-9a-z][0-9a-z_-]{0,79}$"  # of topics and rules
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
RunId = Annotated[str, Path(pattern=ID, description="A run's id, or a beginning only it has.")]
Name = Annotated[str, Path(pattern=NAME)]
Words = Annotated[str, Field(max_length=200, pattern=PRINTABLE)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        description="What makes this call safe to repeat: the same key never writes twice.",
    ),
]


class Asked(BaseModel):
    """A request's body: a field that nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """Every error, as application/problem+json (RFC 9457). `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str


# --- the send action and its siblings -----------------------------------------------------------


class Send(Asked):
    """The send action's inputs."""

    conversation_id: str = Field(examples=["65f0c0ffee00000000000001"])
    body: str = Field(examples=["Called back, no answer."])
    channel: str | None = Field(None, description="Default: that of the newest customer message.")
    direction: str | None = Field(
        None,
        description="note (for the team, the default), out (a reply, delivered to the customer) "
        "or in (a customer's message, recorded only).",
    )


class SentAttributes(BaseModel):
    """What was written, and what is known of it."""

    body: str
    direction: Literal["note", "out", "in"]
    channel: str | None
    state: str = Field(
        description="saved, sent, arrived, or: overtaken (somebody wrote or changed something "
        "first; nothing was sent), failed, unknown (a person looks; it is never sent again)."
    )


class SentData(BaseModel):
    """`id` is the message's once it arrived, else the draft's or the note's."""

    id: str | None
    attributes: SentAttributes


class SendAnswer(BaseModel):
    """What became of a send. Look at `state`: not every 200 has reached the customer."""

    data: SentData


class NewCustomerIn(Asked):
    """A customer. Looked up by external id, e-mail and phone before one is created."""

    name: str = ""
    emails: list[str] = Field(default_factory=list, max_length=10)
    phones: list[str] = Field(default_factory=list, max_length=10)
    external_id: str | None = None


class NewConversationIn(Asked):
    """A conversation. Looked up by its external id before one is opened."""

    customer_id: str
    name: str = ""
    external_id: str | None = None
    channel: str | None = None
    status: str = "open"


class Resource(BaseModel):
    """Something in Kustomer."""

    id: str
    attributes: Plain


class Made(BaseModel):
    """The one that exists now. `created` is false when it stood already."""

    data: Resource
    created: bool


class Found(BaseModel):
    """All that were found; none is no error."""

    data: list[Resource]


# --- summaries ----------------------------------------------------------------------------------


class StatementOut(BaseModel):
    """One sentence, and the messages it rests on."""

    section: str
    text: str
    message_ids: list[str]


class SummaryOut(BaseModel):
    """What was found and said of one conversation."""

    conversation_id: str
    engine: str
    statements: list[StatementOut]
    note: str
    posted: bool
    note_id: str | None
    because: list[str]

    @classmethod
    def of(cls, summary: Summary) -> "SummaryOut":
        """As `sidenote summarize --json` prints it."""
        return cls(
            conversation_id=summary.conversation_id,
            engine=summary.proposal.engine,
            statements=[
                StatementOut(
                    section=each.section.value, text=each.text, message_ids=list(each.message_ids)
                )
                for each in summary.proposal.statements
            ],
            note=summary.note,
            posted=summary.posted,
            note_id=summary.note_id,
            because=list(summary.because),
        )


# --- runs ---------------------------------------------------------------------------------------


class ErrorOut(BaseModel):
    """Why a run stopped, and at which step."""

    step: str
    kind: str
    message: str
    at: datetime


class RunOut(BaseModel):
    """One handling of one customer message."""

    id: str
    conversation_id: str
    message_id: str
    state: RunState
    disposition: Disposition | None
    autonomy: str | None
    because: list[str]
    error: ErrorOut | None
    topic: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, run: Run) -> "RunOut":
        """As `sidenote runs --json` prints it, with its topic and times."""
        error = run.error
        return cls(
            id=run.id,
            conversation_id=run.turn.conversation_id,
            message_id=run.turn.message_id,
            state=run.state,
            disposition=run.disposition,
            autonomy=run.autonomy or None,
            because=list(run.because),
            error=error
            and ErrorOut(step=error.step, kind=error.kind, message=error.message, at=error.at),
            topic=run.topic or None,
            created_at=run.created_at,
            updated_at=run.updated_at,
        )


class DeliveryOut(BaseModel):
    """One write and what is known of it, without its text."""

    action: str
    state: str
    id: str | None
    attempts: int
    at: datetime
    error: str

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        """Without its marker and body."""
        return cls(
            action=delivery.action,
            state=delivery.state.value,
            id=delivery.remote_id,
            attempts=delivery.attempts,
            at=delivery.updated_at,
            error=delivery.error,
        )


class AttemptOut(BaseModel):
    """One attempt at a step of a run, or at a write (`note`, `draft`, `release`).

    `ended`: "ok" or the kind of the error; "" and no `ended_at`: under way, or cut off.
    """

    step: str
    began_at: datetime
    ended_at: datetime | None
    ended: str
    status: int | None = Field(description="Of Kustomer's answer, where an error came of it.")

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        """Without the write's marker."""
        return cls(
            step=attempt.step,
            began_at=attempt.began_at,
            ended_at=attempt.ended_at,
            ended=attempt.ended,
            status=attempt.status,
        )


class Runs(BaseModel):
    """A page of runs, newest first. `next` goes into `?after=` for the page below; null: none."""

    data: list[RunOut]
    next: str | None


class Receipt(BaseModel):
    """A run with everything that was read, proposed, decided and done.

    `receipt` is null while the run has not ended, and once it was pruned or erased.
    """

    run: RunOut
    receipt: Plain | None
    deliveries: list[DeliveryOut]
    attempts: list[AttemptOut]


class RunFilters(Asked):
    """Everything that is given must hold."""

    state: RunState | None = None
    disposition: Disposition | None = None
    topic: str = Field("", pattern=f"{NAME}|^$")
    rule: str = Field("", pattern=f"{NAME}|^$", description="One of the deciding rules.")
    text: str = Field(
        "",
        pattern=f"{ID}|^$",
        description="A run's id or its beginning, a conversation's or a customer's id.",
    )
    since: datetime | None = Field(
        None, description="Created then or later; UTC if it does not say."
    )
    until: datetime | None = Field(None, description="Created before.")
    after: str = Field("", max_length=120, description="`next` of the page above.")
    limit: int = Field(50, ge=1, le=200)


class Said(BaseModel):
    """What happens now, in words."""

    run: RunOut
    said: str


# --- approvals ----------------------------------------------------------------------------------


class WaitingOut(BaseModel):
    """A draft that waits for a teammate. `binds` goes back with an approval."""

    run: str
    conversation_id: str
    topic: str | None
    since: datetime
    to: str | None
    channel: str | None
    body: str | None
    binds: str | None
    shown_at: datetime = Field(description="Now. Goes back with an edited text.")
    because: list[str]
    approved_by: str | None


class Waiting(BaseModel):
    """The drafts that wait, oldest first."""

    data: list[WaitingOut]


class Approve(Asked):
    """`binds` says which text, recipient and message are meant, as the list showed them."""

    binds: str = Field(pattern=r"^[0-9a-f]{64}$")
    shown_at: datetime | None = Field(
        None, description="When a person saw it, as the list said; 30 minutes at most."
    )
    by: Words = Field("", description="For whom this token acts; kept in the record with its name.")


class Edit(Asked):
    """A teammate's own words instead of the draft, for the same person on the same channel."""

    binds: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the draft that was looked at.")
    shown_at: datetime = Field(description="When that was, as the list said; 30 minutes at most.")
    text: str = Field(min_length=1, description="What is sent, as it stands.")
    by: Words = Field("", description="Whose words these are; kept in the record.")


class Reject(Asked):
    """Why; kept with the run."""

    reason: Words = Field(min_length=1)
    by: Words = ""


class VerdictOut(BaseModel):
    """What became of a verdict. `done` false: nothing was sent or withdrawn, and `why` says why."""

    done: bool
    verdict: str
    outcome: str | None
    by: str
    why: str
    run: RunOut


# --- topics and pause ---------------------------------------------------------------------------


class WeekOut(BaseModel):
    """Runs of one topic in seven days."""

    notes: int
    drafts: int
    replies: int
    held: int
    held_most_by: str | None


class SetBy(BaseModel):
    """Who set the level that is in force."""

    by: str
    at: datetime
    why: str


class TopicOut(BaseModel):
    """A topic at the level that is in force. `set_by` null: the policy file's own level."""

    topic: str
    level: Level
    set_by: SetBy | None
    next: Level | None
    last_7_days: WeekOut

    @classmethod
    def of(cls, topic: Topic, change: LevelChange | None, figures: TopicFigures) -> "TopicOut":
        """As `sidenote topics --json` prints it."""
        return cls(
            topic=topic.name,
            level=topic.level,
            set_by=change and SetBy(by=change.by, at=change.at, why=change.why),
            next=next_step(topic.level),
            last_7_days=WeekOut(
                notes=figures.notes,
                drafts=figures.drafts,
                replies=figures.replies,
                held=figures.held,
                held_most_by=figures.held_by or None,
            ),
        )


class Topics(BaseModel):
    """The policy's topics."""

    data: list[TopicOut]


class SetLevel(Asked):
    """Where to: up one step at a time, down to any lower level at once."""

    level: Level
    why: Words = ""
    by: Words = ""


class LevelOut(BaseModel):
    """A change of a level, in force now."""

    topic: str
    was: Level
    level: Level


class PauseIn(Asked):
    """Why, and for whom this token acts."""

    reason: Words = ""
    by: Words = ""


class PauseOut(BaseModel):
    """Whether all writes are stopped; by whom, when and why."""

    paused: bool
    by: str | None = None
    at: datetime | None = None
    reason: str = ""


class Resumed(BaseModel):
    """`still` says what still pauses, in words; empty: everything goes on."""

    paused: bool
    still: list[str]


class LightOut(BaseModel):
    """How one thing does that everything rests on."""

    name: str
    ok: bool
    words: str


class Health(BaseModel):
    """Whether everything does its work. `parts` is told to a token with scope read or metrics."""

    ok: bool
    parts: list[LightOut] | None = None


def as_utc(at: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
