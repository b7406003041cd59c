"""What makes a score, and what it says of itself. Tests change one sign."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.score import (
    FAR_AHEAD,
    LANGUAGE_UNCLEAR,
    LEAST_FOR_LENGTH,
    LIKE_AN_EXAMPLE,
    MANY_WORDS,
    NOTHING_AHEAD,
    QUOTED_ONLY,
    SAYS_LITTLE,
    VERY_MANY_WORDS,
    Signs,
    score_of,
)

SURE = Signs(lead=FAR_AHEAD, likeness=LIKE_AN_EXAMPLE, words=MANY_WORDS, language="en")
shares = st.floats(0, 1)
signs = st.builds(
    Signs,
    lead=st.floats(-3, 3),
    likeness=shares,
    slots=shares,
    words=st.integers(0, 400),
    from_first_request=st.booleans(),
    language=st.sampled_from(["", "en"]),
)


def test_nothing_speaks_against_a_question_that_is_an_example() -> None:
    assert score_of(SURE).value == 1.0


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        pytest.param({"lead": NOTHING_AHEAD}, 0.1, id="no topic is ahead"),
        pytest.param({"likeness": 0.0}, 0.9, id="like no example"),
        pytest.param({"slots": QUOTED_ONLY}, 0.8, id="a slot that only the model found"),
        pytest.param({"from_first_request": True}, SAYS_LITTLE, id="says little"),
        pytest.param({"language": ""}, LANGUAGE_UNCLEAR, id="language not clear"),
        pytest.param({"words": VERY_MANY_WORDS}, LEAST_FOR_LENGTH, id="very long"),
        pytest.param({"words": MANY_WORDS + 70}, 0.85, id="half-way to very long"),
        pytest.param({"words": 1}, 1.0, id="short"),
    ],
)
def test_each_sign_lowers_it(changed: dict[str, Any], value: float) -> None:
    assert score_of(replace(SURE, **changed)).value == pytest.approx(value)


def test_factors_are_multiplied() -> None:
    both = replace(SURE, slots=QUOTED_ONLY, language="")

    assert score_of(both).value == pytest.approx(QUOTED_ONLY * LANGUAGE_UNCLEAR)


def test_half_way_between_nothing_and_far_ahead_is_half_of_what_the_lead_counts() -> None:
    half = replace(SURE, lead=(NOTHING_AHEAD + FAR_AHEAD) / 2)

    assert score_of(half).value == pytest.approx(0.1 + 0.9 / 2)


@pytest.mark.parametrize(
    ("changed", "familiarity"),
    [
        pytest.param({"likeness": LIKE_AN_EXAMPLE / 2}, 0.5, id="half like its examples"),
        pytest.param({"lead": NOTHING_AHEAD}, 0.0, id="as near to something else"),
        pytest.param({"slots": 0.5, "words": 150, "language": ""}, 1.0, id="what fills it"),
    ],
)
def test_familiarity_is_the_less_of_the_first_two(
    changed: dict[str, Any], familiarity: float
) -> None:
    assert score_of(replace(SURE, **changed)).familiarity == pytest.approx(familiarity)


def test_it_says_what_it_is_made_of_and_why_it_is_lower() -> None:
    long = replace(SURE, slots=QUOTED_ONLY, slot_words="colour quoted by the model only", words=130)

    assert score_of(long).words == (
        "0.68: clear of others 1.00, like its examples 1.00, "
        "slots 0.80 (colour quoted by the model only), length 0.85 (130 words), "
        "language 1.00"
    )


@given(signs)
def test_it_stays_between_nothing_and_one(some: Signs) -> None:
    score = score_of(some)

    assert 0 <= score.value <= 1
    assert 0 <= score.familiarity <= 1


@given(signs, st.floats(0, 2), shares, shares)
def test_better_signs_never_lower_it(
    some: Signs, lead: float, likeness: float, slots: float
) -> None:
    better = replace(
        some,
        lead=some.lead + lead,
        likeness=max(some.likeness, likeness),
        slots=max(some.slots, slots),
        language="en",
    )

    assert score_of(better).value >= score_of(some).value
