"""What topics have earned, as pages show it: quick, and in nobody's way.

Rights come from events and are always as of now. What is earned is folded from every proposal of a
topic, which takes seconds where there are very many; so it is done aside. A page waits for it only
a moment, and shows what was known before until it is there.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.console.curves import Week, weeks_of
from agent.core.certificate import RightToSend, Standing
from agent.core.certificate_events import CertificateEvent
from agent.core.earned_words import short_words
from agent.core.earning import Earned
from agent.core.labels import MadeBy
from agent.core.standing import EVERY_CHANNEL, right_to_send, waivers_of
from agent.core.team_policy import TeamPolicy, Topic
from agent.errors import AgentError
from agent.log import logger
from agent.ports import Store
from agent.track_record import Tracks

FRESH = timedelta(seconds=30)
RESTS = 60  # times what counting took: a long history is counted more rarely


@dataclass(frozen=True, slots=True)
class Word:
    """A topic's standing on one channel in a few words."""

    channel: str
    standing: Standing
    words: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What is kept of a topic on one channel; its proposals are not."""

    channel: str
    made_by: MadeBy
    earned: Earned
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    took: timedelta
    policy: TeamPolicy
    channels: tuple[Folded, ...]


@dataclass(slots=True)
class Standings:
    """One console's memory of what was folded. `patience`: seconds that a page waits for it."""

    patience: float = 0.03
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _folding: dict[str, threading.Thread] = field(default_factory=dict)  # by topic
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(
        self, store: Store, policy: TeamPolicy, topic: Topic, now: datetime
    ) -> tuple[Folded, ...] | None:
        """Every channel of one topic, as new as can be had at once; None: still being counted."""
        self._fold_aside(store, policy, [topic], now)
        kept = self._kept.get(topic.name)
        return None if kept is None else kept.channels

    def words(
        self, store: Store, policy: TeamPolicy, now: datetime
    ) -> Mapping[str, tuple[Word, ...]]:
        """By topic: its standing on each channel that is known of.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        stale = [topic for topic in policy.topics if not self._is_fresh(topic, policy, now)]
        if stale:
            self._fold_aside(store, policy, stale, now)
        events = store.certificate_events()
        return {topic.name: self._words(topic, policy, events, now) for topic in policy.topics}

    def _is_fresh(self, topic: Topic, policy: TeamPolicy, now: datetime) -> bool:
        kept = self._kept.get(topic.name)
        if kept is None or kept.policy != policy:
            return False
        return timedelta(0) <= now - kept.at < max(FRESH, RESTS * kept.took)

    def _fold_aside(
        self, store: Store, policy: TeamPolicy, topics: Sequence[Topic], now: datetime
    ) -> None:
        """Fold them in a thread, and wait a moment; many viewers cost no more than one."""
        with self._lock:
            running = {name for name, thread in self._folding.items() if thread.is_alive()}
            mine = [topic for topic in topics if topic.name not in running]
            if mine:
                thread = threading.Thread(
                    target=self._fold,
                    args=(store, policy, mine, now),
                    name="standings",
                    daemon=True,
                )
                self._folding |= {topic.name: thread for topic in mine}
                thread.start()
            wanted = {self._folding[topic.name] for topic in topics}
        for thread in wanted:
            thread.join(self.patience)

    def _fold(
        self, store: Store, policy: TeamPolicy, topics: Sequence[Topic], now: datetime
    ) -> None:
        try:
            for topic in topics:
                began = time.thread_time()
                tracks = Tracks(store=store, policy=policy).of(topic, now)
                folded = tuple(
                    Folded(
                        each.channel,
                        each.history.made_by,
                        each.earned,
                        weeks_of(each.history.rows, last=now.date()),
                    )
                    for each in tracks
                )
                took = timedelta(seconds=time.thread_time() - began)
                self._kept[topic.name] = _Kept(now, took, policy, folded)
        except AgentError as error:  # the page itself says so, if it stays like that
            logger().warning("standings.not-read", error=type(error).__name__)

    def _words(
        self, topic: Topic, policy: TeamPolicy, events: Sequence[CertificateEvent], now: datetime
    ) -> tuple[Word, ...]:
        kept, terms = self._kept.get(topic.name), policy.certificates
        if kept is None:
            channels = sorted({e.channel for e in events if e.topic == topic.name} - {""})
            rights = (
                right_to_send(events, topic.name, c, None, now, terms=terms) for c in channels
            )
            return tuple(
                word_of(channel, right, None)
                for channel, right in zip(channels, rights, strict=True)
            )
        words = tuple(
            word_of(
                each.channel,
                right_to_send(events, topic.name, each.channel, each.made_by, now, terms=terms),
                each.earned,
            )
            for each in kept.channels
        )
        if words or EVERY_CHANNEL not in waivers_of(events, topic.name, now):
            return words
        right = right_to_send(events, topic.name, EVERY_CHANNEL, None, now, terms=terms)
        return (Word(EVERY_CHANNEL, right.standing, short_words(right, None)),)


def word_of(channel: str, right: RightToSend, earned: Earned | None) -> Word:
    """The standing in a few words; `earned` None: not counted yet."""
    return Word(channel, right.standing, short_words(right, earned))
