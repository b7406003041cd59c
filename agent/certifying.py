"""Keeps certificates up to date: unlocks what is earned, ends what holds no more, lowers topics.

Works from the label book alone. Safe to call again and from several workers: each event rests on
the events before it, and who was slower looks anew. An unlock raises no topic; a person does that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from agent.certificate_record import add_event
from agent.core.certificate_steps import Now, next_event
from agent.core.levels import cautious, in_force, newest
from agent.core.makers import OFFLINE, makers_of
from agent.core.standing import THE_WATCH, held_by, why_lower
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.levels import Word, lower_topic
from agent.log import logger
from agent.ports import Store
from agent.track_record import Tracks

STEPS = 10  # events of one channel in one go; there are never more than three


@dataclass(frozen=True, slots=True, kw_only=True)
class Certifying:
    """The certificates under one policy."""

    store: Store
    policy: TeamPolicy

    def recompute(self, now: datetime, *, topic: str = "", is_asked: bool = False) -> int:
        """Bring every topic, or one, up to date; gives how many events were added.

        `is_asked` by a person: then a certificate whose makers are the old ones again is unlocked
        without a new review. Reads every proposal of the topics. Raises StoreUnavailable.
        """
        added = sum(self._settle(each) for each in self._earning(now, topic, is_asked=is_asked))
        return added + self.look(now)

    def look(self, now: datetime) -> int:
        """The quick part, for every minute: end what has ended, lower what must not send.

        Reads no proposal. Gives how many events were added. Raises StoreUnavailable.
        """
        added = sum(self._settle(each) for each in self._ending(now))
        self._lower(now)
        return added

    def _earning(self, now: datetime, name: str, *, is_asked: bool) -> Iterator[Now]:
        tracks = Tracks(store=self.store, policy=self.policy)
        for topic in self.policy.topics:
            if name in {"", topic.name}:
                for history in tracks.histories(topic):
                    yield Now(
                        topic=topic.name,
                        channel=history.channel,
                        made_by=history.made_by,
                        terms=self.policy.certificates,
                        at=now,
                        rows=history.rows,
                        is_asked=is_asked,
                    )

    def _ending(self, now: datetime) -> Iterator[Now]:
        events = self.store.certificate_events()
        for topic in self.policy.topics:
            ours = makers_of(self.policy, topic.name, engine=OFFLINE)
            for channel in sorted({e.channel for e in events if e.topic == topic.name}):
                held = held_by(events, topic.name, channel).certificate
                bound_to = held.made_by if held is not None else ours
                yield Now(
                    topic=topic.name,
                    channel=channel,
                    # Engine and prompt are the proposals' own to tell.
                    made_by=replace(ours, engine=bound_to.engine, prompt=bound_to.prompt),
                    terms=self.policy.certificates,
                    at=now,
                )

    def _settle(self, now: Now) -> int:
        """Add events until all is told."""
        for added in range(STEPS):
            if add_event(self.store, lambda events: next_event(events, now)) is None:
                return added
        return STEPS

    def _lower(self, now: datetime) -> None:
        events, changes = self.store.certificate_events(), self.store.level_changes()
        held = newest(changes)
        for topic in cautious(self.policy, changes).topics:
            if topic.level is not Level.SEND:
                continue
            starts = self.policy.topic(topic.name)
            change = in_force(starts, held) if starts is not None else None
            why = why_lower(
                events,
                topic,
                now,
                raised_at=change.at if change is not None else None,
                terms=self.policy.certificates,
            )
            if why:
                self._take_down(topic, why, now)

    def _take_down(self, topic: Topic, why: str, now: datetime) -> None:
        word = Word(topic=topic.name, to=Level.DRAFT, by=THE_WATCH, at=now, why=why)
        change = lower_topic(self.store, self.policy, word)
        logger().warning("topic.lowered", topic=topic.name, level=change.level.value, why=why)
