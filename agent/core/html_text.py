"""The text of an HTML mail as a person sees it; what they do not see is given apart.

A scanner of our own, not a parser: a mail of two megabytes that only nests takes a tree builder
minutes, and this a second. It keeps no tree, so its work grows with the text alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

_BLOCKS = frozenset(
    """
    address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3
    h4 h5 h6 header hr html li main nav ol option p pre section table tbody tfoot thead tr ul
    """.split()
)
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_UNREAD = frozenset("script style head title noscript template svg math object iframe".split())
_NOT_MARKUP = frozenset("script style title textarea noscript iframe".split())
_ENDS_ITSELF = frozenset("li td th tr option dt dd p".split())
_MOST_DEEP = 500  # elements inside each other; mails reach about a hundred
_MOST_TAG = 4_000  # characters of one tag
_MOST_QUOTED = 40  # attributes of one tag whose quotes are minded
_MINDED = 50_000  # tags of a mail whose quotes are minded; a ">" ends each later one

_LOOKS = re.compile(
    r"^\s*<(?:!doctype\s+html|html|head|body|meta|style|div|table|p)\b[^<>]{0,500}>"
    r"|</(?:html|body|div|p|table|tr|td|span|font|ul|ol|li|blockquote|h[1-6]|pre)\s?>"
    r"|<br\s?/?>",
    re.IGNORECASE,
)
_TAG_NAME = re.compile(r"/?[a-zA-Z][^\s/>]{0,60}")
_QUOTE_OR_END = re.compile(r"[>\"']")
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(style|class|id|hidden|bgcolor|color|size)(?![\w-])"
    r"(?:\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INVISIBLE = re.compile(
    r"(?:^|[;{])\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|opacity\s*:\s*0?(?:\.0+)?\s*(?=;|!|$)|font-size\s*:\s*0?(?:\.\d+)?\s*(?:p[xt]|r?em|%)?\s*(?=;|!|$)"
    r"|font-size\s*:\s*1px|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?=;|!|$)"
    r"|(?:text-indent|left|top|margin-left)\s*:\s*-\d{3,}|color\s*:\s*transparent"
    r"|clip\s*:\s*rect\(\s*0)"
)
_COLOUR = re.compile(r"(?:^|[;\s])(background(?:-color)?|color)\s*:\s*([^;!]+)")
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})$")
_RGB = re.compile(r"rgba?\((\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+1(?:\.0)?)?\)$")
_RULE = re.compile(r"([.#][\w-]+)\s*\{([^{}]*)\}")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
_WHITE = (255, 255, 255)
_ALIKE = 8  # of 255; colours nearer to each other than this cannot be told apart

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person sees, quotes marked with ">", and what is in the mail unseen."""

    text: str
    unseen: str = ""


def looks_like_html(text: str) -> bool:
    """It begins as HTML does, or closes an element that only HTML has."""
    return _LOOKS.search(text) is not None


def text_of_html(source: str) -> Seen:
    """The text a person would read, a line for each block. Never raises; takes linear time."""
    page = _Page(_hidden_names(source))
    at, end, minded = 0, len(source), _MINDED
    while at < end:
        opens = source.find("<", at)
        if opens < 0:
            opens = end
        page.say(source[at:opens])
        if opens == end:
            break
        at, tag, attributes = _markup(source, opens, with_quotes=minded > 0)
        minded -= 1
        if tag.startswith("/"):
            page.close(tag[1:])
        elif tag:
            page.open(tag, attributes)
            if tag in _NOT_MARKUP:
                at = _end_of(tag, source, at)
        elif at == opens + 1:
            page.say("<")
    return page.seen()


def _markup(source: str, opens: int, *, with_quotes: bool) -> tuple[int, str, str]:
    """Where to go on, the tag's name in small letters ("" for none), and its attributes."""
    if source.startswith("<!--", opens):
        closes = source.find("-->", opens)
        return (closes + 3 if closes >= 0 else len(source)), "", ""
    if source.startswith(("<!", "<?"), opens):
        closes = source.find(">", opens, opens + _MOST_TAG)
        return (closes if closes >= 0 else opens + 1) + 1, "", ""
    name = _TAG_NAME.match(source, opens + 1)
    if name is None:
        return opens + 1, "", ""
    closes = _tag_end(source, name.end()) if with_quotes else -1
    if closes < 0:
        closes = source.find(">", name.end(), opens + _MOST_TAG)
    if closes < 0:
        return opens + 1, "", ""
    return closes + 1, name.group().lower(), source[name.end() : closes]


def _tag_end(source: str, at: int) -> int:
    """The tag's own ">", not one inside quotes; -1 when there is none near."""
    limit = at + _MOST_TAG
    for _ in range(_MOST_QUOTED):
        found = _QUOTE_OR_END.search(source, at, limit)
        if found is None:
            return -1
        if found.group() == ">":
            return found.start()
        at = source.find(found.group(), found.end(), limit) + 1
        if at == 0:
            return -1
    return -1


