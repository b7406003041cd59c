"""What holds for every text: nothing is lost, nothing is masked twice, no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.masking.hidden import hide, hide_all
from agent.core.masking.masked import mask_texts, spans_of
from agent.core.masking.records import Person, people_of

PEOPLE = people_of(
    [
        Person(
            names=("Mara Lindqvist", "王小明"),
            addresses=("Tulpenweg 12, 20095 Hamburg",),
            contacts=("+49 1512 3456789",),
        ),
        Person(names=("Ben Grant",)),
    ]
)
WORDS = """
    Mara mara Lindqvist Ben Grant grant 王小明 Tulpenweg 12 20095 Hamburg a@example.org
    A@Example.org +4915123456789 01512 3456789 (212) 555-0187 call 4111 1111111111111111 card
    5500-0055-5555-5559 DE89 370400440532013000 DE89370400440532013000 IBAN 536-90-4399 password
    is : Hund42x! token= sk-aB3aB3aB3aB3aB3aB3 pin 4029 order #40-2291 W3586556 [email-1]
    [name-1.1] [card-2] [phone-1] [card …1111] [password] [ ] ( ) . , " ' - / @ at x ext 7 00 + 0
""".split()
PIECES = st.sampled_from([*WORDS, "\n", " ", "\u00a0", "\u200b", "٤١١١"])
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=14).flatmap(
    lambda pieces: st.sampled_from(["", " "]).map(lambda gap: gap.join(pieces))
)
TEXTS = st.lists(MIXED, min_size=1, max_size=4)

LENGTH = 60_000  # characters
ENDLESS = {
    "digits": "1" * LENGTH,
    "spaced digits": "1 " * (LENGTH // 2),
    "groups of four": "4111 " * (LENGTH // 5),
    "phone marks": "0(" * (LENGTH // 2),
    "pluses": "+1 " * (LENGTH // 3),
    "at signs": "a@" * (LENGTH // 2),
    "dotted": "a." * (LENGTH // 2) + "@",
    "domain": "a@" + "a." * (LENGTH // 2),
    "one word": "a" * LENGTH,
    "passwords": "password " * (LENGTH // 9),
    "passwords and marks": "password: " * (LENGTH // 10),
    "codes": "pin pin is " * (LENGTH // 11),
    "keys": "eyJ" * (LENGTH // 3),
    "key beginnings": "-----BEGIN PRIVATE KEY-----" * (LENGTH // 27),
    "addresses of accounts": "DE89 " * (LENGTH // 5),
    "names": "Mara " * (LENGTH // 5),
    "links": "x://a:" * (LENGTH // 6),
    "spelled": "a (at) " * (LENGTH // 7),
    "placeholders": "[email-1]" * (LENGTH // 9),
    "white space": " " * LENGTH,
}


@given(TEXTS)
def test_without_secrets_the_way_back_gives_the_same_text(texts: list[str]) -> None:
    quiet = hide_all(texts)

    masked = mask_texts(quiet, PEOPLE)

    assert tuple(map(masked.restore, masked.texts)) == hide_all(quiet)


@given(TEXTS)
def test_what_is_hidden_is_hidden_once(texts: list[str]) -> None:
    once = hide_all(texts)

    assert hide_all(once) == once


@given(TEXTS)
def test_nothing_stays_that_was_found(texts: list[str]) -> None:
    masked = mask_texts(texts, PEOPLE)

    for text, left in zip(hide_all(texts), masked.texts, strict=True):
        for span in spans_of(text, PEOPLE):
            found = text[span.start : span.end]
            assert left.count(found) < text.count(found) or found in "".join(masked.back)


@given(TEXTS)
def test_masking_is_the_same_every_time(texts: list[str]) -> None:
    assert mask_texts(texts, PEOPLE).texts == mask_texts(texts, PEOPLE).texts


@given(st.text(st.characters(categories=["Nd", "Zs", "Pd", "Po"]), max_size=60))
def test_digits_of_every_script_are_read(text: str) -> None:
    mask_texts([text], PEOPLE)


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_time_grows_with_the_length_and_no_faster(text: str) -> None:
    def seconds(some: str) -> float:
        started = time.process_time()
        mask_texts([some], PEOPLE)
        return time.process_time() - started

    half = min(seconds(text[: len(text) // 4]) for _ in range(2))

    # Four times the text: sixteen times as long where something is quadratic.
    assert seconds(text) < 9 * half + 0.5


def test_a_text_without_anything_personal_is_left_alone() -> None:
    said = "The lid KL-7 of order 40-2291 broke on 3 Nov at 14:30; I paid 1,234.50 euros."

    assert mask_texts([said], PEOPLE).texts == (said,)
    assert hide(said) == said
