"""What the label book tells of a topic: its proposals by channel, who makes them, what is earned.

Reads only. The makers are those of the policy in force, with the engine and prompt that most of
the newest proposals came from: one that an engine stood in for does not make it the usual one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.core.certificate import RightToSend
from agent.core.certificate_events import CertificateEvent
from agent.core.certificate_steps import counted_since
from agent.core.earned_words import by_channel, missing_words
from agent.core.earning import Earned, earned
from agent.core.labels import MadeBy, Proposed
from agent.core.makers import ELSEWHERE, OFFLINE, makers_of
from agent.core.standing import MAY_SEND, Held, held_by, right_to_send
from agent.core.team_policy import TeamPolicy, Topic
from agent.ports import Store

WAIVER_SHOWN = timedelta(days=30)  # of the command that a refusal names
NEWEST = 5  # proposals, of which most say what engine is in use


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The proposals of one channel, oldest first, and who makes them now."""

    channel: str
    rows: tuple[Proposed, ...]
    made_by: MadeBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One topic on one channel. `earned` is what goes towards its next certificate."""

    topic: Topic
    history: History
    held: Held
    right: RightToSend
    earned: Earned

    @property
    def channel(self) -> str:
        """The channel's name."""
        return self.history.channel

    @property
    def may_send(self) -> bool:
        """Whether it has a right to send now, certified or waived."""
        return self.right.standing in MAY_SEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """Reads tracks from the store, under one policy."""

    store: Store
    policy: TeamPolicy

    def of(self, topic: Topic, now: datetime) -> tuple[Track, ...]:
        """Every channel of a topic that anything is known of, or that the policy names.

        Raises StoreUnavailable. Reads every proposal of the topic; some tenths of a second for
        ten thousand.
        """
        told = self.store.certificate_events(topic=topic.name)
        return tuple(self._track(topic, each, told, now) for each in self.histories(topic, told))

    def histories(
        self, topic: Topic, events: Sequence[CertificateEvent] | None = None
    ) -> tuple[History, ...]:
        """The proposals of each channel, and their makers as they are now."""
        told = self.store.certificate_events(topic=topic.name) if events is None else events
        rows = self.store.proposals(topic=topic.name)
        return tuple(
            self._history(topic, channel, rows, held_by(told, topic.name, channel))
            for channel in channels_of(topic, rows, told)
        )

    def _history(self, topic: Topic, channel: str, rows: Sequence[Proposed], held: Held) -> History:
        here = tuple(row for row in rows if row.channel == channel)
        return History(channel=channel, rows=here, made_by=self.made_by(topic, here, held))

    def _track(
        self, topic: Topic, history: History, events: Sequence[CertificateEvent], now: datetime
    ) -> Track:
        channel, made_by, terms = history.channel, history.made_by, self.policy.certificates
        held = held_by(events, topic.name, channel)
        found = earned(history.rows, made_by, terms, now=now, since=counted_since(held, now))
        return Track(
            topic=topic,
            history=history,
            held=held,
            right=right_to_send(events, topic.name, channel, made_by, now, terms=terms),
            earned=replace(found, topic=topic.name, channel=channel),
        )

    def made_by(self, topic: Topic, rows: Sequence[Proposed], held: Held) -> MadeBy:
        """The makers in use. With no proposals yet, engine and prompt are a certificate's own."""
        ours = makers_of(self.policy, topic.name, engine=OFFLINE)
        known = [row for row in rows if row.made_by != ELSEWHERE]
        if known:
            engine, prompt = _usual(known)
        elif held.certificate is not None:
            engine, prompt = held.certificate.made_by.engine, held.certificate.made_by.prompt
        else:
            return ours
        return replace(ours, engine=engine, prompt=prompt)


def channels_of(
    topic: Topic, rows: Iterable[Proposed], events: Iterable[CertificateEvent]
) -> tuple[str, ...]:
    """The channels that the policy lets the topic answer on; with no list, all that are known."""
    if topic.channels:
        return tuple(sorted(topic.channels))
    seen = {row.channel for row in rows} | {e.channel for e in events if e.topic == topic.name}
    return tuple(sorted(seen - {""}))


def _usual(rows: Sequence[Proposed]) -> tuple[str, str]:
    newest = [(row.made_by.engine, row.made_by.prompt) for row in reversed(rows[-NEWEST:])]
    counts = Counter(newest)
    most = max(counts.values())
    return next(pair for pair in newest if counts[pair] == most)


def what_is_missing(store: Store, policy: TeamPolicy, topic: Topic, now: datetime) -> str:
    """Why a topic has no right to send, channel by channel, and what a lead can do; no text."""
    told = [
        f"by {by_channel(track.channel)}: {track.right.words}; {missing_words(track.earned)}"
        for track in Tracks(store=store, policy=policy).of(topic, now)
    ]
    why = " ".join(told) or "no reply of it was proposed yet."
    until = (now + WAIVER_SHOWN).date()
    return (
        f"{topic.name} has no certificate: {why} Or a lead answers for it: sidenote certify "
        f"{topic.name} --waive --until {until} --by NAME --reason TEXT"
    )
