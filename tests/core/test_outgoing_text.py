"""What the text of a note or a reply may be made of."""

import pytest

from agent.core.outgoing_text import folded, note_problem, reply_problem


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("Called back.", id="plain"),
        pytest.param("One\n\tTwo", id="lines and tabs"),
        pytest.param("می‌خواهم 👩‍🍳", id="joiners that scripts and emoji need"),
        pytest.param("x" * 10_240, id="as long as may be"),
    ],
)
def test_ordinary_text_can_be_a_note_and_a_reply(body: str) -> None:
    assert (note_problem(body), reply_problem(body, "email")) == (None, None)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(" \n", "is empty", id="empty"),
        pytest.param("x" * 10_241, "at most 10240", id="too long"),
        pytest.param("a\x1b[2J", "U+001B", id="escape code"),
        pytest.param("a\r\nb", "U+000D", id="carriage return"),
        pytest.param("a\ud800", "U+D800", id="half a character"),
    ],
)
def test_what_no_text_may_hold_is_named(body: str, problem: str) -> None:
    assert problem in (note_problem(body) or "")
    assert problem in (reply_problem(body, "email") or "")


@pytest.mark.parametrize(
    ("channel", "longest"), [("sms", 1_600), ("chat", 1_024), ("facebook", 2_000)]
)
def test_a_reply_has_the_length_of_its_channel(channel: str, longest: int) -> None:
    assert reply_problem("x" * longest, channel) is None
    assert f"at most {longest}" in (reply_problem("x" * (longest + 1), channel) or "")


def test_a_channel_we_do_not_know_has_the_shortest_length() -> None:
    assert "at most 1000" in (reply_problem("x" * 1_001, "pigeon") or "")


@pytest.mark.parametrize(
    "body", ["pay \u202e321", "a\u2066b", "hi\U000e0041"], ids=["override", "isolate", "tag"]
)
def test_a_reply_holds_nothing_that_hides_or_reorders_text(body: str) -> None:
    assert "hide or reorder" in (reply_problem(body, "email") or "")


def test_a_note_never_becomes_a_reply() -> None:
    note = "Hello,\nSidenote · 3 messages, 5 Nov 09:12\nAsks  A new lid."

    assert "internal note" in (reply_problem(note, "email") or "")


def test_texts_are_compared_with_one_blank_between_words() -> None:
    assert folded(" One\n\ttwo  three ") == "One two three"
