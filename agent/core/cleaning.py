"""What a message says itself: quotes, signatures, hidden characters and fake tags taken out.

What is taken out is kept beside the text, for the receipt.
"""

import re
from dataclasses import dataclass

from agent.core.html_text import looks_like_html, text_of_html
from agent.core.quoting import split_shared, without_quotes
from agent.core.signatures import without_signature

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
_MOST_CHARACTERS = 100_000  # four times what a whole transcript may hold
_MOST_HTML = 4_000_000  # characters; a mail with its pictures inside is larger, its text is not
_WRAPPED_AT = 50  # characters; mail programs break lines at 65 to 78, people press return before


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text and what was taken out of it, "" when nothing was."""

    text: str
    folded: str = ""


def clean(text: str, *, email: bool) -> Cleaned:
    """What a message says itself; same text, same result.

    `email` takes quoted threads and signatures out, unless nothing would be left. HTML becomes
    what a person would see of it. Line breaks that a person made stay, those of a mail program
    are undone. What is beyond 100,000 characters is folded as it is.
    """
    newest = newest_reply(text, email=email)
    return Cleaned(defuse(tidy(newest.text)), tidy(newest.folded))


def newest_reply(text: str, *, email: bool) -> Cleaned:
    """The words of the message's own author, before anything is made harmless or joined."""
    shown, unseen = text, ""
    if looks_like_html(text):
        page = text_of_html(text[:_MOST_HTML])
        shown, unseen = page.text, page.unseen
    readable = _JOINERS.sub("", _UNSEEN.sub("", _one_kind_of_line_break(shown)))
    said = _said(readable[:_MOST_CHARACTERS], email=email)
    folded = (said.folded, unseen, readable[_MOST_CHARACTERS:])
    return Cleaned(said.text, "\n".join(filter(None, folded)))


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
    return "\n".join(line.rstrip() for line in text.splitlines())


def _was_wrapped(previous: str, line: str) -> bool:
    return len(previous) >= _WRAPPED_AT and previous[-1] not in ".!?:…" and line[0].islower()


def _said(text: str, *, email: bool) -> Cleaned:
    if "\n" not in text and not email:
        return Cleaned(text)
    lines = split_shared(text.split("\n")) if email else text.split("\n")
    if len(lines) == 1:  # it holds no thread; a sign-off in it is part of what was said
        return Cleaned(text)
    kept = without_quotes(lines) if email else list(range(len(lines)))
    if not any(lines[at].strip() for at in kept):
        return Cleaned(text)  # nothing but a quote: better all of it than nothing
    own = [lines[at] for at in kept]
    signed = {kept[at] for at in without_signature(own, email=email)}
    gone = [line for at, line in enumerate(lines) if at not in signed]
    return Cleaned("\n".join(lines[at] for at in sorted(signed)), "\n".join(gone))
