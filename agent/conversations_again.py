"""Reads conversations again, to see whether anything happened in them; in few requests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.core.conversation import Conversation
from agent.errors import HelpdeskMissing, HelpdeskRefused
from agent.ports import HelpdeskReader

IN_ONE_REQUEST = 40


@dataclass(slots=True)
class ConversationsAgain:
    """One daemon's. `at_once` is how many to ask for: fewer where each costs a request."""

    one_by_one: int  # how many, where the server gives one at a time
    at_once: int = IN_ONE_REQUEST

    def read(self, reader: HelpdeskReader, ids: Iterable[str]) -> dict[str, Conversation]:
        """Those that are still there, by id. Raises TransientError."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        try:
            found = reader.conversations(wanted)
        except HelpdeskRefused:  # this server gives one at a time
            self.at_once = self.one_by_one
            found = tuple(_one_by_one(reader, wanted[: self.one_by_one]))
        return {conversation.id: conversation for conversation in found}


def _one_by_one(reader: HelpdeskReader, ids: Sequence[str]) -> Iterator[Conversation]:
    for conversation_id in ids:
        try:
            yield reader.conversation(conversation_id)
        except (HelpdeskMissing, HelpdeskRefused):
            continue
