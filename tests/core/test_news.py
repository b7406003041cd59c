"""Whether a newer customer message is worth a new note."""

from datetime import UTC, datetime

import pytest

from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.news import brings_news
from agent.core.proposal import Section, Statement
from agent.core.transcript import Line

TOLD = (Statement(section=Section.REQUEST, text="The lid arrived cracked.", message_ids=("id1",)),)


def line(number: int, text: str, *, out: bool = False) -> Line:
    return Line(
        ref=f"m{number}",
        message_id=f"id{number}",
        direction=Direction.OUT if out else Direction.IN,
        author=Author(kind=AuthorKind.TEAMMATE if out else AuthorKind.CUSTOMER),
        sent_at=datetime(2026, 11, 3, tzinfo=UTC),
        channel="email",
        text=text,
    )


def news(text: str, *, out: bool = False) -> bool:
    lines = (line(1, "The lid arrived cracked."), line(2, text, out=out))
    return brings_news(lines, TOLD, since_message="id1")


@pytest.mark.parametrize(
    "text",
    [
        "Is it in stock?",
        "أين طلبي؟",
        "The order number is 40-2291.",
        "Please cancel the whole order instead.",
        "Het deksel lekt nog steeds overal.",
        "A tampa ainda está a pingar.",
        "Il coperchio perde ancora acqua.",
        "My neighbour can accept the parcel.",
    ],
)
def test_a_question_a_number_or_new_words_are_news(text: str) -> None:
    assert news(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks a lot!",
        "Great, thank you very much.",
        "Danke, super!",
        "Merci beaucoup, bonne journée.",
        "¡Muchas gracias!",
        "Hartelijk dank, prima!",
        "Muito obrigada pela ajuda, bom dia!",
        "Grazie mille, va bene così. Ciao!",
        "ok",
        "",
        "👍",
        "The lid arrived cracked.",
    ],
)
def test_thanks_and_what_was_told_are_no_news(text: str) -> None:
    assert not news(text)


def test_what_the_team_says_is_no_news() -> None:
    assert not news("We shipped a new lid today with parcel 99-12.", out=True)


def test_in_doubt_there_is_news() -> None:
    assert brings_news((line(2, "ok"),), TOLD, since_message="pruned")
