"""Keeps one note of ours per turn, where a write that we had given up on was applied late."""

from dataclasses import dataclass, replace

from agent.errors import HelpdeskMissing
from agent.log import logger
from agent.notes import NoteDesk
from agent.ports import Told

OUR_MARKERS = "sidenote-"


@dataclass(frozen=True, slots=True)
class Tidying:
    """Looks at a conversation's notes and deletes our own newer doubles; nobody else's, ever."""

    desk: NoteDesk

    def tidy(self, told: Told) -> None:
        """Safe to call again. Raises Held when nothing may be written now."""
        try:
            notes = self.desk.reader.notes(told.conversation_id)
        except HelpdeskMissing:
            return
        ours = {note.marker for note in notes if note.marker.startswith(OUR_MARKERS)}
        deleted = sum(self.desk.keep_oldest(notes, marker) for marker in sorted(ours))
        if deleted:
            logger().info("notes.tidied", conversation=told.conversation_id, deleted=deleted)
        now = self.desk.clock.now()
        # Read again: a run may have told more while we were reading.
        newest = self.desk.store.told(told.conversation_id) or told
        count = len(notes) - deleted
        if newest != told:
            count = max(newest.note_count, count)
        self.desk.store.save_told(replace(newest, note_count=count), now)