def _end_of(tag: str, source: str, at: int) -> int:
    found = re.compile(rf"</{tag}", re.IGNORECASE).search(source, at)
    return found.start() if found else len(source)


def _hidden_names(source: str) -> frozenset[str]:
    """`.class` and `#id` that the mail's own style sheet hides from everybody."""
    names: set[str] = set()
    at = source.lower().find("<style")
    if at >= 0:
        sheet = _COMMENT.sub("", source[at : at + 100_000].partition("</style")[0]).lower()
        plain = re.sub(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)
        names = {name for name, rules in _RULE.findall(plain) if _INVISIBLE.search(rules)}
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    is_hidden: bool
    background: Colour | None  # None: a picture, or a colour that we cannot read


@dataclass(slots=True)
class _Page:
    """What was read so far."""

    hidden_names: frozenset[str]
    stack: list[_Element] = field(default_factory=lambda: [_Element("", False, _WHITE)])  # noqa: FBT003 - as in the class above
    open_tags: dict[str, int] = field(default_factory=dict)
    too_deep: int = 0
    quoted: int = 0
    parts: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        words = " ".join(unescape(text).split()) if text else ""
        if not words:
            if text and self.parts and not self.parts[-1].endswith(("\n", " ")):
                self.parts.append(" ")
            return
        if self.stack[-1].is_hidden or self.too_deep:
            self.unseen.append(words)
            return
        before, after = text[:1].isspace(), text[-1:].isspace()
        self.parts.append(" " * before + words + " " * after)

    def open(self, tag: str, attributes: str) -> None:
        if tag in _ENDS_ITSELF and self.stack[-1].tag == tag:
            self.close(tag)
        if tag in _BLOCKS:
            self.close_paragraph()
        if tag in _BLOCKS or tag == "br":
            self.new_line()
        elif tag in ("td", "th"):
            self.parts.append(" ")
        if tag in _VOID:
            return
        if len(self.stack) >= _MOST_DEEP:
            self.too_deep += 1
            return
        self.stack.append(self.element(tag, attributes))
        self.open_tags[tag] = self.open_tags.get(tag, 0) + 1
        if tag == "blockquote":
            self.quoted += 1
            self.new_line()

    def element(self, tag: str, attributes: str) -> _Element:
        inside = self.stack[-1]
        if not attributes or inside.is_hidden:
            return _Element(tag, inside.is_hidden or tag in _UNREAD, inside.background)
        given = _attributes(attributes)
        style = _COMMENT.sub("", given.get("style", ""))
        colours = {kind: _colour(value) for kind, value in _COLOUR.findall(style)}
        background = inside.background
        for kind in ("background", "background-color"):
            background = colours.get(kind, background)
        if "bgcolor" in given:
            background = _colour(given["bgcolor"])
        front = colours.get("color") or _colour(given.get("color", ""))
        names = {f"#{given['id']}"} if given.get("id") else set()
        names |= {f".{name}" for name in given.get("class", "").split()}
        is_hidden = (
            tag in _UNREAD
            or "hidden" in given
            or bool(_INVISIBLE.search(style))
            or bool(names & self.hidden_names)
            or (tag == "font" and given.get("size") == "0")
            or _alike(front, background)
        )
        return _Element(tag, is_hidden, background)

    def close(self, tag: str) -> None:
        if self.too_deep:
            self.too_deep -= 1
            return
        while self.open_tags.get(tag):
            gone = self.stack.pop()
            self.open_tags[gone.tag] -= 1
            self.quoted -= gone.tag == "blockquote"
            if gone.tag == tag:
                break
        if tag in _BLOCKS:
            self.new_line()

    def close_paragraph(self) -> None:
        """A block ends a paragraph that was left open."""
        if not self.open_tags.get("p"):
            return
        for element in self.stack[:-20:-1]:
            if element.tag == "p":
                self.close("p")
                return
            if element.tag in _BLOCKS:
                return

    def new_line(self) -> None:
        self.parts.append("\n" + "> " * min(self.quoted, 3))

    def seen(self) -> Seen:
        lines = (" ".join(line.split()) for line in "".join(self.parts).split("\n"))
        marks = {">", "> >", "> > >"}
        told = (("" if line in marks else line) for line in lines)
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(told)).strip("\n")
        return Seen(text, "\n".join(self.unseen))


def _attributes(source: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(source):
        found.setdefault(name.lower(), unescape("".join(values)).lower().strip())
    return found


def _colour(text: str) -> Colour | None:
    text = text.strip()
    if text in _NAMED:
        return _NAMED[text]
    if _HEX.match(text):
        digits = text[1:] if len(text) > len("#fff") else "".join(c + c for c in text[1:])
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    rgb = _RGB.match(text)
    return (int(rgb[1]), int(rgb[2]), int(rgb[3])) if rgb else None


def _alike(front: Colour | None, back: Colour | None) -> bool:
    if front is None or back is None:
        return False
    return all(abs(a - b) <= _ALIKE for a, b in zip(front, back, strict=True))
