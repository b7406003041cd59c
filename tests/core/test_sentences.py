"""Where a sentence ends, in the writing that support teams get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.sentences import fold, sentences_of


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("It broke. Can you help?", ("It broke.", "Can you help?"), id="full stop"),
        pytest.param("Help!!! It leaks...", ("Help!!!", "It leaks..."), id="several marks"),
        pytest.param("Hello\nIt broke", ("Hello", "It broke"), id="line break"),
        pytest.param('He said "no." I left.', ('He said "no."', "I left."), id="closing quote"),
        pytest.param("Mr. Brown called Dr. Ito.", ("Mr. Brown called Dr. Ito.",), id="titles"),
        pytest.param("Call J. Brown.", ("Call J. Brown.",), id="an initial"),
        pytest.param("No. I never got it.", ("No.", "I never got it."), id="no as an answer"),
        pytest.param("Order no. 4711 is late.", ("Order no. 4711 is late.",), id="no as number"),
        pytest.param(
            "I paid 3.50 for v2.1 on a.b.com", ("I paid 3.50 for v2.1 on a.b.com",), id="."
        ),
        pytest.param("1. Unplug it. 2. Wait.", ("1. Unplug it.", "2. Wait."), id="a numbered list"),
        pytest.param(
            "Das war am 3. November, z.B. Nachts. Danke!",
            ("Das war am 3. November, z.B. Nachts.", "Danke!"),
            id="German ordinals and short forms",
        ),
        pytest.param("¿Dónde está? ¡Gracias!", ("¿Dónde está?", "¡Gracias!"), id="Spanish"),
        pytest.param("Où est-il ? Merci.", ("Où est-il ?", "Merci."), id="French spacing"),
        pytest.param("أين طلبي؟ شكرا.", ("أين طلبي؟", "شكرا."), id="Arabic"),
        pytest.param(
            "注文はどこ?届きません。", ("注文はどこ?届きません。",), id="Japanese, small mark"
        ),
        pytest.param("注文はどこ？届きません。", ("注文はどこ？", "届きません。"), id="Japanese"),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, sentences: tuple[str, ...]) -> None:
    assert sentences_of(text) == sentences


@pytest.mark.parametrize("rest", ["https://shop.example/x", "<LINK>", "😀", "!", ":-)"])
def test_what_is_no_sentence_stays_with_the_one_before(rest: str) -> None:
    assert sentences_of(f"See here. {rest}") == (f"See here. {rest}",)


def test_a_link_on_the_next_line_stays_too() -> None:
    assert sentences_of("See here:\nhttps://shop.example/x") == (
        "See here: https://shop.example/x",
    )


def test_nothing_said_has_no_sentences() -> None:
    assert sentences_of(" \n ") == ()


@given(st.text())
def test_no_letter_is_lost_added_or_moved(text: str) -> None:
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())


@given(st.text(alphabet="ab .!?\n。"))
def test_every_sentence_stands_in_the_text(text: str) -> None:
    assert all(sentence in fold(text) for sentence in sentences_of(text))
