"""What stands in a text for something personal: "[email-1]", "[name-2]", "[name-2.1]".

One number is one person, address or number; behind the dot is another way to write it, so that
every placeholder stands for exactly one stretch of text and nothing is lost on the way back. A
number that stands in a text already is never given out: what only looks like a placeholder means
nothing.
"""

import re
from collections.abc import Iterable

from agent.core.masking.spans import Kind, Span

_LOOK = re.compile(rf"\[({'|'.join(Kind)})-(\d{{1,9}})(?:\.\d{{1,9}})?\]")


class Placeholders:
    """The placeholders of one transcript. `texts` are all of it, before anything is replaced."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._taken = {found.groups() for text in texts for found in _LOOK.finditer(text)}
        self._numbers: dict[tuple[Kind, str], int] = {}
        self._given: dict[Kind, int] = {}
        self._of: dict[tuple[Kind, str, str], str] = {}
        self._ways: dict[tuple[Kind, str], int] = {}
        self._back: dict[str, str] = {}

    def replaced(self, text: str, spans: Iterable[Span]) -> str:
        """The text with a placeholder for each span; spans are in order and do not overlap."""
        parts: list[str] = []
        at = 0
        for span in spans:
            parts += text[at : span.start], self._for(span, text[span.start : span.end])
            at = span.end
        return "".join((*parts, text[at:]))

    @property
    def back(self) -> dict[str, str]:
        """What each placeholder given so far stands for, as it was written."""
        return dict(self._back)

    def _for(self, span: Span, written: str) -> str:
        which = (span.kind, span.key, written)
        if which not in self._of:
            thing = (span.kind, span.key)
            way = self._ways[thing] = self._ways.get(thing, -1) + 1
            name = f"{span.kind}-{self._number(thing)}" + (f".{way}" if way else "")
            self._of[which] = f"[{name}]"
            self._back[f"[{name}]"] = written
        return self._of[which]

    def _number(self, thing: tuple[Kind, str]) -> int:
        if thing not in self._numbers:
            kind = thing[0]
            number = self._given.get(kind, 0) + 1
            while (kind.value, str(number)) in self._taken:
                number += 1
            self._given[kind] = self._numbers[thing] = number
        return self._numbers[thing]


def restored(text: str, back: dict[str, str]) -> str:
    """The text with what its placeholders stand for; one that was never given out stays."""
    return _LOOK.sub(lambda found: back.get(found[0], found[0]), text)
