"""On which line each key of a policy stands, however it is written."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policy_file.lines import Path, line_of, lines_of


def paths(value: Any, above: Path = ()) -> set[Path]:
    """Every table, key and list item that `tomllib` finds."""
    found: set[Path] = {above} if above else set()
    if isinstance(value, dict):
        for key, below in value.items():
            found |= paths(below, (*above, key))
    if isinstance(value, list):
        for position, below in enumerate(value):
            found |= paths(below, (*above, position))
    return found


@pytest.mark.parametrize(
    ("source", "path", "line"),
    [
        pytest.param("a = 1\n\n\nb = 2", ("b",), 4, id="empty lines"),
        pytest.param("# a = 0\na = 1 # b = 2\nb = 3", ("b",), 3, id="comments"),
        pytest.param("[a]\n[a.b]\nc = 1", ("a", "b", "c"), 3, id="tables in tables"),
        pytest.param("[a.b]\nc = 1", ("a",), 1, id="a table that only its child names"),
        pytest.param("a.b.c = 1\na.b.d = 2", ("a", "b", "d"), 2, id="dotted keys"),
        pytest.param("a . b = 1", ("a", "b"), 1, id="blanks around the dot"),
        pytest.param('\n"a b" = 1', ("a b",), 2, id="a quoted key"),
        pytest.param("\n'a\"b' = 1", ('a"b',), 2, id="a literal key"),
        pytest.param('\n"\\u0041" = 1', ("A",), 2, id="a key with an escape"),
        pytest.param('["a.b".c]\nd = 1', ("a.b", "c", "d"), 2, id="a quoted table"),
        pytest.param("a = {b = 1, c = {d = 2}}", ("a", "c", "d"), 1, id="inline tables"),
        pytest.param("a = [\n 1,\n # 2\n 3,\n]\nb = 1", ("a", 1), 4, id="a list over lines"),
        pytest.param("a = [\n 1,\n]\nb = 1", ("b",), 4, id="after a list over lines"),
        pytest.param("a = [[1], [2,\n3]]", ("a", 1, 1), 2, id="a list in a list"),
        pytest.param("a = [{b = 1},\n{b = 2}]", ("a", 1, "b"), 2, id="tables in a list"),
        pytest.param('a = """\nb = 1\n"""\nb = 2', ("b",), 4, id="a text over lines"),
        pytest.param("a = '''\nb = 1\n'''\nb = 2", ("b",), 4, id="a literal over lines"),
        pytest.param('a = """x"""""\nb = 2', ("b",), 2, id="a text that ends in quotes"),
        pytest.param('a = "# \\" ]"\nb = 2', ("b",), 2, id="quotes and brackets in a text"),
        pytest.param("a = ''\nb = \"\"\nc = 1", ("c",), 3, id="empty texts"),
        pytest.param("a = 2026-12-24 10:00:00\nb = 1", ("b",), 2, id="a date with its time"),
        pytest.param("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), 4, id="an array of tables"),
        pytest.param("[[a]]\n[a.b]\nc = 1", ("a", 0, "b", "c"), 3, id="a table below one"),
        pytest.param("a = 1\r\nb = 2\r\n", ("b",), 2, id="line ends of Windows"),
    ],
)
def test_a_key_stands_on_its_line(source: str, path: Path, line: int) -> None:
    lines = lines_of(source)

    assert lines[path] == line
    assert set(lines) == paths(tomllib.loads(source))


def test_what_is_missing_stands_where_its_table_does() -> None:
    lines = lines_of("[note]\n\n[topics.order]\nlevel = 1\n")

    assert line_of(("topics", "order", "description"), lines) == 3


def test_what_is_nowhere_has_no_line() -> None:
    assert line_of(("topics",), lines_of("[note]\n")) is None


# --- whatever a person writes --------------------------------------------------------------------

names = st.text("ab", min_size=1, max_size=2)
keys = names | names.map(lambda name: f'"{name} "') | names.map(lambda name: f"'{name}.'")
dotted = st.lists(keys, min_size=1, max_size=3).map(" . ".join)
gaps = st.sampled_from(["", " ", "\n", ' # ] } = "\n', "\n\n"])
texts = st.sampled_from(['"x"', "'#'", '"""\n a = 1 \\"""" """', "'''\n]'''", '"\\\\"', '""'])
plain = st.sampled_from(["1", "-2.5", "true", "2026-12-24", "2026-12-24 10:00:00", "1e3"])


def lists(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda gap, them: f"[{gap}{f',{gap}'.join(f'{one}{gap}' for one in them)}]",
        gaps,
        st.lists(items, max_size=3),
    )


def inline(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(names, items, max_size=2)
    return pairs.map(lambda them: f"{{{', '.join(f'{k} = {v}' for k, v in them.items())}}}")


values = st.recursive(texts | plain, lambda items: lists(items) | inline(items), max_leaves=6)
pairs = st.builds("{} = {}".format, dotted, values)
headers = dotted.map("[{}]".format) | dotted.map("[[ {} ]]".format)
files = st.lists(pairs | headers | st.just("# [a]") | st.just(""), max_size=8).map("\n".join)


@given(files)
def test_every_key_that_toml_knows_has_a_line_and_no_other(source: str) -> None:
    try:
        tables = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return  # the same key twice: told before any line is looked for

    lines = lines_of(source)

    assert set(lines) == paths(tables)
    assert all(1 <= line <= source.count("\n") + 1 for line in lines.values())
