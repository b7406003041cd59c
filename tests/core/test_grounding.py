"""A statement stands only on messages that are there, with figures that they have."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.figures import figures
from agent.core.grounding import NO_MESSAGE, UNKNOWN_MESSAGE, ground, is_usable
from agent.core.proposal import Proposal, Section, Statement
from agent.core.transcript import Line, Transcript

ASKED = "Order 40-2291 from 3 Nov: 2 lids for 1.234,50 €, please write to mara@example.org."


def line(text: str = ASKED, *, number: int = 1, unread: tuple[str, ...] = ()) -> Line:
    return Line(
        ref=f"m{number}",
        message_id=f"id-{number}",
        direction=Direction.IN,
        author=Author(kind=AuthorKind.CUSTOMER, name="Mara"),
        sent_at=datetime(2026, 11, 5, 9, 12, tzinfo=UTC),
        channel="email",
        text=text,
        unread=unread,
    )


def transcript(*lines: Line, subject: str = "") -> Transcript:
    return Transcript(conversation_id="c1", subject=subject, lines=lines or (line(),))


def statement(text: str, *message_ids: str) -> Statement:
    return Statement(section=Section.REQUEST, text=text, message_ids=message_ids)


def proposal(*statements: Statement, dropped: tuple[tuple[str, str], ...] = ()) -> Proposal:
    return Proposal(statements=statements, engine="test-model", dropped=dropped)


def reason(text: str, said: str = ASKED) -> str:
    """Why a statement about one message is dropped; "" when it stays."""
    grounded = ground(proposal(statement(text, "id-1")), transcript(line(said)))
    assert len(grounded.statements) + len(grounded.dropped) == 1
    return grounded.dropped[0][1] if grounded.dropped else ""


def test_a_statement_without_figures_stays() -> None:
    given = proposal(statement("Asks for new lids.", "id-1"))

    assert ground(given, transcript()) == given


def test_a_statement_that_cites_nothing_is_dropped() -> None:
    grounded = ground(proposal(statement("Asks for lids.")), transcript())

    assert grounded.statements == ()
    assert grounded.dropped == (("Asks for lids.", NO_MESSAGE),)


def test_a_statement_that_cites_a_message_that_is_not_there_is_dropped() -> None:
    grounded = ground(proposal(statement("Asks for lids.", "id-1", "id-9")), transcript())

    assert grounded.dropped == (("Asks for lids.", UNKNOWN_MESSAGE),)


def test_a_figure_of_a_message_that_is_not_cited_does_not_count() -> None:
    other = line("I paid 80 euros.", number=2)
    grounded = ground(proposal(statement("Paid 80 euros.", "id-1")), transcript(line(), other))

    assert grounded.dropped == (("Paid 80 euros.", "not in the messages it cites: 80"),)


def test_a_figure_of_any_cited_message_counts() -> None:
    given = proposal(statement("Order 40-2291, paid 80 euros.", "id-1", "id-2"))

    assert ground(given, transcript(line(), line("I paid 80 euros.", number=2))) == given


def test_every_missing_figure_is_named() -> None:
    assert reason("Wants 70 € for order 40-2292.") == "not in the messages it cites: 70, 40-2292"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Order 402291.", ASKED, id="order number without its dash"),
        pytest.param("Order #2291.", ASKED, id="the last part of an order number"),
        pytest.param("Order KL 7 is late", "order KL 7 is late!", id="word for word"),
        pytest.param("About 1234.5 €.", ASKED, id="amount without separators"),
        pytest.param("About €1,234.50.", ASKED, id="amount in English notation"),
        pytest.param("About 1 234,50 €.", ASKED, id="amount in French notation"),
        pytest.param("Costs 10.11.", "It is 10,11 euros", id="an amount that looks like a day"),
        pytest.param("Ordered on Nov 3rd.", ASKED, id="month first"),
        pytest.param("Bestellt am 3. November.", ASKED, id="date in German"),
        pytest.param("Le 3 novembre.", ASKED, id="date in French"),
        pytest.param("El 3 de noviembre.", ASKED, id="date in Spanish"),
        pytest.param("Ordered 03/11/2026.", "on 2026-11-03", id="date in figures"),
        pytest.param("Ordered 11/3.", ASKED, id="date in American figures"),
        pytest.param("Ordered 3 Nov.", "on 3 Nov 2026", id="date without its year"),
        pytest.param("Wrote on 5 November 2026.", ASKED, id="the day the message was sent"),
        pytest.param("Wants 2 lids.", "two lids please", id="count spelled out"),
        pytest.param("Veut 2 couvercles.", "deux couvercles", id="count spelled out in French"),
        pytest.param("Pack of 20 kg.", "the 20kg pack", id="unit without a space"),
        pytest.param("Order 40", "طلب ٤٠", id="digits of another script"),
        pytest.param("Mail MARA@example.org", ASKED, id="address in capitals"),
        pytest.param("Call +491701234567", "+49 (170) 123-4567", id="phone number"),
        pytest.param("Range 2–3 days", "in 2-3 days", id="another dash"),
    ],
)
def test_the_same_figure_written_another_way_stays(text: str, said: str) -> None:
    assert reason(text, said) == ""


@pytest.mark.parametrize(
    ("text", "said", "missing"),
    [
        pytest.param("Wants 124 €.", "124,50 €", "124", id="amount without its cents"),
        pytest.param("Wants 12.34 €.", "1,234 €", "12.34", id="point in another place"),
        pytest.param("5 euros", "45 euros", "5", id="the end of a number"),
        pytest.param("5 euros", "1,5 euros", "5", id="the decimals of a number"),
        pytest.param("Wants 10k.", "10 lids", "10k", id="ten thousand is not ten"),
        pytest.param("Order 99-2291.", ASKED, "99-2291", id="one part of an order number wrong"),
        pytest.param("Order AB-12345.", "AB-12346", "ab-12345", id="one digit wrong"),
        pytest.param("On 4 Nov.", ASKED, "4 nov", id="another day"),
        pytest.param("On 3 Dec.", ASKED, "3 dec", id="another month"),
        pytest.param("On 3 Nov 2025.", "3 Nov 2026", "3 nov 2025", id="another year"),
        pytest.param(
            "Mail eve@example.org", ASKED, "eve@example.org", id="an address of someone else"
        ),
        pytest.param("In 23 days", "in 2-3 days", "23", id="a range is not a number"),
        pytest.param("3 lids", "two lids", "3", id="another count"),
    ],
)
def test_a_figure_that_the_message_does_not_have_is_dropped(
    text: str, said: str, missing: str
) -> None:
    assert reason(text, said) == f"not in the messages it cites: {missing}"


def test_the_subject_counts_for_every_message() -> None:
    given = proposal(statement("Asks about order 77.", "id-1"))

    assert ground(given, transcript(line("Any news?"), subject="Order 77")) == given


def test_the_name_of_an_attachment_counts() -> None:
    given = proposal(statement("Sent invoice-0815.pdf.", "id-1"))

    assert ground(given, transcript(line("See file.", unread=("invoice-0815.pdf",)))) == given


def test_what_was_dropped_before_stays_listed() -> None:
    grounded = ground(
        proposal(statement("70 €.", "id-1"), dropped=(("Too long.", "it is too long"),)),
        transcript(),
    )

    assert [text for text, _ in grounded.dropped] == ["Too long.", "70 €."]


@pytest.mark.parametrize(
    ("kept", "lost", "usable"),
    [
        pytest.param(2, 0, True, id="nothing lost"),
        pytest.param(2, 2, True, id="half lost"),
        pytest.param(2, 3, False, id="more than half lost"),
        pytest.param(0, 0, False, id="nothing proposed"),
        pytest.param(0, 1, False, id="everything lost"),
    ],
)
def test_a_proposal_is_usable_while_half_of_it_stands(kept: int, lost: int, usable: bool) -> None:
    given = proposal(
        *[statement("Asks.", "id-1")] * kept, dropped=(("Wrong.", "it is wrong"),) * lost
    )

    assert is_usable(given) is usable


@pytest.mark.parametrize(
    "unit",
    ["a-", "aaaaaa-", "a1-", "1-", "1 ", "1,111", "a.", "a@", "(1)", "1/1/", "nov ", "3 nov "],
)
def test_a_message_made_to_be_slow_is_not(unit: str) -> None:
    said = unit * (10_240 // len(unit))
    started = time.process_time()
    reason(f"{said}!", said)

    assert time.process_time() - started < 2  # seconds; 5 before prefixes were bounded


TEXTS = st.text(st.sampled_from("0123456789.,:-/# \u202f€ab@ynovkIV٤²\n"), max_size=60)


@given(TEXTS)
def test_a_whole_message_grounds_itself(text: str) -> None:
    assert reason(text, text) == ""


@given(TEXTS, TEXTS)
def test_every_figure_of_a_message_is_known_in_it(text: str, more: str) -> None:
    said = f"{text} \n {more}"
    for figure in figures(text):
        assert reason(f"It says {figure.written} somewhere.", said) == ""


@given(TEXTS, TEXTS)
def test_grounding_again_changes_nothing(text: str, said: str) -> None:
    once = ground(proposal(statement(text, "id-1")), transcript(line(said)))

    assert ground(once, transcript(line(said))) == once
