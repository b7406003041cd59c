"""A line of a batch file, or variables as typed: read, or refused in one way, never quoted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.batch_lines import parse_line, parse_variables
from agent.errors import InputError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        found = parse_line(raw)
    except InputError:
        return
    assert isinstance(found, dict)


@given(JSON)
def test_any_json_is_an_object_or_refused(value: object) -> None:
    raw = json.dumps(value).encode("utf-8", "surrogatepass")
    try:
        found = parse_line(raw)
    except InputError:
        return
    assert set(found) == set(value)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000], ids=["lists", "objects", "digits"]
)
def test_what_nests_without_end_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        parse_line(raw)


@given(st.lists(st.text(max_size=30), max_size=4).map(tuple))
def test_any_variables_as_typed_are_read_or_refused(given_: tuple[str, ...]) -> None:
    try:
        found = parse_variables(given_)
    except InputError:
        return
    assert isinstance(found, dict)
