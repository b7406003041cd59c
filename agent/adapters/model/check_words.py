"""Two words that must come back: whoever gives them has read the beginning and the end.

Servers cut a prompt that is too long for their window, answer 200 and say nothing: mostly they
drop its head, which is our instructions. Caches and mixed-up connections hand out the answer to
another prompt. Both show in a word that is missing or wrong.

The first word is the same for all conversations, because it stands at the head: one that changed
would make every prompt new for the server's cache. It is made from the prompt's version and the
key, so a customer cannot know it and write it into a message. The last one is made from the
conversation and its newest message.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from agent.adapters.model.trouble import CallFailed, Trouble
from agent.core.transcript import Transcript

_LENGTH = 8  # hex digits; a guess hits once in four billion


@dataclass(frozen=True, slots=True)
class CheckWords:
    """What stands at the head of the instructions, and what behind the transcript."""

    first: str
    last: str

    def check(self, first: str, last: str) -> None:
        """Compare with what a model gave back.

        Raises:
            CallFailed: it had not read the beginning, or had read another transcript.
        """
        if first.strip() != self.first:
            raise CallFailed(Trouble.PROMPT_CUT)
        if last.strip() != self.last:
            raise CallFailed(Trouble.OTHER_PROMPT)


@dataclass(frozen=True, slots=True, repr=False)
class Secretly:
    """Makes check words that only who has the key can know. Same input, same words."""

    key: str

    def words(self, version: str, transcript: Transcript) -> CheckWords:
        """For a prompt of that version about that transcript."""
        newest = transcript.lines[-1].message_id if transcript.lines else ""
        return CheckWords(
            first=self._word("first", version),
            last=self._word("last", transcript.conversation_id, newest),
        )

    def _word(self, *parts: str) -> str:
        text = "\0".join(parts).encode("utf-8", "replace")
        return hmac.new(self.key.encode(), text, sha256).hexdigest()[:_LENGTH]
