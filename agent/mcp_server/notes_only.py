"""A writer that can write internal notes and nothing else: no draft, no reply, no message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn, Protocol

from agent.core.conversation import Draft, Note
from agent.errors import PermanentError
from agent.ports import NewDraft


class NotesOnlyError(PermanentError):
    """Something other than a note was to be written. Nothing was."""


class NoteWriter(Protocol):
    """The part of `ports.HelpdeskWriter` that no customer ever sees."""

    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        """As `HelpdeskWriter` says."""

    def delete_note(self, note_id: str) -> None:
        """The same."""


@dataclass(frozen=True, slots=True)
class NotesOnly:
    """A `HelpdeskWriter` whose methods raise `NotesOnlyError`, but for those of notes."""

    _notes: NoteWriter

    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        """Written."""
        return self._notes.write_note(conversation_id, body, marker=marker, note_id=note_id)

    def delete_note(self, note_id: str) -> None:
        """Deleted: a note of our own that came out twice, or that a newer one stands for."""
        self._notes.delete_note(note_id)

    def stage_draft(self, draft: NewDraft) -> Draft:
        """Refused."""
        _refuse("a draft")

    def release_draft(
        self, draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        """Refused."""
        _refuse("a reply")

    def delete_draft(self, draft_id: str) -> None:
        """Refused."""
        _refuse("the deletion of a draft")

    def record_message(self, conversation_id: str, body: str, *, channel: str, marker: str) -> str:
        """Refused."""
        _refuse("a message")

    def add_tags(self, conversation_id: str, tags: Sequence[str]) -> None:
        """Refused."""
        _refuse("tags")


def _refuse(what: str) -> NoReturn:
    raise NotesOnlyError(f"the MCP server writes notes only, and {what} was asked for")
