"""Set phrases are found as people write them, and only as whole words."""

import pytest

from agent.core.phrases import fold, listed

PHRASES = listed("""
lawyer* | speak ~ manager | fed up
*anwalt | sue you
""")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("My LAWYER says", "lawyer", id="any case"),
        pytest.param("my lawyers say", "lawyers", id="the rest of a word"),
        pytest.param("mein Rechtsanwalt", "rechtsanwalt", id="the beginning of a word"),
        pytest.param("fed  up", "fed up", id="more white space"),
        pytest.param("fed-up", "fed-up", id="a hyphen"),
        pytest.param("speak with the shop's manager", "speak with the shop's manager", id="a gap"),
        pytest.param("speak manager", "speak manager", id="an empty gap"),
        pytest.param("la\u200bwyer", "lawyer", id="a zero-width space"),
    ],
)
def test_it_is_found(text: str, words: str) -> None:
    assert PHRASES.find(fold(text)) == words


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("flawyer", id="inside another word"),
        pytest.param("I issue you a refund", id="the end of another word"),
        pytest.param("sue yours", id="the beginning of another word"),
        pytest.param("speak up. The manager left", id="a gap over two sentences"),
        pytest.param("speak to one two three four manager", id="a gap of more than four words"),
        pytest.param("", id="no text"),
    ],
)
def test_it_is_not_found(text: str) -> None:
    assert PHRASES.find(fold(text)) is None


def test_at_most_forty_characters_are_shown() -> None:
    found = PHRASES.find("lawyer" + "s" * 100)

    assert found == "lawyer" + "s" * 34


def test_no_phrases_find_nothing() -> None:
    assert listed(" | * \n").find("anything at all") is None


def test_accents_and_quotes_are_folded() -> None:
    assert fold("L’HÔPITAL Straße") == "l'hopital strasse"
