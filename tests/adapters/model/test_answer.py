"""Whatever a server sends, reading it ends in an answer or in one known failure."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.adapters.model.answer import Answer, parse_answer, schema_for, to_proposal
from agent.adapters.model.completion import parse_completion
from agent.adapters.model.dialect import Dialect, read_dialect
from agent.adapters.model.trouble import TREATMENT, CallFailed, Trouble, refused_with
from agent.core.proposal import Ask, Proposal, SlotGuess
from agent.core.team_policy import Slot, SlotKind, TeamPolicy, Topic
from tests.adapters.model.builders import transcript

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


# --- many ways of wrapping ---------------------------------------------------------------------

FENCES = [
    f"{before}```{tag}{end}{inside}{end}```{after}"
    for before in ("", "\n", "  ", "\r\n", "\n\n")
    for tag in ("", "json", "json ", "json\t")
    for end in ("\n", "\r\n")
    for inside in (WRITTEN, json.dumps(EMPTY, indent=2))
    for after in ("", "\n", " \n")
]
PROSE = [
    f"{before}{fence}{after}"
    for fence in (WRITTEN, f"```json\n{WRITTEN}\n```", f"```\n{WRITTEN}\n```", f"`{WRITTEN}`")
    for before in ("Here is the summary:\n", "JSON: ", "Sure! ", "**Answer**\n\n", "")
    for after in ("\nI hope this helps!", "\n\nNote: I was brief.", " Done.", "\n```", "")
    if before or after
]


def test_two_hundred_fences_are_read() -> None:
    assert len(FENCES) >= 200
    assert {parse_answer(text).language for text in FENCES} == {"en"}


@pytest.mark.parametrize("text", PROSE)
def test_words_around_an_answer_are_not_cut_away(text: str) -> None:
    with pytest.raises(CallFailed):
        parse_answer(text)


# --- what a chat template leaves behind --------------------------------------------------------

MARKS = [
    "<think>", "</think>", "<THINK>", "</Think >", "<think\n>", "</think foo>",
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|assistant|>", "<|start_header_id|>",
    "<|eot_id|>", "<|channel|>analysis", "<|message|>", "<|python_tag|>",
]  # fmt: skip
PLACES = ("request", "done", "open", "next", "asks", "slots", "quotes", "topic", "language", "mood")


def leaking(mark: str, place: str, *, escaped: bool) -> str:
    """An answer that is as asked, with a mark somewhere in it."""
    said = {"text": f"Asks. {mark}", "refs": ["m1"], "quotes": []}
    put: object = {
        "asks": [{"text": mark, "ref": "m1", "open": True}],
        "slots": [{"slot": "order", "quote": mark, "ref": "m1"}],
        "quotes": [said | {"text": "Asks.", "quotes": [mark]}],
    }.get(place, mark if place in {"topic", "language", "mood"} else [said])
    field = "request" if place == "quotes" else place
    written = json.dumps(EMPTY | {field: put})
    return written.replace("<", "\\u003c").replace("|", "\\u007c") if escaped else written


@pytest.mark.parametrize("escaped", [False, True], ids=["plain", "escaped"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_a_chat_template_lets_nothing_out(mark: str, place: str, escaped: bool) -> None:
    with pytest.raises(CallFailed) as raised:
        parse_answer(leaking(mark, place, escaped=escaped))

    assert raised.value.trouble is Trouble.NOT_AS_ASKED


# --- quotes, asks, slots -----------------------------------------------------------------------

ORDER = Topic(
    name="order-status",
    description="Where is it?",
    slots=(
        Slot(name="order", source="message", kind=SlotKind.ORDER_NUMBER),
        Slot(name="first_name", source="customer.name", kind=SlotKind.NAME),
    ),
)


def proposed(**fields: object) -> Proposal:
    answer = Answer.model_validate(EMPTY | fields)
    return to_proposal(
        answer, transcript(), TeamPolicy(topics=(ORDER,)), engine="test-model", version="1"
    )


def test_quotes_lose_the_transcripts_line_breaks() -> None:
    told = {"text": "Asks.", "refs": ["m1"], "quotes": ["My lid ⏎ broke", " ", "x" * 301]}

    assert proposed(request=[told]).statements[0].quotes == ("My lid broke",)


def test_an_ask_points_at_its_message() -> None:
    found = proposed(asks=[{"text": "A lid?", "ref": "m3", "open": False}])

    assert found.asks == (Ask(text="A lid?", message_id=f"{3:024x}", is_open=False),)


def test_an_ask_of_a_message_that_is_not_there_is_dropped() -> None:
    found = proposed(asks=[{"text": "A lid?", "ref": "m9", "open": True}])

    assert found.asks == ()
    assert found.dropped == (("A lid?", "it cites a message that is not there"),)


def test_a_slot_is_quoted_from_a_message() -> None:
    found = proposed(slots=[{"slot": "order", "quote": " 40-2291 ", "ref": "m1"}])

    assert found.slots == (SlotGuess(name="order", quote="40-2291", message_id=f"{1:024x}"),)


@pytest.mark.parametrize(
    "guess",
    [
        pytest.param({"slot": "colour", "quote": "red", "ref": "m1"}, id="in no topic"),
        pytest.param({"slot": "first_name", "quote": "Mara", "ref": "m1"}, id="from a record"),
        pytest.param({"slot": "order", "quote": "40-2291", "ref": "m9"}, id="no such message"),
        pytest.param({"slot": "order", "quote": " ", "ref": "m1"}, id="no words"),
        pytest.param({"slot": "order", "quote": "4" * 301, "ref": "m1"}, id="too many words"),
    ],
)
def test_a_slot_that_cannot_be_checked_is_left_out(guess: dict[str, str]) -> None:
    assert proposed(slots=[guess]).slots == ()


@pytest.mark.parametrize(("given", "kept"), [("angry", "angry"), ("unclear", ""), ("hot", "")])
def test_a_mood_is_one_of_the_list_or_not_clear(given: str, kept: str) -> None:
    assert proposed(mood=given).mood == kept


def test_the_schema_lists_the_slots_that_words_can_fill() -> None:
    schema = schema_for(TeamPolicy(topics=(ORDER,)))

    assert schema["$defs"]["Filling"]["properties"]["slot"]["enum"] == ["order"]


def test_every_object_of_the_schema_is_closed_and_complete() -> None:
    # What strict servers demand: all fields required, and no other.
    schema = schema_for(TeamPolicy(topics=(ORDER,)))

    for form in (schema, *schema["$defs"].values()):
        assert form["additionalProperties"] is False
        assert form["required"] == list(form["properties"])


# --- what was learned of a server --------------------------------------------------------------


def test_a_dialect_that_is_written_is_read_again() -> None:
    simpler = Dialect().without("temperature")

    assert simpler is not None
    assert read_dialect(simpler.written()) == simpler


@pytest.mark.parametrize(
    "written",
    ["", "{}", "[]", '["xml", ["max_tokens"], true, true]', '["plain", ["x"], true, true]'],
)
def test_what_another_version_wrote_is_not_known(written: str) -> None:
    assert read_dialect(written) is None
