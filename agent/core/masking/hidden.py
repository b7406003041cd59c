"""Texts without their secrets: what no model, no rule and no note needs to see.

A card number keeps its last four digits, which is what people name a card by. Doing it again
changes nothing.
"""

from collections.abc import Iterator, Sequence

from agent.core.masking.cards import cards_in
from agent.core.masking.secrets import again, is_telling, secrets_in
from agent.core.masking.spans import Kind, Span, without_overlaps


def hide(text: str) -> str:
    """The text with "[password]", "[token]", "[code]" and "[card …1111]" for its secrets."""
    return hide_all((text,))[0]


def hide_all(texts: Sequence[str]) -> tuple[str, ...]:
    """Each text without its secrets; one that shows itself in any of them is hidden in all."""
    found = [tuple(_secrets(text)) for text in texts]
    known = frozenset(span.key for spans in found for span in spans if span.kind is not Kind.CARD)
    telling = frozenset(filter(is_telling, known))
    return tuple(
        _replaced(text, (*spans, *again(text, telling)))
        for text, spans in zip(texts, found, strict=True)
    )


def _secrets(text: str) -> Iterator[Span]:
    yield from secrets_in(text)
    yield from cards_in(text)


def _replaced(text: str, spans: Sequence[Span]) -> str:
    if not spans:
        return text
    parts: list[str] = []
    at = 0
    for span in without_overlaps(len(text), spans):
        parts += text[at : span.start], _shown(span)
        at = span.end
    return "".join((*parts, text[at:]))


def _shown(span: Span) -> str:
    return f"[card …{span.key[-4:]}]" if span.kind is Kind.CARD else f"[{span.kind}]"
