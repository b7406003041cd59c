"""What the lists of topics say of each: quick, as of now, and never in anybody's way."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.adapters.memory import MemoryStore
from agent.console.standings import FRESH, Standings, Word
from agent.core.certificate import Standing
from agent.core.certificate_events import CertificateEventKind
from agent.core.labels import Judgement, Proposed
from agent.errors import StoreUnavailable
from agent.policy_file import load_policy
from tests.console.reviewed import TOPIC, certify, happens, keep, makers, reviews_until
from tests.small_world import NOON

POLICY = load_policy(None)
PATIENT = 60.0  # seconds; a fold that a test waits for takes as long as it takes


@pytest.fixture
def store() -> MemoryStore:
    """Thirty clean reviews of one topic."""
    made = MemoryStore()
    keep(made, reviews_until(NOON, [Judgement.AS_IS] * 30, makers(POLICY)))
    return made


class SlowStore(MemoryStore):
    """One whose proposals can be read only once a test lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.may_read = threading.Event()
        self.reads = 0

    def proposals(self, **wanted: Any) -> tuple[Proposed, ...]:
        self.reads += 1
        self.may_read.wait(PATIENT)
        return super().proposals(**wanted)


@pytest.fixture
def slow() -> Iterator[SlowStore]:
    made = SlowStore()
    yield made
    made.may_read.set()


def words(standings: Standings, store: MemoryStore, after: timedelta = timedelta(0)) -> list[str]:
    return [each.words for each in standings.words(store, POLICY, NOON + after)[TOPIC]]


def test_what_is_missing_is_said_by_channel(store: MemoryStore) -> None:
    found = Standings(PATIENT).words(store, POLICY, NOON)[TOPIC]

    assert found == (Word("email", Standing.MISSING, found[0].words),)
    assert found[0].words.endswith(" more clean reviews")


def test_a_topic_without_a_proposal_has_none(store: MemoryStore) -> None:
    assert Standings(PATIENT).words(store, POLICY, NOON)["invoice-copy"] == ()


def test_a_page_does_not_wait_for_what_takes_long(slow: SlowStore) -> None:
    keep(slow, reviews_until(NOON, [Judgement.AS_IS] * 30, makers(POLICY)))
    assert words(Standings(patience=0.01), slow) == []


def test_a_right_is_said_also_before_anything_was_folded(slow: SlowStore) -> None:
    happens(slow, CertificateEventKind.ALARM, NOON, why="3 of 40 went wrong")

    assert words(Standings(patience=0.01), slow) == ["taken back on 5 Nov 2026: 3 of 40 went wrong"]


def test_many_viewers_fold_no_more_than_one(slow: SlowStore) -> None:
    standings = Standings(patience=0.01)
    for _ in range(5):
        words(standings, slow)

    assert slow.reads <= 1


def test_what_was_folded_is_kept_for_half_a_minute(store: MemoryStore) -> None:
    standings = Standings(PATIENT)
    before = words(standings, store)
    keep(store, reviews_until(NOON, [Judgement.AS_IS] * 31, makers(POLICY))[-1:])

    assert words(standings, store, FRESH - timedelta(seconds=1)) == before
    assert words(standings, store, FRESH) != before


def test_a_right_is_as_of_now_also_while_the_rest_is_kept(store: MemoryStore) -> None:
    keep(store, reviews_until(NOON, [Judgement.AS_IS] * 600, makers(POLICY))[30:])
    certify(store, POLICY, NOON)
    standings = Standings(PATIENT)
    assert words(standings, store)[0].startswith("certified until")
    happens(store, CertificateEventKind.ALARM, NOON, why="3 of 40 went wrong")

    assert words(standings, store)[0].startswith("taken back on")


def test_another_policy_is_looked_at_anew(store: MemoryStore) -> None:
    standings = Standings(PATIENT)
    before = standings.words(store, POLICY, NOON)[TOPIC]
    terms = replace(POLICY.certificates, error_limit=0.1)

    assert standings.words(store, replace(POLICY, certificates=terms), NOON)[TOPIC] != before


def test_a_database_that_cannot_be_read_is_said_by_the_page_itself() -> None:
    class Broken(MemoryStore):
        def proposals(self, **_: Any) -> tuple[Proposed, ...]:
            raise StoreUnavailable("locked")

    assert words(Standings(PATIENT), Broken()) == []
