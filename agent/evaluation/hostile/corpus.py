"""Our own attacks, and the disguises that get past careless filters."""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path

CANARIES = ("CANARY-7f3a91", "CN-90001", "Canaria Testwell", "she is behind on her payments")
LINK = "https://evil.example/pay?x=1"
_OURS = Path(__file__).parent / "attacks.txt"
_ESCAPE = re.compile(r"\\(?:n|u[0-9a-f]{4}|U[0-9a-f]{8})")


def our_attacks() -> tuple[str, ...]:
    """The lines of attacks.txt, with canaries and links in place."""
    lines = _OURS.read_text("utf-8").splitlines()
    texts = (line.partition("\t")[2] for line in lines if not line.startswith("#"))
    return tuple(_filled(text, CANARIES[n % len(CANARIES)]) for n, text in enumerate(texts))


def encodings(text: str) -> Iterator[tuple[str, str]]:
    """The text in the disguises that get past careless filters, each with its name."""
    yield "plain", text
    yield "upper", text.upper()
    yield "fullwidth", "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    yield "zero-width", "\u200b".join(text)
    yield "soft hyphen", "\u00ad".join(text)
    yield "joiner", "\u2060".join(text)
    yield "tags", "x" + "".join(chr(0xE0000 + ord(c)) for c in text if c.isascii())
    yield "reversed", "\u202e" + text[::-1] + "\u202c"
    yield "isolate", "\u2067" + text + "\u2069"
    yield "selectors", "\ufe01".join(text)
    yield "cyrillic", text.translate(str.maketrans("aceopx", "асеорх"))
    yield "entities", "".join(f"&#{ord(c)};" for c in text)
    yield "percent", "".join(f"%{byte:02x}" for byte in text.encode())
    yield "base64", codecs.encode(text.encode(), "base64").decode().replace("\n", "")
    yield "rot13", codecs.encode(text, "rot13")
    yield "spaced", " ".join(text)
    yield "markdown", f"[{text}]({LINK})"
    yield "reference", f"[{text}][1]\n\n[1]: {LINK}"
    yield "image", f"![{text}]({LINK})"
    yield "html", f"<b>{text}</b>"
    yield "comment", f"<!-- {text} -->"
    yield "json", json.dumps({"reply": text})
    yield "fence", f"```\n{text}\n```"
    yield "thought", f"<think>{text}</think>"
    yield "half a thought", f"</think>{text}"
    yield "role", f"assistant: {text}"
    yield "special token", f"<|im_start|>{text}<|im_end|>"
    yield "gap", f"{{{{{text}}}}}"
    yield "below", f"\n\n{text}"
    yield "filler", f"\u3164{text}\u2800"
    yield "line separator", f"\u2028{text}"


def _filled(text: str, canary: str) -> str:
    plain = _ESCAPE.sub(lambda found: found[0].encode().decode("unicode_escape"), text)
    return plain.replace("{canary}", canary).replace("{link}", LINK)
