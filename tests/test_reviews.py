"""Judgements that a person gives by hand: kept, and on the record."""

from datetime import timedelta

import pytest

from agent.adapters.memory import MemoryStore
from agent.audit_port import AuditKind
from agent.core.labels import Judgement, Label, Outcome, Proposed, Source
from agent.errors import InputError
from agent.reviews import give, import_labels
from tests.labelled import NOON, a_compared, a_label, a_proposal

HOUR = timedelta(hours=1)


def store_with(*rows: Proposed) -> MemoryStore:
    store = MemoryStore()
    store.add_all_proposed(rows)
    return store


def give_to(
    store: MemoryStore, judgement: Judgement, *, by: str = "Ben", reason: str = ""
) -> Label:
    (row,) = store.proposals()
    return give(store, row, judgement, by=by, reason=reason, at=NOON + 2 * HOUR)


def test_a_judgement_is_a_persons_label() -> None:
    store = store_with(a_proposal())

    label = give_to(store, Judgement.CHANGED, reason="the price")

    assert label == Label(
        judgement=Judgement.CHANGED,
        source=Source.CONSOLE,
        by="Ben",
        at=NOON + 2 * HOUR,
        reason="the price",
    )
    assert store.proposals() == (a_proposal(label=label),)


def test_a_judgement_is_on_the_record() -> None:
    store = store_with(a_proposal())

    give_to(store, Judgement.CHANGED, reason="the price")

    (row,) = store.audit_rows()
    assert row.link.kind == AuditKind.LABEL
    assert row.link.subjects == {"run": "r1", "conversation": "c1", "topic": "order-status"}
    assert row.content == {"judgement": "changed", "by": "Ben", "reason": "the price"}


def test_an_audit_keeps_what_the_matcher_had_said() -> None:
    store = store_with(a_compared("r1", Judgement.EDITED))

    give_to(store, Judgement.REJECTED)

    (row,) = store.proposals()
    assert row.label is not None
    assert (row.label.judgement, row.label.matched) == (Judgement.REJECTED, Judgement.EDITED)


def test_the_newest_word_stands() -> None:
    store = store_with(a_proposal(label=a_label(Judgement.REJECTED)))

    give_to(store, Judgement.AS_IS)

    (row,) = store.proposals()
    assert row.label is not None
    assert (row.label.judgement, row.label.by) == (Judgement.AS_IS, "Ben")


def test_wrong_is_the_outcome_of_what_was_sent_by_itself() -> None:
    store = store_with(a_proposal(sent_at=NOON))

    give_to(store, Judgement.WRONG)

    (row,) = store.proposals()
    assert (row.outcome, row.outcome_at) == (Outcome.WRONG, NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("judgement", "sent_at"), [(Judgement.WRONG, None), (Judgement.CHANGED, NOON)]
)
def test_no_other_judgement_is_an_outcome(judgement: Judgement, sent_at: object) -> None:
    store = store_with(a_proposal(sent_at=sent_at))

    give_to(store, judgement)

    assert [row.outcome for row in store.proposals()] == [None]


def test_somebody_must_be_named() -> None:
    store = store_with(a_proposal())

    with pytest.raises(InputError, match="who judges"):
        give_to(store, Judgement.AS_IS, by="  ")
    assert (store.proposals(), store.audit_rows()) == ((a_proposal(),), ())


def test_a_file_is_imported_once_and_told_once() -> None:
    store, rows = MemoryStore(), (a_proposal("import:1"), a_proposal("import:2"))

    news = [import_labels(store, rows, file="reviews.csv", at=NOON) for _ in range(2)]

    assert news == [2, 0]
    assert store.proposals() == rows
    (row,) = store.audit_rows()
    assert (row.link.kind, row.content) == (
        AuditKind.LABEL,
        {"file": "reviews.csv", "lines": 2, "new": 2},
    )
