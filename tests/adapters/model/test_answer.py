"""Whatever a server sends, reading it ends in an answer or in one known failure."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.adapters.model.answer import Answer, parse_answer
from agent.adapters.model.completion import parse_completion
from agent.adapters.model.trouble import TREATMENT, CallFailed, Trouble, refused_with

EMPTY: dict[str, object] = {
    "first_word": "1a2b3c4d",
    "request": [],
    "done": [],
    "open": [],
    "next": [],
    "asks": [],
    "topic": None,
    "slots": [],
    "language": "en",
    "mood": "calm",
    "last_word": "5e6f7a8b",
}
WRITTEN = json.dumps(EMPTY)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "error", "code", "usage", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"\n {WRITTEN}\n",
        f"```\n{WRITTEN}\n```",
        f"```json\r\n{WRITTEN}\r\n```\n",
        f"<think>why?\n```json\n</think>{WRITTEN}",
        f"<think></think>\n```json\n{WRITTEN}\n```",
    ],
)
def test_one_fence_and_one_block_of_thoughts_are_taken_off(text: str) -> None:
    assert parse_answer(text) == Answer.model_validate(EMPTY)


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{WRITTEN}",
        f"Here: ```json\n{WRITTEN}\n```",
        f"```\n```json\n{WRITTEN}\n```\n```",
        f"{WRITTEN}<think></think>",
        f"<think>a</think><think>b</think>{WRITTEN}",
        f"<think>{WRITTEN}",
        WRITTEN.replace('"en"', "1"),
        WRITTEN.replace("null", "false"),
        WRITTEN[:-1],
        WRITTEN + WRITTEN,
        f"[{WRITTEN}]",
        "null",
    ],
)
def test_nothing_else_is_mended(text: str) -> None:
    with pytest.raises(CallFailed) as raised:
        parse_answer(text)

    assert raised.value.trouble is Trouble.NOT_AS_ASKED


@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_an_answer_or_a_known_failure(text: str) -> None:
    with pytest.raises(CallFailed):
        parse_answer(text)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_a_completion_or_a_known_failure(body: bytes) -> None:
    with suppress(CallFailed):
        parse_completion(body)  # anything else that it raises fails the test


def test_every_trouble_has_a_treatment() -> None:
    assert set(TREATMENT) == set(Trouble)


@pytest.mark.parametrize(
    ("status", "codes", "trouble"),
    [
        pytest.param(429, (None, None), Trouble.BUSY, id="busy"),
        pytest.param(429, ("insufficient_quota", None), Trouble.NO_CREDIT, id="quota as code"),
        pytest.param(429, (None, "insufficient_quota"), Trouble.NO_CREDIT, id="quota as type"),
        pytest.param(401, ("insufficient_quota",), Trouble.KEY_REFUSED, id="401 is the key"),
        pytest.param(404, (None, "invalid_request_error"), Trouble.NOT_THERE, id="vague type"),
        pytest.param(400, ("content_filter",), Trouble.FILTERED, id="filter"),
        pytest.param(418, (None,), Trouble.REQUEST_REFUSED, id="another 4xx"),
        pytest.param(599, ({},), Trouble.SERVER_FAILED, id="another 5xx"),
    ],
)
def test_a_refusal_is_sorted_by_what_to_do(
    status: int, codes: tuple[object, ...], trouble: Trouble
) -> None:
    assert refused_with(status, *codes).trouble is trouble
