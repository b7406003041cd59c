"""What a note leaves out: open asks and amounts."""

import pytest

from agent.core.coverage import LeftOut, Missing, left_out, with_left_out, worth_a_line
from agent.core.proposal import Proposal, Section, Statement
from tests.core.said import transcript

TALK = transcript(
    "in: The lid of my kettle is cracked. Do you have the lid in stock?",
    "out: Yes, it costs 12 euros.",
    "in: Fine. Can I also order the blue enamel pot?",
)


def proposal(*said: tuple[str, str]) -> Proposal:
    statements = tuple(
        Statement(section=Section.REQUEST, text=text, message_ids=(cited,)) for text, cited in said
    )
    return Proposal(statements=statements, engine="test-model")


def missing(*said: tuple[str, str]) -> list[str]:
    return [one.text for one in left_out(TALK, proposal(*said))]


WHOLE = (
    ("Asks whether the lid is in stock.", "1"),
    ("Told that it costs 12 euros.", "2"),
    ("Wants to order the blue enamel pot.", "3"),
)


def test_what_is_told_is_not_left_out() -> None:
    assert missing(*WHOLE) == []


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        pytest.param(WHOLE[1:], "Do you have the lid in stock?", id="a question"),
        pytest.param((WHOLE[0], WHOLE[2]), "12 euros", id="an amount"),
        pytest.param(WHOLE[:2], "Can I also order the blue enamel pot?", id="the newest question"),
    ],
)
def test_what_no_statement_tells_is_left_out(
    kept: tuple[tuple[str, str], ...], expected: str
) -> None:
    assert missing(*kept) == [expected]


def test_a_question_is_open_while_the_team_has_not_written_since() -> None:
    found = left_out(TALK, proposal())

    assert found == (
        LeftOut(
            kind=Missing.QUESTION,
            text="Do you have the lid in stock?",
            message_id="1",
            is_open=False,
        ),
        LeftOut(kind=Missing.AMOUNT, text="12 euros", message_id="2", is_open=False),
        LeftOut(
            kind=Missing.QUESTION,
            text="Can I also order the blue enamel pot?",
            message_id="3",
            is_open=True,
        ),
    )
    assert worth_a_line(found) == (1, ("12 euros",))


def test_an_amount_written_another_way_is_told() -> None:
    assert missing(WHOLE[0], ("Costs €12.00.", "2"), WHOLE[2]) == []


def test_a_statement_in_another_language_tells_of_what_its_message_asks() -> None:
    german = ("Kundin fragt, ob der Deckel auf Lager ist und möchte ihn kaufen.", "1")

    assert missing(german, *WHOLE[1:]) == []


def test_a_wish_without_a_question_mark_is_an_ask() -> None:
    talk = transcript("in: Hello. I want to return the copper pan.")

    assert [one.kind for one in left_out(talk, proposal())] == [Missing.REQUEST]


def test_the_receipt_is_told_what_is_open() -> None:
    assert with_left_out(proposal(*WHOLE[:2]), TALK).left_out == (
        "open question: Can I also order the blue enamel pot?",
    )
