"""Text cut into its sentences, word for word.

Works on customer-care writing: lost punctuation, stray spaces, several scripts. A sentence is
always a stretch of the text as it stands, so that it can be found there again.
"""

import re

# Latin, Devanagari, Arabic, Chinese and Japanese ends; closing quotes and brackets stay with them.
_END = re.compile(r"(?:[.!?…।؟۔]+|[。！？]+)[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』）]*")
_WORD = re.compile(r"\w+(?:[’'\-./@]\w+)*")
# What follows an end without being a sentence: links, emoji, stray marks.
_LINK = re.compile(r"(?:<LINK>|<?(?:https?://|www\.)\S+|[^\w\s]+)$", re.IGNORECASE)
# A full stop after these ends nothing: titles, and short forms that need a word after them.
# fmt: off
_NEVER_LAST = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "vs", "eg", "e.g", "ie", "i.e", "approx",
    "z.b", "d.h", "bzw", "ca", "evtl", "ggf", "inkl", "hr", "u.a",
    "mme", "mlle", "env", "p.ex", "sr", "sra", "srta", "ud", "uds", "p.ej",
})
# These may end a sentence; they do not when a small letter or a digit follows.
_SOMETIMES_LAST = frozenset({
    "no", "nr", "st", "etc", "inc", "ltd", "a.m", "p.m", "u.s", "u.k", "usw", "str", "tel",
    "abs", "av", "núm", "pág", "avda", "art", "vol", "tlf", "tél", "ref", "ext",
})
_MONTHS_AFTER_ORDINAL = frozenset({  # "am 3. November": German writes ordinals with a full stop
    "januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september",
    "oktober", "november", "dezember",
})
# fmt: on
_LAST_WORD = re.compile(r"([^\W\d_][\w.]*)\.$")
_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")


def words(text: str) -> tuple[str, ...]:
    """The words of a text, as written. Numbers, `a.b@c` and `it's` are one word each."""
    return tuple(_WORD.findall(text))


def fold(text: str) -> str:
    """The text with every run of white space as one space, none at its ends."""
    return " ".join(text.split())


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a text in order, each with its white space folded.

    A line break ends a sentence. Links, emoji and stray marks belong to the sentence before.
    Never gives an empty one; no letter or digit is lost.
    """
    found: list[str] = []
    for line in text.splitlines():
        for sentence in _of_line(fold(line)):
            if found and _belongs_before(sentence):
                found[-1] = f"{found[-1]} {sentence}"
            else:
                found.append(sentence)
    return tuple(found)


def _of_line(line: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for end in _END.finditer(line):
        if not _goes_on(line[start : end.end()].strip(), line[end.end() :]):
            pieces.append(line[start : end.end()])
            start = end.end()
    sentences: list[str] = []
    for piece in (*pieces, line[start:]):
        if sentences and _belongs_before(piece):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return [sentence.strip() for sentence in sentences if sentence.strip()]


def _goes_on(piece: str, rest: str) -> bool:
    """A full stop that ends no sentence: after a short form, an initial, an ordinal."""
    following = _WORD.search(rest)
    if following is None:
        return False
    if _ORDINAL.search(piece):
        is_list_mark = len(piece) <= len("99.")
        return is_list_mark or following.group().lower() in _MONTHS_AFTER_ORDINAL
    last = _LAST_WORD.search(piece)
    if last is None:
        return False
    word, first = last.group(1), following.group()[0]
    if word.lower() in _SOMETIMES_LAST:
        return first.islower() or first.isdigit()
    return word.lower() in _NEVER_LAST or (len(word) == 1 and word.isupper())


def _belongs_before(piece: str) -> bool:
    return all(_LINK.match(part) for part in piece.split())
