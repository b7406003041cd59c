"""What must be true at the end, by what the server holds.

Uses no table, rule or step of the pipeline: only the server's own record, what the customers
asked, and how each run says it ended. It knows how a marker is made and how a note begins.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf

from tests.simulation.people import Asked
from tests.simulation.records import TEAM, Sent, Version, Written
from tests.simulation.server import Truth

NOTE_SIGN = "Sidenote · "
# Seconds: the look may be 2 s old when the release is set about, and what it read another 10 s,
# which is how far the simulated server's answers lag; half a second for the look itself.
GAP = 12.5
LOOK = 2.0  # seconds from the beginning of a look to setting about the release, as promised
COMMIT = 0.1  # seconds in which a commit of the simulated database is through
ENDED = ("done", "failed", "awaiting-approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one run says it ended. `why` is the error's kind, or the rules' names."""

    conversation_id: str
    message_id: str
    state: str
    disposition: str
    why: str
    is_bug: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is looked at."""

    truth: Truth
    asked: Sequence[Asked]
    pauses: Sequence[tuple[float, float]]
    endings: Sequence[Ending]
    approved: frozenset[str]
    crashes: Sequence[str] = ()
    stops: Sequence[tuple[str, float, float]] = ()  # a process, stopped from and until
    lost: bool = False  # the database was lost on the way


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that must not be. `kind` is what the figures count."""

    kind: str
    about: str


def check(evidence: Evidence) -> tuple[Broken, ...]:
    """Everything that is wrong."""
    return (
        *(Broken("crash", kind) for kind in evidence.crashes),
        *_ends(evidence),
        *_doubles(evidence),
        *(Broken("deleted", f"{id_}, the oldest") for id_ in evidence.truth.oldest_deleted),
        *_strangers(evidence),
        *_losses(evidence),
        *_leaks(evidence),
        *_after_pause(evidence),
        *(() if evidence.lost else _blind(evidence.truth)),  # a new database knows of no attempt
        *replies(evidence),
    )


def marker_of(action: str, conversation_id: str, message_id: str) -> str:
    """How the note or the reply of a turn is marked."""
    key = f"{action}:{conversation_id}:{message_id}"
    return "sidenote-" + sha256(key.encode()).hexdigest()[:32]


def is_open(version: Version) -> bool:
    """Whether a note is wanted there at all."""
    held = version.conversation
    return not (version.gone or held.spam or held.merged_into or held.deleted)


def _ends(evidence: Evidence) -> list[Broken]:
    broken = []
    for ending in evidence.endings:
        about = f"{ending.conversation_id}:{ending.message_id} {ending.state} {ending.why}"
        if ending.state not in ENDED:
            broken.append(Broken("open", about))
        elif ending.is_bug:
            broken.append(Broken("bug", about))
        elif not (ending.disposition and (ending.state == "done" or ending.why)):
            broken.append(Broken("unexplained", about))
    return broken


def _doubles(evidence: Evidence) -> list[Broken]:
    """Not those of a run that failed: a person retries it, which looks and keeps the oldest."""
    failed = {
        marker_of("note", ending.conversation_id, ending.message_id)
        for ending in evidence.endings
        if ending.state == "failed"
    }
    broken = []
    for conversation_id, versions in evidence.truth.versions.items():
        if versions[-1].gone or (evidence.lost and not is_open(versions[-1])):
            continue  # nobody reads them; and a new database never hears of a closed one
        markers = Counter(note.marker for note in versions[-1].notes if note.marker)
        broken += [
            Broken("duplicate", f"{conversation_id} {marker} stands {count} times")
            for marker, count in markers.items()
            if count > 1 and marker not in failed
        ]
    return broken


def _strangers(evidence: Evidence) -> list[Broken]:
    """A note on a conversation whose customer never wrote the message it is about."""
    broken = []
    for conversation_id, versions in evidence.truth.versions.items():
        turns = {
            marker_of("note", conversation_id, m.id)
            for m in versions[-1].messages
            if m.direction == "in"
        }
        broken += [
            Broken("stranger", f"{conversation_id} has {note.id}")
            for version in versions
            for note in version.notes
            if note.marker and note.marker not in turns
        ]
    return broken


