"""A transcript as it may leave for a model, and the way back for what the model answers.

Same transcript and people, same bytes; a message more changes no placeholder before it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agent.core.conversation import AuthorKind, Customer
from agent.core.masking.bank import ibans_in
from agent.core.masking.cards import cards_in
from agent.core.masking.contact import emails_in, known_numbers, phones_in
from agent.core.masking.hidden import hide_all
from agent.core.masking.ids import ids_in
from agent.core.masking.placeholders import Placeholders, restored
from agent.core.masking.records import People, Person, people_of
from agent.core.masking.secrets import secrets_in
from agent.core.masking.spans import Kind, Span, without_overlaps
from agent.core.proposal import Ask, Proposal, SlotGuess, Statement
from agent.core.transcript import Line, Transcript

_SHOWN_CARD = re.compile(r"\[card …\d{4}\]")


@dataclass(frozen=True, slots=True, repr=False)
class MaskedTexts:
    """Texts without anything personal, and what their placeholders stand for."""

    texts: tuple[str, ...]
    back: dict[str, str]

    def restore(self, text: str) -> str:
        """A text with what its placeholders stand for. Secrets do not come back."""
        return restored(text, self.back)


@dataclass(frozen=True, slots=True, repr=False)
class Masked:
    """A transcript without anything personal. Its repr says nothing."""

    transcript: Transcript
    back: dict[str, str]

    def unmask(self, proposal: Proposal) -> Proposal:
        """What a model made of the transcript, with the values back in it.

        A placeholder that the model invented stays: it is in no message, so grounding drops it.
        """
        return replace(
            proposal,
            statements=tuple(map(self._statement, proposal.statements)),
            asks=tuple(map(self._ask, proposal.asks)),
            slots=tuple(map(self._slot, proposal.slots)),
            dropped=tuple((self._line(text), reason) for text, reason in proposal.dropped),
        )

    def _statement(self, statement: Statement) -> Statement:
        quotes = tuple(restored(quote, self.back) for quote in statement.quotes)
        return replace(statement, text=self._line(statement.text), quotes=quotes)

    def _ask(self, ask: Ask) -> Ask:
        return replace(ask, text=self._line(ask.text))

    def _slot(self, slot: SlotGuess) -> SlotGuess:
        return replace(slot, quote=restored(slot.quote, self.back))

    def _line(self, text: str) -> str:
        # An address may come back with the line breaks it has in the message.
        return " ".join(restored(text, self.back).split())


def mask_transcript(transcript: Transcript, customer: Customer | None = None) -> Masked:
    """The transcript with placeholders for what is personal, and without its secrets.

    `customer` is the record, where it could be read; authors are known from the transcript.
    Folded text is left out: no model sees it.
    """
    lines = transcript.lines
    people = people_of(_persons(transcript, customer))
    texts = [transcript.subject]
    for line in lines:
        texts += line.text, *line.unread, line.author.name
    texts += [statement.text for statement in transcript.earlier]
    masked = mask_texts(texts, people)
    left = iter(masked.texts)
    return Masked(
        transcript=replace(
            transcript,
            subject=next(left),
            lines=tuple(_masked_line(line, left) for line in lines),
            earlier=tuple(
                replace(statement, text=next(left), quotes=()) for statement in transcript.earlier
            ),
        ),
        back=masked.back,
    )


def _masked_line(line: Line, texts: Iterator[str]) -> Line:
    return replace(
        line,
        text=next(texts),
        unread=tuple(next(texts) for _ in line.unread),
        author=replace(line.author, name=next(texts)),
        folded="",
    )


def mask_texts(texts: Sequence[str], people: People | None = None) -> MaskedTexts:
    """Each text with placeholders; the same value has the same one in all of them."""
    people = people or People()
    quiet = hide_all(texts)
    found = [tuple(_personal(text, people)) for text in quiet]
    phones = frozenset(span.key for spans in found for span in spans if span.kind is Kind.PHONE)
    placeholders = Placeholders(quiet)
    masked = tuple(
        placeholders.replaced(text, without_overlaps(len(text), (*spans, *_again(text, phones))))
        for text, spans in zip(quiet, found, strict=True)
    )
    return MaskedTexts(masked, placeholders.back)


def spans_of(text: str, people: People | None = None) -> tuple[Span, ...]:
    """Where one text alone holds something secret or personal, in order, without overlaps."""
    spans = (*secrets_in(text), *cards_in(text), *_personal(text, people or People()))
    return without_overlaps(len(text), spans)


def _personal(text: str, people: People) -> Iterator[Span]:
    for card in _SHOWN_CARD.finditer(text):
        yield Span(*card.span(), Kind.CARD, card[0])
    yield from ibans_in(text)
    yield from emails_in(text)
    yield from ids_in(text)
    yield from phones_in(text)
    yield from known_numbers(text, people.knows)
    yield from people.spans(text)


def _again(text: str, phones: frozenset[str]) -> Iterator[Span]:
    """A number that said elsewhere what it is, and here does not."""
    return known_numbers(text, phones.__contains__)


def _persons(transcript: Transcript, customer: Customer | None) -> Iterator[Person]:
    """The customer first, then who else wrote, in the order in which they did."""
    authors = [line.author for line in transcript.lines]
    theirs = [a.name for a in authors if a.kind is AuthorKind.CUSTOMER and a.name.strip()]
    names = [customer.name] if customer and customer.name.strip() else []
    if customer is not None:
        reached = (*customer.emails, *customer.phones, *customer.whatsapps)
        yield Person(
            names=tuple(dict.fromkeys([*names, *theirs])),
            addresses=customer.addresses,
            contacts=tuple(address.value for address in reached),
        )
    elif theirs:
        yield Person(names=tuple(dict.fromkeys(theirs)))
    for author in authors:
        if author.kind is AuthorKind.TEAMMATE and author.name.strip():
            yield Person(names=(author.name,))
