"""What must be true at the end, by what the server holds.

Uses no table, rule or step of the pipeline: only the server's own record, what the customers
asked, and how each run says it ended. It knows how a marker is made and how a note begins.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from tests.simulation.people import Asked
from tests.simulation.server import Truth, Version

NOTE_SIGN = "Sidenote · "
ENDED = ("done", "failed")


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
    crashes: Sequence[str] = ()
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
        *_strangers(evidence),
        *_losses(evidence),
        *_leaks(evidence),
        *_after_pause(evidence),
    )


def note_marker(conversation_id: str, message_id: str) -> str:
    """How a note of a turn is marked."""
    return "sidenote-" + sha256(f"note:{conversation_id}:{message_id}".encode()).hexdigest()[:32]


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
    broken = []
    for conversation_id, versions in evidence.truth.versions.items():
        if evidence.lost and not is_open(versions[-1]):
            continue  # a new database never hears of it
        markers = Counter(note.marker for note in versions[-1].notes if note.marker)
        broken += [
            Broken("duplicate", f"{conversation_id} {marker} stands {count} times")
            for marker, count in markers.items()
            if count > 1
        ]
    return broken


def _strangers(evidence: Evidence) -> list[Broken]:
    """A note on a conversation whose customer never wrote the message it is about."""
    broken = []
    for conversation_id, versions in evidence.truth.versions.items():
        turns = {
            note_marker(conversation_id, m.id) for m in versions[-1].messages if m.direction == "in"
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
    markers = {note_marker(conversation_id, each.message_id) for each in turns}
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
    """One request may have been under way in each task; a second one means nobody looked."""
    broken = []
    for began, ended in evidence.pauses:
        during = Counter(w.by for w in evidence.truth.writes if began < w.began < ended)
        broken += [
            Broken("after-pause", f"{by} wrote {count} times")
            for by, count in during.items()
            if count > 1
        ]
    return broken
