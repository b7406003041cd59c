"""What is wrong after a round, by what the server holds and what was done to it.

Looks at no table of ours. It knows how a note's marker is made and how a note begins.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.sandbox.records import DeliveryRecord, RequestRecord
from agent.sandbox.world import World
from tests.simulation.checker import NOTE_SIGN, marker_of
from tests.soak.ground import Change, Ground, Sending

PAUSE_TAKES = 2.0  # seconds until every worker keeps to it, as promised
NOT_SENT = ("overtaken",)
# Two are promised, by the sender's clock; half a second is what a busy machine takes to send and
# to note down what came.
LOOK_WITHIN = 2.5
OLD_ANSWER, OLDEST_ANSWER = "stale-read", 11.0  # a fault of the server: what was true 10 s ago


@dataclass
class Verdict:
    """`broken`: kind of what must not be, and what it was about.

    `looks`: of each reply, seconds from the beginning of its last look to the request to send it.
    """

    broken: list[tuple[str, str]] = field(default_factory=list)
    stale: list["Stale"] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)


def judge(ground: Ground) -> Verdict:
    """Everything that is wrong, once all is over."""
    world = ground.sandbox.world
    verdict = Verdict()
    sendings = {sending.body: sending for sending in ground.sendings}
    verdict.broken += [("duplicates", about) for about in _doubles(world, sendings)]
    verdict.broken += [("losses", about) for about in losses(world)]
    verdict.broken += [("losses", about) for about in _unfinished(world, ground.sendings)]
    verdict.broken += [("told wrongly", about) for about in _told_wrongly(world, ground.sendings)]
    verdict.broken += [("wrong recipients", about) for about in _strangers(world, sendings)]
    leaks = [d.message_id for d in world.deliveries if NOTE_SIGN in d.body]
    verdict.broken += [("notes that reached a customer", about) for about in leaks]
    late = after_pause(world, ground.pauses)
    verdict.broken += [("sends after pause", about) for about in late]
    given = tuple(released(world, sendings))
    verdict.looks = [release.look_to_request for release in given]
    verdict.stale = list(stale_sends(given, ground.changes))
    wrong = [str(stale) for stale in verdict.stale if outside(stale)]
    wrong += [f"a look {span:.2f} s old" for span in verdict.looks if span > LOOK_WITHIN]
    verdict.broken += [("stale sends outside the gap", about) for about in wrong]
    return verdict


def losses(world: World) -> list[str]:
    """Conversations whose newest question has no note."""
    noted = {note.external_id for note in tuple(world.notes.values())}
    lost = []
    for held in tuple(world.conversations.values()):
        newest = held.last_in
        if newest and marker_of("note", held.id, newest.id) not in noted:
            lost.append(f"{held.id} was never noted")
    return lost


def _doubles(world: World, sendings: dict[str, Sending]) -> Iterator[str]:
    standing = [note for note in world.notes.values() if not note.deleted and note.external_id]
    for marker, count in Counter(note.external_id for note in standing).items():
        if count > 1:
            yield f"the note {marker} stands {count} times"
    for body, count in Counter(d.body for d in world.deliveries).items():
        if count > 1 and body in sendings:
            yield f"the reply {sendings[body].key} went {count} times"


def _unfinished(world: World, sendings: Sequence[Sending]) -> Iterator[str]:
    """Sends that said nothing, or that they arrived, and did not."""
    delivered = {d.body for d in world.deliveries}
    for sending in sendings:
        if not sending.state:
            yield f"the reply {sending.key} came to no end in {len(sending.calls)} calls"
        elif sending.state == "arrived" and sending.body not in delivered:
            yield f"the reply {sending.key} never left"


def _told_wrongly(world: World, sendings: Sequence[Sending]) -> Iterator[str]:
    delivered = {d.body for d in world.deliveries}
    for sending in sendings:
        if sending.state in NOT_SENT and sending.body in delivered:
            yield f"the reply {sending.key} went and was called {sending.state}"


def _strangers(world: World, sendings: dict[str, Sending]) -> Iterator[str]:
    for delivery in world.deliveries:
        if not _is_right(world, delivery, sendings.get(delivery.body)):
            yield f"message {delivery.message_id}"
    turns = {
        (held.id, marker_of("note", held.id, message.id))
        for held in world.conversations.values()
        for message in held.messages
        if message.direction == "in"
    }
    for note in world.notes.values():
        ours = note.body.startswith(NOTE_SIGN) or note.external_id
        if ours and (note.conversation_id, note.external_id) not in turns:
            yield f"note {note.id}"


def _is_right(world: World, delivery: DeliveryRecord, sending: Sending | None) -> bool:
    """Whether somebody asked for it, there, and it went to the address the customer wrote from."""
    if sending is None or sending.conversation_id != delivery.conversation_id:
        return False
    held = world.conversations[delivery.conversation_id]
    wrote_from = {m.meta.get("from") for m in held.messages if m.direction == "in"}
    return delivery.customer_id == held.customer_id and set(delivery.to) <= wrote_from


# --- when it was released -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A reply that went although something had changed. Spans in seconds, by the server's clock.

    Where the change lay says whose doing it is: before the look, which the server answered with
    what was true some seconds ago; between look and request, which is ours; or after that.
    """

    about: str
    before_look: float = 0.0
    before_request: float = 0.0
    before_applied: float = 0.0
    excused: bool = True  # before the look only if one of its answers was an old one


