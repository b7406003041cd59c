"""The line under every automatic reply."""

import re

import pytest

from agent.core.asks import ASKS_FOR_A_PERSON
from agent.core.disclosure import LINES, disclosure_for
from agent.core.phrases import fold
from agent.core.team_policy import ReplySettings

LANGUAGES = ("en", "de", "fr", "es", "nl", "pt", "it")
TWO_SENTENCES = re.compile(r"[A-Z][a-z][^.]+[a-z]\. [A-Z][a-zé][^.]+[a-z]\.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_in_two_sentences_that_a_machine_wrote_it_and_what_to_answer(language: str) -> None:
    line = disclosure_for(ReplySettings(), language)
    (word,) = re.findall(r"\b[A-Z]{4,}\b", line)

    assert TWO_SENTENCES.fullmatch(line)
    assert re.search("assist|asist", line, re.IGNORECASE)
    assert ASKS_FOR_A_PERSON.find(fold(word))


def test_there_is_one_line_a_language_and_none_in_others() -> None:
    assert tuple(LINES) == LANGUAGES
    assert disclosure_for(ReplySettings(), "ar") == ""


def test_the_team_s_own_line_is_written_on_one_line() -> None:
    own = ReplySettings(disclosure={"ar": " Robo\n wrote  this. "})

    assert disclosure_for(own, "ar") == "Robo wrote this."
    assert disclosure_for(own, "en") == LINES["en"]
