"""Numbers as people write them: groups of digits with one or a few marks between them."""

import re
import unicodedata
from dataclasses import dataclass

BETWEEN = " \t\u00a0\u202f\u2009.\\-\u2010\u2011\u2013"


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring groups of digits: (start, end) of each in the text."""

    groups: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where the first group starts."""
        return self.groups[0][0]

    @property
    def end(self) -> int:
        """Where the last group ends."""
        return self.groups[-1][1]


_GROUP = re.compile(r"\d+")
_RUN = re.compile(rf"\d+(?:[{BETWEEN}]\d+)*")


def runs_in(text: str) -> tuple[Run, ...]:
    """All groups of digits, those that only one space, dot or dash parts together."""
    return tuple(
        Run(tuple(group.span() for group in _GROUP.finditer(text, run.start(), run.end())))
        for run in _RUN.finditer(text)
    )


def digits_of(text: str) -> str:
    """The decimal digits of any script as 0-9, all else left out."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
