"""What became of the messages that our last note rests on: edited, redacted, too old to show.

A note keeps a short digest of each message it cites, so that a later run can tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from agent.core.conversation import Message
from agent.core.proposal import Section, Statement
from agent.core.transcript import Transcript

_KEPT_SECTIONS = frozenset({Section.REQUEST, Section.DONE})  # what was open may be answered by now
_MOST_EARLIER = 6  # statements, so that notes do not grow with a conversation's age


@dataclass(frozen=True, slots=True)
class Amended:
    """Messages behind the last note that are not any more as they were then.

    `redacted` counts those that are gone too; `message_ids` are all of them.
    """

    edited: int = 0
    redacted: int = 0
    message_ids: frozenset[str] = frozenset()


def digest_of(message: Message) -> str:
    """12 hex digits of the message's text; white space makes no difference."""
    return sha256(" ".join(message.text.split()).encode("utf-8", "replace")).hexdigest()[:12]


def with_digests(
    statements: Sequence[Statement], messages: Sequence[Message]
) -> tuple[Statement, ...]:
    """The statements, each with digests of the messages it cites; one that has them keeps them."""
    known = {message.id: digest_of(message) for message in messages}
    return tuple(
        statement
        if statement.digests
        else replace(statement, digests=tuple(known.get(i, "") for i in statement.message_ids))
        for statement in statements
    )


def amended(statements: Sequence[Statement], messages: Sequence[Message]) -> Amended:
    """Which of the cited messages changed since; without digests none did, as far as we know."""
    now = {message.id: message for message in messages}
    edited: set[str] = set()
    redacted: set[str] = set()
    for statement in statements:
        for message_id, digest in zip(statement.message_ids, statement.digests, strict=False):
            message = now.get(message_id)
            if message is None:
                redacted.add(message_id)
            elif digest and digest_of(message) != digest:
                (redacted if message.redacted else edited).add(message_id)
    return Amended(len(edited), len(redacted), frozenset(edited | redacted))


def standing(statements: Sequence[Statement], changes: Amended) -> tuple[Statement, ...]:
    """The statements that rest on no message that changed."""
    return tuple(s for s in statements if not changes.message_ids.intersection(s.message_ids))


def with_earlier(transcript: Transcript, told: Sequence[Statement]) -> Transcript:
    """The transcript with what the last note said of the messages that are left out of it."""
    shown = {line.message_id for line in transcript.lines}
    earlier = tuple(
        statement
        for statement in told
        if transcript.left_out
        and statement.section in _KEPT_SECTIONS
        and not shown.intersection(statement.message_ids)
    )
    return replace(transcript, earlier=earlier[-_MOST_EARLIER:])
