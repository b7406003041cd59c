"""Takes a topic back when its replies go wrong, or its questions have changed, and tells the team.

Works from the label book; the note goes through the note desk, effectively once. Safe to call at
any time, from several workers and after a restart: an alarm that was not told is told then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.certificate_record import add_event
from agent.core.alarm_note import AlarmCase, alarm_note, case_of
from agent.core.alarms import Alarm, alarm_of, drift_of
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.certificate_steps import Now, event_of
from agent.core.earning import met_before, met_since
from agent.core.labels import Proposed
from agent.core.standing import held_by, watched_since
from agent.core.team_policy import TeamPolicy, Topic
from agent.core.turn import Action, alarm_marker
from agent.errors import Held, PermanentError
from agent.log import logger
from agent.notes import SETTLED, NoteDesk
from agent.ports import Delivery
from agent.track_record import History, Tracks

TOLD_FOR = timedelta(days=2)  # an alarm whose note could not be written is no news later
Kind = CertificateEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarming:
    """The alarms of one daemon, under one policy."""

    desk: NoteDesk
    policy: TeamPolicy

    def look(self, topic: Topic) -> int:
        """Look at every channel of a topic; gives how many alarms rang. Raises StoreUnavailable."""
        tracks = Tracks(store=self.desk.store, policy=self.policy)
        return sum(self._look(topic, history) for history in tracks.histories(topic))

    def _look(self, topic: Topic, history: History) -> bool:
        """Whether an alarm rang now."""
        store, now = self.desk.store, self.desk.clock.now()

        def rung(events: Sequence[CertificateEvent]) -> CertificateEvent | None:
            alarm = self._alarm(topic, history, events)
            if alarm is None:
                return None
            here = Now(
                topic=topic.name,
                channel=history.channel,
                made_by=history.made_by,
                terms=self.policy.certificates,
                at=now,
            )
            return event_of(events, Kind.ALARM, here, why=alarm.words, cases=alarm.cases)

        event = add_event(store, rung)
        if event is not None:
            logger().error(
                "certificate.alarm",
                topic=event.topic,
                channel=event.channel,
                why=event.why,
                runs=list(event.cases),
            )
        return event is not None

    def _alarm(
        self, topic: Topic, history: History, events: Sequence[CertificateEvent]
    ) -> Alarm | None:
        """Replies that went wrong; and, under a certificate, questions unlike those before it."""
        since = watched_since(events, topic.name, history.channel)
        sent = [
            row for row in history.rows if row.sent_at and (since is None or row.sent_at > since)
        ]
        alarm = alarm_of(sent, self.policy.certificates)
        certificate = held_by(events, topic.name, history.channel).certificate
        if alarm is not None or certificate is None:
            return alarm
        return drift_of(met_before(history.rows, certificate), met_since(history.rows, certificate))

    # --- telling --------------------------------------------------------------------------------

    def tell(self) -> int:
        """Write the note of each alarm of the last days that has none; gives how many.

        Raises TransientError: not taken; call again.
        """
        since = self.desk.clock.now() - TOLD_FOR
        return sum(
            self._tell(event)
            for event in self.desk.store.certificate_events()
            if event.kind is Kind.ALARM and event.at >= since
        )

    def _tell(self, event: CertificateEvent) -> bool:
        cases = self._cases(event)
        if not cases:
            return False  # erased, every one of them
        newest, now = cases[0], self.desk.clock.now()
        marker = alarm_marker(newest.conversation_id, newest.run_id)
        known = self.desk.store.delivery(marker)
        if known is not None and known.state in SETTLED:
            return False
        intent = Delivery(
            marker=marker,
            conversation_id=newest.conversation_id,
            action=Action.NOTE,
            body=alarm_note(event, cases),
            created_at=now,
            updated_at=now,
        )
        try:
            self.desk.deliver(intent)
        except Held:
            return False  # paused, or somebody else is at it
        except PermanentError as error:
            logger().error("certificate.alarm-untold", why=type(error).__name__)
            return False
        return True

    def _cases(self, event: CertificateEvent) -> list[AlarmCase]:
        """Newest first, as far as they are known."""
        rows: list[Proposed] = []
        for run_id in event.cases:
            row = self.desk.store.proposed(run_id)
            if row is not None and row.conversation_id:
                rows.append(row)
        return [case_of(row) for row in reversed(rows)]
