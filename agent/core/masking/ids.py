"""National identity and tax numbers of the countries whose languages we know.

Those whose check characters leave little to chance are taken wherever they stand; those that
look like any number need a word before them that says what they are. The checks are those of
python-stdnum.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pt import nif
from stdnum.us import ssn

from agent.core.masking.cues import Cue, cue_before
from agent.core.masking.spans import Kind, Span


@dataclass(frozen=True, slots=True)
class _Id:
    """One kind of number. `is_valid` gets it in capitals, without spaces, dots and slashes."""

    shape: re.Pattern[str]
    is_valid: Callable[[str], bool]
    needs_cue: bool = False


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w#-])(?:{pattern})(?![\w-])", re.IGNORECASE | re.ASCII)


def _is_british(value: str) -> bool:
    # gov.uk NIM39110: letters that are never used, and prefixes that are never given out.
    return value[:2] not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


_IDS = (
    # The dashes make it one; ssn.is_valid knows which areas were never given out.
    _Id(_shape(r"\d{3}-\d{2}-\d{4}"), ssn.is_valid),
    _Id(_shape(r"\d{3}[ -]?\d{2}[ -]?\d{4}"), ssn.is_valid, needs_cue=True),
    _Id(_shape(r"\d{2} ?\d{3} ?\d{3} ?\d{3}"), idnr.is_valid, needs_cue=True),
    _Id(_shape(r"\d{8}[ -]?[A-Z]|\d{2}\.\d{3}\.\d{3}-?[A-Z]"), dni.is_valid),
    _Id(_shape(r"[XYZ][ -]?\d{7}[ -]?[A-Z]"), nie.is_valid),
    _Id(_shape(r"[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d"), nir.is_valid),
    _Id(
        _shape(r"[A-Z]{3} ?[A-Z]{3} ?\d\d[A-Z]\d\d ?[A-Z]\d{3}[A-Z]"),
        codicefiscale.is_valid,
    ),
    _Id(_shape(r"\d{9}|\d{4}\.\d{2}\.\d{3}"), bsn.is_valid, needs_cue=True),
    _Id(_shape(r"\d{3} ?\d{3} ?\d{3}"), nif.is_valid, needs_cue=True),
    _Id(_shape(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"), _is_british),
)
_MARKS = re.compile(r"[ ./-]")


def ids_in(text: str) -> Iterator[Span]:
    """The national numbers of a text. One that follows a word such as "order" is none."""
    for one in _IDS:
        for found in one.shape.finditer(text):
            value = _MARKS.sub("", found[0]).upper()
            cue = cue_before(text, found.start())
            if cue is Cue.ORDER or (one.needs_cue and cue is not Cue.ID):
                continue
            # Said to be one and of the right shape: a mistyped one is personal too.
            if cue is Cue.ID or one.is_valid(value):
                yield Span(*found.span(), Kind.ID, value)
