"""One run: read, propose, decide, act, finish.

Each step takes and gives JSON values, because the engine stores them. Each is re-entrant: one
that was cut off is run again, and finds out what it had done before it does anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from agent.allowance import first_refusal, free_unless_released, note_quick_answer, reserve
from agent.answering import Planned, answer, no_reply
from agent.composing import Occasion, internal_texts, reply_text, suggestion, with_reply_text
from agent.core.conversation import Conversation, Direction, Message, Note
from agent.core.coverage import with_left_out
from agent.core.levels import at_most, cautious
from agent.core.limits import AutomaticReply
from agent.core.news import brings_news
from agent.core.note import NoteContent, render_note, with_outcome
from agent.core.policy import Autonomy, Decision, Facts, Rule, decide
from agent.core.proposal import Proposal
from agent.core.reply import Composed, SuggestedReply
from agent.core.rules import FOR_A_PERSON, NO_REPLY_FITS, RULES
from agent.core.scoring import with_score
from agent.core.team_policy import Level, TeamPolicy
from agent.core.transcript import Transcript, transcript_of
from agent.core.turn import Action, Turn, marker_of
from agent.ending import Ending
from agent.errors import Held, HelpdeskMissing, HelpdeskUnavailable
from agent.gathering import right_lost, second_look
from agent.handover import Decided, Did, Reading, decided_from, did_from, gone_reading, left_because
from agent.history import row_of
from agent.notes import NoteDesk, doubles
from agent.plain import from_plain, to_plain
from agent.ports import (
    Delivery,
    DeliveryState,
    Disposition,
    Model,
    Pause,
    SeenTurn,
    Told,
)
from agent.replies import Refusal
from agent.superseding import replace_older
from agent.trace_port import NO_TRACES, Traces

OLD_READING = timedelta(minutes=2)  # a reading older than this is looked at again before a write
EMPTY = Proposal(statements=(), engine="")

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The steps of a run over the ports. `paused` says who stopped everything, or None.

    `is_outdated` says whether the policy's files have changed since `policy` was read.
    """

    desk: NoteDesk
    model: Model
    policy: TeamPolicy
    quiet: timedelta
    paused: Callable[[], Pause | None]
    rules: Sequence[Rule] = RULES
    version: str = field(default="")
    is_outdated: Callable[[], bool] = lambda: False
    traces: Traces = NO_TRACES

    def team_policy(self) -> TeamPolicy:
        """The file's policy, with each topic at the level that is in force right now.

        Never above a word of somebody who had a newer file before them. Notes only, as long as
        the files say something else than what was read of them.
        """
        policy = cautious(self.policy, self.desk.store.level_changes())
        return at_most(policy, Level.NOTE) if self.is_outdated() else policy

    # --- read ---------------------------------------------------------------------------------

    def read(self, turn: Turn) -> Plain:
        """Read the conversation as far as the run needs it."""
        run = self.desk.store.run_of(turn)
        told = self.desk.store.told(turn.conversation_id)
        now = self.desk.clock.now()
        try:
            conversation = self._conversation(turn, run.snapshot if run else {})
            messages = self.desk.reader.messages(turn.conversation_id)
            notes = self._notes(conversation, told)
        except HelpdeskMissing:
            return to_plain(gone_reading(turn, told, now))
        known = told.note_count if told else 0
        reading = Reading(
            conversation=conversation,
            messages=messages,
            notes=notes,
            # Doubles of ours do not count: the poller goes on finding one note too many there.
            note_count=len(notes) - doubles(notes) if notes else known,
            read_at=now,
            told=told,
            newer=self._newer(turn, messages),
            adopted=_ours(notes, turn),
        )
        return to_plain(reading)

    def _conversation(self, turn: Turn, snapshot: Mapping[str, Any]) -> Conversation:
        if snapshot:
            return from_plain(Conversation, dict(snapshot))
        return self.desk.reader.conversation(turn.conversation_id)

    def _notes(self, conversation: Conversation, told: Told | None) -> tuple[Note, ...]:
        """The notes, but only when there are some that we do not know of."""
        known = told.note_count if told else 0
        if conversation.note_count is not None and conversation.note_count <= known:
            return ()
        return self.desk.reader.notes(conversation.id)

    def _newer(self, turn: Turn, messages: tuple[Message, ...]) -> str:
        """A newer customer message than the turn's; it is stored as a turn of its own first."""
        newest = newest_from_customer(messages)
        if newest is None or all(message.id != turn.message_id for message in messages):
            raise HelpdeskUnavailable("the turn's message cannot be read yet")
        if newest.id == turn.message_id:
            return ""
        now = self.desk.clock.now()
        seen = SeenTurn(
            turn=Turn(turn.conversation_id, newest.id),
            message_at=newest.sent_at,
            due_at=due_at(newest.sent_at, now, self.quiet),
        )
        self.desk.store.save_poll([seen], cursor=None, now=now)
        return newest.id

    # --- propose ------------------------------------------------------------------------------

    def propose(self, turn: Turn, read: Plain) -> Plain:
        """Summarise, unless nothing will be said anyway."""
        reading = from_plain(Reading, read)
        if reading.newer or reading.gone or reading.adopted:
            return to_plain(EMPTY)
        facts = self._facts(turn, reading, EMPTY)
        # Rules that forbid even a note, and need no proposal for it, save the model's time.
        if decide(facts, _WITHOUT_PROPOSAL).autonomy is Autonomy.NOTHING:
            return to_plain(EMPTY)
        return to_plain(self.summary(reading)[1])

    def summary(self, reading: Reading) -> tuple[Transcript, Proposal]:
        """The cleaned transcript and a grounded proposal with its score. Writes nothing."""
        transcript, policy = reading.transcript, self.team_policy()
        proposal = self.model.propose(transcript, policy)
        return transcript, with_score(with_left_out(proposal, transcript), transcript, policy)

    # --- decide -------------------------------------------------------------------------------

    def decide(self, turn: Turn, read: Plain, proposed: Plain) -> Plain:
        """How far to go, which rules made it so, and the note's text."""
        self.desk.guard()  # held is not decided
        reading, proposal = from_plain(Reading, read), from_plain(Proposal, proposed)
        if reading.newer or reading.gone:
            return to_plain(left_because("overtaken"))
        if reading.adopted:
            return to_plain(left_because("already-noted"))
        facts = self._facts(turn, reading, proposal)
        decision, asked, facts = self._decision(turn, facts)
        decided = decided_from(decision, facts)
        if decision.autonomy is Autonomy.NOTHING:
            return to_plain(decided)
        suggested = self._suggestion(turn, reading, proposal, decision)
        note = self._note(turn, reading, proposal, decision, suggested)
        decided = replace(decided, note=note, suggested=suggested.text if suggested else "")
        if decision.autonomy >= Autonomy.DRAFT:
            text = reply_text(self._occasion(turn, reading, proposal), note=note)
            decided = with_reply_text(replace(decided, asked=asked), text, self.policy.note)
        if decided.reply or decided.suggested:
            row = row_of(turn, reading, proposal, self.policy, now=facts.now)
            decided = replace(decided, counts_as=row)
        return to_plain(decided)

    def _decision(self, turn: Turn, facts: Facts) -> tuple[Decision, AutomaticReply | None, Facts]:
        """Decide on what was read; with a reply in reach, read what it needs and decide again."""
        decision, asked = decide(facts, self.rules), None
        if decision.autonomy >= Autonomy.DRAFT:
            facts, asked = second_look(self.desk, turn, facts, first=decision.autonomy)
            decision = decide(facts, self.rules)
        note_quick_answer(self.desk.store, turn, facts, decision)
        return decision, asked, facts

    def _occasion(self, turn: Turn, reading: Reading, proposal: Proposal) -> Occasion:
        return Occasion(
            reader=self.desk.reader,
            policy=self.team_policy(),
            turn=turn,
            reading=reading,
            proposal=proposal,
        )

    def note_text(
        self, turn: Turn, reading: Reading, proposal: Proposal, decision: Decision | None
    ) -> str:
        """The note as it would be posted."""
        suggested = self._suggestion(turn, reading, proposal, decision)
        return self._note(turn, reading, proposal, decision, suggested)

    def _suggestion(
        self, turn: Turn, reading: Reading, proposal: Proposal, decision: Decision | None
    ) -> SuggestedReply | None:
        """The answer for the note. One that is drafted or sent is told of once that is done."""
        if decision is not None and decision.autonomy >= Autonomy.DRAFT:
            return None
        if _applying(decision) & NO_REPLY_FITS:
            return None
        return suggestion(self._occasion(turn, reading, proposal))

    def _note(
        self,
        turn: Turn,
        reading: Reading,
        proposal: Proposal,
        decision: Decision | None,
        suggested: SuggestedReply | None,
    ) -> str:
        return render_note(
            NoteContent(
                transcript=reading.transcript,
                proposal=proposal,
                settings=self.policy.note,
                run_id=turn.run_id,
                previous=reading.previous,
                amended=reading.amended,
                reply=suggested,
                to_a_person=bool(_applying(decision) & FOR_A_PERSON),
            )
        )

    def _facts(self, turn: Turn, reading: Reading, proposal: Proposal) -> Facts:
        transcript = transcript_of(reading.conversation, reading.messages)
        cleaned = {line.message_id: line.text for line in transcript.lines}
        pause = self.paused()
        if pause is not None:
            # Not left to the rules: they would end the turn. A pause, or a database that cannot
            # say whether there is one, holds it.
            raise Held(f"paused by {pause.by}")
        return Facts(
            conversation=reading.conversation,
            messages=tuple(replace(m, text=cleaned.get(m.id, m.text)) for m in reading.messages),
            message_id=turn.message_id,
            proposal=proposal,
            policy=self.team_policy(),
            now=self.desk.clock.now(),
            watermark=self.desk.store.watermark(self.desk.clock.now()),
            quiet=self.quiet,
            notes=reading.notes,
            already_noted=bool(reading.told and reading.told.note_id),
            nothing_new=_nothing_new(reading, transcript),
        )

    # --- act ----------------------------------------------------------------------------------

    def act(self, turn: Turn, read: Plain, proposed: Plain, decided: Plain) -> Plain:
        """Draft or send the reply, if the decision allows one; then post the note, each once."""
        reading, decision = from_plain(Reading, read), from_plain(Decided, decided)
        if reading.newer or reading.gone:
            return to_plain(Did(disposition=Disposition.OVERTAKEN))
        if reading.adopted:
            return to_plain(
                Did(
                    disposition=Disposition.NOTED,
                    note_id=reading.adopted,
                    delivery=DeliveryState.ARRIVED,
                )
            )
        if not decision.note:
            return to_plain(Did(disposition=Disposition.LEFT))
        if not self._reply_begun(turn) and self._moved_on(turn, reading):
            return to_plain(Did(disposition=Disposition.OVERTAKEN))
        if decision.reply and decision.composed is not None:
            did = self._answer(turn, reading, decision, decision.composed)
        else:
            did = did_from(self.post(turn, decision.note))
        if self.policy.note.repeat == "replace":
            did = replace(did, replaced=replace_older(self.desk, reading.told, did))
        return to_plain(did)

    def _reply_begun(self, turn: Turn) -> bool:
        """Then delivering it finds out what became of it, and withdraws it where it must."""
        delivery = self.desk.store.delivery(marker_of(turn, Action.REPLY))
        return delivery is not None and delivery.attempts > 0

    def _answer(self, turn: Turn, reading: Reading, decision: Decided, composed: Composed) -> Did:
        """The note comes last, to say what became of the reply."""
        autonomy = Autonomy[decision.autonomy.upper()]
        lowered = self._lowered(decision.topic)
        if lowered is not None and lowered.withdraw and not self._reply_begun(turn):
            answered = no_reply(lowered.why)
        else:
            answered = answer(
                self.desk,
                turn,
                reading,
                Planned(
                    composed=composed,
                    policy=self.team_policy(),
                    internal=internal_texts(reading, decision.note),
                ),
                autonomy,
                refusal=first_refusal(
                    lambda: self._lowered(decision.topic),
                    lambda: right_lost(self.desk, decision.counts_as, self.policy),
                    lambda: reserve(self.desk, decision.asked, self.team_policy()),
                ),
            )
        free_unless_released(self.desk.store, turn)
        if answered.overtaken:
            return Did(disposition=Disposition.OVERTAKEN, reply_why=answered.why)
        did = Did(disposition=answered.disposition)
        went_well = answered.disposition in {Disposition.DRAFTED, Disposition.REPLIED}
        if self.policy.note.with_reply or not went_well:
            note = with_outcome(
                decision.note,
                answered.outcome,
                topic=decision.topic,
                why=answered.why,
                settings=self.policy.note,
            )
            did = did_from(self.post(turn, note))
        # What the customer got stands, also where the conversation is gone and takes no note.
        if did.disposition is not Disposition.OVERTAKEN or answered.state is not None:
            did = replace(did, disposition=answered.disposition)
        return replace(
            did,
            reply_state=answered.state,
            reply_id=answered.remote_id,
            reply_why=answered.why,
            staged=answered.staged,
        )

    def _lowered(self, topic: str) -> Refusal | None:
        """Whether somebody has lowered the topic since it was decided upon."""
        found = self.team_policy().topic(topic)
        level = found.level if found is not None else Level.OFF
        if level is Level.SEND:
            return None
        return Refusal(why=f"{topic} was lowered to {level}", withdraw=level is not Level.DRAFT)

    def post(self, turn: Turn, body: str) -> Delivery:
        """Deliver a note under the turn's own key."""
        now = self.desk.clock.now()
        intent = Delivery(
            marker=marker_of(turn, Action.NOTE),
            conversation_id=turn.conversation_id,
            action=Action.NOTE,
            body=body,
            run_id=turn.run_id,
            created_at=now,
            updated_at=now,
        )
        return self.desk.deliver(intent)

    def _moved_on(self, turn: Turn, reading: Reading) -> bool:
        """For a run that was held or is retried: did the customer write again meanwhile?"""
        if self.desk.clock.now() - reading.read_at < OLD_READING:
            return False
        try:
            return bool(self._newer(turn, self.desk.reader.messages(turn.conversation_id)))
        except HelpdeskMissing:
            return True

    # --- finish -------------------------------------------------------------------------------

    def finish(self, turn: Turn, read: Plain, proposed: Plain, decided: Plain, did: Plain) -> Plain:
        """Store what was told, the receipt and the end of the run."""
        versions = {"sidenote": self.version, "policy": self.policy.version}
        ending = Ending(turn=turn, read=read, proposed=proposed, decided=decided, did=did)
        ending.store_in(self.desk.store, now=self.desk.clock.now(), versions=versions)
        return {"disposition": ending.outcome.disposition}


_WITHOUT_PROPOSAL = tuple(
    rule for rule in RULES if rule.level is Autonomy.NOTHING and rule.id != "too-short-to-note"
)


def _applying(decision: Decision | None) -> set[str]:
    return {f.rule.id for f in decision.findings if f.applies} if decision else set()


def newest_from_customer(messages: tuple[Message, ...]) -> Message | None:
    """The newest inbound message; `messages` are oldest first."""
    return next((m for m in reversed(messages) if m.direction is Direction.IN), None)


def due_at(message_at: datetime, now: datetime, quiet: timedelta) -> datetime:
    """When the customer has been quiet long enough.

    Never later than `quiet` from now, so that a helpdesk whose clock runs ahead holds nothing up.
    """
    return min(message_at, now) + quiet


def _ours(notes: tuple[Note, ...], turn: Turn) -> str:
    marker = marker_of(turn, Action.NOTE)
    return next((note.id for note in notes if note.marker == marker), "")


def _nothing_new(reading: Reading, transcript: Transcript) -> bool:
    told = reading.told
    if told is None or told.note_id is None or told.last_message_id is None:
        return False
    if reading.amended.message_ids:
        return False
    return not brings_news(transcript.lines, told.statements, since_message=told.last_message_id)
