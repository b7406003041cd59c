"""What every store promises of proposed replies, their labels and outcomes, and certificates."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.certificate import Certificate, Terms
from agent.core.labels import Judgement, Label, MadeBy, Outcome, Proposed, Source
from agent.label_port import CertificateEvent, CertificateEventKind
from agent.ports import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MAKERS = MadeBy(engine="offline/1", prompt="p", topic="t", answers="a", knowledge="k", rules="r")
AS_IS = Label(judgement=Judgement.AS_IS, source=Source.CONSOLE, by="Ada", at=NOON + SECOND)


def a_proposal(run_id: str = "r1", **changes: object) -> Proposed:
    plain = Proposed(
        run_id=run_id,
        conversation_id="c1",
        message_id="m1",
        topic="order-status",
        channel="email",
        language="en",
        score=0.8125,
        familiarity=0.1,
        at=NOON,
        made_by=MAKERS,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def add(store: Store, *proposals: Proposed) -> None:
    for each in proposals:
        store.add_proposed(each)


def ids(proposals: tuple[Proposed, ...]) -> list[str]:
    return [each.run_id for each in proposals]


def an_event(number: int = 1, **changes: object) -> CertificateEvent:
    plain = CertificateEvent(
        number=number,
        topic="order-status",
        channel="email",
        kind=CertificateEventKind.LAPSED,
        at=NOON,
        by="the watch",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


# --- proposals ----------------------------------------------------------------------------------


def test_a_run_without_a_proposal_has_none(store: Store) -> None:
    assert store.proposed("r1") is None


@pytest.mark.parametrize(
    "proposed",
    [
        pytest.param(a_proposal(), id="bare"),
        pytest.param(
            a_proposal(
                sent_at=NOON + SECOND,
                label=replace(AS_IS, by="A \x00 \ud83d", reason="\x00", matched=Judgement.EDITED),
                outcome=Outcome.CORRECTED,
                outcome_at=NOON + DAY,
            ),
            id="full",
        ),
        pytest.param(a_proposal(score=1 / 3, familiarity=0.1 + 0.2), id="odd figures"),
    ],
)
def test_a_proposal_comes_back_as_given(store: Store, proposed: Proposed) -> None:
    assert store.add_proposed(proposed)

    assert store.proposed("r1") == proposed
    assert store.proposals() == (proposed,)


def test_the_first_proposal_of_a_run_stays(store: Store) -> None:
    add(store, a_proposal())

    assert not store.add_proposed(a_proposal(score=0.1))
    assert store.proposed("r1") == a_proposal()


def test_many_are_added_at_once_and_those_that_are_there_stay(store: Store) -> None:
    add(store, a_proposal("r1"))
    more = [a_proposal("r1", score=0.1), a_proposal("r2"), a_proposal("r3"), a_proposal("r3")]

    assert store.add_all_proposed(more) == 2
    assert store.proposals() == (a_proposal("r1"), a_proposal("r2"), a_proposal("r3"))
    assert store.add_all_proposed(()) == 0


def test_proposals_are_given_oldest_first_then_by_run(store: Store) -> None:
    add(store, a_proposal("r3", at=NOON - DAY), a_proposal("r2"), a_proposal("r1"))

    assert ids(store.proposals()) == ["r3", "r1", "r2"]


def test_proposals_are_found_by_topic_channel_and_time(store: Store) -> None:
    add(
        store,
        a_proposal("old", at=NOON - SECOND),
        a_proposal("chat", channel="chat"),
        a_proposal("refund", topic="refund"),
        a_proposal("here"),
    )

    assert ids(store.proposals(topic="order-status")) == ["old", "chat", "here"]
    assert ids(store.proposals(channel="email")) == ["old", "here", "refund"]
    assert ids(store.proposals(since=NOON)) == ["chat", "here", "refund"]
    assert ids(store.proposals(topic="order-status", channel="email", since=NOON)) == ["here"]
    assert ids(store.proposals(topic="returns")) == []


def test_proposals_survive_pruning(store: Store) -> None:
    add(store, a_proposal(label=AS_IS))

    store.prune(NOON + DAY)

    assert store.proposed("r1") == a_proposal(label=AS_IS)


# --- labels -------------------------------------------------------------------------------------


def test_a_label_is_set_and_the_rest_of_the_row_stays(store: Store) -> None:
    add(store, a_proposal())

    assert store.label("r1", AS_IS, was=None)
    assert store.proposed("r1") == a_proposal(label=AS_IS)


def test_a_run_without_a_proposal_cannot_be_labelled(store: Store) -> None:
    assert not store.label("r1", AS_IS, was=None)
    assert store.proposed("r1") is None


def test_of_two_labels_at_once_one_stands(new_store: Callable[[], Store]) -> None:
    add(new_store(), a_proposal())
    givers = [(new_store(), replace(AS_IS, by=f"teammate {number}")) for number in range(4)]

    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(lambda each: each[0].label("r1", each[1], was=None), givers))

    assert won.count(True) == 1
    stands = new_store().proposed("r1")
    assert stands is not None
    assert stands.label == givers[won.index(True)][1]


def test_a_label_is_replaced_by_who_has_seen_it(store: Store) -> None:
    add(store, a_proposal(label=AS_IS))
    wrong = Label(judgement=Judgement.WRONG, source=Source.CONSOLE, by="Ben", at=NOON + DAY)

    assert not store.label("r1", wrong, was=None)
    assert store.label("r1", wrong, was=AS_IS)
    assert store.proposed("r1") == a_proposal(label=wrong)


# --- what was sent ------------------------------------------------------------------------------


def test_the_first_time_that_it_was_sent_stays(store: Store) -> None:
    add(store, a_proposal())

    store.mark_sent("r1", NOON + SECOND)
    store.mark_sent("r1", NOON + DAY)
    store.mark_sent("unknown", NOON)

    assert store.proposals() == (a_proposal(sent_at=NOON + SECOND),)


@pytest.mark.parametrize(
    ("outcomes", "stands"),
    [
        pytest.param([Outcome.QUIET], (Outcome.QUIET, NOON), id="quiet at first"),
        pytest.param(
            [Outcome.QUIET, Outcome.WRONG], (Outcome.WRONG, NOON + DAY), id="bad after all"
        ),
        pytest.param(
            [Outcome.CORRECTED, Outcome.QUIET], (Outcome.CORRECTED, NOON), id="never quiet again"
        ),
        pytest.param(
            [Outcome.ASKED_AGAIN, Outcome.COMPLAINED],
            (Outcome.COMPLAINED, NOON + DAY),
            id="the newest of two bad ones",
        ),
    ],
)
def test_an_outcome_stands(
    store: Store, outcomes: list[Outcome], stands: tuple[Outcome, datetime]
) -> None:
    add(store, a_proposal(), a_proposal("other"))

    for days, outcome in enumerate(outcomes):
        store.set_outcome("r1", outcome, NOON + days * DAY)

    assert store.proposed("r1") == a_proposal(outcome=stands[0], outcome_at=stands[1])
    assert store.proposed("other") == a_proposal("other")


# --- erasing ------------------------------------------------------------------------------------


def test_an_erased_customers_rows_keep_their_figures_alone(store: Store) -> None:
    reasoned = replace(AS_IS, reason="Mara's street was wrong")
    rejected = replace(a_proposal("backtest:c1:m2", message_id="m2"), label=reasoned)
    others = a_proposal("other", conversation_id="c2", label=reasoned)
    add(store, a_proposal(), rejected, others)

    store.erase("k1", ["c1"], NOON)

    left = {each for each in store.proposals() if each != others}
    run_ids = {each.run_id for each in left}
    assert len(run_ids) == 2
    assert all(run_id.startswith("erased:") for run_id in run_ids)
    assert {replace(each, run_id="") for each in left} == {
        a_proposal("", conversation_id="", message_id=""),
        a_proposal("", conversation_id="", message_id="", label=AS_IS),
    }
    assert store.proposed("other") == others


def test_rows_of_the_erased_cannot_be_told_apart_from_each_other_and_stay(store: Store) -> None:
    add(store, a_proposal())
    store.erase("k1", ["c1"], NOON)
    once = store.proposals()

    store.erase("k1", ["c1"], NOON)

    assert store.proposals() == once


# --- certificates -------------------------------------------------------------------------------


def test_events_come_back_as_given_oldest_first(store: Store) -> None:
    certificate = Certificate(
        topic="order-status",
        channel="email",
        terms=Terms(error_limit=0.01, confidence=0.9, valid_for=30 * DAY),
        made_by=MAKERS,
        threshold=0.6,
        reviewed=214,
        wrong=1,
        bound=1 / 60,
        coverage=0.64,
        unlocked_at=NOON,
        valid_until=NOON + 30 * DAY,
    )
    unlocked = an_event(kind=CertificateEventKind.UNLOCKED, certificate=certificate)
    waived = an_event(
        2, kind=CertificateEventKind.WAIVED, channel="", by="Ada \x00", why="sale", until=NOON + DAY
    )
    alarm = an_event(3, kind=CertificateEventKind.ALARM, cases=("r1", "r2"))

    assert [store.add_certificate_event(each) for each in (unlocked, waived, alarm)] == [True] * 3
    assert store.certificate_events() == (unlocked, waived, alarm)


def test_events_of_one_topic_are_found(store: Store) -> None:
    store.add_certificate_event(an_event())
    store.add_certificate_event(an_event(2, topic="refund"))

    assert store.certificate_events(topic="refund") == (an_event(2, topic="refund"),)
    assert store.certificate_events(topic="returns") == ()


@pytest.mark.parametrize("number", [1, 3])
def test_an_event_that_is_not_the_next_one_is_refused(store: Store, number: int) -> None:
    store.add_certificate_event(an_event())

    assert not store.add_certificate_event(an_event(number, by="Ada"))
    assert store.certificate_events() == (an_event(),)