def releases(world: World) -> Iterator[RequestRecord]:
    """Requests that told a draft to go, in the order they came."""
    for request in world.requests:
        tells = isinstance(request.body, dict) and request.body.get("sendAt")
        if request.applied and request.method == "PUT" and "/drafts/" in request.path and tells:
            yield request


def after_pause(world: World, pauses: Sequence[tuple[datetime, datetime]]) -> list[str]:
    """Replies and notes that were set about when all should have stopped."""
    notes = [r for r in world.requests if r.method == "POST" and r.path.endswith("/notes")]
    return [
        f"{request.method} {(request.at - began).total_seconds():.1f} s after the pause"
        for request in (*releases(world), *(note for note in notes if note.applied))
        for began, ended in pauses
        if (request.at - began).total_seconds() > PAUSE_TAKES and request.at < ended
    ]


@dataclass(frozen=True, slots=True)
class Release:
    """The request that released one reply, and the reads that it rests on."""

    sending: Sending
    request: RequestRecord
    basis: Mapping[str, datetime]  # when the call read what the reply was to rest on, by kind
    look: tuple[RequestRecord, ...]  # the last look before it

    @property
    def looked_at(self) -> datetime:
        return self.look[0].at

    @property
    def applied_at(self) -> datetime:
        return self.request.applied_at or self.request.at

    @property
    def look_to_request(self) -> float:
        return (self.request.at - self.looked_at).total_seconds()


def released(world: World, sendings: Mapping[str, Sending]) -> Iterator[Release]:
    """Of each reply that reached a customer: what released it."""
    first: dict[str, RequestRecord] = {}
    for request in sorted(releases(world), key=lambda r: r.applied_at or r.at):
        first.setdefault(re.sub(r".*/drafts/", "", request.path), request)
    gets: dict[str, list[RequestRecord]] = {}
    for request in world.requests:
        if request.method == "GET":
            gets.setdefault(request.key, []).append(request)
    for delivery in world.deliveries:
        sending, freed = sendings.get(delivery.body), first.get(delivery.draft_id)
        if sending is None or freed is None:
            continue
        before = [get for get in gets.get(freed.key, ()) if get.number < freed.number]
        drafts = [n for n, get in enumerate(before) if get.path.endswith("/drafts")]
        called = max((call for call in sending.calls if call <= freed.at), default=freed.at)
        if drafts:
            basis = _basis([get for get in before if get.at >= called])
            yield Release(sending, freed, basis, tuple(before[drafts[-1] :]))


def _basis(reads: Sequence[RequestRecord]) -> Mapping[str, datetime]:
    """When the conversation and its messages were first read in that call."""
    found: dict[str, datetime] = {}
    for read in reads:
        part = read.path.rpartition("/")[2]
        kind = part if part in {"messages", "drafts"} else "conversation"
        if kind != "conversation" or "/conversations/" in read.path:
            found.setdefault(kind, read.at)
    return found


def stale_sends(given: Iterable[Release], changes: Sequence[Change]) -> Iterator[Stale]:
    """Those that went although something had changed since what they rest on was read."""
    for release in given:
        missed = [
            change
            for change in changes
            if change.conversation_id == release.sending.conversation_id
            and _known_at(release, change) < change.at < release.applied_at
        ]
        if missed:
            yield _stale(release, missed)


def _known_at(release: Release, change: Change) -> datetime:
    """From when on such a change was news; what came before is what the reply rests on."""
    kind = "messages" if change.what.endswith("wrote") else "conversation"
    return release.basis.get(kind, release.looked_at)


def _stale(release: Release, missed: Sequence[Change]) -> Stale:
    looked, asked, applied = release.looked_at, release.request.at, release.applied_at
    spans = dict.fromkeys(("before_look", "before_request", "before_applied"), 0.0)
    for change in missed:
        if change.at < looked:
            name, until = "before_look", looked
        elif change.at < asked:
            name, until = "before_request", asked
        else:
            name, until = "before_applied", applied
        spans[name] = max(spans[name], (until - change.at).total_seconds())
    excused = not spans["before_look"] or any(r.fault == OLD_ANSWER for r in release.look)
    what = ", ".join(sorted({change.what for change in missed}))
    return Stale(about=f"{release.sending.key}: {what}", excused=excused, **spans)


def outside(stale: Stale) -> bool:
    """Whether the look itself should have shown it, or was too old when we asked to send."""
    return (
        not stale.excused or stale.before_look > OLDEST_ANSWER or stale.before_request > LOOK_WITHIN
    )
