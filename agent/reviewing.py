"""What a teammate must see before a word on a draft: what has changed, and that it is this draft.

Reads only.
"""

from dataclasses import dataclass
from datetime import datetime

from agent.approving import LAPSES_AFTER, Ended, WaitingDraft, approve, waiting_draft
from agent.core.basis import moved_on, teammate_is_writing, touched
from agent.core.conversation import Message
from agent.errors import HelpdeskMissing, InputError
from agent.notes import NoteDesk
from agent.ports import Run, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a teammate had before them: `WaitingDraft.binds` of it, and when it was shown."""

    binds: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What has changed since the draft was staged, in words; nothing: it may be approved.

    `messages` are those that came since, oldest first.
    """

    changes: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()


def look(desk: NoteDesk, draft: WaitingDraft) -> Look:
    """Look at the conversation and the draft as they are now: three requests.

    Raises:
        TransientError: Kustomer does not answer; nothing is known.
    """
    basis, staged = draft.staged.basis, draft.staged
    try:
        drafts = desk.reader.drafts(staged.customer_id)
        conversation = desk.reader.conversation(basis.conversation_id)
        messages = desk.reader.messages(basis.conversation_id)
    except HelpdeskMissing:
        return Look(changes=("the conversation is gone",))
    ours = next((d for d in drafts if d.id == draft.delivery.remote_id), None)
    writing = teammate_is_writing(
        drafts, basis.conversation_id, draft_id=draft.delivery.remote_id or ""
    )
    found = (
        touched(ours, draft.delivery.body, staged.to),
        moved_on(basis, conversation, messages),
        "a teammate is writing a reply" if writing else None,
    )
    return Look(
        changes=tuple(words for words in found if words),
        messages=tuple(m for m in messages if m.id not in basis.message_ids),
    )


def approve_shown(desk: NoteDesk, run: Run, shown: Shown, *, by: str) -> Ended:
    """Send the draft, if it is the one that was shown, within the last 30 minutes.

    Raises as `approving.approve`, and InputError when it is another one or was shown before that.
    """
    must_be_as_shown(desk, run, shown)
    return approve(desk, run, by=by)


def must_be_as_shown(desk: NoteDesk, run: Run, shown: Shown) -> None:
    """Refuse a word on something else than what was shown; a run that ended may tell how."""
    if run.state is not RunState.AWAITING_APPROVAL:
        return
    if abs(desk.clock.now() - shown.at) > LAPSES_AFTER:
        raise InputError("this was shown more than 30 minutes ago; look at the draft again")
    draft = waiting_draft(desk.store, run)
    if draft is not None and draft.binds != shown.binds:
        raise InputError(
            "the text or the recipient is another than the one that was shown; look at it again"
        )
