"""What the text of a note or a reply may be made of, whoever wrote it."""

import re
import unicodedata

MAX_NOTE = 10_240  # characters. Source: Kustomer's description of a note's body
# Characters of a draft's body. Source: the draft schemas, per channel.
MAX_REPLY = {
    "email": 10_240,
    "sms": 1_600,
    "whatsapp": 1_600,
    "chat": 1_024,
    "facebook": 2_000,
    "instagram": 1_000,
    "twitter-dm": 10_000,
}
NOTE_HEADER = re.compile(r"^\s*Sidenote · ", re.MULTILINE)  # how our own notes begin

_LINE_BREAKS = frozenset("\n\t")
# Reorder or hide text: what a person reads must be what was written.
_HIDING = re.compile(r"[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def note_problem(body: str) -> str | None:
    """Why this cannot be a note, in words; None when it can."""
    return _problem(body, MAX_NOTE)


def reply_problem(body: str, channel: str) -> str | None:
    """Why this cannot be a reply on that channel, in words; None when it can."""
    problem = _problem(body, MAX_REPLY.get(channel, min(MAX_REPLY.values())))
    if problem is not None:
        return problem
    if _HIDING.search(body):
        return "holds characters that hide or reorder text"
    if NOTE_HEADER.search(body):
        return "looks like an internal note of Sidenote"
    return None


def _problem(body: str, longest: int) -> str | None:
    if not body.strip():
        return "is empty"
    if len(body) > longest:
        return f"has {len(body)} characters; at most {longest} are possible"
    for character in body:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in _LINE_BREAKS:
            return f"holds a control character (U+{ord(character):04X})"
    return None


def folded(body: str) -> str:
    """A text as it is compared: Kustomer may give white space back otherwise."""
    return " ".join(body.split())