def _losses(evidence: Evidence) -> list[Broken]:
    broken = []
    failed = {(e.conversation_id, e.message_id) for e in evidence.endings if e.state == "failed"}
    for conversation_id, versions in evidence.truth.versions.items():
        asked = [a for a in evidence.asked if a.conversation_id == conversation_id]
        questions = [number for number, each in enumerate(asked) if each.code]
        if not questions or not is_open(versions[-1]):
            continue
        newest = asked[questions[-1]]
        later = asked[questions[-1] :]
        if any((conversation_id, each.message_id) in failed for each in later):
            continue
        noted = _notes_on(evidence.truth, conversation_id, later)
        if not noted:
            broken.append(Broken("loss", f"{conversation_id} {newest.code} was never noted"))
        elif not any(newest.code in body for body in noted.values()):
            broken.append(Broken("empty", f"{conversation_id} no note tells {newest.code}"))
        elif not _still_there(evidence.truth, versions[-1], noted):
            broken.append(Broken("deleted", f"{conversation_id} no note is left of {newest.code}"))
    return broken


def _notes_on(truth: Truth, conversation_id: str, turns: Sequence[Asked]) -> Mapping[str, str]:
    """Every note there ever was on one of these turns: id and text."""
    markers = {marker_of("note", conversation_id, each.message_id) for each in turns}
    return {id_: note.body for id_, note in truth.note_texts.items() if note.marker in markers}


def _still_there(truth: Truth, version: Version, noted: Mapping[str, str]) -> bool:
    standing = {note.id for note in version.notes}
    return any(id_ in standing or id_ in truth.deleted_by_team for id_ in noted)


def _leaks(evidence: Evidence) -> list[Broken]:
    return [
        Broken("leak", f"{conversation_id} {message.id}")
        for conversation_id, versions in evidence.truth.versions.items()
        for message in versions[-1].messages
        if message.direction == "out" and NOTE_SIGN in message.text
    ]


def _after_pause(evidence: Evidence) -> list[Broken]:
    """No release is set about once a pause is committed; the gate is its last look.

    Of notes and withdrawals one may have been under way in each task: between its gate and its
    request the attempt is committed, and there the process may be stopped.
    """
    broken = []
    for began, ended in evidence.pauses:
        during = [w for w in evidence.truth.writes if began < w.began < ended]
        broken += [Broken("send-after-pause", w.id) for w in during if w.kind == "release_draft"]
        broken += [
            Broken("after-pause", f"{by} wrote {count} times")
            for by, count in Counter(w.by for w in during).items()
            if count > 1
        ]
        broken += [
            Broken("after-pause", f"{w.by} wrote {w.began - began:.1f} s after it")
            for w in during
            if w.began - began > COMMIT + _stopped(evidence, w)
        ]
    return broken


def _stopped(evidence: Evidence, write: Written) -> float:
    """How long the process had been stopped until shortly before it set about the write."""
    return sum(
        until - since
        for process, since, until in evidence.stops
        if process == write.by.split("/")[0] and since <= write.began <= until + COMMIT
    )


def _blind(truth: Truth) -> list[Broken]:
    """A second request for the same thing by somebody who had not looked since the first."""
    broken = []
    for number, later in enumerate(truth.arrivals):
        before = [
            a.began
            for a in truth.arrivals
            if a.marker == later.marker and a.began < later.began and a is not later
        ]
        looked = any(
            look.process == later.process and max(before) <= look.began <= later.began
            for look in truth.looks
            if before and look.about == later.about
        )
        if before and not looked:
            broken.append(Broken("blind", f"request {number} of {later.marker}"))
    return broken


# --- replies ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stale:
    """A reply that was released although something had happened meanwhile. Spans in seconds."""

    about: str
    before_request: float  # from what happened to our setting about the release
    before_release: float  # … to the release being applied


