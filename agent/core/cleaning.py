"""What a message says itself: quotes, signatures, hidden characters and fake tags taken out.

What is taken out is kept beside the text, for the receipt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailparser_reply import EmailMessage

# Languages whose quote headers and signatures are known; English is always tried.
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl"]
_QUOTED = re.compile(r"^\s*>")
# What mail programs put above a quote, in any language: a line that ends in a colon and holds an
# address, a time or a year. It may be broken in two.
_ADDRESS = re.compile(r"[^\s@<]@[^\s@>]")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_ABOVE_A_QUOTE = re.compile(rf"{_ADDRESS.pattern}|{_CLOCK.pattern}|\b(?:19|20)\d\d\b|^--.*--$")
_RULE = re.compile(r"[-_=*\s]*$")
_SIGNATURE = re.compile(r"^\s*--\s*$")
# Small print below the signature, met in English, German, French and Spanish.
_SMALL_PRINT = re.compile(
    r"^\W*(?:please consider the environment|bitte denken sie an die umwelt"
    r"|pensez à l['’]environnement|confidentiality notice|aviso de confidencialidad"
    r"|(?:the )?(?:contents? of )?this (?:e-?mail|message)\b.*(?:confidential|intended|privileged)"
    r"|(?:der inhalt )?dieser? (?:e-?mail|nachricht)\b.*vertraulich"
    r"|(?:ce (?:message|courriel)|cet e-?mail)\b.*confidentiel"
    r"|este (?:mensaje|correo)\b.*confidencial)",
    re.IGNORECASE,
)
# All below is an older message, quoted without marks.
_THREAD = re.compile(
    r"^\W*(?:-{2,}|_{2,}|\*-{2,}).{0,60}(?:original|ursprüngliche|weitergeleitet|forwarded|transf|reenv)"
    r"|^\s*_{5,}\s*$"
    r"|^\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht)",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^\W*(?:from|von|de|da|van|fra|från|od|от|من|מאת|发件人|差出人)\s*:\W", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"^\W*(?:subject|betreff|objet|asunto|oggetto|onderwerp|emne|ämne|assunto|temat|тема|الموضوع"
    r"|נושא|主题|件名|to|an|à|para|a|sent|gesendet|envoyé|enviado|date|datum|data)\s*:",
    re.IGNORECASE,
)
_HEADER_LINES = 5  # a subject or recipient stands at most so far below the sender
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
    unquoted = _without_quotes(text.split("\n"))
    for body in (_by_parser(unquoted), unquoted):
        if body.strip():
            return Cleaned(body, _difference(text, body))
    return Cleaned(text)  # a forward, or nothing but a quote: better all of it than nothing


def _by_parser(text: str) -> str:
    try:
        # It fills the list it is given. With hyphen lists it would take one for a signature.
        mail = EmailMessage(text=text, languages=list(_LANGUAGES), keep_hyphen_lists=True)
        replies = mail.read().replies
    except (RecursionError, IndexError, ValueError):
        return ""
    return str(replies[0].body) if replies else ""


def _without_quotes(lines: Sequence[str]) -> str:
    """What is left without quoted lines and what announces them; answers between quotes stay."""
    kept: list[str] = []
    for at, line in enumerate(lines):
        if _SIGNATURE.match(line) or _starts_thread(lines, at):
            break
        if kept and _SMALL_PRINT.match(line):
            break
        if _QUOTED.match(line):
            _drop_announcement(kept)
        else:
            kept.append(line)
    _drop_rules(kept)
    return "\n".join(kept)


def _starts_thread(lines: Sequence[str], at: int) -> bool:
    """An older message without quote marks begins here."""
    if _THREAD.match(lines[at]):
        return True
    if _FROM.match(lines[at]) and any(map(_SUBJECT.match, lines[at + 1 : at + _HEADER_LINES])):
        return True
    return _announces(lines[at : at + 2]) and not _quote_follows(lines[at + 1 :])


def _announces(pair: Sequence[str]) -> bool:
    """One line, or two of which the first is unfinished, that say who wrote when."""
    for text in (pair[0], " ".join(pair)):
        if text.rstrip().endswith(":") and _ADDRESS.search(text) and _CLOCK.search(text):
            return text == pair[0] or _CLOCK.search(pair[0]) is not None
    return False


def _quote_follows(lines: Sequence[str]) -> bool:
    """The older message has quote marks: only those lines go, answers below them stay."""
    filled = [line for line in lines if line.strip()]
    return any(map(_QUOTED.match, filled[:2]))


def _drop_announcement(kept: list[str]) -> None:
    """Take "On Monday at 10:00 Ben wrote:" off the end, one line or two."""
    _drop_rules(kept)
    if not kept or not kept[-1].rstrip().endswith((":", "--")):
        return
    for lines in (1, 2):
        if _ABOVE_A_QUOTE.search(" ".join(kept[-lines:])):
            del kept[-lines:]
            break
    # A long one was broken in two: its first half has the time and no end.
    if kept and _ABOVE_A_QUOTE.search(kept[-1]) and kept[-1].rstrip()[-1] not in ".!?:":
        kept.pop()


def _drop_rules(kept: list[str]) -> None:
    """Take blank lines and lines of dashes off the end."""
    while kept and _RULE.match(kept[-1]):
        kept.pop()


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
