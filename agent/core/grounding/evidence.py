"""The messages that a statement cites, read for its checks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.core.conversation import AuthorKind, Direction
from agent.core.figures import forms_in, forms_of_day
from agent.core.grounding.reading import Sentence, sentences, tongue_of
from agent.core.phrases import fold
from agent.core.transcript import Line, Transcript


@dataclass(frozen=True)
class Known:
    """What every statement of one proposal is held against. `lines` are by message id."""

    transcript: Transcript

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """The messages by their ids."""
        return {line.message_id: line for line in self.transcript.lines}

    @cached_property
    def customers(self) -> frozenset[str]:
        """Every part of the customer's names, folded."""
        return self._names(AuthorKind.CUSTOMER)

    @cached_property
    def teammates(self) -> frozenset[str]:
        """Every part of the teammates' names, folded; without those that the customer shares."""
        return self._names(AuthorKind.TEAMMATE) - self.customers

    def _names(self, kind: AuthorKind) -> frozenset[str]:
        names = {line.author.name for line in self.transcript.lines if line.author.kind is kind}
        return frozenset(part for name in names for part in words_in(name))


@dataclass(frozen=True)
class Evidence:
    """The cited messages of one statement, and what they support."""

    cited: Sequence[Line]
    known: Known

    @cached_property
    def text(self) -> str:
        """All that the cited messages say, one below the other."""
        return "\n".join(line.text for line in self.cited)

    @cached_property
    def folded(self) -> str:
        """`text` in small letters without accents, with the subject and attachments' names."""
        # The subject belongs to the whole conversation: order numbers often stand only there.
        unread = (name for line in self.cited for name in line.unread)
        return fold("\n".join((self.text, self.known.transcript.subject, *unread)))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of `folded`."""
        return words_in(self.folded)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Figures and dates that the cited messages support, as `core.figures` writes them."""
        said = [" ".join((line.text, *line.unread)) for line in self.cited]
        return frozenset[str]().union(
            forms_in(self.known.transcript.subject),
            *(forms_in(text) | (forms_in(bare(text)) if "@" in text else set()) for text in said),
            *(forms_of_day(line.sent_at) for line in self.cited),
        )

    @cached_property
    def days(self) -> frozenset[int]:
        """The weekdays, 0 for Monday, on which the cited messages were sent."""
        return frozenset(line.sent_at.weekday() for line in self.cited)

    @cached_property
    def months(self) -> frozenset[int]:
        """The months, 1 to 12, in which the cited messages were sent."""
        return frozenset(line.sent_at.month for line in self.cited)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of all cited messages, in order."""
        return tuple(one for line in self.cited for one in sentences(line.text))

    @cached_property
    def tongue(self) -> str:
        """The language of the cited messages, "" when not clear."""
        return tongue_of(self.text)

    @property
    def is_inbound(self) -> bool:
        """The customer wrote all of them."""
        return all(line.direction is Direction.IN for line in self.cited)

    @property
    def is_outbound(self) -> bool:
        """The team wrote all of them."""
        return all(line.direction is Direction.OUT for line in self.cited)


def bare(text: str) -> str:
    """The text with the @ taken off numbers: "@4417" is an account, and a figure too."""
    return re.sub(r"@(?=\d+\b(?!\.\w))", " ", text)


def words_in(text: str) -> frozenset[str]:
    """The words of a text, folded, without marks around them."""
    return frozenset(re.findall(r"[^\W_]+(?:['-][^\W_]+)*|[^\W_]+", fold(text)))
