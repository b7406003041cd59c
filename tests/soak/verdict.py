"""What is wrong after a round, by what the server holds and what was done to it.

Looks at no table of ours. It knows how a note's marker is made and how a note begins.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent.sandbox.records import DeliveryRecord, RequestRecord
from agent.sandbox.world import World
from tests.simulation.checker import GAP, NOTE_SIGN, marker_of
from tests.soak.ground import Change, Ground, Sending

PAUSE_TAKES = 2.0  # seconds until every worker keeps to it, as promised
NOT_SENT = ("overtaken",)


@dataclass
class Verdict:
    """`broken`: kind of what must not be -> what it was about. `gaps`: seconds of stale sends."""

    broken: list[tuple[str, str]] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)


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
    verdict.gaps = _gaps(world, sendings, ground.changes)
    stale = [f"{gap:.1f} s" for gap in verdict.gaps if gap > GAP]
    verdict.broken += [("stale sends outside the gap", about) for about in stale]
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


def _gaps(world: World, sendings: dict[str, Sending], changes: Sequence[Change]) -> list[float]:
    """Of each reply that went although something had changed: seconds from that to its release."""
    first: dict[str, datetime] = {}
    for request in releases(world):
        draft_id = re.sub(r".*/drafts/", "", request.path)
        first.setdefault(draft_id, request.at)
    gaps = []
    for delivery in world.deliveries:
        sending, at = sendings.get(delivery.body), first.get(delivery.draft_id)
        if sending is None or at is None:
            continue
        began = max((call for call in sending.calls if call <= at), default=at)
        missed = [
            (at - change.at).total_seconds()
            for change in changes
            if change.conversation_id == sending.conversation_id and began < change.at < at
        ]
        if missed:
            gaps.append(max(missed))
    return gaps
