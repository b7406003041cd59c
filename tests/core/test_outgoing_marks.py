"""What nobody sees, what only looks like a plain letter, and what a model leaves behind."""

import pytest

from agent.core.outgoing_marks import hidden, lookalike, markup, residue

ACCENT, CIRCLE = "\u0301", "\u20dd"


@pytest.mark.parametrize(
    "point",
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),  # blanks
        *(0xFE00, 0xFE0E, 0xFE0F, 0xE0100, 0xE01EF),  # variation selectors
        *(0x00AD, 0x200B, 0x202E, 0x2066, 0xE0041),  # format
        *(0xE000, 0x0378, 0xD800, 0x2028, 0x2029),  # private, not assigned, half, separators
    ],
    ids=hex,
)
def test_a_character_that_nobody_sees_is_named(point: int) -> None:
    assert hidden(f"a{chr(point)}b") == f"U+{point:04X}"


def test_a_sign_of_vertical_writing_is_seen() -> None:
    assert hidden("a\ufe10b") is None


def test_an_emoji_may_say_its_style_and_nothing_else_may() -> None:
    assert hidden("❤\ufe0f") is None
    assert hidden("a\ufe0f") == "U+FE0F"
    assert hidden("\ufe0f") == "U+FE0F"
    assert hidden("❤\ufe0e") == "U+FE0E"


@pytest.mark.parametrize("mark", [ACCENT, CIRCLE], ids=["accent", "circle"])
def test_three_marks_may_stand_on_a_letter_and_not_four(mark: str) -> None:
    assert hidden(mark * 3 + "a") is None
    assert hidden("a" + mark * 3 + "b" + mark * 3) is None
    assert hidden("a" + mark * 4) == f"U+{ord(mark):04X}"


@pytest.mark.parametrize(
    ("word", "letter"),
    [
        ("Wе", "U+0435"),  # Cyrillic
        ("Αpple", "U+0391"),  # Greek
        ("g\u0585ld", "U+0585"),  # Armenian
        ("g\uab70ld", "U+AB70"),  # Cherokee
        ("𝐖e", "U+1D416"),  # of mathematics
        ("ｓhop", "U+FF53"),  # full-width
    ],
)
def test_a_letter_that_only_looks_like_another_is_named(word: str, letter: str) -> None:
    assert lookalike(f"Naïve {word}") == letter


@pytest.mark.parametrize("word", ["naïve", "Größe", "Ваша", "Ένα", "1.º", "USB電源", "São電"])
def test_a_word_of_one_alphabet_is_what_it_looks_like(word: str) -> None:
    assert lookalike(word) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("< b", "HTML"),
        ("&#x3c;", "HTML"),
        ("![x", "a Markdown link or image"),
        ("x] (", "a Markdown link or image"),
        ("x] [", "a Markdown link or image"),
        ("so\n  [1]: x", "a Markdown link or image"),
        ("JavaScript :x", "a script or data address"),
        ("data:text/html", "a script or data address"),
        ("data:,x", "a script or data address"),
        ("```", "a code fence"),
        ("~~~", "a code fence"),
        ("＜b＞", "HTML"),
    ],
)
def test_markup_is_named(text: str, kind: str) -> None:
    assert markup(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<Think", "a thinking tag"),
        ("</ scratchpad>", "a thinking tag"),
        ("<|", "a role tag"),
        ("|>", "a role tag"),
        ("[/inst]", "a role tag"),
        ("<<SYS>>", "a role tag"),
        ("Hello\n## Assistant: yes", "a role tag"),
        ("</tool_call", "a role tag"),
        ("<output", "a role tag"),
        ('{"reply": 1', "a JSON object"),
        ("[ {", "a JSON object"),
        ("so\n}\nyes", "a JSON object"),
        ("{{name", "an unfilled gap"),
        ("name}}", "an unfilled gap"),
        ("${name", "an unfilled gap"),
        ("{% if", "an unfilled gap"),
        ("if %}", "an unfilled gap"),
        ("As an AI", "a model speaking of itself"),
        ("A language model", "a model speaking of itself"),
        ("i am not a robot", "a model speaking of itself"),
        ("Im a human", "a model speaking of itself"),
    ],
)
def test_what_a_model_leaves_is_named(text: str, kind: str) -> None:
    assert residue(text) == kind


def test_an_ordinary_text_holds_none_of_it() -> None:
    text = "Dear Mara, your kettle (1.5 l) is on its way: 2 < 3, A & B. Our assistant: Robo."

    assert (markup(text), residue(text), hidden(text), lookalike(text)) == (None,) * 4
