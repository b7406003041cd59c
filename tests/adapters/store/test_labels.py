"""The history of proposals is found by its indexes, however long it grows."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from agent.adapters.store import SqlStore, open_store
from agent.adapters.store.figures import SqlFigures, open_figures
from agent.core.labels import Judgement, Source
from agent.ports import Store
from tests.labelled import NOON, a_label, a_proposal


@pytest.fixture
def store(sqlite_url: str) -> SqlStore:
    opened = open_store(sqlite_url)
    assert isinstance(opened, SqlStore)
    return opened


def asked(store: SqlStore, ask: Callable[[Store], object]) -> list[tuple[str, Any]]:
    """The statements on the history that a call makes, with what is put into them."""
    said: list[tuple[str, Any]] = []

    def listen(_: object, __: object, statement: str, values: object, *more: object) -> None:
        if "sidenote_proposed" in statement:
            said.append((statement, values))

    engine = store._database._engine
    event.listen(engine, "before_cursor_execute", listen)
    ask(store)
    event.remove(engine, "before_cursor_execute", listen)
    return said


def plan_of(store: SqlStore, statement: str, values: Any) -> str:
    def explain(connection: Connection) -> str:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return " / ".join(row.detail for row in rows)

    return store._database.read(explain)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        pytest.param(lambda s: s.proposals(topic="a"), "of_topic (topic=?)", id="topic"),
        pytest.param(
            lambda s: s.proposals(topic="a", channel="email", since=NOON),
            "of_topic (topic=? AND channel=? AND proposed_at>?)",
            id="topic, channel and time",
        ),
        pytest.param(lambda s: s.proposals(since=NOON), "by_age (proposed_at>?)", id="time"),
        pytest.param(lambda s: s.proposed("r1"), "(run_id=?)", id="run"),
        pytest.param(lambda s: s.mark_sent("r1", NOON), "(run_id=?)", id="sent"),
        pytest.param(
            lambda s: s.erase("k1", ["c1"], NOON),
            "of_conversation (conversation_id=?)",
            id="erased",
        ),
    ],
)
def test_a_look_into_the_history_reads_no_more_than_it_gives(
    store: SqlStore, ask: Callable[[Store], object], index: str
) -> None:
    statement, values = asked(store, ask)[0]

    assert index in plan_of(store, statement, values)
    assert "SCAN" not in plan_of(store, statement, values)


def test_labels_are_counted_by_what_they_are_and_of_what(url: str) -> None:
    rows = [a_proposal(f"r{number}", label=a_label()) for number in range(3)]
    with closing(open_store(url)) as store, closing(open_figures(url)) as figures:
        store.add_all_proposed([*rows, a_proposal("r3", channel="chat")])

        assert figures.proposals_by_label() == {
            (Judgement.AS_IS, Source.CONSOLE, "order-status", "email"): 3,
            (None, None, "order-status", "chat"): 1,
        }


def test_counts_of_labels_read_an_index_alone(store: SqlStore) -> None:
    figures = SqlFigures(store._database)
    statement, values = asked(store, lambda _: figures.proposals_by_label())[0]

    assert "COVERING INDEX sidenote_proposed_by_label" in plan_of(store, statement, values)
    assert "B-TREE" not in plan_of(store, statement, values)


def test_rows_with_the_same_makers_share_one_value(store: SqlStore) -> None:
    store.add_all_proposed([a_proposal("r1"), a_proposal("r2", label=a_label())])

    one, other = store.proposals()

    assert one.made_by is other.made_by


def test_a_history_of_thousands_comes_in_one_transaction(store: SqlStore) -> None:
    rows = [a_proposal(f"r{number:05}") for number in range(3_000)]

    assert store.add_all_proposed(rows) == 3_000
    with store._database._engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM sidenote_proposed")).scalar()
    assert count == 3_000