def replies(evidence: Evidence) -> list[Broken]:
    """Everything that is wrong with what customers were sent by us."""
    ours = [sent for sent in evidence.truth.sent if sent.by != TEAM]
    twice = Counter(sent.marker for sent in ours)
    broken = [Broken("sent-twice", marker) for marker, count in twice.items() if count > 1]
    for sent in ours:
        turn = _turn_of(evidence, sent)
        about = f"{sent.conversation_id} {sent.message_id}"
        if turn is None:
            broken.append(Broken("wrong-conversation", about))
        elif sent.to != turn.sender or sent.to not in _addresses(evidence.truth, sent):
            broken.append(Broken("wrong-recipient", f"{about} to {sent.to}"))
        if sent.text not in evidence.approved and not _edited_in_the_gap(evidence, sent):
            broken.append(Broken("not-approved", about))
    broken += [
        Broken("stale", f"{each.about} {each.before_request:.1f} s")
        for each in stale_sends(evidence)
        if each.before_request > GAP
    ]
    broken += [
        Broken("stale", f"a look {age:.1f} s old")
        for age in ages_of_looks(evidence.truth)
        if age > LOOK
    ]
    if not evidence.lost:
        # One that was applied after it had been given up on may come after the run has ended.
        late = {write.id for write in evidence.truth.writes if write.late}
        broken += _mistold(evidence, {s.marker for s in ours if s.draft_id not in late})
    return broken


def ages_of_looks(truth: Truth) -> list[float]:
    """Of each release: seconds from the look before it, as the server had it, to setting about."""
    ages = []
    for write in truth.writes:
        if write.kind != "release_draft":
            continue
        process = write.by.split("/")[0]
        customer_id = truth.lying[write.id].customer_id
        looks = [
            look.began
            for look in truth.looks
            if (look.process, look.about) == (process, customer_id) and look.began <= write.began
        ]
        ages.append(write.began - max(looks, default=-inf))
    return ages


def stale_sends(evidence: Evidence) -> list[Stale]:
    """Replies released although somebody had written, or the conversation had changed."""
    found = []
    for sent in evidence.truth.sent:
        turn = _turn_of(evidence, sent)
        if sent.by == TEAM or turn is None:
            continue
        moved = _first_move(evidence.truth.versions[sent.conversation_id], turn)
        if moved < sent.released:
            began = _began(evidence.truth, sent)
            found.append(Stale(sent.message_id, began - moved, sent.released - moved))
    return found


def _first_move(versions: Sequence[Version], turn: Asked) -> float:
    """When the conversation first was no longer one to answer that turn in; infinity if never."""
    for version in versions:
        held = version.conversation
        if version.at < turn.at or all(m.id != turn.message_id for m in version.messages):
            continue
        ids = [m.id for m in version.messages if not (m.auto and m.direction == "out")]
        if not is_open(version) or ids[-1] != turn.message_id or held.status != "open":
            return version.at
    return inf


def _began(truth: Truth, sent: Sent) -> float:
    """When we set about the request that released it."""
    requests = [w for w in truth.writes if w.kind == "release_draft" and w.id == sent.draft_id]
    return next(w.began for w in requests if w.applied == sent.released)


def _turn_of(evidence: Evidence, sent: Sent) -> Asked | None:
    return next(
        (
            each
            for each in evidence.asked
            if each.conversation_id == sent.conversation_id
            and marker_of("reply", each.conversation_id, each.message_id) == sent.marker
        ),
        None,
    )


def _addresses(truth: Truth, sent: Sent) -> set[str]:
    held = truth.versions[sent.conversation_id][-1].conversation
    return {address.value for address in truth.customers[str(held.customer_id)].emails}


def _edited_in_the_gap(evidence: Evidence, sent: Sent) -> bool:
    touched = evidence.truth.touched.get(sent.draft_id, -inf)
    return _began(evidence.truth, sent) - GAP <= touched <= sent.released


def _mistold(evidence: Evidence, sent: set[str]) -> list[Broken]:
    """What a run says of its reply, against what the customer got."""
    went = {each.marker for each in evidence.truth.sent}
    broken = []
    for ending in evidence.endings:
        marker = marker_of("reply", ending.conversation_id, ending.message_id)
        about = f"{ending.conversation_id}:{ending.message_id} {ending.disposition}"
        if marker in sent and ending.disposition not in {"replied", "unknown", "failed"}:
            broken.append(Broken("untold", about))
        if ending.disposition == "replied" and marker not in went:
            broken.append(Broken("told-unsent", about))
    return broken
