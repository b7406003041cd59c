"""The chain of hashes: any row changed, taken out or put elsewhere shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.chain import GENESIS, Break, Link, digest_of, first_break, next_link

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = "ab" * 32
SECOND = timedelta(seconds=1)


def chain(length: int = 4) -> list[Link]:
    links: list[Link] = []
    for number in range(length):
        links.append(
            next_link(
                links[-1] if links else None,
                at=NOON + number * SECOND,
                kind="run.finished",
                subjects={"run": f"r{number}", "conversation": "c1"},
                digest=digest_of({"read": number}, KEY),
            )
        )
    return links


def test_the_first_link_follows_nothing() -> None:
    first = chain(1)[0]

    assert (first.sequence, first.previous) == (1, GENESIS)


def test_a_chain_as_it_was_written_holds() -> None:
    assert first_break(chain()) is None


def test_no_rows_hold() -> None:
    assert first_break([]) is None


CHANGES = [
    pytest.param({"at": NOON - SECOND}, id="time"),
    pytest.param({"kind": "approval"}, id="kind"),
    pytest.param({"subjects": {"run": "r9", "conversation": "c1"}}, id="subject"),
    pytest.param({"subjects": {"run": "r1"}}, id="subject left out"),
    pytest.param({"digest": digest_of({"read": 9}, KEY)}, id="digest"),
    pytest.param({"hash": "f" * 64}, id="hash"),
    pytest.param({"previous": "f" * 64}, id="hash before it"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_was_changed_is_named(change: dict[str, object]) -> None:
    links = chain()
    links[1] = replace(links[1], **change)  # type: ignore[arg-type]

    found = first_break(links)

    assert found is not None
    assert found.sequence == 2


def test_a_row_taken_out_is_named() -> None:
    links = chain()
    del links[1]

    assert first_break(links) == Break(2, "1 row missing here")


def test_the_first_row_taken_out_is_named() -> None:
    assert first_break(chain()[1:]) == Break(1, "1 row missing here")


def test_rows_that_changed_places_are_named() -> None:
    links = chain()
    links[1], links[2] = (
        replace(links[2], sequence=links[1].sequence),
        replace(links[1], sequence=links[2].sequence),
    )

    assert first_break(links) == Break(2, "does not follow the row before it")


def test_a_row_told_twice_is_named() -> None:
    links = chain()

    assert first_break([*links[:2], links[1]]) == Break(2, "stands out of its order")


def test_a_digest_tells_nothing_without_its_key() -> None:
    content = {"answer": "yes"}

    assert digest_of(content, KEY) != digest_of(content, "cd" * 32)


def test_the_order_of_a_contents_fields_is_no_change() -> None:
    assert digest_of({"a": 1, "b": 2}, KEY) == digest_of({"b": 2, "a": 1}, KEY)


@given(
    st.integers(1, 12), st.data(), st.sampled_from(["at", "kind", "subjects", "digest", "previous"])
)
def test_any_change_to_any_row_is_found_at_that_row(
    length: int, data: st.DataObject, field: str
) -> None:
    links = chain(length)
    place = data.draw(st.integers(0, length - 1))
    other = {
        "at": NOON - SECOND,
        "kind": "forged",
        "subjects": {"run": "forged"},
        "digest": "0" * 64,
        "previous": "1" * 64,
    }
    links[place] = replace(links[place], **{field: other[field]})  # type: ignore[arg-type]

    found = first_break(links)

    assert found is not None
    assert found.sequence == place + 1
