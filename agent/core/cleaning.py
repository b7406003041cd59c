"""What a message says itself: quotes, signatures, hidden characters and fake tags taken out.

What is taken out is kept beside the text, for the receipt.
"""

import re
from dataclasses import dataclass

from mailparser_reply import EmailReplyParser

# Languages whose quote headers and signatures are known; English is always tried.
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl"]
_QUOTED = re.compile(r"^\s*>")
# Headers of a quoted thread that the parser misses, met in its own trial: Spanish with the
# address in brackets, Dutch with the weekday first, Portuguese.
_QUOTE_HEADER = re.compile(
    r"^\s*(?:(?:El|Op|Em|Le|On|Am|Il)\s.{6,120}\s(?:escribió|schreef|escreveu|a écrit|wrote|schrieb"
    r"|ha scritto)\b.{0,80}:\s*$|-{2,}\s*(?:Mensagem original|Original Message)\s*-{2,})",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^--\s*$")
# Cannot be seen, so they could hide words from a person or split a tag: zero-width, soft
# hyphen, direction overrides, tag characters, controls other than line breaks and tabs.
_UNSEEN = re.compile(
    "[\u00ad\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]"
)
_JOINERS = re.compile("(?<=[\x21-\x7e])[\u200c\u200d]+(?=[\x21-\x7e])")
# What a prompt may use as a fence or a chat server as a role mark.
_TAG_NAMES = (
    "transcript|conversation|messages?|approved_answers|answers?|topics?|policy|prompt|system"
    "|instructions?|assistant|user|tool|customer|teammate|subject|notes?|summary"
)
_TAG = re.compile(
    rf"[<＜﹤]\s*[/／]?\s*(?:{_TAG_NAMES})\b[^<>＜＞﹤﹥\n]{{0,200}}[>＞﹥]?", re.IGNORECASE
)
_ROLE_MARK = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|^\s*(?:\+{3,}|`{3,})", re.MULTILINE
)
_HARMLESS = str.maketrans("<>＜＞﹤﹥[]|+`", "‹›‹›‹›()¦＋'")
_WRAPPED_AT = 50  # characters; mail programs break lines at 65 to 78, people press return before


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text and what was taken out of it, "" when nothing was."""

    text: str
    folded: str = ""


def clean(text: str, *, email: bool) -> Cleaned:
    """What a message says itself; same text, same result.

    `email` takes quoted threads and signatures out, unless nothing would be left. Line breaks
    that a person made stay, those of a mail program are undone.
    """
    seen = _JOINERS.sub("", _UNSEEN.sub("", _one_kind_of_line_break(text)))
    newest = _newest_reply(seen) if email else Cleaned(seen)
    return Cleaned(defuse(tidy(newest.text)), tidy(newest.folded))


def defuse(text: str) -> str:
    """The text with anything that looks like a fence of ours made harmless, still readable."""
    for fence in (_TAG, _ROLE_MARK):
        text = fence.sub(lambda found: found.group().translate(_HARMLESS), text)
    return text


def tidy(text: str) -> str:
    """One space between words, one line break between lines, wrapped lines joined."""
    lines: list[str] = []
    previous = ""
    for raw in text.split("\n"):
        line = " ".join(raw.split())
        if line and lines and _was_wrapped(previous, line):
            lines[-1] = f"{lines[-1]} {line}"
        elif line:
            lines.append(line)
        previous = line
    return "\n".join(lines)


def _one_kind_of_line_break(text: str) -> str:
    return "\n".join(text.splitlines())


def _was_wrapped(previous: str, line: str) -> bool:
    return len(previous) >= _WRAPPED_AT and previous[-1] not in ".!?:…" and line[0].islower()


def _newest_reply(text: str) -> Cleaned:
    if "\n" not in text:  # one line holds no thread; a sign-off in it is part of what was said
        return Cleaned(text)
    for body in (_by_parser(text), _by_own_rules(text)):
        if body.strip():
            return Cleaned(body, _difference(text, body))
    return Cleaned(text)  # a forward, or nothing but a quote: better all of it than nothing


def _by_parser(text: str) -> str:
    try:
        replies = EmailReplyParser(languages=list(_LANGUAGES)).read(text).replies
    except (RecursionError, IndexError, ValueError):
        return ""
    return _by_own_rules(str(replies[0].body)) if replies else ""


def _by_own_rules(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        if _QUOTE_HEADER.match(line) or _SIGNATURE.match(line):
            break
        if not _QUOTED.match(line):
            kept.append(line)
    return "\n".join(kept)


def _difference(text: str, body: str) -> str:
    """The lines of `text` that `body` lacks, in order."""
    left = [line.strip() for line in body.split("\n")]
    gone: list[str] = []
    for line in text.split("\n"):
        if line.strip() in left:
            left.remove(line.strip())
        else:
            gone.append(line)
    return "\n".join(gone)
