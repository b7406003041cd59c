"""Takes our older note away once the newer one stands, where the team wants one note only.

Called again it finds the older note gone, and says so again: a kill between the two writes
leaves both notes for a moment, never none.
"""

import structlog

from agent.core.turn import Action
from agent.errors import PermanentError
from agent.handover import Did
from agent.notes import NoteDesk
from agent.ports import Delivery, DeliveryState, Told

_log = structlog.get_logger()


def replace_older(desk: NoteDesk, told: Told | None, did: Did) -> str:
    """Delete the note that `did` takes the place of; gives its id, "" when it stays.

    It stays unless it is a run's note of ours, by its marker, and stands as we wrote it: a teammate
    may have gone on in it.

    Raises:
        Held: paused or stopping.
        TransientError: not known to be gone; call again.
    """
    older = _written(desk, told)
    if did.delivery is not DeliveryState.ARRIVED or older is None or older.remote_id == did.note_id:
        return ""
    try:
        there = {note.id: note for note in desk.reader.notes(older.conversation_id)}
        if did.note_id not in there:
            return ""  # the list lags, or somebody deleted the newer one: keep what there is
        note = there.get(str(older.remote_id))
        if note is None:
            return str(older.remote_id)
        if note.marker != older.marker or _folded(note.body) != _folded(older.body):
            return ""
        desk.guard()
        desk.writer.delete_note(note.id)
    except PermanentError as error:
        # Two notes are a nuisance, a run that fails after its note is written is a puzzle.
        _log.warning(
            "note.not-replaced", conversation=older.conversation_id, why=type(error).__name__
        )
        return ""
    return note.id


def _written(desk: NoteDesk, told: Told | None) -> Delivery | None:
    """Our delivery of the last note, if a run wrote it: never what `sidenote send` was given."""
    if told is None or told.note_id is None:
        return None
    ours = desk.store.deliveries(conversation_id=told.conversation_id)
    return next(
        (
            delivery
            for delivery in ours
            if delivery.remote_id == told.note_id
            and delivery.action == Action.NOTE
            and delivery.run_id is not None
            and delivery.state is DeliveryState.ARRIVED
        ),
        None,
    )


def _folded(text: str) -> str:
    return " ".join(text.split())
