"""Finds whatever a mail reader or a person might take for a link, and says which may stand.

Only `https://HOST/…` and `HOST/…` with a host of the team's list may, written in plain letters.
"""

import re
import unicodedata

from agent.core.phrases import fold

_CJK = r"\u2e80-\uffef"
_IDEOGRAPHIC_DOT = re.compile(rf"(?<=[^\W{_CJK}])[。｡](?=[^\W{_CJK}])")
_SLASHES = str.maketrans({"∕": "/", "⁄": "/", "⧸": "/", "∖": "\\", "․": "."})
_FILES = r"(?:pdf|jpe?g|png|gif|docx?|xlsx?|csv|txt|html?|xml)"  # endings that are no domains
_LINK = re.compile(
    rf"""
      [a-z][a-z0-9+.-]{{1,20}}:\s?[\\/]+\S*
    | \b(?:mailto|tel|sms|data|javascript|vbscript|file|cid|blob|ftp|hxxps?):\S+
    | (?<![\w/\\])[\\/]{{2,}}\w\S*
    | (?<![^\s<>()\[\]])[^\s<>()\[\]]+@[^\s<>()\[\]]+\.[^\s<>()\[\]]+
    | (?<![\w@.-])(?:[\w-]+\.)+(?!{_FILES}\b)(?:[^\W\d_]{{2,24}}|xn--[\w-]+)
      (?::\d+)?\.?(?:[/\\?\#]\S*)?
    | (?<![\w.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\w.]*\d)
    | \[[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*\]\S*
    | \bwww\b\S*
    | \w\s?[\[({{]\s?(?:\.|dot|punkt|punto|point|ponto|punt)\s?[\])}}]\s?\w\S*
    | \w\ (?:dot)\ (?:com|net|org|io|example|info|co|de|fr|es|nl|pt|it|shop|xyz)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:https://)?(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)"
    r"(?P<rest>[/?#][\w/.,~%=&?#+:;!-]*)?",
    re.ASCII,
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_END = ".,;:!?…)\"'»”’"  # of the sentence, not of the link


def links(text: str) -> tuple[str, ...]:
    """Everything that may be taken for a link, in plain letters, as often as it stands."""
    return tuple(match[0].rstrip(_END) for match in _LINK.finditer(_plain(text)))


def link_problem(link: str, allowed: frozenset[str], approved: tuple[str, ...]) -> str | None:
    """Why this link may not go out, in words; None when it may.

    `approved` are the links of the approved answer: an e-mail address may stand only there.
    """
    if _ADDRESS.fullmatch(link):
        return None if link in approved else "an e-mail address that the approved answer lacks"
    found = _PLAIN.fullmatch(link)
    if found is None:
        return "a link that is not written plainly as https://host/path"
    host = found["host"]
    if any(label.startswith("xn--") for label in host.split(".")):
        return "a link to a host in punycode"
    return None if host in allowed else "a link to a host that the policy does not list"


def disguised(text: str) -> bool:
    """Whether links turn up only once characters are read as the plain ones they look like."""
    return links(text) != tuple(match[0].rstrip(_END) for match in _LINK.finditer(text))


def _plain(text: str) -> str:
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", seen).translate(_SLASHES)
    return _IDEOGRAPHIC_DOT.sub(".", plain)


def folded_hosts(found: tuple[str, ...]) -> tuple[str, ...]:
    """The hosts of links, or the whole where none can be read; sorted."""
    plain = ((_PLAIN.fullmatch(link), link) for link in found)
    return tuple(sorted(match["host"] if match else fold(link) for match, link in plain))
