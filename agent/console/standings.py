"""What each topic has earned, in a few words for the pages that list topics.

Rights come from events and are always as of now. What is earned is folded from every proposal of a
topic, which takes seconds where there are very many; so it is done aside, a page waits for it only
a moment, and shows what was known half a minute ago or more until it is there.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.core.certificate import RightToSend, Standing
from agent.core.certificate_events import CertificateEvent
from agent.core.earning import Earned
from agent.core.labels import MadeBy
from agent.core.standing import EVERY_CHANNEL, right_to_send, waivers_of
from agent.core.team_policy import TeamPolicy, Topic
from agent.errors import AgentError
from agent.log import logger
from agent.ports import Store
from agent.track_record import Track, Tracks

FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Word:
    """A topic's standing on one channel in a few words."""

    channel: str
    standing: Standing
    words: str


@dataclass(frozen=True, slots=True)
class _Folded:
    """What is kept of a track; its proposals are not."""

    channel: str
    made_by: MadeBy
    earned: Earned


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    policy: TeamPolicy
    channels: tuple[_Folded, ...]


@dataclass(slots=True)
class Standings:
    """One console's memory of what was folded. `patience`: seconds that a page waits for it."""

    patience: float = 0.1
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _folding: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tracks(
        self, store: Store, policy: TeamPolicy, topic: Topic, now: datetime
    ) -> tuple[Track, ...]:
        """Every channel of one topic as it is now, however long it takes.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        made = Tracks(store=store, policy=policy).of(topic, now)
        folded = (_Folded(each.channel, each.history.made_by, each.earned) for each in made)
        self._kept[topic.name] = _Kept(now, policy, tuple(folded))
        return made

    def words(
        self, store: Store, policy: TeamPolicy, now: datetime
    ) -> Mapping[str, tuple[Word, ...]]:
        """By topic: its standing on each channel that is known of. Raises as `tracks`."""
        stale = [topic for topic in policy.topics if not self._is_fresh(topic, policy, now)]
        if stale:
            self._fold_aside(store, policy, stale, now).join(self.patience)
        events = store.certificate_events()
        return {topic.name: self._words(topic, policy, events, now) for topic in policy.topics}

    def _is_fresh(self, topic: Topic, policy: TeamPolicy, now: datetime) -> bool:
        kept = self._kept.get(topic.name)
        return kept is not None and kept.policy == policy and timedelta(0) <= now - kept.at < FRESH

    def _fold_aside(
        self, store: Store, policy: TeamPolicy, topics: Sequence[Topic], now: datetime
    ) -> threading.Thread:
        """The thread that folds; one at a time, so that many viewers cost no more than one."""

        def fold() -> None:
            try:
                for topic in topics:
                    self.tracks(store, policy, topic, now)
            except AgentError as error:  # the page itself says so, if it stays like that
                logger().warning("standings.not-read", error=type(error).__name__)

        with self._lock:
            if self._folding is None or not self._folding.is_alive():
                self._folding = threading.Thread(target=fold, name="standings", daemon=True)
                self._folding.start()
            return self._folding

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
                Word(channel, right.standing, short_words(right, None))
                for channel, right in zip(channels, rights, strict=True)
            )
        words = tuple(
            _word(
                each,
                right_to_send(events, topic.name, each.channel, each.made_by, now, terms=terms),
            )
            for each in kept.channels
        )
        if words or EVERY_CHANNEL not in waivers_of(events, topic.name, now):
            return words
        right = right_to_send(events, topic.name, EVERY_CHANNEL, None, now, terms=terms)
        return (Word(EVERY_CHANNEL, right.standing, short_words(right, None)),)


def word_of(track: Track) -> Word:
    """The standing of a track as it was read."""
    return Word(track.channel, track.right.standing, short_words(track.right, track.earned))


def _word(folded: _Folded, right: RightToSend) -> Word:
    return Word(folded.channel, right.standing, short_words(right, folded.earned))


def short_words(right: RightToSend, earned: Earned | None) -> str:
    """Such as "certified until 12 Feb 2027", "41 more clean reviews", "taken back on …"."""
    if right.standing is Standing.CERTIFIED:
        return right.words.partition(":")[0]
    if right.standing is not Standing.MISSING or earned is None:
        return right.words
    if not earned.is_feasible:
        return "not feasible: too many wrong"
    more = earned.more_clean
    if more is None:
        return right.words
    return f"{more:,} more clean review{'' if more == 1 else 's'}"
