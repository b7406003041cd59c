"""Whether topics at "send" have a right to it, in one line each, and what a lead can do."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.core.certificate import RightToSend
from agent.core.earned_words import by_channel, short_words
from agent.core.levels import cautious, next_step
from agent.core.standing import EVERY_CHANNEL, MAY_SEND, right_to_send
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.track_record import WAIVER_SHOWN, Track, Tracks
from agent.wiring import App


def waiver_command(topic: str, until: str) -> str:
    """What a lead types who answers for a topic."""
    return f"sidenote certify {topic} --waive --until {until} --by NAME --reason TEXT"


def asked_to_send(policy: TeamPolicy) -> Iterator[str]:
    """A line for each topic that a policy's file sets to "send"; of its right nothing is known."""
    for topic in policy.topics:
        if topic.level is Level.SEND:
            yield (
                f'{topic.name} is at "send": its replies are drafted until it has a certificate '
                f"(what is missing: sidenote certify {topic.name}), or a lead answers for it: "
                f"{waiver_command(topic.name, 'DATE')}"
            )


def sending_words(app: App) -> Iterator[str]:
    """A line for each topic that is at "send" in the file or by a person's word.

    Reads every proposal of these topics. Raises StoreUnavailable.
    """
    now, changes = app.clock.now(), app.store.level_changes()
    for starts, topic in zip(app.policy.topics, cautious(app.policy, changes).topics, strict=True):
        if Level.SEND in {starts.level, topic.level}:
            tracks = Tracks(store=app.store, policy=app.policy).of(topic, now)
            yield _words(app, topic, tracks, now)


def _words(app: App, topic: Topic, tracks: Sequence[Track], now: datetime) -> str:
    told = "; ".join(_track(track) for track in tracks)
    may_send = any(track.may_send for track in tracks)
    if not tracks:  # a waiver of every channel may stand all the same
        right = _anywhere(app, topic, now)
        may_send = right.standing in MAY_SEND
        told = right.words if may_send else "no reply of it was proposed yet"
    if not may_send:
        until = (now + WAIVER_SHOWN).date().isoformat()
        return (
            f"{topic.name} ONLY DRAFTS: {told}. More: sidenote certify {topic.name}. Or a lead "
            f"answers for it: {waiver_command(topic.name, until)}"
        )
    step = next_step(topic.level)
    if step is None:
        return f"{topic.name} may send: {told}"
    climb = f"sidenote topics raise {topic.name} --to {step} --by NAME"
    return f"{topic.name} may send, but stands at {topic.level}: {told}. To let it climb: {climb}"


def _anywhere(app: App, topic: Topic, now: datetime) -> RightToSend:
    events, terms = app.store.certificate_events(topic=topic.name), app.policy.certificates
    return right_to_send(events, topic.name, EVERY_CHANNEL, None, now, terms=terms)


def _track(track: Track) -> str:
    return f"by {by_channel(track.channel)} {short_words(track.right, track.earned)}"
