"""What each topic has earned, as the pages show it; folded anew only now and then.

Rights come from events and are always as of now. What is earned is folded from all proposals of a
topic, which takes a while where there are ten thousands, so it may be half a minute old.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.core.certificate import RightToSend, Standing
from agent.core.earning import Earned
from agent.core.standing import right_to_send
from agent.core.team_policy import TeamPolicy, Topic
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
class Standings:
    """One console's memory of what was folded. Threads may share it: at worst both fold."""

    _kept: dict[str, tuple[datetime, TeamPolicy, tuple[Track, ...]]] = field(default_factory=dict)

    def tracks(
        self, store: Store, policy: TeamPolicy, topic: Topic, now: datetime
    ) -> tuple[Track, ...]:
        """Every channel of the topic as it is now. Raises StoreUnavailable."""
        made = Tracks(store=store, policy=policy).of(topic, now)
        self._kept[topic.name] = (now, policy, made)
        return made

    def words(
        self, store: Store, policy: TeamPolicy, now: datetime
    ) -> Mapping[str, tuple[Word, ...]]:
        """By topic: its standing on each channel. Raises StoreUnavailable."""
        events, terms, found = store.certificate_events(), policy.certificates, {}
        for topic in policy.topics:
            tracks = self._recent(policy, topic, now)
            if tracks is None:
                tracks = self.tracks(store, policy, topic, now)
            found[topic.name] = tuple(
                _word(
                    track,
                    right_to_send(
                        events, topic.name, track.channel, track.history.made_by, now, terms=terms
                    ),
                )
                for track in tracks
            )
        return found

    def _recent(self, policy: TeamPolicy, topic: Topic, now: datetime) -> tuple[Track, ...] | None:
        at, under, tracks = self._kept.get(topic.name, (None, None, ()))
        if at is None or under != policy or not timedelta(0) <= now - at < FRESH:
            return None
        return tracks

    def forget(self, topic: str) -> None:
        """Something was changed here: the next look is a fresh one."""
        self._kept.pop(topic, None)


def word_of(track: Track) -> Word:
    """The standing of a track as it was read."""
    return _word(track, track.right)


def _word(track: Track, right: RightToSend) -> Word:
    return Word(
        channel=track.channel,
        standing=right.standing,
        words=short_words(right, track.earned),
    )


def short_words(right: RightToSend, earned: Earned) -> str:
    """Such as "certified until 12 Feb 2027", "41 more clean reviews", "taken back on …"."""
    if right.standing is Standing.CERTIFIED:
        return right.words.partition(":")[0]
    if right.standing is not Standing.MISSING:
        return right.words
    if not earned.is_feasible:
        return "not feasible: too many wrong"
    more = earned.more_clean
    if more is None:
        return right.words
    return f"{more:,} more clean review{'' if more == 1 else 's'}"
