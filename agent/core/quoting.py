"""Which lines of an e-mail are an older message: quoted, or a thread below without marks.

Every rule looks at one line and a few beside it, cut at a length, so that a mail made to be slow
is not. English, German, French, Spanish, Dutch, Portuguese, Italian and some neighbours by their
words; all others by what mail programs put above a quote: an address, a time, a colon.
"""

import re
from collections.abc import Sequence

_SEEN = 400  # characters of a line that are looked at
_QUOTED = re.compile(r"\s*[A-Z]{0,2}>")
_ADDRESS = re.compile(r"[^\s@<]@[^\s@>]")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ABOVE_A_QUOTE = re.compile(rf"{_ADDRESS.pattern}|{_CLOCK.pattern}|{_YEAR.pattern}|^--.*--$")
_RULE = re.compile(r"[-_=*\s]*$")
# "wrote", in the languages whose mail programs leave the address out.
_WROTE = re.compile(
    r"\b(?:wrote|schrieb|a écrit|escribió|escreveu|schreef|ha scritto|skrev|napisał|napsal"
    r"|написал)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\W*(?:on|am|le|el|op|em|no dia|il|den|på|dne|w dniu|\d{1,4})\b.{0,40}\d", re.IGNORECASE
)
_YOU = re.compile(r"\b(?:you|sie|du|ihr|vous|tu|usted|você|jij|jullie|lei|voi)\b", re.IGNORECASE)
# All below is an older message, quoted without marks.
_THREAD = re.compile(
    r"[\W_]{0,3}[-_*\s]{2,20}\s?(?:original|ursprüngliche|message d['’]origine|mensaje original"
    r"|mensagem original|messaggio originale|oorspronkelijk|opprinnelig|oprindelig|ursprung)"
    r"|\s{0,9}_{5,200}\s{0,9}$"
    r"|.{0,30}(?:type your reply above|reply above|antwort(?:en sie)? (?:bitte )?oberhalb"
    r"|répondre au-dessus|responda por encima|responda acima|rispondi sopra"
    r"|antwoord boven).{0,30}(?:line|linie|zeile|ligne|línea|linha|riga|lijn)",
    re.IGNORECASE,
)
# A forward was sent on purpose: what is in it is what the customer wants read.
_FORWARDED = re.compile(
    r"[-_*\s>]{0,30}(?:begin |anfang der )?(?:forwarded message|weitergeleitete[nr]? nachricht"
    r"|(?:début du )?message (?:transféré|réexpédié)|mensaje reenviado|mensagem encaminhada"
    r"|messaggio inoltrato|doorgestuurd bericht)",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[\W_]{0,5}(?:from|von|de|da|van|fra|från|od|от|من|מאת|发件人|差出人)\s?:[\W_]", re.IGNORECASE
)
_HEADER = re.compile(
    r"[\W_]{0,5}(?:subject|betreff|objet|asunto|oggetto|onderwerp|emne|ämne|assunto|temat|тема"
    r"|الموضوع|נושא|主题|件名|to|an|à|para|a|aan|til|till|do|sent|gesendet|envoyé|enviado"
    r"|inviato|verzonden|sendt|skickat|wysłano|date|datum|data|fecha|cc|kopie)\s?:",
    re.IGNORECASE,
)
_HEADER_LINES = 5  # a subject or recipient stands at most so far below the sender
_SHARED = re.compile(
    r"(?P<said>.{1,300}?\S)[\s\-]*\s(?=(?:On|Am|Le|El|Op|Em|Il)\b.{0,60}\d)"
    r"(?P<above>.{1,300}:)\s*$"
)


def without_quotes(lines: Sequence[str]) -> list[int]:
    """The numbers of the lines that are no quote; answers between quotes stay."""
    seen = [line[:_SEEN] for line in lines]
    kept: list[int] = []
    at = _past_own_header(seen)
    while at < len(seen):
        if _FORWARDED.match(seen[at]):
            return [*kept, *range(at, len(seen))]
        if _starts_thread(seen, at):
            break
        if _QUOTED.match(seen[at]):
            _drop_announcement(seen, kept)
        else:
            kept.append(at)
        at += 1
    _drop_rules(seen, kept)
    return kept


def split_shared(lines: Sequence[str]) -> list[str]:
    """The lines, with "text On Monday, Ben wrote:" above a quote as two of them."""
    found: list[str] = []
    for at, line in enumerate(lines):
        if line.endswith(":") and _QUOTED.match("".join(lines[at + 1 : at + 2])[:_SEEN]):
            shared = _SHARED.match(line[: 2 * _SEEN])
            if shared and _names_a_quote(shared["above"]):
                found += shared["said"].rstrip("- "), shared["above"]
                continue
        found.append(line)
    return found


def _past_own_header(lines: Sequence[str]) -> int:
    """How many lines of mail headers the text begins with."""
    filled = [at for at, line in enumerate(lines) if line.strip()][:_HEADER_LINES]
    if not filled or not _is_header(lines, filled[0]):
        return 0
    at = filled[0]
    while at < len(lines) and lines[at].strip():
        at += 1
    return at if any(line.strip() for line in lines[at:]) else 0


def _is_header(lines: Sequence[str], at: int) -> bool:
    return _FROM.match(lines[at]) is not None and any(
        map(_HEADER.match, lines[at + 1 : at + _HEADER_LINES])
    )


def _starts_thread(lines: Sequence[str], at: int) -> bool:
    """An older message without quote marks begins here."""
    if _THREAD.match(lines[at]) or _is_header(lines, at):
        return True
    if not _announces(lines[at : at + 3]):
        return False
    return not _quote_follows(lines[at + 1 : at + 8])


def _announces(lines: Sequence[str]) -> bool:
    """One line, or up to three of which the last ends in a colon, that say who wrote when."""
    said = lines[0]
    for number in range(1, len(lines) + 1):
        said = " ".join(line.strip() for line in lines[:number])
        if said.rstrip().endswith((":", "：", "wrote ----")):
            return _names_a_quote(said) and (number == 1 or _begins_quote(lines[0]))
    return False


def _begins_quote(line: str) -> bool:
    return _CLOCK.search(line) is not None or _WHEN.match(line) is not None


def _names_a_quote(text: str) -> bool:
    if _ADDRESS.search(text) and _CLOCK.search(text):
        return True
    wrote = _WROTE.search(text)
    if wrote is None or _YOU.search(text[: wrote.start()][-20:]):
        return False
    return _WHEN.match(text) is not None


def _quote_follows(lines: Sequence[str]) -> bool:
    """The older message has quote marks: only those lines go, answers below them stay."""
    filled = [line for line in lines if line.strip()]
    return any(map(_QUOTED.match, filled[:2]))


def _drop_announcement(lines: Sequence[str], kept: list[int]) -> None:
    """Take "On Monday at 10:00 Ben wrote:" off the end, one line or two."""
    _drop_rules(lines, kept)
    if not kept or not lines[kept[-1]].rstrip().endswith((":", "：", "--")):
        return
    for number in (1, 2):
        if _ABOVE_A_QUOTE.search(" ".join(lines[at] for at in kept[-number:])):
            del kept[-number:]
            break
    # A long one was broken in two: its first half has the time and no end.
    last = lines[kept[-1]] if kept else ""
    if last.strip() and _ABOVE_A_QUOTE.search(last) and last.rstrip()[-1] not in ".!?:":
        kept.pop()


def _drop_rules(lines: Sequence[str], kept: list[int]) -> None:
    """Take blank lines and lines of dashes off the end."""
    while kept and _RULE.match(lines[kept[-1]]):
        kept.pop()
