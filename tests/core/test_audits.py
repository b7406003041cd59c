"""Which of the matcher's labels a person is asked about, and what their answers count for."""

from dataclasses import replace

import pytest

from agent.core.audits import awaits_audit, is_audit, is_audited, matcher_miss
from agent.core.labels import Judgement, Proposed, Source
from agent.label_port import erased_id
from tests.core.history import proposed

SAMPLED = next(f"run{number:06}" for number in range(1000) if is_audited(f"run{number:06}"))
OTHER = next(f"run{number:06}" for number in range(1000) if not is_audited(f"run{number:06}"))


def audited(
    judgement: Judgement = Judgement.AS_IS,
    *,
    matched: Judgement | None = Judgement.EDITED,
    source: Source = Source.CONSOLE,
    run_id: str = SAMPLED,
) -> Proposed:
    """A matcher's label that a person was asked about. Tests change one thing."""
    return replace(proposed(1, judgement, source=source, matched=matched), run_id=run_id)


def test_one_in_ten_is_picked() -> None:
    picked = sum(is_audited(f"{number:012x}") for number in range(10_000))

    assert 900 < picked < 1100


def test_the_same_run_is_always_picked() -> None:
    # Written down: a sample that another version draws anew is no sample.
    assert [n for n in range(60) if is_audited(f"run{n}")] == PICKED


PICKED = [7, 10, 14, 29, 46, 52]


def test_a_sampled_label_of_the_matcher_waits_for_a_person() -> None:
    waiting = audited(source=Source.MATCHED, matched=None)

    assert awaits_audit(waiting)
    assert awaits_audit(replace(waiting, run_id=OTHER)) is False
    assert awaits_audit(replace(waiting, label=None)) is False


def test_a_doubt_waits_for_a_person_like_any_other() -> None:
    assert awaits_audit(audited(Judgement.DOUBTFUL, source=Source.MATCHED, matched=None))


def test_once_answered_it_waits_no_more() -> None:
    assert awaits_audit(audited()) is False


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        pytest.param(audited(), (0, 1), id="both say clean"),
        pytest.param(audited(Judgement.WRONG), (1, 1), id="called clean and wrong"),
        pytest.param(
            audited(Judgement.CHANGED, matched=Judgement.CHANGED), (0, 1), id="both say wrong"
        ),
        pytest.param(
            audited(Judgement.AS_IS, matched=Judgement.CHANGED), (0, 1), id="called wrong and clean"
        ),
        pytest.param(
            audited(Judgement.WRONG, matched=Judgement.DOUBTFUL), (0, 1), id="doubted and wrong"
        ),
        pytest.param(audited(Judgement.WRONG, run_id=OTHER), (0, 0), id="not picked by chance"),
        pytest.param(
            audited(Judgement.WRONG, matched=None), (0, 0), id="the matcher was not asked"
        ),
        pytest.param(audited(source=Source.MATCHED, matched=None), (0, 0), id="not answered yet"),
    ],
)
def test_only_answers_to_the_sample_count(row: Proposed, counted: tuple[int, int]) -> None:
    assert matcher_miss([row]) == counted
    assert is_audit(row) is (counted[1] == 1)


def test_they_add_up() -> None:
    assert matcher_miss([audited(), audited(Judgement.REJECTED), audited()]) == (1, 3)


@pytest.mark.parametrize("run_id", [SAMPLED, OTHER])
def test_erasing_a_customer_makes_no_audit_and_loses_none(run_id: str) -> None:
    assert [is_audited(erased_id(run_id)) for _ in range(20)] == [is_audited(run_id)] * 20
