"""What a reply was decided upon, and whether the world is still like that.

Compared field by field, never by `rev`: our own draft may raise it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.conversation import Conversation, Direction, Draft, Message
from agent.core.outgoing_text import folded

CUSTOMER_WROTE = "the customer wrote again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The conversation as it was when the reply was decided upon."""

    conversation_id: str
    message_ids: frozenset[str]
    status: str
    assigned_users: tuple[str, ...]

    @classmethod
    def of(cls, conversation: Conversation, messages: Sequence[Message]) -> "Basis":
        """What matters of a conversation and its messages."""
        return cls(
            conversation_id=conversation.id,
            message_ids=frozenset(message.id for message in messages),
            status=conversation.status,
            assigned_users=tuple(sorted(conversation.assigned_users)),
        )


def somebody_wrote(basis: Basis, messages: Sequence[Message]) -> str | None:
    """Who wrote since, in words; None when nobody did."""
    newer = [m for m in messages if m.id not in basis.message_ids]
    if not newer:
        return None
    customer = any(m.direction is Direction.IN for m in newer)
    return CUSTOMER_WROTE if customer else "a teammate answered"


def moved_on(basis: Basis, conversation: Conversation, messages: Sequence[Message]) -> str | None:
    """What changed since, in words; None when nothing did."""
    wrote = somebody_wrote(basis, messages)
    if wrote is not None:
        return wrote
    changes = {
        "the conversation was deleted": conversation.deleted,
        "the conversation was merged": conversation.merged_into is not None,
        "the conversation was marked as spam": conversation.spam,
        "the conversation was locked": conversation.locked,
        "the status changed": conversation.status != basis.status,
        "the assignee changed": tuple(sorted(conversation.assigned_users)) != basis.assigned_users,
    }
    return next((words for words, applies in changes.items() if applies), None)


def teammate_is_writing(drafts: Sequence[Draft], conversation_id: str, *, draft_id: str) -> bool:
    """Whether somebody else's draft lies on the conversation."""
    others = [d for d in drafts if d.id != draft_id and not d.marker]
    return any(d.conversation_id in {conversation_id, None} for d in others)


def touched(draft: Draft | None, body: str, to: str | None) -> str | None:
    """What somebody did to our staged draft, in words; None when it is as we left it.

    A body that Kustomer does not echo cannot be compared; then who modified it decides.
    """
    if draft is None:
        return "the draft was sent or deleted in Kustomer"
    if draft.body and draft.body != body:
        return "the draft was edited in Kustomer"
    if draft.modified_by and draft.created_by and draft.modified_by != draft.created_by:
        return "the draft was edited in Kustomer"
    if to is not None and draft.to and draft.to != (to,):
        return "the draft's recipient was changed in Kustomer"
    return None


def is_about_the_draft(why: str) -> bool:
    """Whether these are words of `touched`: the draft is a teammate's business now."""
    return why.startswith(("the draft was", "the draft's"))


def is_ours(message: Message, basis: Basis, body: str) -> bool:
    """Whether a message is the reply we released: new, outbound, with that very text.

    Source: no link from a draft to its message is documented.
    """
    return (
        message.direction is Direction.OUT
        and message.id not in basis.message_ids
        and folded(message.text) == folded(body)
    )
