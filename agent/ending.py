"""The end of a run: what was told of the conversation, the receipt, and the run's own row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from agent.core.amended import with_digests
from agent.core.labels import Proposed
from agent.core.proposal import Proposal, Statement
from agent.core.transcript import transcript_of
from agent.core.turn import Turn
from agent.handover import Did, Reading
from agent.history import keep_row
from agent.plain import from_plain, to_plain
from agent.ports import Disposition, RunState, Store, Told

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the steps of a run gave, as they gave it."""

    turn: Turn
    read: Plain
    proposed: Plain
    decided: Plain
    did: Plain

    @property
    def reading(self) -> Reading:
        """What the read step found."""
        return from_plain(Reading, self.read)

    @property
    def outcome(self) -> Did:
        """What became true."""
        return from_plain(Did, self.did)

    def store_in(self, store: Store, *, now: datetime, versions: Mapping[str, str]) -> None:
        """Store it all; the run's row last, so that a kill before it only repeats this."""
        outcome = self.outcome
        store.save_receipt(self.turn.run_id, self.receipt(now, versions), now)
        if outcome.disposition is not Disposition.OVERTAKEN:
            store.save_told(self.told(now), now)
        self._count(store, outcome, now)
        run = store.run_of(self.turn)
        if run is not None:
            store.save_run(
                replace(
                    run,
                    state=_state(outcome.disposition),
                    disposition=outcome.disposition,
                    autonomy=self.decided["autonomy"],
                    because=tuple(self.decided["because"]),
                    note_id=outcome.note_id,
                    topic=_topic(self.proposed, self.decided),
                    error=None,
                    updated_at=now,
                )
            )

    def _count(self, store: Store, outcome: Did, now: datetime) -> None:
        """Add the proposed reply to its topic's history, before anybody can judge it."""
        row = self.decided.get("counts_as")
        if row is None or outcome.disposition is Disposition.OVERTAKEN:
            return
        sent_at = now if outcome.disposition is Disposition.REPLIED else None
        keep_row(store, from_plain(Proposed, row), sent_at=sent_at)

    def receipt(self, now: datetime, versions: Mapping[str, str]) -> Plain:
        """What was read, proposed, decided and done, as JSON values."""
        return {
            "run": self.turn.run_id,
            "conversation_id": self.turn.conversation_id,
            "message_id": self.turn.message_id,
            "at": now.isoformat(),
            "versions": dict(versions),
            "read": _read_for_receipt(self.reading),
            "facts": self.facts(),
            "proposed": self.proposed,
            "decided": {k: v for k, v in self.decided.items() if k != "seen"},
            "did": self.did,
        }

    def facts(self) -> Plain | None:
        """What the decision rested on, for deciding it again; None where nothing was decided."""
        seen = self.decided.get("seen")
        if seen is None:
            return None
        reading = self.reading
        transcript = transcript_of(reading.conversation, reading.messages)
        cleaned = {line.message_id: line.text for line in transcript.lines}
        return {
            **seen,
            "messages": [
                to_plain(replace(m, text=cleaned.get(m.id, m.text))) for m in reading.messages
            ],
            "notes": [to_plain(note) for note in reading.notes],
        }

    def told(self, now: datetime) -> Told:
        """What we know and have said of the conversation now."""
        reading, outcome = self.reading, self.outcome
        before = reading.told or Told(conversation_id=self.turn.conversation_id)
        at = next((m.sent_at for m in reading.messages if m.id == self.turn.message_id), None)
        handled = replace(
            before,
            last_message_id=self.turn.message_id,
            last_message_at=at or before.last_message_at,
            note_count=reading.note_count,
        )
        if outcome.note_id is None:
            return handled
        posted = 0 if reading.adopted else 1
        # Of several attempts one may be applied yet. Were a teammate to delete another note at the
        # same time, the number would be right and the double stay: the next poll counts anew.
        known = 0 if outcome.attempts > 1 else reading.note_count + posted
        known = max(known - bool(outcome.replaced), 0)
        return replace(
            handled,
            note_count=known,
            note_id=outcome.note_id,
            noted_at=now,
            statements=self.told_statements(),
        )

    def told_statements(self) -> tuple[Statement, ...]:
        """What our notes say of the conversation by now, each with what it rested on."""
        reading = self.reading
        statements = from_plain(Proposal, self.proposed).statements
        if not statements:
            return reading.told.statements if reading.told else ()
        return with_digests((*reading.transcript.earlier, *statements), reading.messages)


def _topic(proposed: Plain, decided: Plain) -> str:
    """The topic that the proposal names, unless a rule called it unclear."""
    unclear = any(f[0] == "topic-unclear" and f[3] for f in decided["findings"])
    return "" if unclear else str((proposed.get("topic") or {}).get("name") or "")


def _state(disposition: Disposition) -> RunState:
    if disposition is Disposition.DRAFTED:
        return RunState.AWAITING_APPROVAL
    return RunState.FAILED if disposition is Disposition.FAILED else RunState.DONE


def _read_for_receipt(reading: Reading) -> Plain:
    transcript = transcript_of(reading.conversation, reading.messages)
    return {
        "conversation": to_plain(reading.conversation),
        "messages": [to_plain(line) for line in transcript.lines],
        "message_count": len(reading.messages),
        "left_out": transcript.left_out,
        "notes_read": len(reading.notes),
        "read_at": reading.read_at.isoformat(),
    }
