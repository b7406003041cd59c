"""Variables are filled once, from values that are never templates themselves."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.templates import fill
from agent.errors import InputError

ORDER: dict[str, object] = {
    "name": "Mara",
    "order": {"id": 402291, "items": [{"name": "kettle"}, {"name": "lid"}]},
    "price": Decimal("10.50"),
    "is_new": True,
    "nothing": None,
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        pytest.param("Hello {{name}},", "Hello Mara,", id="a name"),
        pytest.param("{{ name }}", "Mara", id="with spaces"),
        pytest.param("{{order.id}}", "402291", id="a path, a number"),
        pytest.param("{{order.items.1.name}}", "lid", id="an index"),
        pytest.param("{{order.items[1].name}}", "lid", id="an index in brackets"),
        pytest.param("{{price}}", "10.50", id="a price keeps its digits"),
        pytest.param("{{is_new}}", "true", id="true as JSON writes it"),
        pytest.param("{{name}}{{name}}", "MaraMara", id="twice"),
        pytest.param("no {variable} }} here", "no {variable} }} here", id="single braces"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_variable_is_filled(text: str, filled: str) -> None:
    assert fill(text, ORDER) == filled


@pytest.mark.parametrize(
    "path",
    ["surname", "order.date", "order.items.2.name", "name.first", "order.items.name"],
)
def test_a_missing_variable_is_named(path: str) -> None:
    with pytest.raises(InputError, match=f"{path} is missing"):
        fill(f"Hello {{{{{path}}}}}", ORDER)


@pytest.mark.parametrize("path", ["nothing", "order", "order.items"])
def test_what_is_no_single_value_is_refused(path: str) -> None:
    with pytest.raises(InputError, match=path):
        fill(f"{{{{{path}}}}}", ORDER)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="the variable n"):
        fill("{{n}}", {"n": value})


@pytest.mark.parametrize(
    "text",
    ["Hello {{", "{{}}", "{{name", "{{name}", "{{1}}", "{{na me}}", "{{name.}}", "{{{name}}}"],
)
def test_what_begins_like_a_variable_and_is_none_is_never_sent_as_it_is(text: str) -> None:
    with pytest.raises(InputError, match="no variable"):
        fill(text, ORDER)


def test_an_error_quotes_none_of_the_text() -> None:
    with pytest.raises(InputError) as caught:
        fill("Dear Mara Lind {{oops", ORDER)

    assert "Mara" not in str(caught.value)


@given(st.text())
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert fill("<{{v}}{{w}}>", {"v": value, "w": "{{v}}"}) == f"<{value}{{{{v}}}}>"


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_any_text_is_filled_or_refused(text: str, variables: Mapping[str, object]) -> None:
    try:
        filled = fill(text, variables)
    except InputError:
        assert "{{" in text
    else:
        assert "{{" in text or filled == text
