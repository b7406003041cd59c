"""Which patterns a slot may have: those that no message can make run for long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policy_file.patterns import pattern_problem


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"40-\d{4}", id="an order number"),
        pytest.param(r"[A-Z]{2,3}-?\d{4,8}", id="letters and figures"),
        pytest.param(r"(?:DE|AT|CH)\d{8}", id="one of several beginnings"),
        pytest.param(r"(?:\d{2}-){2}\d{4}", id="a group that cannot vary, repeated"),
        pytest.param(r"#?\d{5}(?:/\d{1,2})?", id="a part that may be missing"),
        pytest.param(r"^RMA-[^\s]{6}$", id="from start to end"),
        pytest.param(r"[][{}()*+?.\\]{3}", id="signs in a set"),
        pytest.param(r"\+49\d{5,12}", id="an escaped sign"),
    ],
)
def test_what_an_order_number_needs_is_understood(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        pytest.param("", "write a regular expression, or leave it out", id="nothing"),
        pytest.param("4" * 101, "has 101 characters; write 100 or fewer", id="too long"),
        pytest.param(
            r"(\d{4",
            "no regular expression: missing ), unterminated subpattern at position 0",
            id="a bracket that stays open",
        ),
        pytest.param(
            r"a{1,99999999999}",
            "no regular expression: the repetition number is too large",
            id="a number that no machine counts to",
        ),
        pytest.param(
            r"\d+",
            'for "+" write a count that ends at 60 or before: {1,20}',
            id="without an end",
        ),
        pytest.param(
            r".*", 'for "*" write a count that ends at 60 or before: {1,20}', id="anything"
        ),
        pytest.param(
            r"\d{4,}",
            'for "{4,}" write a count that ends at 60 or before: {1,20}',
            id="a count without an end",
        ),
        pytest.param(
            r"\d{1,61}",
            'for "{1,61}" write a count that ends at 60 or before: {1,20}',
            id="too high a count",
        ),
        pytest.param(
            r"(?:\d{1,3}){5}",
            '"{5}" repeats what varies itself; write it out',
            id="a repetition in a repetition",
        ),
        pytest.param(
            r"(?:(?:a?)b){5}",
            '"{5}" repeats what varies itself; write it out',
            id="a repetition deeper inside",
        ),
        pytest.param(
            r"(?:a|aa){5}",
            '"{5}" repeats what varies itself; write it out',
            id="a choice in a repetition",
        ),
        pytest.param(
            r"\d{1,20}\d{1,20}\d{1,20}",
            "could match in too many ways; write smaller counts",
            id="many repetitions in a row",
        ),
        pytest.param(
            r"(\d)\1",
            r'"\1" is not understood here; write letters, sets, groups (?:…) and counts',
            id="the same once more",
        ),
        pytest.param(
            r"(?=\d)a",
            '"(?=" is not understood here; write letters, sets, groups (?:…) and counts',
            id="a look ahead",
        ),
        pytest.param(
            r"\bRMA",
            r'"\bR" is not understood here; write letters, sets, groups (?:…) and counts',
            id="a word's border",
        ),
    ],
)
def test_a_pattern_that_could_run_for_long_says_what_to_write(pattern: str, told: str) -> None:
    assert pattern_problem(pattern) == told


parts = st.sampled_from(
    ["a", "b?", "a{1,3}", "a{2}", "[ab]{1,4}", "(?:a|b)", "(?:ab){2}", "(?:a{1,2}b)?", "."]
)
patterns = st.lists(parts, min_size=1, max_size=8).map("".join)


@given(patterns)
def test_a_pattern_that_is_understood_ends_on_any_text(pattern: str) -> None:
    if pattern_problem(pattern) is None:
        # One that could run for ever would still be at it when the test's own time is over.
        assert re.search(pattern + "!", "ab" * 500 + "a" * 500) is None
