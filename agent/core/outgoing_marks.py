"""What no automatic reply may hold: markup, characters that nobody sees, a model's own marks."""

import re
import unicodedata

_MARKUP = {
    "HTML": re.compile(r"<\s*[/!?a-z]|&(?:#x?[0-9a-f]+|[a-z]{2,31});", re.IGNORECASE),
    "a Markdown link or image": re.compile(
        r"!\[|\]\s?\(|\]\s?\[|^\s{0,3}\[[^\]\n]+\]:", re.MULTILINE
    ),
    "a script or data address": re.compile(
        r"(?:javascript|vbscript)\s*:|\bdata\s*:\s*(?:[\w.+-]+/[\w.+-]+|[;,])", re.IGNORECASE
    ),
    "a code fence": re.compile(r"```|~~~"),
}
_RESIDUE = {
    "a thinking tag": re.compile(r"</?\s*(?:think|thinking|reasoning|scratchpad)\b", re.IGNORECASE),
    "a role tag": re.compile(
        r"<\||\|>|\[/?(?:INST|SYS|SYSTEM|ASSISTANT|USER)\]|<</?SYS>>"
        r"|^\s*(?:#+\s*)?(?:system|assistant|user|human|developer|tool)\s*:"
        r"|</?\s*(?:system|assistant|user|tool_call|function_call|answer|output)\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    "a JSON object": re.compile(r"\{\s*[\"'][^\"'\n]*[\"']\s*:|\[\s*\{|^\s*[{}]\s*$", re.MULTILINE),
    "an unfilled gap": re.compile(r"\{\{|\}\}|\$\{|\{%|%\}"),
    "a model speaking of itself": re.compile(
        r"\bas an ai\b|\blanguage model\b|\bi am not a (?:bot|robot|machine)\b"
        r"|\bi'?m (?:a )?(?:real person|human)\b",
        re.IGNORECASE,
    ),
}
# Seen by nobody, though Unicode calls them letters, marks or symbols.
_BLANKS = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)))
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_EMOJI_STYLE = "\ufe0f"
_HIDDEN = frozenset({"Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_MARKS_IN_A_ROW = 3  # more than any script stacks on a letter
_WORD = re.compile(r"[^\W\d_]+")
_ORDINALS = frozenset("ªº")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")  # with letters that look alike


def markup(text: str) -> str | None:
    """The kind of markup a text holds, None when it holds none."""
    return _first(_MARKUP, text)


def residue(text: str) -> str | None:
    """What a model left of itself in a text, None when nothing."""
    return _first(_RESIDUE, text)


def lookalike(text: str) -> str | None:
    """The first letter that only looks like a plain one, as "U+0430"; None without.

    Such as a bold "a" of mathematics, or a Cyrillic one in a word of Latin letters.
    """
    for word in _WORD.findall(text):
        alphabets = {a for c in word if (a := _alphabet(c)) in _ALPHABETS}
        for letter in "" if word.isascii() else word:
            if _is_dressed(letter) or (len(alphabets) > 1 and _alphabet(letter) != "LATIN"):
                return f"U+{ord(letter):04X}"
    return None


def _is_dressed(letter: str) -> bool:
    if letter.isascii() or letter in _ORDINALS or not letter.isalpha():
        return False
    return unicodedata.normalize("NFKC", letter).isascii()


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]


def hidden(text: str) -> str | None:
    """The first character that hides, reorders or cannot be seen, as "U+200B"; None without."""
    marks, before = 0, ""
    for character in text:
        category = unicodedata.category(character)
        is_style = character == _EMOJI_STYLE and unicodedata.category(before or " ") == "So"
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        unseen = category in _HIDDEN or character in _BLANKS or character in _SELECTORS
        if (unseen and not is_style) or marks > _MARKS_IN_A_ROW:
            return f"U+{ord(character):04X}"
        before = character
    return None


def _first(kinds: dict[str, re.Pattern[str]], text: str) -> str | None:
    # Full-width letters and the like are read as the plain ones they look like.
    plain = unicodedata.normalize("NFKC", text)
    found = (
        name for name, pattern in kinds.items() if pattern.search(text) or pattern.search(plain)
    )
    return next(found, None)
