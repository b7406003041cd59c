"""Which words and figures of a text bind the team, and what a slot brings in."""

import pytest

from agent.core.commitments import brought_in, commitments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("20 €", ("€",)),
        ("20 eur", ("eur",)),
        ("US$ 5", ("us$",)),
        ("c$ 5", ("c$",)),
        ("14 Tage", ("14 tage",)),
        ("14 \n days", ("14 days",)),
        ("2  -  3 weeks", ("2 - 3 weeks",)),
        ("48h", ("48h",)),
        ("3 mesi", ("3 mesi",)),
        ("euros", ("euros",)),
        ("confermato", ("confermato",)),
        ("3 November 2026", ("3 november 2026",)),
        ("am 3.11. um acht", ("3.11",)),
        ("order 40-2291, size XX", ()),
        ("We are there for you.", ()),
    ],
)
def test_words_of_money_and_days_bind(text: str, found: tuple[str, ...]) -> None:
    assert tuple(word.strip().lower() for word in commitments(text)) == found


def test_each_word_counts_as_often_as_it_stands() -> None:
    assert brought_in("A refund, and a refund of tax.", "A refund.", ()) == ("refund",)
    assert brought_in("A refund, and a credit.", "", ("credit",)) == ("refund",)
    assert brought_in("A refund, and a credit.", "A credit", ("refund",)) == ()
    assert brought_in("A refund, or credit, or bonus.", "", ("bonus", "credit")) == ("refund",)
